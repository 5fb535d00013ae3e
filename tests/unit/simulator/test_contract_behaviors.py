# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every open question of a contract is a behavior of the simulated vendor, with a value for every possible answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from voicemail_simulator.behaviors import Behavior
from voicemail_simulator.vendors import load

CONTRACTS = Path(__file__).resolve().parents[3].parent / "shared" / "contracts"

# The behaviors of open questions that have another name.
KAZOO = {
    "`fields`": ("fields",),
    "`full_docs` allowed": ("full_docs",),
    "`cb_bulk` started": ("cb_bulk",),
    "failed-shape": ("failed_shape",),
    "mask write errors": ("mask_write_errors",),
    "rate limit": ("rate_limit", "rate_limit_charge", "rate_limit_cost", "login_cost"),
    "token life 3600 s": ("token_life",),
    "message retention 93 days": ("message_retention_days",),
    "strict schema": ("strict_schema",),
    "view lag": ("view_lag",),
    "document cache lag": ("document_cache_lag",),
    "onboarding ids": ("onboarding_ids",),
}
PORTSIP = {
    "missing, bad, expired token": ("token_refused_status",),
    "wrong login": ("login_refused_status",),
    "field invalid or missing": ("field_invalid_status",),
    "number taken": ("number_taken_status",),
    "unknown id, GET": ("missing_read_status",),
    "unknown id, set_read / set_unread": ("missing_mark_status",),
    "unknown id, destroy": ("missing_destroy",),
    "rate limit exceeded": ("rate_limit_status", "rate_limit"),
    "update omits a field": ("update_omitted",),
    "unknown property in a body": ("unknown_property",),
    "`extension_number` in an update body": ("extension_number_in_update",),
    "PIN in replies": ("pin_reply",),
    "blank optional values in replies": ("blank_reply",),
    "id shape": ("id_shape",),
    "`created_at`": ("created_at_shape",),
    "defaults on create": ("create_defaults",),
    "enable a greeting": ("greeting_enable",),
    "version profile": ("version",),
    "blob GET": ("blob_access",),
    "default order": ("default_order",),
}
TEL4VN = {
    "default_limit, max_limit": ("default_limit", "max_limit"),
    "token_ttl": ("token_ttl", "token_reply"),
    "download_host": ("download_host", "download_marks_read"),
    "create_status": ("create_status", "delete_status"),
}
ONSIP = {
    "session_idle": ("session_idle", "drop_session_before_call"),
    "paging": ("default_limit", "max_limit", "list_order"),
}


def section(contract: str, heading: str) -> str:
    """Return a section of a contract, by the start of its heading."""
    file = CONTRACTS / f"{contract}.md"
    if not file.exists():
        pytest.skip("the contracts are not next to this checkout")
    _before, found, rest = file.read_text(encoding="utf-8").partition(f"\n## {heading}")
    assert found, f"{contract} has no section {heading}"
    return rest.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of the first table in a text, without its header."""
    table = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def missing(vendor: str, doubts: dict[str, int], named: dict[str, tuple[str, ...]]) -> list[str]:
    """Return what a vendor lacks: behaviors of open questions, and values of the first behavior of each."""
    behaviors: dict[str, Behavior] = {behavior.name: behavior for behavior in load(vendor).behavior_definitions}
    found = []
    for doubt, answers in doubts.items():
        names = named.get(doubt, (doubt,))
        found += [f"{doubt}: no behavior {name}" for name in names if name not in behaviors]
        accepts = behaviors[names[0]].accepts if names[0] in behaviors else ()
        if isinstance(accepts, tuple) and len(accepts) < answers:
            found.append(f"{doubt}: {answers} answers, but {names[0]} accepts {accepts}")
    return found


def test_kazoo() -> None:
    sentence = section("kazoo", "10. ").partition("default first: ")[2].partition(".\n")[0]
    doubts = {}
    for part in " ".join(sentence.split()).split("; "):
        name, _bracket, answers = part.partition(" (")
        doubts[name.strip()] = answers.count(",") + 1 if name in ("profile", "failed-shape") else 2
    assert len(doubts) == 13
    assert missing("kazoo", doubts, KAZOO) == []


def test_portsip() -> None:
    doubts = {}
    for question, _default, others in rows(section("portsip", "9. ")):
        if others:
            doubts[question] = 1 + len(re.sub(r"\([^)]*\)", "", others).split(","))
    assert len(doubts) == len(PORTSIP)
    assert missing("portsip", doubts, PORTSIP) == []


@pytest.mark.parametrize(
    ("vendor", "named", "fewest"), [("tel4vn", TEL4VN, 14), ("onsip", ONSIP, 12)], ids=["tel4vn", "onsip"]
)
def test_behaviors_named_by_the_contract(vendor: str, named: dict[str, tuple[str, ...]], fewest: int) -> None:
    doubts = {name: len(values.partition(";")[0].split(" / ")) for name, values in rows(section(vendor, "10. "))}
    assert len(doubts) >= fewest
    assert missing(vendor, doubts, named) == []


def test_tel4vn_has_every_error_shape() -> None:
    text = section("tel4vn", "3. ")
    shapes = [line for line in text.partition("```")[2].partition("```")[0].splitlines() if line.strip()]
    behavior = next(behavior for behavior in load("tel4vn").behavior_definitions if behavior.name == "error_shape")
    # Besides these: the empty object and a proxy's error page.
    assert isinstance(behavior.accepts, tuple)
    assert len(behavior.accepts) >= len(shapes) + 2
