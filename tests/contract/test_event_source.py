# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source voicemail, run by its path like in ansible-rulebook, with a plain queue, against the simulator."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import pathlib
import runpy
import stat
import subprocess
import sys
import typing as t
import urllib.parse
import wave

import httpx
import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils import errors as errors_module
from helpers.loopback import unused_port
from helpers.message_subjects import KAZOO_MESSAGES, MESSAGE_SUBJECTS, MessageSubject
from helpers.runners import in_worker
from helpers.subjects import ONSIP
from voicemail_simulator.server import SimulatorServer

EDA = pathlib.Path(__file__).resolve().parents[2] / "extensions" / "eda"
SOURCE = EDA / "plugins" / "event_source" / "voicemail.py"
PLUGIN = runpy.run_path(str(SOURCE))
SECRET = "a shared secret"
#: Seconds without a further event: several times the interval.
QUIET = 0.6
Event = dict[str, t.Any]
every_subject = pytest.mark.parametrize("subject", MESSAGE_SUBJECTS, ids=lambda subject: subject.name)


class Source:
    """A source that can be restarted with the same state file."""

    def __init__(self, folder: pathlib.Path, subject: MessageSubject, server: SimulatorServer) -> None:
        self.subject = subject
        self.server = server
        self.state = folder / "state.json"
        self.folder = folder
        self.number = 0

    def arguments(self, **options: t.Any) -> dict[str, t.Any]:
        """Return the arguments as in a rulebook."""
        waits = {"retry_budget": 0, "interval": 0.1, "state_file": str(self.state)}
        return {**self.subject.arguments(self.server), **waits, **options}

    @contextlib.asynccontextmanager
    async def running(self, **options: t.Any) -> t.AsyncIterator[asyncio.Queue[Event]]:
        """Run the source, and wait for its first list."""
        self.server.journal.clear()
        queue: asyncio.Queue[Event] = asyncio.Queue()
        task = asyncio.create_task(PLUGIN["main"](queue, self.arguments(**options)))
        try:
            while not self.state.exists() and not task.done():
                await asyncio.sleep(0.02)
            if task.done():
                await task
            yield queue
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def events(self, wanted: int, **options: t.Any) -> list[Event]:
        """Run the source until this number of events arrived and no more follow."""
        async with self.running(**options) as queue:
            return await taken(queue, wanted)

    def leave(self, number: str = "1000") -> str:
        """Add a message and return its call id."""
        self.number += 1
        recording = self.folder / "tone.wav"
        with wave.open(str(recording), "wb") as audio:
            audio.setparams((1, 2, 8000, 0, "NONE", ""))
            audio.writeframes(bytes(1600))
        call = f"call-{self.number}"
        options = {"mailbox": number, "state": "present", "src": str(recording), "call_id": call}
        done = in_worker("voicemail_message", self.subject.arguments(self.server, **options))
        assert done["changed"], done
        return call


async def taken(queue: asyncio.Queue[Event], wanted: int) -> list[Event]:
    """Return this number of events, and check that no more follow."""
    found = [await asyncio.wait_for(queue.get(), 20) for _number in range(wanted)]
    await asyncio.sleep(QUIET)
    assert queue.empty()
    return found


@pytest.fixture
def source(tmp_path: pathlib.Path, subject: MessageSubject) -> t.Iterator[Source]:
    with subject.serve() as server:
        yield Source(tmp_path, subject, server)


@every_subject
def test_the_first_start_reports_nothing_and_backfill_everything_once(source: Source, subject: MessageSubject) -> None:
    assert asyncio.run(source.events(0)) == []
    assert len(subject.requests(source.server)) > 1
    assert stat.S_IMODE(source.state.stat().st_mode) == 0o600
    source.state.unlink()
    everything = in_worker("voicemail_message_info", subject.arguments(source.server, **subject.all))["messages"]
    events = asyncio.run(source.events(len(everything), backfill="2000-01-01"))
    assert [event["message"] for event in events] == everything[::-1]
    assert {(event["type"], event["vendor"]) for event in events} == {("new_voicemail", subject.vendor)}
    # Also after a restart with the option still set.
    assert asyncio.run(source.events(0, backfill="2000-01-01")) == []
    secrets = [value for key, value in subject.connection.items() if key in ("password", "api_key")]
    assert not [secret for secret in secrets if secret in source.state.read_text()]


@every_subject
def test_new_messages_are_reported_once_on_every_vendor(source: Source) -> None:
    async def run() -> None:
        async with source.running() as queue:
            source.server.behaviors.arriving_messages = 3
            events = await taken(queue, 3)
        assert len({event["message"]["id"] for event in events}) == 3
        assert await source.events(0) == []

    asyncio.run(run())


