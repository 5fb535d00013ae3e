# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  documentation comes before imports, as ansible-test wants it
"""The inventory plugin mailboxes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mailboxes
short_description: Mailboxes, shared voicemails or accounts as hosts
version_added: 1.0.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
description:
  - Reads a telephone system and adds a host for each mailbox, each shared voicemail, or each account below that
    of the login.
  - Accounts as hosts let Ansible spread the mailboxes of a large fleet with C(forks), C(serial) and slices of a job.
  - The file of the inventory is called C(mailboxes.yml) or ends in C(.mailboxes.yml), each also with C(.yaml).
  - Accounts and mailboxes are not machines. Set C(connection=local) for plays over them, so that their tasks run on the
    controller.
  - An incomplete result is an error and adds no hosts. Ansible only warns of a failed inventory, unless
    C(any_unparsed_is_failed) is set in the section C(inventory) of C(ansible.cfg), or
    E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) is.
extends_documentation_fragment:
  - telephony.voicemail.connection_plugin
  - constructed
  - inventory_cache
options:
  plugin:
    description: Identifies a file for this plugin.
    type: str
    required: true
    choices: [telephony.voicemail.mailboxes]
  resource:
    description:
      - The objects to add as hosts.
      - V(shared_voicemails) are those of PortSIP.
      - V(accounts) are those of KAZOO, with O(account_id) or the account of the login as the top of the tree.
    type: str
    choices: [mailboxes, shared_voicemails, accounts]
    default: mailboxes
  match:
    description: Regular expression for the number, or the realm of an account. A match anywhere in it is sufficient.
    type: str
  include_own_account:
    description:
      - With O(resource=accounts), also add a host for the account at the top, in the group C(depth_0).
    type: bool
    default: false
  group_by:
    description:
      - Groups of each host, in addition to the one named like O(resource).
      - V(vendor) is C(vendor_kazoo), V(owner) is C(owner_) with the id of the owner, V(timezone) is such as
        C(timezone_Europe_Berlin), V(depth) is C(depth_1) for the accounts right below the top.
      - V(parent) is C(below_) with the host name of the account above. It contains the whole branch, including all
        levels below.
      - V(messages) is C(has_messages) or C(no_messages). It costs a request for each mailbox and is not possible on
        OnSIP and for the personal mailboxes of PortSIP.
      - The default is all that the resource supports, except V(messages).
    type: list
    elements: str
    choices: [vendor, owner, timezone, messages, depth, parent]
  mailbox_cache:
    description:
      - Folder for cached mailboxes, as for O(telephony.voicemail.vmbox_info#module:cache). The next run
        reads only the mailboxes that changed. Only KAZOO supports it, with O(resource=mailboxes).
      - O(cache) instead returns the hosts of an earlier run without any request.
    type: path
    version_added: 1.1.0
  hostname:
    description:
      - Template for the names of the hosts, using their variables. Names must be unique.
      - The default is the number of the mailbox, or the realm of the account.
      - Characters that are not allowed in names become C(_).
    type: str
notes:
  - "Variables of each host: C(voicemail_mailbox), C(voicemail_shared_voicemail) or C(voicemail_account), the object;
    C(voicemail_vendor) and C(voicemail_url); C(voicemail_messages), a number, if O(group_by) contains V(messages)."
  - A mailbox has the form of RV(telephony.voicemail.vmbox_info#module:mailboxes), which
    M(telephony.voicemail.vmboxes) accepts. PINs are left out.
  - An account has C(id), C(name), C(realm), C(depth) and C(parent_id).
  - Options may be templates, with lookups and extra variables. They are rendered before they are converted, an empty
    one is unset, and one of another type is an error.
  - Secrets never become variables and are never cached, so pass credentials to tasks in the environment or in
    variables.
  - The cache is valid for one O(url), O(username), O(domain), O(account_id) and resource. It cannot distinguish one
    O(api_key) or O(token) from another, so flush it when they change.
seealso:
  - module: telephony.voicemail.vmboxes
  - module: telephony.voicemail.vmbox_info
"""

EXAMPLES = r"""
# office.mailboxes.yml
# Mailboxes, grouped by owner, time zone and whether they contain messages
plugin: telephony.voicemail.mailboxes
vendor: kazoo
url: https://kazoo.example.com:8443/v2
api_key: "{{ lookup('ansible.builtin.env', 'KAZOO_API_KEY') }}"
group_by: [owner, timezone, messages]
groups:
  without_email: voicemail_mailbox.emails is not defined
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/voicemail
---
# customers.mailboxes.yml
# The accounts of a reseller, named after themselves; the key is in the environment
plugin: telephony.voicemail.mailboxes
vendor: kazoo
url: https://kazoo.example.com:8443/v2
resource: accounts
hostname: "{{ voicemail_account.name }}"
---
# departments.mailboxes.yml
# The shared voicemails of a PortSIP PBX, with an extra variable for the password
plugin: telephony.voicemail.mailboxes
vendor: portsip
url: https://pbx.example.com:8887/api
username: voicemail-admin
password: "{{ portsip_password }}"
domain: voicemail.example.com
resource: shared_voicemails
hostname: "shared-{{ voicemail_shared_voicemail.extension_number }}"
"""

