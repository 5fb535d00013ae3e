# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put secrets in all inputs, and search for them in all outputs: terminal, files, temporary folders, process
arguments."""

from __future__ import annotations

import collections
import contextlib
import hashlib
import json
import logging
import pathlib
import threading
import typing as t
import urllib.parse

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch
from ansible_collections.telephony.voicemail.plugins.module_utils.greetings import apply as greeting_engine
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import (
    apply as engine,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import (
    execute as steps,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import handlers
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import parse as items
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import plan as planning
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import write as writing
from ansible_collections.telephony.voicemail.plugins.module_utils.messages import apply as message_engine
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings import run as audio_run
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import client as http_client
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import stream as streams
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import login
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo import mailboxes
from helpers.greeting_subjects import recording
from helpers.leaks import contains_secret
from helpers.loopback import Answer, Loopback, Seen, forward_to
from helpers.message_subjects import KAZOO_MESSAGES, PORTSIP_MESSAGES, TEL4VN_MESSAGES
from helpers.playbooks import play
from helpers.runners import RUNNERS, Result, in_worker
from helpers.subjects import KAZOO, LOGIN_PATHS, ONSIP, PERSONAL, SHARED, TEL4VN, Subject

PINS = ("748159", "260483")
CREDENTIALS = ("password", "api_key", "token")
SUBJECTS = {
    "kazoo": (KAZOO,),
    "portsip": (SHARED, PERSONAL),
    "tel4vn": (TEL4VN,),
    "onsip": (ONSIP,),
}
MESSAGES = {"kazoo": KAZOO_MESSAGES, "portsip": PORTSIP_MESSAGES, "tel4vn": TEL4VN_MESSAGES}
TOKEN_HEADERS = ("x-auth-token", "authorization", "portsip-upload-token")
#: The server's reaction to every request except logins, by the start of the path. "pin" affects requests with a PIN,
#: "login" also logins.
FAILURES = ("echo400", "echo500", "echo200", "html", "elsewhere", "short", "pin400", "pin409", "pin200", "login400")

#: Added to the path of every Python that Ansible starts: the full debug log that a user might enable.
LOGGING = """
import logging
logging.basicConfig(filename={file!r}, level=logging.DEBUG)
"""


class Watch:
    """Read the arguments of all processes of a play, which have its folder in their environment."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.seen: set[str] = set()
        self._mark = f"HOME={folder}".encode()
        self._looked: collections.Counter[str] = collections.Counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for place in pathlib.Path("/proc").iterdir():
                # A process may execute another program shortly after its start.
                if not place.name.isdigit() or self._looked[place.name] > 3:
                    continue
                self._looked[place.name] += 1
                with contextlib.suppress(OSError):
                    if self._mark in (place / "environ").read_bytes():
                        self.seen.add((place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()


class Echo:
    """Forward requests. For some paths, fail and return the request's content, as careless servers do."""

    def __init__(self, origin: str) -> None:
        self._forward = forward_to(origin)
        self.tokens: set[str] = set()

    def __call__(self, seen: Seen) -> Answer:
        kind, _slash, rest = seen.path.lstrip("/").partition("/")
        if kind not in FAILURES:
            return self._served(seen)
        logging_in = any(path in seen.path for path in LOGIN_PATHS) or b"SessionCreate" in seen.body
        pins = [pin for pin in PINS if pin.encode() in seen.body]
        if (logging_in and kind != "login400") or (kind.startswith("pin") and not pins):
            return self._served(Seen(seen.method, f"/{rest}", seen.headers, seen.body))
        # The secrets come first, because long text is truncated.
        tokens = [value for name, value in seen.headers.items() if name in TOKEN_HEADERS]
        text = f"{pins} {tokens} {seen.text}".replace("\\", "/")
        reported = {"message": text, "pin": {"invalid": {"message": text, "cause": text}}}
        body = json.dumps(
            {
                "data": reported,
                "status": "error",
                "error": text,
                "message": text,
                "msg": text,
                "err_msg": text,
                "error_code": text,
                "errors": [{"code": "INVALID", "message": text}],
                "Response": {
                    "Context": {
                        "Action": {"IsCompleted": "false"},
                        "Request": {"Errors": {"Error": {"Parameter": "Fullname", "Code": "Bad", "Message": text}}},
                        "Session": {"IsEstablished": "true"},
                    }
                },
            }
        ).encode()
        if kind == "html":
            return Answer(200, {"Content-Type": "text/html"}, f"<html>{text}</html>".encode())
        if kind == "elsewhere":
            return Answer(307, {"Location": f"http://localhost:9/{urllib.parse.quote(text)}"})
        if kind == "short":
            return Answer(200, {"Content-Type": "application/json"}, body[:200], length=9999)
        return Answer(int(kind[-3:]), {"Content-Type": "application/json"}, body)

    def _served(self, seen: Seen) -> Answer:
        for header in TOKEN_HEADERS:
            if header in seen.headers:
                self.tokens.add(seen.headers[header].removeprefix("Bearer "))
        for name, value in urllib.parse.parse_qsl(seen.body.decode(errors="replace")):
            if name == "SessionId":
                self.tokens.add(value)
        return self._forward(seen)


def secrets_of(subject: Subject) -> set[str]:
    """Return the user's secrets, and the credentials derived from them."""
    given = {value for key, value in subject.connection.items() if key in CREDENTIALS}
    if subject.vendor == "kazoo":
        pair = f"{subject.connection['username']}:{subject.connection['password']}"
        given.add(hashlib.md5(pair.encode(), usedforsecurity=False).hexdigest())
    return given


def wrong(subject: Subject) -> dict[str, str]:
    """Return credentials that are refused."""
    return {key: "wrong-" + "s" * 58 for key in subject.connection if key in CREDENTIALS}


def calls(vendor: str, folder: pathlib.Path) -> t.Iterator[tuple[Subject, str, dict[str, t.Any]]]:
    """Yield calls of every module of a vendor, with PINs where possible."""
    for subject in SUBJECTS[vendor]:
        key = {subject.key: subject.number}
        yield subject, subject.module, {**subject.create, **key, "pin": PINS[0]}
        yield subject, subject.module, {**key, "pin": PINS[1]}
        yield subject, subject.module, {**key, "pin": PINS[0], "no_such_option": PINS[1]}
        yield subject, subject.module, {**key, "pin": [PINS[0]]}
        listed = [{**subject.create, **key, "pin": PINS[0]}, {"pin": PINS[1]}, PINS[0]]
        yield subject, subject.plural, {subject.listed: listed}
        yield subject, subject.plural, {subject.listed: [{**subject.create, **key, "pin": PINS[0]}]}
        yield subject, subject.info, {}
        yield subject, subject.info, {"include_pins": False, subject.key: subject.number}
    subject = SUBJECTS[vendor][0]
    place = MESSAGES[vendor].box if vendor in MESSAGES else {"mailbox": "1001"}
    yield subject, "voicemail_message_info", place
    yield subject, "voicemail_message_facts", place
    yield subject, "voicemail_message", {**place, "state": "read"}
    yield subject, "voicemail_message", {**place, "state": "absent", "max_deletions": 0}
    upload = {"mailbox": "1000", "state": "present", "src": str(folder / "sound.wav"), "call_id": "uploaded"}
    yield subject, "voicemail_message", upload
    yield subject, "voicemail_audio", {**place, "dest": str(folder / "dest"), "manifest": "manifest.json"}
    greeting = {"media_id": "5" * 32} if vendor == "kazoo" else {"src": str(folder / "sound.wav")}
    box = place if vendor == "portsip" else {"mailbox": "1000"}
    yield subject, "voicemail_greeting", {**box, **greeting}


def arguments(subject: Subject, url: str, failure: str = "", **options: t.Any) -> dict[str, t.Any]:
    """Return the arguments of a task whose requests fail."""
    parts = urllib.parse.urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc}{f'/{failure}' if failure else ''}{parts.path}"
    waits = {"retry_budget": 0, "timeout": 60}
    return {"vendor": subject.vendor, "url": address, **waits, **subject.connection, **options}


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """Return a folder with all files of the tasks."""
    for name in ("dest", "temporary", "python"):
        (tmp_path / name).mkdir()
    (tmp_path / "sound.wav").write_bytes(recording(0.1, 3))
    return tmp_path


@pytest.mark.parametrize("vendor", ["kazoo", "portsip"])
def test_a_play_leaks_no_secret(vendor: str, folder: pathlib.Path) -> None:
    subject = SUBJECTS[vendor][0]
    (folder / "python" / "sitecustomize.py").write_text(LOGGING.format(file=str(folder / "debug.log")))
    tasks: list[dict[str, t.Any]] = []

    def add(subject: Subject, module: str, options: dict[str, t.Any], **keywords: t.Any) -> None:
        name = f"result{len(tasks)}"
        task = {f"telephony.voicemail.{module}": options, "register": name, "ignore_errors": True, **keywords}
        tasks.append(task)

    with subject.serve(mailboxes=3, messages=2) as simulator:
        echo = Echo(simulator.origin)
        with Loopback(echo) as server, Watch(folder) as watch:
            url = simulator.url.replace(simulator.origin, server.origin)
            everything = list(calls(vendor, folder))
            for one, module, options in everything:
                add(one, module, arguments(one, url, **options))
            for position, failure in enumerate(FAILURES):
                # The next test combines every module with every failure.
                for one, module, options in everything[position % 8 :: 8]:
                    add(one, module, arguments(one, url, failure, **options))
            for one, module, options in everything[::6]:
                add(one, module, arguments(one, url, **{**options, **wrong(one)}))
            # The module runner, which passes the arguments to another process.
            for one, module, options in (everything[4], everything[-1]):
                add(one, module, arguments(one, url, "echo400", **options), **{"async": 60, "poll": 1})
            names = [task["register"] for task in tasks]
            tasks.append({"ansible.builtin.debug": {"msg": "{{ [" + ", ".join(names) + "] }}"}})
            environment = {
                "PYTHONPATH": str(folder / "python"),
                "TMPDIR": str(folder / "temporary"),
                "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
                "ANSIBLE_CALLBACKS_ENABLED": "telephony.voicemail.voicemail_report",
                "VOICEMAIL_REPORT_FOLDER": str(folder / "report"),
            }
            run = play(folder, tasks, "-vvvv", "--diff", environment=environment)
    assert run.code == 0, run.output[-3000:]
    secrets = {*PINS, *secrets_of(subject), *wrong(subject).values(), *echo.tokens}
    assert echo.tokens
    places = {"the output": run.output, "arguments of processes": "\n".join(watch.seen)}
    playbook = folder / "playbook.yml"
    files = [path for path in folder.rglob("*") if path.is_file() and path != playbook and not path.is_symlink()]
    places.update({str(path.relative_to(folder)): path.read_text(errors="replace") for path in files})
    assert any("ansible playbook" in arguments for arguments in watch.seen)
    assert "debug.log" in places
    assert any(name.startswith("report") for name in places)
    assert "httpcore" in places["debug.log"]
    assert "httpcore" in places["debug.log"]
    for name, text in places.items():
        found = [secret for secret in secrets if contains_secret(secret, text)]
        lines = [line[:400] for line in text.splitlines() for secret in found if contains_secret(secret, line)]
        assert not found, f"{name} shows {found}: {lines[:3]}"


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("vendor", SUBJECTS)
def test_module_failures_contain_no_secret(
    vendor: str, failure: str, folder: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    reported: list[str] = []
    failed = 0
    with SUBJECTS[vendor][0].serve(mailboxes=3, messages=2) as simulator, caplog.at_level(logging.DEBUG):
        echo = Echo(simulator.origin)
        with Loopback(echo) as server:
            url = simulator.url.replace(simulator.origin, server.origin)
            for one, module, options in calls(vendor, folder):
                result = in_worker(module, arguments(one, url, failure, **options))
                reported.append(json.dumps(result))
                failed += result["failed"]
    reported += [record.getMessage() for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]
    assert failed > 5
    subject = SUBJECTS[vendor][0]
    for secret in {*PINS, *secrets_of(subject), *echo.tokens}:
        assert not [text[:1000] for text in reported if contains_secret(secret, text)], secret


#: A function of each layer, and a module that calls it.
LAYERS: tuple[tuple[t.Any, str, str], ...] = (
    (dispatch, "run", "vmbox"),
    (handlers, "connect_options", "vmboxes"),
    (handlers, "_plural_result", "vmboxes"),
    (items.Reader, "read", "vmboxes"),
    (engine, "apply", "vmbox"),
    (engine, "plan_in_order", "vmboxes"),
    (planning, "match", "vmboxes"),
    (writing, "run_all", "vmboxes"),
    (writing, "carry_out", "vmboxes"),
    (steps, "unapplied_options", "vmbox"),
    (login.Login, "run", "vmbox_info"),
    (mailboxes.KazooMailboxes, "_box", "vmbox_info"),
    (http_client, "ssl_context", "vmbox"),
    (http_client.Client, "send", "vmbox"),
    (http_client.Client, "_check_status", "vmbox_info"),
    (http_client.Reply, "parse", "vmbox"),
    (message_engine, "read", "voicemail_message_info"),
    (message_engine, "apply", "voicemail_message"),
    (message_engine, "_write_group", "voicemail_message"),
    (audio_run.Run, "_fetch", "voicemail_audio"),
    (streams.Stream, "pieces", "voicemail_audio"),
    (greeting_engine, "apply", "voicemail_greeting"),
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(("place", "name", "module"), LAYERS, ids=lambda value: str(getattr(value, "__name__", value)))
def test_exceptions_in_any_layer_contain_no_secret(
    place: t.Any, name: str, module: str, runner: str, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = "portsip" if module == "voicemail_greeting" else "kazoo"
    secrets = {*PINS, *secrets_of(SUBJECTS[vendor][0])}
    raised: list[bool] = []

    def broken(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        raised.append(True)
        raise LookupError(f"about {sorted(secrets)}")

    with SUBJECTS[vendor][0].serve(mailboxes=3, messages=2) as server:
        monkeypatch.setattr(place, name, broken)
        found: list[Result] = [
            RUNNERS[runner](one, arguments(subject, server.url, **options))
            for subject, one, options in calls(vendor, folder)
            if one == module and "no_such_option" not in options
        ]
    assert raised, f"{module} does not call {name}: {found}"
    assert any(result["failed"] for result in found)
    for result in found:
        reported = json.dumps(result)
        assert not [secret for secret in secrets if contains_secret(secret, reported)], reported
        assert not result["failed"] or result["msg"]
    assert any("unexpected LookupError" in result.get("msg", "") for result in found), [one["msg"] for one in found]