kazoo = pytest.mark.parametrize("subject", [KAZOO_MESSAGES], ids=["kazoo"])


@kazoo
def test_messages_that_arrived_during_a_restart_are_reported_once(source: Source) -> None:
    async def run() -> None:
        async with source.running() as queue:
            call = await asyncio.to_thread(source.leave)
            (event,) = await taken(queue, 1)
            assert (event["message"]["call_id"], event["message"]["mailbox"]) == (call, "1000")
        calls = [await asyncio.to_thread(source.leave, number) for number in ("1001", "1002")]
        events = await source.events(2)
        assert {event["message"]["call_id"] for event in events} == set(calls)
        assert await source.events(0) == []

    asyncio.run(run())


@kazoo
def test_unrecorded_events_are_sent_again(source: Source) -> None:
    """Check that an event is sent after a restart if the process died before the queue accepted it."""

    class Dying(asyncio.Queue[Event]):
        async def put(self, item: Event) -> None:
            if self.qsize() == 1:
                raise KeyboardInterrupt
            await super().put(item)

    async def run() -> None:
        assert await source.events(0) == []
        calls = [await asyncio.to_thread(source.leave) for _number in range(3)]
        queue = Dying()
        with contextlib.suppress(KeyboardInterrupt):
            await PLUGIN["main"](queue, source.arguments())
        first = queue.get_nowait()["message"]["call_id"]
        rest = [event["message"]["call_id"] for event in await source.events(2)]
        assert sorted([first, *rest]) == calls

    asyncio.run(run())


@kazoo
def test_a_message_counts_after_its_feedback(source: Source) -> None:
    async def run() -> None:
        feedback: asyncio.Queue[Event] = asyncio.Queue()
        options = {"feedback": True, "eda_feedback_queue": feedback}
        assert await source.events(0, **options) == []
        for _number in range(2):
            await asyncio.to_thread(source.leave)
        assert len(await source.events(1, **options)) == 1
        # The event was not confirmed.
        feedback.put_nowait({})
        feedback.put_nowait({})
        assert len(await source.events(2, **options)) == 2
        assert await source.events(0, **options) == []

    asyncio.run(run())


@kazoo
def test_a_temporary_outage_does_not_end_the_source(source: Source) -> None:
    async def run() -> None:
        assert await source.events(0) == []
        call = await asyncio.to_thread(source.leave)
        source.server.faults.set(["status:503,count=2", "reset_before,count=2"])
        (event,) = await source.events(1)
        assert event["message"]["call_id"] == call
        assert sum(entry["status"] == 503 for entry in source.server.journal.entries()) == 2

    asyncio.run(run())


@kazoo
def test_an_authenticated_webhook_call_causes_an_immediate_list(source: Source) -> None:
    port = unused_port()
    address = f"http://127.0.0.1:{port}/voicemail"

    async def run() -> None:
        webhook = {"port": port, "secret": SECRET}
        async with source.running(interval=600, webhook=webhook) as queue, httpx.AsyncClient() as client:
            call = await asyncio.to_thread(source.leave)
            await asyncio.sleep(1.2)
            source.server.journal.clear()
            refused = [
                await client.post(address, data={"mailbox": "1000"}),
                await client.get(address, params={"secret": "another"}),
                await client.post(address, headers={"Authorization": "Bearer ä".encode()}),
            ]
            assert [reply.status_code for reply in refused] == [401] * 3
            await asyncio.sleep(QUIET)
            assert (queue.qsize(), len(source.server.journal)) == (0, 0)
            reply = await client.post(address, headers={"Authorization": f"Bearer {SECRET}"}, json={"forged": True})
            assert reply.status_code == 204
            (event,) = await taken(queue, 1)
            assert event["message"]["call_id"] == call
            call = await asyncio.to_thread(source.leave)
            await asyncio.sleep(1.2)
            # Like a webhook that cannot set headers.
            assert (await client.get(address, params={"secret": SECRET})).status_code == 204
            assert (await taken(queue, 1))[0]["message"]["call_id"] == call

    asyncio.run(run())


