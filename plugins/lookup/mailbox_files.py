# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  documentation comes before imports, as ansible-test wants it
"""The lookup mailbox_files."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mailbox_files
short_description: Read mailboxes from files
version_added: 1.0.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.table
  - telephony.voicemail.table.file
description:
  - Reads YAML, JSON, CSV, XLSX and ODS files, and folders of them, as one list for
    M(telephony.voicemail.vmboxes) accepts.
  - For text options, values without quotes are the characters in the file, such as C(0123), C(12:30) or C(yes).
    Ansible's own files convert these to numbers and booleans.
  - Every file must be read completely, since a missed mailbox could be pruned. Repeated keys, empty files and
    files without a list are errors.
  - All problems of all files are reported together, with the file and its line or item. A mailbox that two files
    declare is
    one of them.
  - Files encrypted with ansible-vault are decrypted.
options:
  _terms:
    description:
      - Files, and folders whose files are read in the order of their names. In folders, files that end in C(.yml),
        C(.yaml), C(.json), C(.csv), C(.tsv), C(.txt), C(.xlsx), C(.xlsm), C(.ods) or C(.conf) are read.
        Names that start with a dot and those in O(exclude) are skipped. Anything else in the folder, such as
        another folder or a broken link, is an error.
      - A YAML or JSON file contains a list of mailboxes, or a dictionary with the list under C(mailboxes). An empty
        list
        must be written out, as C([]).
      - Such a dictionary may contain default options for its mailboxes under C(defaults). They override O(defaults),
        and
        the mailbox overrides them.
      - A row of a table contains the headings, and the options below define its columns. XLSX files need
        the Python package openpyxl.
      - Without O(folder), a relative path is searched as in other lookups, in C(files) of the role and of the
        playbook, and next to the playbook.
      - Lists of names are flattened.
    type: list
    elements: str
    required: true
  folder:
    description:
      - The only folder for relative paths. A relative folder starts where
        Ansible was started.
    type: path
  exclude:
    description: Names in folders to skip, with C(*) and C(?) as in a shell.
    type: list
    elements: str
    default: [README, "*.md", "*.rst"]
    version_added: 1.1.0
  sources:
    description:
      - Add to each mailbox under C(source) the file and line that it was read from, such as V(mailboxes.yml:12).
        M(telephony.voicemail.vmboxes) shows it in errors.
    type: bool
    default: false
    version_added: 1.1.0
  defaults:
    description: Default options for every mailbox. The mailbox takes precedence.
    type: dict
    default: {}
  invalid:
    description:
      - V(fail) fails with every problem of every file.
      - V(skip) returns, in place of an invalid mailbox, its number, its C(source) and the problems under
        C(invalid). M(telephony.voicemail.vmboxes) with O(telephony.voicemail.vmboxes#module:invalid=skip) reports it as
        skipped and does not prune it. A file that is invalid as a whole still fails.
    type: str
    choices: [fail, skip]
    default: fail
    version_added: 1.1.0
  vendor:
    description:
      - Also check every value by the rules of this vendor, and report those problems with file and line.
      - Warn about values that the vendor accepts but that are useless, such as a PIN with letters.
    type: str
    choices: [kazoo, portsip, tel4vn, onsip]
  on_unsupported:
    description:
      - With O(vendor), whether an option that this vendor does not support is an error here, with file and line, or
        is left
        to the module.
    type: str
    choices: [error, ignore]
    default: ignore
    version_added: 1.1.0
notes:
  - The content of files is data. Templates in them are not rendered.
  - A single file in the form of the modules is read faster by O(telephony.voicemail.vmboxes#module:src).
seealso:
  - module: telephony.voicemail.vmboxes
  - plugin: telephony.voicemail.rows_to_mailboxes
    plugin_type: filter
"""

EXAMPLES = r"""
- name: The mailboxes of a folder with one file for each department
  telephony.voicemail.vmboxes:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailboxes: "{{ query('telephony.voicemail.mailbox_files', 'mailboxes.d', vendor='kazoo') }}"
"""

RETURN = r"""
_raw:
  description: The mailboxes, in the order of the files and of their entries.
  type: list
  elements: dict
"""

import fnmatch
import pathlib
import typing as t

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible_collections.telephony.voicemail.plugins.module_utils.arguments.text_values import flatten_terms
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layout import Layout
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layouts import is_path, layout_of
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import SUFFIXES, File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.tables import Entry
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import clean
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import TABLE
from ansible_collections.telephony.voicemail.plugins.plugin_utils.lookup_options import set_lookup_options


