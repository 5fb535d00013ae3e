# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The measured playbooks, written as JSON, which is also YAML."""

from __future__ import annotations

import json
import pathlib
import tempfile
import typing as t

from measuring import Run, run
from simulator import Simulator
from workspace import CACHE, VENV, environment, link_collection

HERE = pathlib.Path(__file__).resolve().parent
FIRST_NUMBER = 1000
LOGIN = {"username": "admin", "password": "simulator-password", "domain": "accountone.example.com"}
CREDENTIALS = "{{ ('admin:' ~ 'simulator-password') | hash('md5') }}"

Task = dict[str, t.Any]
Boxes = list[dict[str, t.Any]]

VMBOX = "telephony.voicemail.vmbox"
VMBOXES = "telephony.voicemail.vmboxes"
AUDIO = "telephony.voicemail.voicemail_audio"


def declared(count: int, changed: int = 0) -> Boxes:
    """Return declarations equal to the seeded mailboxes, except for the addresses of a number of them."""
    step = count // changed if changed else 0
    return [
        {
            "mailbox": str(FIRST_NUMBER + position),
            "name": f"Mailbox {FIRST_NUMBER + position}",
            "pin": f"{position % 10000:04d}",
            "timezone": "Europe/Berlin",
            "emails": [f"{'new' if step and position % step == 0 else 'mailbox'}{FIRST_NUMBER + position}@example.com"],
        }
        for position in range(count)
    ]


def item_options() -> dict[str, str]:
    """Return the options of a mailbox from the loop variable."""
    return {key: f"{{{{ item.{key} }}}}" for key in declared(1)[0]}


class Player:
    """Run tasks against the simulator.

    :param folder: folder for playbooks and lists.
    """

    def __init__(self, folder: pathlib.Path, simulator: Simulator) -> None:
        link_collection()
        self.simulator = simulator
        self._folder = folder
        self.environment = environment() | {
            "ANSIBLE_ACTION_PLUGINS": str(HERE / "action_plugins"),
            "ANSIBLE_LIBRARY": str(HERE / "library"),
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_RETRY_FILES_ENABLED": "false",
        }
        # Everything is measured as users run it, who keep bytecode.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.collections = str(CACHE / "link")
        self.connection = {"vendor": "kazoo", "url": simulator.url, **LOGIN}

    def write(self, name: str, content: t.Any) -> pathlib.Path:
        """Write a JSON file and return its path."""
        path = self._folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def play(self, tasks: list[Task], boxes: Boxes | None = None, *options: str) -> Run:
        """Run tasks, with the mailboxes in the variable ``boxes``."""
        play: Task = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
        # The interpreter is set, so that no task discovers it.
        play["vars"] = {"ansible_python_interpreter": str(VENV / "bin" / "python"), "url": self.simulator.url}
        play["module_defaults"] = {"group/telephony.voicemail.all": self.connection}
        if boxes is not None:
            play["vars_files"] = [str(self.write("boxes.json", {"boxes": boxes}))]
        playbook = self.write("play.json", [play])
        return run([str(VENV / "bin" / "ansible-playbook"), *options, str(playbook)], self.environment)

    def empty(self) -> Run:
        """Run a playbook without a task."""
        return self.play([])

    def vmbox_loop(self, boxes: Boxes) -> Run:
        """Declare each mailbox in a loop."""
        return self.play([{VMBOX: item_options(), "loop": "{{ boxes }}", "loop_control": LABEL}], boxes)

    def vmboxes(self, boxes: Boxes, *options: str, **arguments: t.Any) -> Run:
        """Declare all mailboxes in one task with a list."""
        return self.play([{VMBOXES: {"mailboxes": "{{ boxes }}", **arguments}}], boxes, *options)

    def vmboxes_from_file(self, boxes: Boxes, *options: str, **arguments: t.Any) -> Run:
        """Declare all mailboxes in one task that reads the list from a file."""
        source = str(self.write("declared.json", boxes))
        return self.play([{VMBOXES: {"src": source, **arguments}}], None, *options)

    def download(self, folder: pathlib.Path, **arguments: t.Any) -> Run:
        """Download every recording into a folder."""
        return self.play([{AUDIO: {"all_mailboxes": True, "dest": str(folder), **arguments}}])

    def folder(self) -> pathlib.Path:
        """Create a folder and return its path."""
        return pathlib.Path(tempfile.mkdtemp(dir=self._folder))

    def uri_loop(self, boxes: Boxes) -> Run:
        """Declare the mailboxes with `ansible.builtin.uri`: list, read each one, compare, and write the differences."""
        return self.play(URI_TASKS, boxes)


LABEL = {"label": "{{ item.mailbox }}"}
HEADERS = {"X-Auth-Token": "{{ login.json.auth_token }}"}
PATH = "{{ url }}/accounts/{{ login.json.data.account_id }}/vmboxes"
WIRE = {key if key != "emails" else "notify_email_addresses": f"{{{{ box.{key} }}}}" for key in declared(1)[0]}
DIFFERS = " or ".join(f"item.json.data['{wire}'] != {value[2:-2].strip()}" for wire, value in WIRE.items())


def _uri(method: str, url: str, **rest: t.Any) -> Task:
    return {"url": url, "method": method, "headers": HEADERS, **rest}


URI_TASKS: list[Task] = [
    {
        "ansible.builtin.uri": {
            "url": "{{ url }}/user_auth",
            "method": "PUT",
            "body_format": "json",
            "status_code": 201,
            "body": {"data": {"credentials": CREDENTIALS, "account_realm": LOGIN["domain"], "method": "md5"}},
        },
        "register": "login",
    },
    {"ansible.builtin.uri": _uri("GET", f"{PATH}?paginate=false"), "register": "listed"},
    {
        "ansible.builtin.set_fact": {
            "ids": "{{ dict(listed.json.data | map(attribute='mailbox')"
            " | zip(listed.json.data | map(attribute='id'))) }}"
        }
    },
    {
        "ansible.builtin.uri": _uri("GET", f"{PATH}/{{{{ ids[item.mailbox] }}}}"),
        "loop": "{{ boxes | selectattr('mailbox', 'in', ids) }}",
        "loop_control": LABEL,
        "register": "found",
    },
    {
        "ansible.builtin.uri": _uri(
            "PATCH", f"{PATH}/{{{{ item.json.data.id }}}}", body_format="json", body={"data": WIRE}
        ),
        "vars": {"box": "{{ item.item }}"},
        "loop": "{{ found.results }}",
        "loop_control": {"label": "{{ item.item.mailbox }}"},
        "when": DIFFERS,
    },
    {
        "ansible.builtin.uri": _uri("PUT", PATH, body_format="json", body={"data": WIRE}, status_code=201),
        "vars": {"box": "{{ item }}"},
        "loop": "{{ boxes | rejectattr('mailbox', 'in', ids) }}",
        "loop_control": LABEL,
    },
]
