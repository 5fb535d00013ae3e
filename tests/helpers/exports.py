# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boxes to export and the documents of them: use it where exports are written, by the role or by the filter."""

from __future__ import annotations

import typing as t

import yaml
from voicemail_simulator.server import SimulatorServer

from helpers.leaks import contains_secret
from helpers.runners import in_worker
from helpers.subjects import Subject

PINS = {"kazoo": "0451", "tel4vn": "0451", "onsip": "8351", "portsip-shared": "482159", "portsip-personal": "482159"}


class _Loader(yaml.SafeLoader):
    """A YAML loader that reads `!unsafe` text as plain text."""


_Loader.add_constructor("!unsafe", _Loader.construct_scalar)


def parsed(text: str | bytes) -> t.Any:
    """Return the content of an exported file."""
    return yaml.load(text, _Loader)


def populate(subject: Subject, server: SimulatorServer) -> None:
    """Create mailboxes with unusual text, several addresses, and a PIN with a leading zero."""
    first = {subject.key: subject.number, **subject.create, "pin": PINS[subject.name]}
    if "name" in first:
        first["name"] = "Ärzte: {{ 7*7 }} # \"quoted\", 'so'"
    result = in_worker(subject.plural, subject.arguments(server, **{subject.listed: [first]}))
    assert not result["failed"], result


def check_documents(subject: Subject, found: dict[str, str]) -> None:
    """Check that the files of both layouts have the same boxes, and no secrets."""
    boxes = parsed(found[f"{subject.listed}.yml"])[subject.listed]
    assert subject.number in [box[subject.key] for box in boxes]
    assert parsed(found[f"{subject.listed}/{subject.number}.yml"])[subject.listed][0] in boxes
    assert len(found) == len(boxes) + 1
    for text in found.values():
        assert "# Left out as secret: pin." in text
        assert not contains_secret(PINS[subject.name], text)
        assert not any({"id", "native", "pin"} & set(box) for box in parsed(text)[subject.listed])