@kazoo
@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"interval": 0}, "interval"),
        ({"mailbx": "1000"}, "mailbx"),
        ({"backfill": "3 weeks ago"}, "90d"),
        ({"password": ["unspeakable"]}, "password"),
        ({"webhook": {"port": 5000}}, "webhook.secret"),
        ({"webhook": {"port": 5000, "secret": "short"}}, "webhook.secret"),
        ({"mailbox": "9999"}, "9999"),
        ({"password": "wrong"}, "refuses the login"),
        ({"state_file": "/nowhere/state.json"}, "/nowhere/state.json"),
    ],
)
def test_permanent_errors_end_the_source(source: Source, options: dict[str, t.Any], word: str) -> None:
    with pytest.raises(Exception, match=word) as reported:
        asyncio.run(asyncio.wait_for(PLUGIN["main"](asyncio.Queue(), source.arguments(**options)), 20))
    assert not isinstance(reported.value, TimeoutError)
    assert "unspeakable" not in str(reported.value)
    assert "short" not in str(reported.value)


@kazoo
def test_the_state_file_of_another_source_is_refused(source: Source) -> None:
    assert asyncio.run(source.events(0)) == []
    before = source.state.read_bytes()
    for content in (before, b"{", b'{"version": 9}'):
        source.state.write_bytes(content)
        with pytest.raises(Exception, match="belongs to another source"):
            asyncio.run(source.events(0, mailbox="1000"))
        assert source.state.read_bytes() == content


def test_a_vendor_without_messages_is_reported(tmp_path: pathlib.Path) -> None:
    options = {"vendor": "onsip", "state_file": str(tmp_path / "state.json"), **ONSIP.connection}
    with pytest.raises(Exception, match="OnSIP cannot read messages"):
        asyncio.run(asyncio.wait_for(PLUGIN["main"](asyncio.Queue(), options), 20))


@kazoo
def test_the_source_runs_without_an_importable_collection(source: Source) -> None:
    """Run it with the connection from the environment, as in the example rulebook."""
    (rulebook,) = yaml.safe_load((EDA / "rulebooks" / "new_voicemail.yml").read_text())
    given = rulebook["sources"][0]["telephony.voicemail.voicemail"]
    assert set(given) <= set(yaml.safe_load(PLUGIN["DOCUMENTATION"])["options"])
    script = f"""
import asyncio, json, runpy
async def run():
    queue = asyncio.Queue()
    main = runpy.run_path({str(SOURCE)!r})["main"]
    task = asyncio.create_task(main(queue, {{"state_file": {str(source.state)!r}, "backfill": "2000-01-01"}}))
    print(json.dumps([await asyncio.wait_for(queue.get(), 20) for _number in range(12)]))
    task.cancel()
asyncio.run(run())
"""
    connection = source.subject.arguments(source.server)
    environment = {f"VOICEMAIL_{name.upper()}": str(value) for name, value in connection.items()}
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len({event["message"]["id"] for event in json.loads(done.stdout)}) == 12


@kazoo
def test_list_errors_do_not_end_the_source_or_show_the_secret(
    source: Source, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Try an invalid reply, a defect, a full disk, and a temporarily missing mailbox."""
    watching = PLUGIN["_watch"]
    errors: list[Exception] = [
        OverflowError(f"cannot convert float infinity to integer {SECRET}"),
        RecursionError(SECRET),
        errors_module.NotFoundError(f"mailbox 1000 does not exist, {urllib.parse.quote(SECRET)}"),
        errors_module.RejectedError(f"the vendor refuses {SECRET}"),
        OSError(28, "No space left on device", SECRET),
    ]
    genuine = watching.Watch.new

    def new(watch: t.Any) -> t.Any:
        if errors and watch.position.known:
            raise errors.pop(0)
        return genuine(watch)

    async def run() -> None:
        monkeypatch.setattr(watching.Watch, "new", new)
        webhook = {"port": unused_port(), "secret": SECRET}
        async with source.running(interval=0.01, webhook=webhook) as queue:
            while errors:
                await asyncio.sleep(0.01)
            call = await asyncio.to_thread(source.leave)
            (event,) = await taken(queue, 1)
        assert event["message"]["call_id"] == call

    with caplog.at_level(logging.DEBUG):
        asyncio.run(run())
    assert caplog.text.count("Next attempt in") == 5
    assert "unexpected OverflowError" in caplog.text
    assert SECRET not in caplog.text
    assert urllib.parse.quote(SECRET) not in caplog.text


def test_a_state_file_that_cannot_be_written_is_named(tmp_path: pathlib.Path) -> None:
    watching = PLUGIN["_watch"]
    position = watching.Position(str(tmp_path / "no folder" / "state.json"), {"vendor": "kazoo"}, overlap=60)
    with pytest.raises(watching.FileProblem, match=r"cannot write .*no folder/state\.json"):
        position.save()
