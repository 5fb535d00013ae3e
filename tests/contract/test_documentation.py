# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every example of the documentation against the simulator, and compare quotes with the code.

test_guides.py follows the guides and the README, with their files and commands. This file runs their other
examples.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import pathlib
import re
import subprocess
import sys
import typing as t
import wave
from xml.etree import ElementTree

import pytest
import yaml
from ansible.module_utils.basic import missing_required_lib
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layout import Layout
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers import documentation_shell
from helpers.documentation_blocks import (
    LANGUAGES,
    ROOT,
    SHELL_LANGUAGES,
    YAML_LANGUAGES,
    Block,
    Document,
    documents,
    markdown,
)
from helpers.playbooks import Run
from helpers.playbooks import ansible as run_ansible
from voicemail_simulator.server import SimulatorServer

#: Addresses in the documentation, which are replaced by those of simulators.
URLS = {
    "kazoo": "https://kazoo.example.com:8443/v2",
    "portsip": "https://pbx.example.com:8887/api",
    "tel4vn": "https://pbx01.example.com/v1",
    "onsip": "https://api.onsip.com/api",
}
#: Replacements for values in the documentation that belong to an address.
LOGINS = {
    "kazoo": {
        "username": "admin",
        "domain": "accountone.example.com",
        "account_id": "36194fbde6a5167eb8193b6f5ad83d7c",
    },
    "portsip": {"username": "voicemail-admin", "domain": "voicemail.example.com", "account_id": "700000000000000001"},
    "tel4vn": {"username": "admin"},
    "onsip": {"username": "admin", "domain": "example.onsip.com", "account_id": "61002"},
}
KAZOO_KEY = "simulator-api-key-accountone".ljust(64, "0")
TEL4VN_KEY = "5f0c1a9e-3b7d-4e62-9a48-c1d2e3f40567"
ENVIRONMENT = {"VOICEMAIL_VENDOR": "kazoo", "VOICEMAIL_API_KEY": KAZOO_KEY}
#: Values for variables that the documentation does not define.
VARIABLES = {
    "kazoo_api_key": KAZOO_KEY,
    "vault_kazoo_api_key": KAZOO_KEY,
    "kazoo_password": "simulator-password",
    "portsip_password": "simulator-password",
    "tel4vn_api_key": TEL4VN_KEY,
    "tel4vn_password": "simulator-password",
    "onsip_password": "simulator-password",
    "reception_pin": "482193",
    "support_pin": "739015",
    "sales_pin": "604827",
}
#: The id of a message in an example, which simulators do not generate.
NAMED_MESSAGES = ("884757570370146304", "884757570370146305")
#: Files that the examples of plugins and roles require. The folder declares the initial mailboxes of a simulated KAZOO,
#: so that there is no difference.
FILES = {
    "mailboxes/present.yml": "\n".join(f"- mailbox: '{number}'" for number in range(1000, 1010)),
    "mailboxes.yml": "mailboxes:\n  - {mailbox: '3000', name: Reception}\n",
    "mailboxes.d/workshop.yml": "- {mailbox: '3001', name: Workshop}\n",
}
BOXES = {
    "plugins/modules/voicemail_message.py": {
        "telephony.voicemail.vmboxes": {
            "vendor": "kazoo",
            "url": URLS["kazoo"],
            "api_key": KAZOO_KEY,
            "mailboxes": [{"mailbox": number, "name": number} for number in ("3000", "3001", "3002")],
        }
    }
}
KINDS = documents()
EVERY = [document for listed in KINDS.values() for document in listed]
#: Documents that test_guides.py follows.
FOLLOWED = [*KINDS["guides"], *(document for document in KINDS["readmes"] if document.path == ROOT / "README.md")]
Play = dict[str, t.Any]


def with_simulators(value: t.Any, urls: t.Mapping[str, str], folder: pathlib.Path) -> t.Any:
    """Return the content of a block, with simulators as the telephone systems and the folder as /srv."""
    if isinstance(value, list):
        return [with_simulators(entry, urls, folder) for entry in value]
    if isinstance(value, str):
        for name, url in URLS.items():
            value = value.replace(url, urls.get(name, url))
        return re.sub(r"(?<![\w/])/srv/", f"{folder}/", value)
    if not isinstance(value, dict):
        return value
    inside = {key: with_simulators(entry, urls, folder) for key, entry in value.items()}
    for key, name in value.items():
        if str(key).endswith("vendor") and name in urls:
            prefix = str(key).removesuffix("vendor")
            inside[f"{prefix}url"] = urls[name]
            written = {prefix + option: login for option, login in LOGINS[name].items()}
            inside.update({option: login for option, login in written.items() if option in value})
    return inside


