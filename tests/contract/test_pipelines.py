# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines of the guide: adopt existing mailboxes, apply a reviewed change, and detect drift."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest
from helpers import pipeline_programs as programs
from helpers.documentation_blocks import ROOT, restructured
from helpers.pipelines import GitHub, GitLab, Job, Pipeline
from helpers.playbooks import play
from voicemail_simulator.server import SimulatorServer

KEY = "simulator-api-key-accountone".ljust(64, "0")
PIN = "7q48z1"
GUIDE = restructured(ROOT / "docs" / "docsite" / "rst" / "guide_pipelines.rst")
FILES = {block.caption: block for block in GUIDE.blocks if block.caption}


def names(server: SimulatorServer) -> dict[str, str]:
    """Return the names of the mailboxes on the telephone system."""
    boxes = server.store.as_dict("kazoo.")["kazoo.boxes"].values()
    return {box["public"]["mailbox"]: box["public"]["name"] for box in boxes if not box["deleted"]}


def rename_by_hand(server: SimulatorServer, number: str, name: str) -> None:
    """Rename a mailbox without the repository."""
    state = server.store.as_dict("kazoo.")
    for box in state["kazoo.boxes"].values():
        if box["public"]["mailbox"] == number:
            box["public"]["name"] = name
    server.simulation.replace_state(state)


def adopt(pipeline: Pipeline) -> None:
    """Adopt the existing mailboxes with the guide's playbook."""
    (content,) = FILES["adopt.yml"].content
    folder = pipeline.folder / "adopted"
    folder.mkdir()
    run = play(folder, content["tasks"], environment={"VOICEMAIL_VENDOR": "kazoo", **pipeline.settings})
    assert run.code == 0, run.output
    (folder / "mailboxes").rename(pipeline.repository / "mailboxes")


def declare(pipeline: Pipeline) -> None:
    """Declare the existing mailboxes."""
    (pipeline.repository / "mailboxes").mkdir()
    boxes = "".join(f"- {{mailbox: '{number}', name: Mailbox {number}}}\n" for number in (1000, 1001))
    (pipeline.repository / "mailboxes" / "mailboxes.yml").write_text(boxes)


def propose(pipeline: Pipeline) -> None:
    """Commit the existing mailboxes, and a new name and a new mailbox on a branch."""
    (pipeline.repository / "office.yml").write_text(FILES["office.yml"].text)
    (pipeline.repository / ".gitignore").write_text("*-report/\n")
    pipeline.git("init", "-q", "-b", "main")
    pipeline.git("add", ".")
    pipeline.git("commit", "-qm", "Adopt existing mailboxes")
    pipeline.git("checkout", "-qb", "reception")
    listed = pipeline.repository / "mailboxes" / "mailboxes.yml"
    listed.write_text(listed.read_text().replace("Mailbox 1000", "Reception"))
    (pipeline.repository / "mailboxes" / "new.csv").write_text(f"mailbox,name,pin\n3000,Workshop,{PIN}\n")
    pipeline.git("add", ".")
    pipeline.git("commit", "-qm", "Name the reception, open the workshop")


@pytest.mark.parametrize(("kind", "begin"), [(GitHub, adopt), (GitLab, declare)], ids=["github", "gitlab"])
def test_adopt_review_apply_and_detect_drift(
    kind: type[Pipeline], begin: t.Callable[[Pipeline], None], tmp_path: pathlib.Path
) -> None:
    with SimulatorServer("kazoo", mailboxes=2) as server:
        pipeline = kind(tmp_path, {"VOICEMAIL_URL": server.url, "VOICEMAIL_API_KEY": KEY})
        begin(pipeline)
        propose(pipeline)
        lint, plan = jobs = pipeline.run("review")
        assert [(job.name, job.status) for job in jobs] == [("lint", 0), ("plan", 0)], jobs[-1].output
        assert "3 mailboxes are valid for KAZOO" in lint.output
        (comment,) = pipeline.platform["comments"]
        assert "| update | planned | name | Mailbox 1000 | Reception |" in comment["body"]
        assert "| localhost | 3000 | new.csv:2 | create | planned |" in comment["body"]
        assert "\n$ ansible-playbook telephony.voicemail.apply -e @office.yml" in comment["body"], comment["body"]
        found = re.search(r"^Checksum of the plan of localhost: `([0-9a-f]{64})`$", comment["body"], re.M)
        assert found is not None
        assert found[1] in plan.output
        pipeline.add_foreign_comment()
        rename_by_hand(server, "1000", "Renamed since the first plan")
        assert [job.status for job in pipeline.run("review")] == [0, 0]
        own, other = pipeline.platform["comments"]
        assert (own["id"], other["body"]) == (comment["id"], pipeline.forged), "the pipeline has one comment"
        assert "| Renamed since the first plan | Reception |" in own["body"]
        rename_by_hand(server, "1000", "Mailbox 1000")
        pipeline.run("review")
        assert pipeline.platform["comments"][0]["body"].count(found[1]) > 0
        assert names(server) == {"1000": "Mailbox 1000", "1001": "Mailbox 1001"}

        pipeline.git("checkout", "-q", "main")
        pipeline.git("merge", "-q", "reception")
        if kind is GitHub:
            rename_by_hand(server, "1000", "Changed since the review")
            (refused,) = pipeline.run("merge")
            assert refused.status != 0
            assert "The plan differs from the reviewed one" in refused.output
            assert names(server) == {"1000": "Changed since the review", "1001": "Mailbox 1001"}
            rename_by_hand(server, "1000", "Mailbox 1000")
        (applied,) = pipeline.run("merge")
        assert (applied.name, applied.status) == ("apply", 0), applied.output
        assert names(server) == {"1000": "Reception", "1001": "Mailbox 1001", "3000": "Workshop"}

        rename_by_hand(server, "1000", "Nobody")
        (drift,) = pipeline.run("night")
        assert (drift.name, drift.status) == ("drift", 2), drift.output
        page = (drift.kept / "voicemail.html").read_text()
        assert "<h1>Voicemail drift</h1>" in page
        assert "Nobody" in page
        assert names(server)["1000"] == "Nobody"

    reported = [comment["body"], page, *(job.output for job in (lint, plan, applied, drift))]
    reported += [json.dumps(pipeline.platform["calls"])]
    for secret in (KEY, PIN, programs.TOKEN):
        assert [text for text in reported if secret in text] == []


