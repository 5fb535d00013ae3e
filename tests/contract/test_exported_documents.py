# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter boxes_to_yaml and the compact form on each vendor: applying their output changes nothing."""

from __future__ import annotations

import pathlib

import pytest
from ansible_collections.telephony.voicemail.plugins.filter.boxes_to_yaml import FilterModule
from helpers.exports import check_documents, populate
from helpers.runners import in_worker
from helpers.subjects import KAZOO, SUBJECTS, Subject

boxes_to_yaml = FilterModule().filters()["boxes_to_yaml"]


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_applying_exported_documents_changes_nothing(tmp_path: pathlib.Path, subject: Subject) -> None:
    with subject.serve(mailboxes=2) as server:
        populate(subject, server)
        boxes = in_worker(subject.info, subject.arguments(server))[subject.listed]
        server.journal.clear()
        found = {}
        for split in (False, True):
            given = {"vendor": subject.vendor, "resource": subject.listed, "split": split}
            for document in boxes_to_yaml(boxes, **given):
                path = tmp_path / document["name"]
                path.parent.mkdir(exist_ok=True)
                path.write_text(document["content"], encoding="utf-8")
                found[document["name"]] = document["content"]
                result = in_worker(subject.plural, subject.arguments(server, src=str(path)))
                assert (result["failed"], result["changed"]) == (False, False), result
        assert subject.writes(server) == []
        check_documents(subject, found)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
@pytest.mark.parametrize("pins", [False, True], ids=["without", "with"])
def test_applying_a_compact_export_changes_nothing(subject: Subject, pins: bool) -> None:
    with subject.serve(mailboxes=5) as server:
        populate(subject, server)
        long = in_worker(subject.info, subject.arguments(server, include_pins=pins))[subject.listed]
        short = in_worker(subject.info, subject.arguments(server, include_pins=pins, compact=True))
        assert [box[subject.key] for box in short[subject.listed]] == [box[subject.key] for box in long]
        assert all(len(few) < len(many) for few, many in zip(short[subject.listed], long, strict=True))
        assert not any("native" in box for box in short[subject.listed])
        server.journal.clear()
        given = {subject.listed: short[subject.listed], "defaults": short["defaults"]}
        again = in_worker(subject.plural, subject.arguments(server, **given))
        assert (again["failed"], again["changed"]) == (False, False), again
        assert subject.writes(server) == []


@pytest.mark.parametrize("profile", ["4.3", "M"])
def test_hidden_properties_are_not_exported(profile: str) -> None:
    with KAZOO.serve({"profile": profile}, mailboxes=2) as server, KAZOO.serve({"profile": "M"}, mailboxes=0) as other:
        found = in_worker("vmbox_info", KAZOO.arguments(server))["mailboxes"]
        later = {"after_forward_action", "envelope_type", "shared_vmbox", "vm_message_forward_type"}
        assert not any(later & set(box["kazoo"]) for box in found)
        items = [{key: value for key, value in box.items() if key not in ("id", "owner_id")} for box in found]
        assert not in_worker("vmboxes", KAZOO.arguments(other, mailboxes=items))["failed"]
        stored = [box["public"] for box in other.store.collection("kazoo.boxes").values()]
        assert len(stored) == 2
        assert not any(later & set(box) for box in stored)


def test_a_number_never_leads_outside_the_folder() -> None:
    boxes = [{"mailbox": "../x"}, {"mailbox": ".."}]
    documents = boxes_to_yaml(boxes, vendor="kazoo", split=True)
    names = [document["name"] for document in documents]
    assert sorted(names) == ["mailboxes/%2E%2E%2Fx.yml", "mailboxes/%2E%2E.yml"]
