# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  documentation comes before imports, as ansible-test wants it
"""The lookup pin."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pin
short_description: Create PINs for mailboxes
version_added: 1.0.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
description:
  - Creates a random PIN for each mailbox, within the rules of its vendor.
  - A PIN has only digits and does not start with 0. It does not contain the number of its mailbox, forwards or
    backwards,
    and no three digits in a row that are equal, count up or count down.
  - Without O(file), every call returns another PIN. With it, a mailbox keeps its first PIN.
options:
  _terms:
    description:
      - Numbers of the mailboxes, as text. Lists are flattened, so that C(numbers) and C(*numbers) mean the same.
    type: list
    elements: str
    required: true
  vendor:
    description: The PBX whose rules apply. PINs are stored separately for each vendor.
    type: str
    required: true
    choices: [kazoo, portsip, tel4vn, onsip]
    env:
      - name: VOICEMAIL_VENDOR
  account:
    description: Keeps the PINs of several accounts, tenants or organizations apart in one O(file).
    type: str
    default: default
  length:
    description: Number of digits of a new PIN, at least 4. Stored PINs are not changed.
    type: int
    default: 6
  file:
    description:
      - File that stores the PINs by vendor, account and mailbox. JSON if its name ends in C(.json), otherwise YAML.
      - It is created with mode 0600. A file that anyone but its owner can read or write, or that belongs to another
        user,
        is refused.
      - A relative path is taken from the folder of the playbook.
      - Concurrent runs wait for each other, with a lock file next to it whose name ends in C(.lock).
    type: str
  encrypt:
    description:
      - Encrypt O(file) with ansible-vault, with Ansible's vault password.
      - A file that is encrypted already stays encrypted. Others may read it, so that it can be kept in Git.
    type: bool
    default: false
    version_added: 1.1.0
  write:
    description:
      - Whether to store a new PIN in O(file).
      - Nothing is ever written under C(--check). A task with C(check_mode=true) in an ordinary run cannot be
        distinguished from
        others; set this to V(false) there.
    type: bool
    default: true
  kept:
    description:
      - Return the numbers of the mailboxes with a PIN in O(file) instead of PINs, and create none.
    type: bool
    default: false
    version_added: 1.1.0
notes:
  - In check mode, the PIN of a mailbox without a stored one is only an example. The real run creates another one.
  - For many mailboxes, pass all numbers in one call, so that O(file) is read and written once.
  - Where the vendor does not show PINs, use RV(_raw) with O(telephony.voicemail.vmboxes#module:mailboxes) and
    C(update_pin) set to V(on_create). Otherwise it is unknown whether the PIN is the stored one.
  - Without O(encrypt), O(file) contains PINs in clear text. Keep it out of Git, on an encrypted disk.
seealso:
  - module: telephony.voicemail.vmboxes
"""

EXAMPLES = r"""
- name: A mailbox with a PIN that stays the same
  telephony.voicemail.vmbox:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailbox: "3000"
    name: Reception
    pin: "{{ lookup('telephony.voicemail.pin', '3000', vendor='kazoo', file='pins.yml') }}"

- name: PINs for many mailboxes, made in one go
  vars:
    numbers: ["3000", "3001", "3002"]
    pins: "{{ query('telephony.voicemail.pin', numbers, vendor='kazoo', file='pins.yml') }}"
  telephony.voicemail.vmboxes:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    defaults:
      name: New colleague
    mailboxes: "{{ dict(numbers | zip(pins)) | dict2items(key_name='mailbox', value_name='pin') }}"
"""

RETURN = r"""
_raw:
  description: A PIN for each mailbox, in the same order.
  type: list
  elements: str
"""

import contextlib
import fcntl
import json
import os
import pathlib
import secrets
import stat
import typing as t

import yaml
from ansible import constants
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.parsing.vault import VaultLib, is_encrypted, match_encrypt_secret
from ansible.plugins.lookup import LookupBase
from ansible_collections.telephony.voicemail.plugins.module_utils.arguments.text_values import flatten_terms
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports import documents
from ansible_collections.telephony.voicemail.plugins.module_utils.model.disk import describe, replace_file
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import Kind
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import vendor
from ansible_collections.telephony.voicemail.plugins.plugin_utils.lookup_options import set_lookup_options