def test_lint_reports_problems_without_a_telephone_system(tmp_path: pathlib.Path) -> None:
    pipeline = GitLab(tmp_path, {})
    declare(pipeline)
    propose(pipeline)
    (pipeline.repository / "mailboxes" / "wrong.csv").write_text("mailbox,nmae\n3001,Sales\n")
    pipeline.git("add", ".")
    (lint,) = pipeline.run("review")
    assert lint.status != 0
    assert "wrong.csv:1: unknown column 'nmae'; did you mean `name`?" in lint.output


INJECTIONS = [
    "none provision_checksum=''",
    "none provision_prune=true provision_max_deletions=1000",
    "{{ lookup('ansible.builtin.pipe', 'touch injected') }}",
    '", "provision_prune": "true',
    "$(touch injected)",
    "`touch injected`",
    "; touch injected",
    "-e @other.yml",
    "f" * 64 + "\nprovision_prune=true",
    "provision_prune=true\n" + "f" * 64,
    "f" * 8,
    "F" * 64,
    " " + "f" * 64,
    "@office.yml",
]


@pytest.mark.parametrize("kind", [GitHub, GitLab], ids=["github", "gitlab"])
def test_a_manual_checksum_cannot_inject_options(kind: type[Pipeline], tmp_path: pathlib.Path) -> None:
    """Check that no text in a manually started job can disable the review."""
    with SimulatorServer("kazoo", mailboxes=2) as server:
        pipeline = kind(tmp_path, {"VOICEMAIL_URL": server.url, "VOICEMAIL_API_KEY": KEY})
        declare(pipeline)
        propose(pipeline)
        pipeline.git("clean", "-fdx")
        pipeline.shell = lambda script, environment, run=pipeline.shell: run(  # type: ignore[method-assign]
            'ansible-playbook() { echo REACHED "$@"; }\npip() { :; }\nansible-galaxy() { :; }\n' + script, environment
        )
        for text in INJECTIONS:
            (job,) = started_by_hand(pipeline, text)
            assert job.status != 0, (text, job.output)
            assert "REACHED" not in job.output, (text, job.output)
            assert "must be the 64 digits" in job.output, (text, job.output)
            assert not (pipeline.repository / "injected").exists(), text
        (job,) = started_by_hand(pipeline, "f" * 64)
        assert (
            f'REACHED telephony.voicemail.apply -e @office.yml -e {{"provision_checksum": "{"f" * 64}"}}' in job.output
        )
        assert server.journal.entries() == []


def started_by_hand(pipeline: Pipeline, checksum: str) -> list[Job]:
    """Run the applying job with a typed checksum."""
    pipeline.by_hand = checksum
    return [pipeline.run_job("apply", "merge")]


@pytest.mark.parametrize("kind", [GitHub, GitLab], ids=["github", "gitlab"])
def test_scripts_do_not_split_external_text(kind: type[Pipeline]) -> None:
    """Check that external text is quoted, because unquoted text would be split or expanded."""
    text = (ROOT / "docs" / "pipelines" / kind.file).read_text(encoding="utf-8")
    assert re.findall(r"-e [\"']?\w+=\S*\$", text) == []
    assert re.findall(r"GITHUB_(?:OUTPUT|ENV|PATH)", text) == []
    assert re.findall(r"\beval\b|\bxargs\b|\bsh -c\b", text) == []
