# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fake the programs that would contact another machine, such as pip and curl: use it to run pipelines.

Each is called as `pipeline_programs.py NAME ARGUMENTS`. The environment variable PLATFORM names a file with the
platform's state: comments, requests, and the arguments of every call. Other calls are errors.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTION = "telephony.voicemail"
TOKEN = "platform-token-4f1d"
OWN, OTHER = {"id": 7, "username": "project_bot", "login": "github-actions[bot]"}, {"id": 8, "login": "somebody"}
Platform = dict[str, t.Any]


def pip(words: list[str], _platform: Platform) -> None:
    """Install nothing, and fail if a requested package is missing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["install"])
    parser.add_argument("-r", dest="files", action="append", default=[])
    parser.add_argument("packages", nargs="*")
    asked = parser.parse_args(words)
    for file in asked.files:
        assert pathlib.Path(file).read_text() == (ROOT / "requirements.txt").read_text(), file


def ansible_galaxy(words: list[str], _platform: Platform) -> None:
    """Link this checkout into the folder of the installed collection."""
    from packaging.specifiers import SpecifierSet

    assert words[:2] == ["collection", "install"], words
    name, _colon, versions = words[2].partition(":")
    assert name == COLLECTION, name
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"] in SpecifierSet(versions), versions
    namespace = pathlib.Path.home() / ".ansible" / "collections" / "ansible_collections" / "telephony"
    namespace.mkdir(parents=True, exist_ok=True)
    if not (namespace / "voicemail").exists():
        (namespace / "voicemail").symlink_to(ROOT, target_is_directory=True)


def gh(words: list[str], platform: Platform) -> None:
    """Comment on pull requests, and answer two queries about them."""
    assert os.environ["GH_TOKEN"] == TOKEN
    number = str(platform["request"])
    if words[:2] == ["pr", "comment"]:
        assert words[2:4] == [number, "--body-file"], words
        text = pathlib.Path(words[4]).read_text()
        assert len(text) <= 65536
        platform["comments"].append({"id": 100 + len(platform["comments"]), "user": OWN, "body": text})
        return
    import jq

    assert words.pop(0) == "api", words
    parser = argparse.ArgumentParser()
    for option in ("--paginate", "--silent"):
        parser.add_argument(option, action="store_true")
    for option in ("--jq", "--method", "--field"):
        parser.add_argument(option)
    parser.add_argument("path")
    asked = parser.parse_args(words)
    repository = f"repos/{os.environ['GITHUB_REPOSITORY']}"
    if asked.method:
        name, _equals, file = asked.field.partition("=@")
        assert (asked.method, name, asked.silent) == ("PATCH", "body", True), words
        edit(platform, asked.path.removeprefix(f"{repository}/issues/comments/"), pathlib.Path(file).read_text())
        return
    answers = {
        f"{repository}/commits/{os.environ['GITHUB_SHA']}/pulls": [{"number": platform["request"]}],
        f"{repository}/issues/{number}/comments": platform["comments"],
    }
    for value in jq.compile(asked.jq).input_value(answers[asked.path]):
        print(value if isinstance(value, str) else json.dumps(value))


def edit(platform: Platform, comment: str, text: str) -> None:
    """Replace the text of a comment that the pipeline wrote."""
    (found,) = [one for one in platform["comments"] if str(one["id"]) == comment]
    assert OWN in (found.get("user"), found.get("author")), "the comment belongs to another user"
    found["body"] = text


def curl(words: list[str], platform: Platform) -> None:
    """Reply like GitLab's API."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", choices=["-"], required=True)
    for name in ("--fail", "--silent", "--show-error"):
        parser.add_argument(name, action="store_true", required=True)
    parser.add_argument("--output")
    for name in ("--form", "--request"):
        parser.add_argument(name)
    parser.add_argument("url")
    asked = parser.parse_args(words)
    assert sys.stdin.read() == f'header = "PRIVATE-TOKEN: {TOKEN}"'
    base = os.environ["CI_API_V4_URL"]
    project = f"{base}/projects/{os.environ['CI_PROJECT_ID']}"
    notes = f"{project}/merge_requests/{platform['request']}/notes"
    if asked.form:
        name, _equals, value = asked.form.partition("=<")
        text = pathlib.Path(value).read_text()
        if asked.request == "PUT":
            edit(platform, asked.url.removeprefix(f"{notes}/"), text)
            return
        assert (asked.url, name, asked.request) == (notes, "body", None), words
        platform["comments"].append({"id": 100 + len(platform["comments"]), "author": OWN, "body": text})
        return
    requests = [{"iid": 3, "state": "closed"}, {"iid": platform["request"], "state": "merged"}]
    answers = {
        f"{base}/user": OWN,
        f"{project}/repository/commits/{os.environ.get('CI_COMMIT_SHA')}/merge_requests": requests,
        f"{notes}?sort=desc&order_by=created_at&per_page=100": platform["comments"][::-1],
    }
    print(json.dumps(answers[asked.url]))


PROGRAMS = {"pip": pip, "ansible-galaxy": ansible_galaxy, "gh": gh, "curl": curl}


def main() -> None:
    """Run one of the fake programs, and record the call."""
    name, *words = sys.argv[1:]
    file = pathlib.Path(os.environ["PLATFORM"])
    platform = json.loads(file.read_text())
    platform["calls"].append([name, *words])
    try:
        PROGRAMS[name](words, platform)
    finally:
        file.write_text(json.dumps(platform))


if __name__ == "__main__":
    main()
