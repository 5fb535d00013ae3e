# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the jobs of a pipeline as GitHub and GitLab do: use it for the pipelines in the documentation.

Supports only the features that the pipelines of this collection use. Anything else is an error.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t

import yaml

from helpers import pipeline_programs as programs
from helpers.programs import shared_python

ROOT = programs.ROOT
REQUEST = 12
COMMIT = "5e1f" * 10


@dataclasses.dataclass(frozen=True)
class Job:
    """The exit status and output of a job, and the folder with its artifacts."""

    name: str
    status: int
    output: str
    kept: pathlib.Path


@dataclasses.dataclass
class Pipeline:
    """A pipeline in a repository.

    :param folder: folder for the repository, a home and artifacts.
    :param settings: variables and secrets of the repository.
    """

    folder: pathlib.Path
    settings: dict[str, str]
    #: The checksum that a user enters to start a job manually.
    by_hand: str = ""
    #: The pipeline's file in this collection.
    file: t.ClassVar[str]

    def __post_init__(self) -> None:
        self.repository = self.folder / "repository"
        for path in (self.repository, self.folder / "bin", self.folder / "home"):
            path.mkdir(parents=True)
        self.state = self.folder / "platform.json"
        # A comment of a user about a plan, and a plan that was reviewed earlier.
        self.forged = f"# Voicemail plan\n\nChecksum of the plan of localhost: `{'f' * 64}`\n"
        stranger = {"id": 50, "user": programs.OTHER, "author": programs.OTHER, "body": self.forged}
        self.state.write_text(json.dumps({"request": REQUEST, "comments": [], "calls": [], "stranger": stranger}))
        python = f'exec "{sys.executable}"'
        commands = {name: f'{python} "{programs.__file__}" {name} "$@"' for name in programs.PROGRAMS}
        # Ansible, with another Python for its modules.
        extra = f"ansible_python_interpreter={shared_python()}"
        commands["ansible-playbook"] = f'export ANSIBLE_PIPELINING=1\n{python} -m ansible playbook "$@" -e {extra}'
        for name, command in commands.items():
            program = self.folder / "bin" / name
            program.write_text(f"#!/bin/sh\n{command}\n")
            program.chmod(0o755)
        self.content = yaml.safe_load((ROOT / "docs" / "pipelines" / self.file).read_text(encoding="utf-8"))

    @property
    def platform(self) -> dict[str, t.Any]:
        """Return the platform's state."""
        return t.cast("dict[str, t.Any]", json.loads(self.state.read_text()))

    def add_foreign_comment(self) -> None:
        """Add another user's comment that looks like a plan."""
        platform = self.platform
        platform["comments"].append(platform["stranger"])
        self.state.write_text(json.dumps(platform))

    def git(self, *words: str) -> None:
        """Run Git in the repository."""
        name = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
        subprocess.run(["git", *name, *words], cwd=self.repository, check=True, capture_output=True)

    def shell(self, script: str, environment: t.Mapping[str, str]) -> tuple[int, str]:
        """Run a script as both platforms do: in bash, which stops at the first failing command."""
        places = (str(self.folder / "bin"), str(pathlib.Path(sys.executable).parent), os.environ["PATH"])
        base = {
            "PATH": os.pathsep.join(places),
            "HOME": str(self.folder / "home"),
            "LC_ALL": "C.UTF-8",
            "PLATFORM": str(self.state),
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.repository,
            env={**base, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout

    def keep(self, job: str, place: str) -> pathlib.Path:
        """Store a folder of the repository as a job's artifact."""
        kept = self.folder / "kept" / job
        if (self.repository / place).is_dir():
            shutil.copytree(self.repository / place, kept, dirs_exist_ok=True)
        return kept

    def run(self, event: str) -> list[Job]:
        """Run the jobs of an event, up to the first failure. Each job has a new working tree."""
        jobs = []
        for name in self.selected(event):
            self.git("clean", "-fdx")
            jobs.append(self.run_job(name, event))
            if jobs[-1].status:
                break
        return jobs

    def selected(self, event: str) -> list[str]:
        """Return the names of an event's jobs in order."""
        raise NotImplementedError

    def run_job(self, name: str, event: str) -> Job:
        """Run one job."""
        raise NotImplementedError


class GitHub(Pipeline):
    """Events are review, merge and night."""

    file = "github.yml"
    events: t.ClassVar = {"review": "pull_request", "merge": "push", "night": "schedule"}

    def selected(self, event: str) -> list[str]:
        """Evaluate the jobs' conditions. PyYAML takes the key on for a boolean."""
        assert set(self.events.values()) <= set(self.content[True])
        found = []
        for name, job in self.content["jobs"].items():
            condition = job["if"].replace("github.event_name", repr(self.events[event])).replace("||", "or")
            if eval(condition, {"__builtins__": {}}):
                found.append(name)
        return found

    def _environment(self, given: t.Mapping[str, str], event: str) -> dict[str, str]:
        values = {f"{kind}.{name}": value for name, value in self.settings.items() for kind in ("secrets", "vars")}
        values |= {"github.token": programs.TOKEN, "inputs.checksum": self.by_hand}
        if event == "review":
            values["github.event.pull_request.number"] = str(REQUEST)
        return {
            name: re.sub(r"\$\{\{ *(\S+?) *\}\}", lambda found: values[found[1]], text) for name, text in given.items()
        }

    def run_job(self, name: str, event: str) -> Job:
        """Run the steps, and after one that fails only those that want to be run all the same."""
        job = self.content["jobs"][name]
        assert self.content["defaults"]["run"]["shell"] == "bash"
        status, output, kept = 0, "", self.folder / "kept" / name
        summary = self.folder / f"{name}.md"
        own = {"GITHUB_REPOSITORY": "office/voicemail", "GITHUB_SHA": COMMIT, "GITHUB_STEP_SUMMARY": str(summary)}
        for step in job["steps"]:
            assert step.get("if", "${{ !cancelled() }}") == "${{ !cancelled() }}"
            if status and "if" not in step:
                continue
            if "uses" in step:
                action = re.fullmatch(r"actions/([a-z-]+)@v\d+", step["uses"])
                assert action is not None, step
                if action[1] == "upload-artifact":
                    kept = self.keep(name, step["with"]["path"])
                continue
            assert "${{" not in step["run"], "values of others do not belong in a script"
            given = {**self.content.get("env", {}), **job.get("env", {}), **step.get("env", {})}
            ended, printed = self.shell(step["run"], {**own, **self._environment(given, event)})
            status, output = status or ended, output + printed
        return Job(name, status, output, kept)


class GitLab(Pipeline):
    """Events are review, merge and night."""

    file = "gitlab-ci.yml"
    events: t.ClassVar = {"review": "merge_request_event", "merge": "push", "night": "schedule"}

    def _own(self, event: str) -> dict[str, str]:
        own = {
            "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
            "CI_PROJECT_ID": "34",
            "CI_PIPELINE_SOURCE": self.events[event],
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_SHA": COMMIT,
        }
        if event == "review":
            return {**own, "CI_MERGE_REQUEST_IID": str(REQUEST)}
        return {**own, "CI_COMMIT_BRANCH": "main"}

    def selected(self, event: str) -> list[str]:
        """Evaluate the jobs' rules, in the order of their stages."""
        own = self._own(event)
        found = []
        for name, job in self.content.items():
            for rule in job.get("rules", ()) if isinstance(job, dict) else ():
                condition = re.sub(r"(\$\w+) =~ /(.+?)/", r"bool(search(r'\2', \1))", rule["if"])
                condition = re.sub(r"\$(\w+)", lambda name: repr(own.get(name[1], "")), condition.replace("&&", "and"))
                if eval(condition, {"__builtins__": {}, "bool": bool, "search": re.search}):
                    found.append(name)
        return sorted(found, key=lambda name: self.content["stages"].index(self.content[name]["stage"]))

    def run_job(self, name: str, event: str) -> Job:
        """Run the lines before and those of the job in one shell."""
        job = self.content[name]
        lines = [*self.content["default"]["before_script"], *job["script"]]
        given = {**self.content["variables"], **job.get("variables", {}), "GITLAB_TOKEN": programs.TOKEN}
        given |= {"CHECKSUM": self.by_hand} if self.by_hand else {}
        status, output = self.shell("\n".join(lines), {**self._own(event), **self.settings, **given})
        kept = self.folder / "kept" / name
        if "artifacts" in job:
            assert job["artifacts"]["when"] == "always"
            (place,) = job["artifacts"]["paths"]
            assert job["artifacts"]["reports"]["junit"].startswith(place)
            kept = self.keep(name, place)
        return Job(name, status, output, kept)