class LookupModule(LookupBase):
    """Reads files of mailboxes."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """Return the mailboxes of all files.

        :raises AnsibleLookupError: with all problems.
        """
        set_lookup_options(self, "mailbox_files", variables, kwargs)
        try:
            return self._mailboxes(terms, variables or {})
        except InvalidInputError as error:
            raise AnsibleLookupError(f"mailbox_files: {error}") from error

    def _mailboxes(self, terms: list[t.Any], variables: dict[str, t.Any]) -> list[t.Any]:
        """Return the mailboxes of all files.

        :raises InvalidInputError: with all problems.
        """
        checks = Checks(
            self.get_option("defaults"),
            self.get_option("vendor"),
            sources=self.get_option("sources") or self.get_option("invalid") == "skip",
            skip=self.get_option("invalid") == "skip",
            on_unsupported=self.get_option("on_unsupported"),
        )
        names = flatten_terms(terms, "name of a file or folder")
        entries, problems = self._read(names, self._layout(variables), variables)
        mailboxes = check_entries(entries, problems, checks)
        for warning in checks.warnings:
            Display().warning(clean(warning))
        return mailboxes

    def _layout(self, variables: dict[str, t.Any]) -> Layout:
        """Return the layout of the options; a user's layout is found like the files.

        :raises InvalidInputError: if it is invalid.
        """
        options = {name: self.get_option(name) for name in TABLE}
        name = options["layout"]
        if isinstance(name, str) and is_path(name):
            options["layout"] = self._place(variables, str(pathlib.Path(name).expanduser()))
            if options["layout"] is None:
                raise InvalidInputError.of([Problem(f"the layout {name} does not exist")])
        return layout_of(options)

    def _read(self, names: list[str], layout: Layout, variables: dict[str, t.Any]) -> tuple[list[Entry], list[Problem]]:
        entries: list[Entry] = []
        wrong: list[str] = []
        problems: list[Problem] = []
        for path in self._files(names, variables, wrong):
            content = self._content(path, wrong)
            if content is not None:
                entries += read_entries(File(content, path.name), layout, problems)
        return entries, [*map(Problem, wrong), *problems]

    def _content(self, path: pathlib.Path, problems: list[str]) -> bytes | None:
        try:
            # One character for each byte: a spreadsheet is not text, and a table may be in any encoding.
            text = t.cast(t.Any, self._loader).get_text_file_contents(str(path), encoding="latin-1")
            return str(text).encode("latin-1")
        except (AnsibleError, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            problems.append(f"{path.name}: cannot be read: {reason}")
        return None

    def _files(self, names: list[str], variables: dict[str, t.Any], problems: list[str]) -> list[pathlib.Path]:
        found: list[pathlib.Path] = []
        for given in names:
            name = str(pathlib.Path(given).expanduser())
            place = self._place(variables, name)
            if place is None:
                base = self.get_option("folder")
                shown = name if base is None else pathlib.Path(base, name).absolute()
                raise InvalidInputError.of([Problem(f"the file or folder {shown} does not exist")])
            path = pathlib.Path(place)
            found += self._inside(path, name, problems) if path.is_dir() else [path]
        return list(dict.fromkeys(found))

    def _inside(self, folder: pathlib.Path, name: str, problems: list[str]) -> list[pathlib.Path]:
        """Return the files of a folder. Anything else in it is a problem, since it may contain mailboxes."""
        hint = f"Move it, or list it in `exclude` ({name})"
        found = []
        excluded = [".*", *self.get_option("exclude")]
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            problems.append(f"{name}: cannot be read: {error.strerror}")
            return []
        for path in inside:
            if any(fnmatch.fnmatchcase(path.name, pattern) for pattern in excluded):
                continue
            if path.is_dir():
                problems.append(f"{path.name}: is a folder, which is not read. {hint}")
            elif not path.exists():
                problems.append(f"{path.name}: is a broken link. {hint}")
            elif not path.is_file():
                problems.append(f"{path.name}: is not a regular file. {hint}")
            elif path.suffix.lower() not in SUFFIXES:
                problems.append(f"{path.name}: does not end in {', '.join(SUFFIXES)}. {hint}")
            else:
                found.append(path)
        if not found and not problems:
            problems.append(f"{name}: contains no file that ends in {', '.join(SUFFIXES)}")
        return found

    def _place(self, variables: dict[str, t.Any], name: str) -> str | None:
        folder = self.get_option("folder")
        if folder is None:
            return t.cast("str | None", self.find_file_in_search_path(variables, "files", name, ignore_missing=True))
        path = pathlib.Path(folder, name)
        return str(path.absolute()) if path.exists() else None