def plays_of(block: Block, document: Document, urls: t.Mapping[str, str], folder: pathlib.Path) -> list[Play]:
    """Return a block as plays for the document's host."""
    before = [BOXES[document.name]] if document.name in BOXES else []
    content = block.content if block.is_playbook else [{"hosts": "all", "tasks": before + block.content}]
    plays = [{**play, "hosts": document.host} for play in with_simulators(content, urls, folder)]
    for play in plays:
        play.setdefault("gather_facts", False)
        play["name"] = f"{block.place} {play.get('name', '')}".strip()
        if not block.is_connected:
            play["environment"] = {**ENVIRONMENT, "VOICEMAIL_URL": urls.get("kazoo", URLS["kazoo"])}
        elif "vendor: kazoo" in block.text and not re.search(r"(?:api_key|username|token):", block.text):
            play["environment"] = {"VOICEMAIL_API_KEY": KAZOO_KEY}
    return plays


def write_files(document: Document, urls: t.Mapping[str, str], folder: pathlib.Path) -> list[pathlib.Path]:
    """Write a document's blocks to a folder, and return the playbooks to run."""
    (folder / "voicemail").mkdir(parents=True)
    write_recording(folder)
    if document.name.startswith(("plugins/", "roles/")):
        for name, text in FILES.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
    playbooks = []
    for number, block in enumerate(document.blocks):
        if block in document.playbooks:
            path = folder / (block.caption or f"block-{number}.yml")
            # JSON is YAML, and Ansible reads it as such.
            path.write_text(json.dumps(plays_of(block, document, urls, folder)))
            is_followed = document in FOLLOWED and bool(block.caption)
            playbooks += [path] if not block.words.startswith("syntax only") and not is_followed else []
        elif block.caption:
            (folder / block.caption).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.caption).write_text(block.text)
    return playbooks


def prepare_home_folder(folder: pathlib.Path) -> None:
    """Create the files that examples require in the working directory, which is also HOME."""
    (folder / ".voicemail-vault").write_text("a password\n")


def write_recording(folder: pathlib.Path) -> None:
    """Write the recording that examples upload next to the playbook."""
    (folder / "files").mkdir(exist_ok=True)
    with wave.open(str(folder / "files" / "welcome.wav"), "wb") as audio:
        audio.setparams((1, 2, 16000, 0, "NONE", ""))
        audio.writeframes(bytes(1600))


def ansible(program: str, folder: pathlib.Path, *arguments: str, **environment: str) -> Run:
    """Run one of Ansible's programs on a terminal of 80 columns."""
    variables = {"TMPDIR": str(folder), "COLUMNS": "80", **environment}
    return run_ansible(program, folder, *arguments, environment=variables)


def inventory(folder: pathlib.Path, names: t.Iterable[str]) -> str:
    """Write an inventory whose hosts are this machine."""
    path = folder / "hosts"
    python = f"ansible_connection=local ansible_python_interpreter={sys.executable}"
    path.write_text("".join(f"{name} {python}\n" for name in names))
    return str(path)


def start_simulators(document: Document, stack: contextlib.ExitStack) -> dict[str, str]:
    """Start a simulator of every vendor in a document, and return their addresses."""
    text = document.path.read_text(encoding="utf-8")
    connected = all(block.is_connected for block in document.playbooks)
    urls = {}
    for name in NAMES:
        if re.search(rf"vendor: {name}|{URLS[name]}", text) or (name == "kazoo" and not connected):
            messages = 2 if "voicemail_message" in text else 0
            server = stack.enter_context(SimulatorServer(name, mailboxes=10, messages=messages))
            urls[name] = server.url
            if name == "portsip" and messages and NAMED_MESSAGES[0] in text:
                name_messages(server)
    return urls


def name_messages(server: SimulatorServer) -> None:
    """Set the ids of two messages of the first shared voicemail to those in an example."""
    state = server.store.as_dict("portsip.")
    shared = next(key for key, box in state["portsip.shared_voicemails"].items() if box["extension_number"] == "8001")
    messages = dict(state["portsip.messages"])
    own = [key for key, message in messages.items() if message["owner_id"] == shared]
    for key, name in zip(own, NAMED_MESSAGES, strict=True):
        messages[name] = {**messages.pop(key), "id": name}
    server.simulation.replace_state({**state, "portsip.messages": messages})