SHORTEST = 4
# With these rules, at least one of two random PINs is valid; if none of so many is, the length is the cause.
ATTEMPTS = 1000
Pins = dict[str, t.Any]


def make_pin(number: str, length: int, kind: Kind) -> str:
    """Return a random PIN for a mailbox.

    :param kind: the rules of the vendor.
    :raises ValueError: if they allow no PIN of this length.
    """
    if length < SHORTEST:
        raise ValueError(f"`length` must be at least {SHORTEST}")
    problem = ""
    for _attempt in range(ATTEMPTS):
        pin = str(10 ** (length - 1) + secrets.randbelow(9 * 10 ** (length - 1)))
        if _is_guessable(pin, number):
            continue
        try:
            kind.parse(pin)
        except ValueError as error:
            problem = str(error)
        else:
            return pin
    raise ValueError(f"there is no PIN of {length} digits for mailbox {number}: a PIN {problem}")


def _is_guessable(pin: str, number: str) -> bool:
    for first, second, third in zip(pin, pin[1:], pin[2:], strict=False):
        step = int(second) - int(first)
        if step in (-1, 0, 1) and int(third) - int(second) == step:
            return True
    return len(number) > 2 and any(pin in digits or digits in pin for digits in (number, number[::-1]))


class PinFile:
    """A file that stores PINs by vendor, account and mailbox, and that only its owner may read.

    :raises ValueError: from every method, if the file is not safe or not valid. Messages never contain a PIN.
    """

    def __init__(self, path: str, name: str, vault: VaultLib, encrypts: bool) -> None:
        self._path = pathlib.Path(os.path.realpath(path))
        self._name = name
        self._vault = vault
        self._encrypts = encrypts
        self._is_json = self._path.suffix.lower() == ".json"

    def read(self) -> Pins:
        """Return the content of the file, ``{vendor: {account: {mailbox: PIN}}}``; empty if it does not exist."""
        try:
            # Non-blocking, since a pipe would block before it can be refused.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return {}
        text = self._text(descriptor)
        try:
            content = documents.load(text, self._path.name)
        except InvalidInputError as error:
            raise ValueError(str(error)) from None
        # JSON is written by programs, which may have lost leading zeros of numbers; in YAML, the characters count.
        pins = documents.plain(content) if self._is_json else documents.as_text(content)
        return self._checked({} if pins is None else pins)

    def _text(self, descriptor: int) -> str:
        """Return the text of the open file, decrypted. Others may read a file only if it is encrypted."""
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise ValueError(f"{self._name} is not a regular file")
        with os.fdopen(descriptor, "rb") as file:
            content = file.read()
        if not is_encrypted(content):
            self._refuse_shared(status)
            return content.decode()
        self._encrypts = True
        try:
            return self._vault.decrypt(content).decode()
        except AnsibleError:
            raise ValueError(f"{self._name} cannot be decrypted. Start Ansible with its vault password") from None

    def _encrypted(self, text: str) -> str:
        if not self._vault.secrets:
            raise ValueError(f"{self._name} cannot be encrypted. Start Ansible with a vault password")
        wanted = constants.config.get_config_value("DEFAULT_VAULT_ENCRYPT_IDENTITY")
        try:
            vault_id, secret = match_encrypt_secret(self._vault.secrets, wanted)
        except AnsibleError:
            raise ValueError(f"{self._name} cannot be encrypted: no vault password has the identity {wanted}") from None
        return self._vault.encrypt(text, secret, vault_id).decode()

    def _refuse_shared(self, status: os.stat_result) -> None:
        if status.st_uid != os.geteuid():
            raise ValueError(f"{self._name} belongs to another user")
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            mode = stat.S_IMODE(status.st_mode)
            raise ValueError(f"{self._name} has mode {mode:04o}, so others can access the PINs in it; set it to 0600")

    def _checked(self, pins: t.Any) -> Pins:
        accounts = [account for found in pins.values() for account in found.values()] if _is_nested(pins) else [None]
        if not all(isinstance(account, dict) for account in accounts):
            raise ValueError(f"{self._name} must contain PINs by vendor, account and mailbox")
        for account in accounts:
            for number, pin in t.cast(Pins, account).items():
                if not isinstance(number, str) or not isinstance(pin, str):
                    raise ValueError(f"{self._name}: mailbox {number} and its PIN must be text; put both in quotes")
        return t.cast(Pins, pins)

    @contextlib.contextmanager
    def locked(self) -> t.Iterator[None]:
        """Lock the file against other runs."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(f"{self._path}.lock", flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def write(self, pins: Pins) -> None:
        """Replace the file atomically."""
        # YAML does not accept Ansible's own types of text.
        plain = json.dumps(pins, indent=2, sort_keys=True)
        text = plain if self._is_json else yaml.safe_dump(json.loads(plain))
        if self._encrypts:
            text = self._encrypted(text)
        replace_file(self._path, text.encode())


def _is_nested(pins: t.Any) -> bool:
    return isinstance(pins, dict) and all(isinstance(accounts, dict) for accounts in pins.values())


class LookupModule(LookupBase):
    """Create PINs, or return stored ones."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[str]:
        """Return a PIN for each mailbox.

        :raises AnsibleLookupError: if the rules allow no PIN, or the file is unusable.
        """
        set_lookup_options(self, "pin", variables, kwargs)
        try:
            return self._pins(terms, variables or {})
        except InvalidInputError as error:
            raise AnsibleLookupError(f"pin: {error}") from error

    def _pins(self, terms: list[t.Any], variables: dict[str, t.Any]) -> list[str]:
        """Return a PIN for each mailbox.

        :raises InvalidInputError: as `run`.
        """
        name, length, file = (self.get_option(option) for option in ("vendor", "length", "file"))
        kind = vendor(name).tables["mailbox"].by_option["pin"].kind
        try:
            numbers = flatten_terms(terms, "number of a mailbox")
            if self.get_option("kept"):
                if file is None:
                    raise ValueError("`kept` needs `file`")
                present = self._file(file).read().get(name, {}).get(self.get_option("account"), {})
                return [number for number in numbers if number in present]
            if file is None:
                made = {number: make_pin(number, length, kind) for number in numbers}
            else:
                writes = self.get_option("write") and not variables.get("ansible_check_mode")
                made = self._kept(numbers, self._file(file), kind, writes)
            return [made[number] for number in numbers]
        except ValueError as error:
            raise InvalidInputError.of([Problem(str(error))]) from None
        except OSError as error:
            raise InvalidInputError.of([Problem(f"{file} cannot be used: {describe(error)}")]) from None

    def _file(self, name: str) -> PinFile:
        loader = t.cast(t.Any, self._loader)
        return PinFile(loader.path_dwim(name), name, loader._vault, bool(self.get_option("encrypt")))

    def _kept(self, numbers: list[str], file: PinFile, kind: Kind, writes: bool) -> dict[str, str]:
        """Return the PINs of a file, creating missing ones and, if requested, writing them."""
        name, account, length = (self.get_option(option) for option in ("vendor", "account", "length"))

        def complete(pins: Pins) -> dict[str, str]:
            kept: dict[str, str] = pins.setdefault(name, {}).setdefault(account, {})
            for number in numbers:
                if number not in kept:
                    kept[number] = make_pin(number, length, kind)
                try:
                    kind.parse(kept[number])
                except ValueError as error:
                    raise ValueError(f"{self.get_option('file')}: the PIN of mailbox {number} {error}") from None
            return kept

        pins = file.read()
        present = pins.get(name, {}).get(account, {})
        if not writes or all(number in present for number in numbers):
            return complete(pins)
        with file.locked():
            pins = file.read()
            kept = complete(pins)
            file.write(pins)
        return kept
