# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate scenarios of greetings from a seed, run and check them. Callers must hear a complete greeting at any
time."""

from __future__ import annotations

import dataclasses
import pathlib
import random
import tempfile
import typing as t

from chaos.play import TOKEN_LIFE, Interference
from chaos.scenario import TIMEOUT, Event, aimed_faults
from chaos.worlds import WORLDS, Box
from helpers.greeting_runs import MODULE
from helpers.greeting_subjects import TaskRunner, recording
from helpers.runners import Result, in_worker
from helpers.subjects import SHARED
from helpers.virtual_time import virtual_time
from voicemail_simulator.server import SimulatorServer

SOUNDS = {name: recording(0.1, loudness) for loudness, name in enumerate(("old", "other", "new", "rival"), 1)}
BEHAVIORS = (
    ("greeting_enable", "independent"),
    ("blob_access", "private"),
    ("id_shape", "base64"),
    ("missing_destroy", "swapped"),
    ("token_lifetime", 30),
    ("version", "22.6"),
    ("version", "22.0"),
)
WRITING = tuple(
    f",method=POST,path={path}" for path in ("uploads$", "append$", "complete$", "greetings$", "enable$", "destroy$")
)
MEDIA_WRITING = (",method=POST|PATCH,path=vmboxes",)
MEDIA_UPLOADING = (
    ",method=PUT,path=media",
    ",method=POST,path=raw",
    ",method=GET,path=raw",
    ",method=PATCH,path=vmboxes",
    ",method=DELETE,path=media",
)
MEDIA_BEHAVIORS = (
    ("profile", "5"),
    ("profile", "4.3"),
    ("normalize_media", True),
    ("conflict_writes", 1),
    ("broken_uploads", 1),
)


@dataclasses.dataclass(frozen=True)
class GreetingScenario:
    """A scenario of one run.

    :param place: option and number of the box.
    :param there: names of the existing recordings. The first one is enabled.
    :param sound: the declared recording, or empty for the vendor's default.
    """

    subject: str
    seed: int
    place: tuple[str, str]
    sound: str
    there: tuple[str, ...] = ()
    prune: bool = False
    file_name: str = "greeting.wav"
    faults: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    behaviors: tuple[tuple[str, t.Any], ...] = ()
    options: tuple[tuple[str, t.Any], ...] = ()
    check: bool = False

    parts: t.ClassVar = ("events", "faults", "behaviors", "there", "options")
    kept: t.ClassVar = ()

    def reported(self) -> str:
        """Return the scenario as text, without empty fields."""
        lines = [f"{self.subject} seed {self.seed}: {' '.join(self.place)}: {self.sound or 'the default greeting'}"]
        for field in dataclasses.fields(self)[4:]:
            if value := getattr(self, field.name):
                lines.append(f"  {field.name}: {value}")
        return "\n".join(lines)


def generate_greeting(subject: str, seed: int) -> GreetingScenario:
    """Return the scenario of a seed."""
    chance = random.Random(f"{subject} {seed}")
    uploads = subject == "portsip-greeting"
    aims, behaviors, requests = {
        "portsip-greeting": (WRITING, BEHAVIORS, 14),
        "kazoo-greeting": (MEDIA_WRITING, (), 6),
        "kazoo-upload": (MEDIA_UPLOADING, MEDIA_BEHAVIORS, 20),
    }[subject]
    events = []
    for _event in range(chance.choice((0, 0, 1, 2))):
        events.append(Event(chance.randrange(12), chance.choice(("expire", "late", "add") if uploads else ("expire",))))
    options = {"retry_budget": chance.choice((0, 3, 20, 60))}
    place = chance.choice((("shared_voicemail", "8001"), ("mailbox", "1001"))) if uploads else ("mailbox", "1000")
    return GreetingScenario(
        subject=subject,
        seed=seed,
        place=place,
        sound=chance.choice(("new", "new", "new", "old", "")),
        there=tuple(chance.sample(("old", "other"), chance.choice((0, 1, 1, 2)))),
        prune=uploads and chance.random() < 0.3,
        file_name=chance.choice(("greeting.wav", "old.wav")),
        faults=tuple(aimed_faults(aims, chance, requests)),
        events=tuple(events),
        behaviors=tuple(chance.sample(behaviors, chance.choice((0, 1, 2)))) if behaviors else (),
        options=tuple(options.items()),
        check=chance.random() < 0.08,
    )


class Listener(Interference):
    """Record the heard greeting after every request, and run events."""

    def __init__(self, runner: TaskRunner, scenario: GreetingScenario) -> None:
        super().__init__(runner.server, WORLDS["portsip-shared"], scenario.events)
        self.runner = runner
        self.place = dict((scenario.place,))
        self.heard: list[list[bytes]] = []

    async def __call__(self, scope: t.Any, receive: t.Any, send: t.Any) -> None:
        """Serve one request, and record the greeting."""
        await super().__call__(scope, receive, send)
        self.heard.append(self.runner.heard(**self.place))

    def happen(self, event: Event) -> None:
        """Run an event."""
        if event.what == "expire":
            self.server.clock.advance(TOKEN_LIFE)
        else:
            add(self.runner, self.place, "rival", enabled=False)


def add(runner: TaskRunner, place: dict[str, str], name: str, *, enabled: bool) -> None:
    """Add a greeting as another operator."""
    import base64

    directory = runner.directory
    ((option, number),) = place.items()
    table = directory.users if option == "mailbox" else directory.boxes
    (owner,) = [one["id"] for one in table.collection.values() if one["extension_number"] == number]
    key = f"blob-of-{name}"
    directory.blobs[key] = {
        "file_name": f"{name}.wav",
        "content": base64.b64encode(SOUNDS[name]).decode(),
        "references": 9,
    }
    greeting = {"id": directory.new_id(), "owner_id": owner, "enabled": enabled, "file_name": f"{name}.wav"}
    directory.greetings.add({**greeting, "file_size": len(SOUNDS[name]), "blob_key": key})


def uploaded(scenario: GreetingScenario) -> list[str]:
    """Run a scenario that uploads a greeting, and return its problems."""
    server = SimulatorServer("portsip", mailboxes=2, behaviors=dict(scenario.behaviors), seed=scenario.seed)
    with server, virtual_time(server.clock.advance), tempfile.TemporaryDirectory() as folder:
        runner = TaskRunner(server, pathlib.Path(folder))
        place = dict((scenario.place,))
        for position, name in enumerate(scenario.there):
            add(runner, place, name, enabled=position == 0)
        source = runner.file(SOUNDS[scenario.sound], scenario.file_name) if scenario.sound else None
        before = runner.greetings(**place)
        listener = Listener(runner, scenario)
        server.simulation.faults = listener  # type: ignore[assignment]
        server.faults.set(scenario.faults)
        first = run(scenario, server, source, timeout=TIMEOUT, check=scenario.check, **dict(scenario.options))
        listener.drain()
        middle, written = runner.greetings(**place), [one for one in SHARED.writes(server) if scenario.check]
        server.faults.set(())
        listener.events.clear()
        second = run(scenario, server, source)
        after = runner.greetings(**place)
        server.journal.clear()
        third = run(scenario, server, source)
        noisy = SHARED.writes(server)
    wanted = [SOUNDS[scenario.sound]] if scenario.sound else []
    found = problems_of(first, second, third, noisy + written)
    if scenario.check or first["failed"]:
        if before != {one: middle[one] for one in middle if middle[one][0] != SOUNDS["rival"]} and (
            scenario.check or not first["changed"]
        ):
            found.append(f"it reported no change, but there was one: {reported(before)}, {reported(middle)}")
    elif heard_in(middle) != wanted:
        found.append(f"it succeeded, but callers hear {named(heard_in(middle))}")
    allowed = [SOUNDS[scenario.there[0]]] if scenario.there else []
    for heard in listener.heard:
        strange = [one for one in heard if one not in (*allowed, *wanted)]
        if strange or (not heard and allowed and wanted):
            found.append(f"callers heard {named(heard)}")
            break
    if heard_in(after) != wanted:
        found.append(f"in the end callers hear {named(heard_in(after))}")
    contents = [content for content, _enabled in after.values()]
    if scenario.sound and contents.count(SOUNDS[scenario.sound]) != 1:
        found.append(f"it exists {contents.count(SOUNDS[scenario.sound])} times: {reported(after)}")
    return found + losses(scenario, before, after)


Greetings = dict[str, tuple[bytes, bool]]


def losses(scenario: GreetingScenario, before: Greetings, after: Greetings) -> list[str]:
    """Return lost greetings. Disabled ones are kept, except earlier versions of the file, or on request."""
    if scenario.prune:
        return []
    return [
        f"{name}, which was not declared, is lost"
        for name in scenario.there[1:]
        if f"{name}.wav" != scenario.file_name and not any(SOUNDS[name] == content for content, _on in after.values())
    ]


def heard_in(greetings: Greetings) -> list[bytes]:
    """Return the greetings that callers hear."""
    return [content for content, enabled in greetings.values() if enabled]


def named(sounds: list[bytes]) -> list[str]:
    """Return the names of recordings."""
    return [next((name for name, sound in SOUNDS.items() if sound == one), "noise") for one in sounds]


def reported(greetings: Greetings) -> list[str]:
    """Describe greetings."""
    return [f"{named([content])[0]}{' (heard)' if on else ''}" for content, on in greetings.values()]


def run(
    scenario: GreetingScenario,
    server: SimulatorServer,
    source: str | None,
    *,
    check: bool = False,
    **options: t.Any,
) -> Result:
    """Run the module."""
    arguments: dict[str, t.Any] = {"timeout": 20, "retry_budget": 120, **dict((scenario.place,)), **options}
    arguments["state"] = "present" if scenario.sound else "absent"
    if scenario.subject == "kazoo-greeting":
        arguments |= {"media_id": media_id(scenario.sound)} if scenario.sound else {}
        return in_worker(MODULE, WORLDS["kazoo"].subject.arguments(server, **arguments), check=check)
    arguments |= {"prune": scenario.prune, **({"src": source} if source else {})}
    return in_worker(MODULE, SHARED.arguments(server, **arguments), check=check)


def problems_of(first: Result, second: Result, third: Result, noisy: list[str]) -> list[str]:
    """Return the problems of the results."""
    found = []
    if "unexpected" in str(first.get("msg")):
        found.append(f"an unexpected exception: {first['msg']}")
    if first["failed"] and not first.get("msg"):
        found.append("it failed without a message")
    if second["failed"]:
        found.append(f"the second run failed: {second['msg']}")
    if third["failed"] or third["changed"] or noisy:
        found.append(f"the third run, or check mode, reports a change: {noisy} {third}")
    return found


def media_id(name: str) -> str:
    """Return the id of a media file of KAZOO."""
    return f"{sorted(SOUNDS).index(name):032x}"


def chosen(scenario: GreetingScenario) -> list[str]:
    """Run a scenario that selects a media file, and return its problems."""
    world = WORLDS["kazoo"]
    server = world.subject.serve(dict(scenario.behaviors), mailboxes=2, seed=scenario.seed)
    with server, virtual_time(server.clock.advance):
        for box in world.boxes(server):
            media = {"media": {"unavailable": media_id(scenario.there[0]), "a": "b"}} if scenario.there else {}
            for name in SOUNDS:
                public = {"name": name, "media_source": "upload"}
                state = server.vendor.state
                state.save_document(state.media, server.vendor.ACCOUNT_ID, media_id(name), public)
            world.change(server, box, {**world.foreign, **media})

        def seen() -> tuple[dict[str, t.Any], dict[str, t.Any], list[Box]]:
            """Return the media and the other fields of the box, and all other boxes."""
            box, *others = sorted(world.boxes(server), key=lambda box: box.number)
            return box.fields["media"], {**box.fields, "media": None}, others

        before = seen()
        between = Interference(server, world, scenario.events)
        server.simulation.faults = between  # type: ignore[assignment]
        server.faults.set(scenario.faults)
        server.journal.clear()
        first = run(scenario, server, None, timeout=TIMEOUT, check=scenario.check, **dict(scenario.options))
        between.drain()
        middle, written = seen(), [one for one in world.subject.writes(server) if scenario.check]
        server.faults.set(())
        between.events.clear()
        second = run(scenario, server, None)
        after = seen()
        server.journal.clear()
        third = run(scenario, server, None)
        noisy = world.subject.writes(server)
    wanted = media_id(scenario.sound) if scenario.sound else None
    found = problems_of(first, second, third, noisy + written)
    if middle != before and (scenario.check or not first["changed"]):
        found.append(f"it reported no change, but there was one: {before[0]}, {middle[0]}")
    if not first["failed"] and not scenario.check and middle[0].get("unavailable") != wanted:
        found.append(f"it succeeded, but the greeting is {middle[0]}")
    if after[0].get("unavailable") != wanted:
        found.append(f"in the end the greeting is {after[0]}")
    if after[1:] != before[1:] or {**after[0], "unavailable": None} != {**before[0], "unavailable": None}:
        found.append(f"something else changed: {before}, {after}")
    return found


GREETINGS: dict[str, tuple[str, t.Callable[[GreetingScenario], list[str]]]] = {
    "portsip-greeting": ("portsip", uploaded),
    "kazoo-greeting": ("kazoo", chosen),
}