def broken(output: str, pending: t.Sequence[Document]) -> Document:
    """Return the document at which a run stopped: the last one in its output."""
    headings = re.findall(r"^PLAY \[(\S+?):\d+", output, re.M)
    named = [document for document in pending if document.name in headings[-1:]]
    return named[0] if named else pending[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_runs(kind: str, tmp_path: pathlib.Path) -> None:
    """Run all examples in one ansible-playbook. After a failure, continue with the next document."""
    prepare_home_folder(tmp_path)
    with contextlib.ExitStack() as stack:
        scenarios = []
        for document in KINDS[kind]:
            folder = tmp_path / document.host
            scenarios.append((document, write_files(document, start_simulators(document, stack), folder)))
        pending = [(document, playbooks) for document, playbooks in scenarios if playbooks]
        assert pending
        hosts = inventory(tmp_path, [document.host for document, _playbooks in pending])
        (tmp_path / "variables.json").write_text(json.dumps(VARIABLES))
        failures = []
        while pending:
            listed = [str(path) for _document, playbooks in pending for path in playbooks]
            run = ansible("playbook", tmp_path, "-i", hosts, "-e", f"@{tmp_path}/variables.json", *listed)
            if run.code == 0:
                break
            failures.append(run.output[-3000:])
            last = broken(run.output, [document for document, _playbooks in pending])
            pending = pending[[document for document, _playbooks in pending].index(last) + 1 :]
    assert not failures, "\n\n".join(failures)


def test_examples_that_are_not_run_have_valid_syntax(tmp_path: pathlib.Path) -> None:
    paths = []
    for document in EVERY:
        folder = tmp_path / document.host
        write_files(document, {}, folder)
        for number, block in enumerate(document.blocks):
            if block in document.playbooks and block.words.startswith("syntax only"):
                assert re.fullmatch(r"syntax only, \w.*", block.words), f"{block.place}: the reason is missing"
                paths.append(str(folder / (block.caption or f"block-{number}.yml")))
    if not paths:
        pytest.skip("every example is run")
    hosts = inventory(tmp_path, [document.host for document in EVERY])
    run = ansible("playbook", tmp_path, "-i", hosts, "--syntax-check", *paths)
    assert run.code == 0, run.output


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.name)
def test_every_block_is_checked(document: Document) -> None:
    """Check that every block is run, or is a file that is used."""
    for block in document.blocks:
        assert block.language in LANGUAGES, f"{block.place}: a block in {block.language or 'no language'}"
        if block.language in YAML_LANGUAGES:
            assert block.content is not None, block.place
            if isinstance(block.content, dict) and "mailboxes" in block.content:
                entries = read_entries(File(block.text, block.place), Layout(), [])
                assert check_entries(entries, [], Checks(vendor="kazoo")), block.place
            elif document.path.parent.parent.name == "roles" and isinstance(block.content, dict):
                specification = yaml.safe_load((document.path.parent / "meta" / "argument_specs.yml").read_text())
                known = {option for entry in specification["argument_specs"].values() for option in entry["options"]}
                assert set(block.content) <= known, block.place
            else:
                assert block in document.playbooks or block.caption, f"{block.place}: give it a caption, its file name"


@pytest.mark.parametrize(
    "block",
    [block for document in EVERY if document not in FOLLOWED for block in document.of(*SHELL_LANGUAGES)],
    ids=lambda block: block.place,
)
def test_every_command_exists(block: Block) -> None:
    (document,) = [document for document in EVERY if block in document.blocks]
    files = {other.caption for other in document.blocks if other.caption or other in document.playbooks}
    commands = documentation_shell.commands(block.text)
    assert commands, f"{block.place}: no line begins with $"
    assert [problem for command in commands if (problem := documentation_shell.problem(command, files))] == []


def test_the_readme_shows_the_output_of_its_playbook(tmp_path: pathlib.Path) -> None:
    """Apply, apply again, and check, with the address replaced as the README describes."""
    document = markdown(ROOT / "README.md")
    block = next(block for block in document.blocks if block.is_playbook)
    assert len(block.text.splitlines()) == 10
    (shown,) = [text.text for text in document.of("text")]
    with SimulatorServer("kazoo") as server:
        text = block.text.replace(URLS["kazoo"], server.url)
        playbook = tmp_path / block.caption
        variables = {"VOICEMAIL_API_KEY": KAZOO_KEY}
        playbook.write_text(text)
        first = ansible("playbook", tmp_path, str(playbook), **variables)
        again = ansible("playbook", tmp_path, str(playbook), **variables)
        playbook.write_text(text.replace("sales@", "orders@"))
        review = ansible("playbook", tmp_path, str(playbook), "--check", "--diff", **variables)
    for run in (first, again, review):
        assert run.code == 0, run.output
    assert "changed=1" in first.output
    assert "changed=0" in again.output
    assert "\n".join(line.rstrip() for line in shown.splitlines()) in review.output