import os
import typing as t

from ansible import constants
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.template import trust_as_template
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils.connection import Task
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import IMPORT_ERROR, INSTALL, LIBRARIES
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    InvalidInputError,
    VoicemailError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import hosts
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import (
    inventory as inventory_operations,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.inventory import Found
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import (
    number_hint,
    number_problem,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import checked, read_options
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import is_number
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import clean

#: Options that must match for a cached inventory to be used.
_SOURCE = ("vendor", "url", "username", "domain", "account_id", "resource", "match", "include_own_account")

#: Options that are rendered later with the variables of a host.
_FOR_EACH_HOST = ("hostname", "compose", "groups", "keyed_groups")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Add hosts for the objects of a telephone system."""

    NAME = "telephony.voicemail.mailboxes"

    def verify_file(self, path: str) -> bool:
        """Check whether the file name is that of an inventory for this plugin."""
        name = path.replace("\\", "/").rpartition("/")[2]
        named = name in ("mailboxes.yml", "mailboxes.yaml") or name.endswith((".mailboxes.yml", ".mailboxes.yaml"))
        return named and bool(super().verify_file(path))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Add the hosts of the telephone system in the file.

        :raises AnsibleParserError: if not all can be added, in which case none is.
        """
        super().parse(inventory, loader, path, cache)
        if IMPORT_ERROR:
            raise AnsibleParserError(f"{missing_required_lib(LIBRARIES)}. {INSTALL}")
        params = self._params(self._read_config_data(path))
        groupings = self._groupings(params["resource"])
        params["count_messages"] = "messages" in groupings
        found = self._kept(path, params) if cache else None
        if found is None:
            found = self._read(params)
            self._keep(path, params, found)
        self._add(self._hosts(params, found, groupings))

    def set_options(
        self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Mapping[str, t.Any] | None = None
    ) -> None:
        """Render and convert the options of the file, before Ansible converts anything that is not a boolean to false.

        :raises AnsibleParserError: with all their problems.
        """
        if direct is None:
            super().set_options(task_keys=task_keys, var_options=var_options)
            return
        self.templar.available_variables = self._vars or {}
        given = {name: self._rendered(name, value) for name, value in direct.items()}
        variables = {
            name: self._rendered(name, trust_as_template(value))
            for name, value in os.environ.items()
            if name.startswith("VOICEMAIL_")
        }
        connection, problems = read_options(arguments.CONNECTION, given, variables)
        definitions = constants.config.get_configuration_definitions(self.plugin_type, self._load_name)
        others, more = checked({k: v for k, v in definitions.items() if k not in connection}, given)
        problems += more
        if problems:
            raise AnsibleParserError(str(InvalidInputError.of(problems)))
        # A number is required: an empty environment variable would be an error.
        stand_ins = {name: 0 for name, option in arguments.CONNECTION.items() if option["type"] in ("int", "float")}
        known = {name: value for name, value in (others | connection).items() if value is not None}
        super().set_options(task_keys=task_keys, var_options=var_options, direct=stand_ins | known)
        self._options.update(connection)

    def _params(self, config: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return the options of the file and of the environment."""
        known = set(self._options)
        strangers = sorted(str(name) for name in config if name not in known)
        if strangers:
            unknown = clean("`, `".join(strangers))
            raise AnsibleParserError(f"unknown option `{unknown}`; {self.NAME} has: {_listed(known)}")
        if is_number(config.get("match")):
            problem = Problem(number_problem("it would match others"), option="match", hint=number_hint("match"))
            raise AnsibleParserError(str(problem))
        return {
            name: self.get_option(name)
            for name in (*arguments.CONNECTION, "resource", "match", "include_own_account", "mailbox_cache")
        }

    def _rendered(self, name: str, value: t.Any) -> t.Any:
        """Return a rendered option, unless it is a template for each host; None if it is empty."""
        if name in _FOR_EACH_HOST or isinstance(value, (bool, int, float)):
            return value
        try:
            rendered = self.templar.template(value)
        except AnsibleError as error:
            raise AnsibleParserError(f"`{name}` cannot be rendered: {error}") from None
        return None if rendered == "" else rendered

    def _groupings(self, resource: str) -> tuple[str, ...]:
        asked = self.get_option("group_by")
        if asked is None:
            return hosts.DEFAULT_GROUPINGS[resource]
        unfit = hosts.unsupported_groupings(resource, asked)
        if unfit:
            raise AnsibleParserError(
                f"`group_by` contains {_listed(unfit)}; {resource} can be grouped by "
                f"{_listed(hosts.GROUPINGS[resource])}"
            )
        return tuple(asked)

    def _read(self, params: dict[str, t.Any]) -> list[Found]:
        run = Task(self.NAME, params, params)
        try:
            return inventory_operations.read(run)
        except VoicemailError as error:
            raise AnsibleParserError(str(error)) from None
        finally:
            for warning in dict.fromkeys(map(clean, run.warnings)):
                self.display.warning(warning)

    def _kept(self, path: str, params: dict[str, t.Any]) -> list[Found] | None:
        """Return the cached objects of this telephone system, or None if there are none."""
        if not self.get_option("cache"):
            return None
        try:
            kept = self._cache[self.get_cache_key(path)]
            if kept["source"] != _source(params) or (params["count_messages"] and not kept["counted"]):
                return None
            return t.cast("list[Found]", kept["found"])
        except (KeyError, TypeError):
            return None

    def _keep(self, path: str, params: dict[str, t.Any], found: list[Found]) -> None:
        if self.get_option("cache"):
            kept = {"source": _source(params), "counted": params["count_messages"], "found": found}
            self._cache[self.get_cache_key(path)] = kept

    def _hosts(self, params: dict[str, t.Any], found: list[Found], groupings: t.Collection[str]) -> list[hosts.Host]:
        """Return all hosts before the first one is added."""
        resource = params["resource"]
        counted = params["count_messages"]
        url = inventory_operations.address(params)
        named = []
        for entry in found:
            shown = entry["object"]
            messages = entry["messages"] if counted else None
            variables = hosts.variables_of(resource, shown, messages, params["vendor"], url)
            named.append((self._name(resource, shown, variables), variables))
        names = {str(variables[hosts.VARIABLES[resource]]["id"]): name for name, variables in named}
        twice = hosts.repeated(name for name, _variables in named)
        if twice is not None:
            raise AnsibleParserError(
                f"two of the {resource} would be called {twice}; set a `hostname` that distinguishes them"
            )
        self._refuse_others([name for name, _variables in named])
        return [
            hosts.Host(name, variables, hosts.groups_of(resource, groupings, variables, names))
            for name, variables in named
        ]

    def _name(self, resource: str, shown: dict[str, t.Any], variables: dict[str, t.Any]) -> str:
        usual = hosts.usual_name(resource, shown)
        template = self.get_option("hostname")
        name = usual
        if template is not None:
            self.templar.available_variables = {**(self._vars or {}), **variables}
            try:
                name = str(self.templar.template(template))
            except AnsibleError as error:
                raise AnsibleParserError(f"`hostname` cannot be rendered for {clean(usual)}: {error}") from None
        fit = hosts.fit_name(name)
        if not fit:
            raise AnsibleParserError(f"`hostname` results in no valid name for {clean(usual)}")
        return fit

    def _refuse_others(self, names: list[str]) -> None:
        """Refuse objects of two telephone systems with the same name."""
        known = t.cast(t.Any, self.inventory).hosts
        for name in names:
            if name in known and "voicemail_vendor" in known[name].vars:
                raise AnsibleParserError(
                    f"another inventory already has a host {name}; set a `hostname` that distinguishes them"
                )

    def _add(self, found: list[hosts.Host]) -> None:
        inventory = t.cast(t.Any, self.inventory)
        new = [host.name for host in found if host.name not in inventory.hosts]
        strict = self.get_option("strict")
        try:
            for host in found:
                self._add_one(inventory, host, strict)
            for outer, inner in hosts.nested_groups(found):
                inventory.add_child(self._sanitize_group_name(outer), self._sanitize_group_name(inner))
        except BaseException:
            # Ansible continues without the failed source, and partial results would look complete.
            for name in new:
                if name in inventory.hosts:
                    inventory.remove_host(inventory.hosts[name])
            raise

    def _add_one(self, inventory: t.Any, host: hosts.Host, strict: bool) -> None:
        inventory.add_host(host.name)
        for name, value in host.variables.items():
            inventory.set_variable(host.name, name, value)
        for group in host.groups:
            inventory.add_child(inventory.add_group(self._sanitize_group_name(group)), host.name)
        self._set_composite_vars(self.get_option("compose"), host.variables, host.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), host.variables, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), host.variables, host.name, strict=strict)


def _source(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    # Plain text, without the loader's notes such as the line.
    return {name: None if params[name] is None else str(params[name]) for name in _SOURCE}


def _listed(names: t.Iterable[str]) -> str:
    return ", ".join(sorted(names))
