# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changelog matches the version in galaxy.yml and the content of the collection."""

from __future__ import annotations

import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def changelog() -> dict:
    return yaml.safe_load(text_of("changelogs/changelog.yaml"))["releases"]


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def test_every_release_has_a_date_and_a_summary() -> None:
    released = changelog()
    assert list(released) == sorted(released, key=version)
    for name, entry in released.items():
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry["release_date"]), name
        assert entry["changes"]["release_summary"].strip(), name
    declared = yaml.safe_load(text_of("galaxy.yml"))["version"]
    assert version(declared) >= version(list(released)[-1]), "galaxy.yml is behind the changelog"


def test_released_content_still_exists() -> None:
    """Check that released content exists, or that its removal is announced."""
    known = {path.stem for path in (*ROOT.glob("plugins/*/*.py"), *ROOT.glob("roles/*"))}
    removed = str([entry["changes"].get("removed_features", []) for entry in changelog().values()])
    named = [
        listed["name"]
        for entry in changelog().values()
        for group in (entry.get("modules", []), *entry.get("plugins", {}).values(), *entry.get("objects", {}).values())
        for listed in group
    ]
    assert len(named) > 10
    assert [name for name in named if name not in known and name not in removed] == []