GUIDES = ROOT / "docs" / "docsite" / "rst"


def test_the_readme_lists_all_content_of_the_collection() -> None:
    table = re.findall(r"^\| (`.*?`) \| [\w ]+ \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    named = {name for cell in table for name in re.findall(r"`(\w+)`", cell)}
    places = ("plugins/modules/*.py", "plugins/lookup/*.py", "plugins/filter/*.py", "plugins/callback/*.py")
    places += ("plugins/inventory/*.py", "roles/*", "playbooks/*.yml")
    places += ("extensions/eda/plugins/event_source/*.py", "extensions/eda/rulebooks/*.yml")
    assert {path.stem for place in places for path in ROOT.glob(place)} <= named


def test_links_of_the_readme_work_outside_the_repository() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r"""(?:src|href)="([^"]+)\"""", text)
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    own = [re.match(r"https://github\.com/telephony/voicemail/(?:blob|tree)/main/([^#]+)", link) for link in links]
    places = [found[1] for found in own if found]
    # The website's own test checks its pages.
    assert len([link for link in links if link.startswith("https://telephony.github.io/voicemail/")]) > 10
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_users_need_no_checkout() -> None:
    """Check that the guides and the README, up to the section for contributors, require only the archive."""
    texts = {document.name: document.path.read_text(encoding="utf-8") for document in FOLLOWED}
    texts["README.md"] = texts["README.md"].partition("## Contributing")[0]
    commands = re.compile(r"^ *\$ make\b|`make \w|extensions/molecule|^ *\$ cd (?:roles|plugins)/", re.M)
    assert [name for name, text in texts.items() if commands.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_vendor_pages_list_unsupported_features(name: str) -> None:
    text = (GUIDES / f"vendor_{name}.rst").read_text(encoding="utf-8")
    table = vendor(name).tables["mailbox"]
    options = [option for option in table.refused if "." not in option and option not in ("create", name)]
    assert [option for option in options if f"``{option}``" not in text] == []
    for login in vendor(name).credentials:
        assert all(f"``{option}``" in text for option in login), login


def test_the_pages_match_the_field_tables() -> None:
    command = [sys.executable, str(ROOT / "tests" / "tools" / "build_docs.py"), "--check"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_troubleshooting_quotes_existing_messages() -> None:
    sources = [
        *(ROOT / "plugins").rglob("*.py"),
        *ROOT.glob("playbooks/*.yml"),
        *ROOT.glob("roles/*/*/*.yml"),
        *ROOT.glob("docs/pipelines/*.yml"),
    ]
    code = "\n".join(re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8")) for path in sources)
    code += inspect.getsource(missing_required_lib)
    quoted = re.findall(r"^``(.+)``$", (GUIDES / "troubleshooting.rst").read_text(encoding="utf-8"), re.M)
    assert len(quoted) > 20
    parts = {part.strip(" :,.") for text in quoted for part in re.split(r"\.\.\.|``, ``", text)}
    assert sorted(part for part in parts if part and part not in code) == []


def test_the_architecture_picture_shows_existing_files() -> None:
    picture = ElementTree.parse(GUIDES / "architecture.svg").getroot()
    texts = [part.text or "" for part in picture.iter() if part.get("class") == "file"]
    files = [name for text in texts for name in text.replace("<vendor>", "kazoo").split(", ")]
    assert len(files) > 8
    places = [ROOT, ROOT / "plugins", ROOT / "plugins" / "module_utils"]
    assert [name for name in files if not any(list(place.glob(name)) for place in places)] == []


@pytest.mark.parametrize(
    "page", [GUIDES / "promises.rst", ROOT / "docs" / "reliability.md"], ids=lambda page: page.name
)
def test_promises_name_existing_tests(page: pathlib.Path) -> None:
    named = re.findall(r"`(tests/[\w./]+\.py)(?:::(\w+))?`", page.read_text(encoding="utf-8"))
    assert len(named) > 10
    for path, function in named:
        assert (ROOT / path).is_file(), path
        assert not function or f"def {function}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{function}"
