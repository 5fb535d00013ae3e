# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attach users, whose unanswered calls then go to a box (docs/vendors/onsip.md, "Attaching a mailbox to a user").

A box shows neither its users nor its own SIP address: the user's address refers to the box's as its DefaultAddress.
The declaration contains the user, and the box's own address if it is not the default one.
"""

from __future__ import annotations

import dataclasses
import threading
import typing as t

from ...errors import (
    AuthError,
    ConflictError,
    InvalidInputError,
    RejectedError,
    TransportError,
    not_understood,
)
from ...model.fields import Values
from ...model.mailbox import Box, Desired
from ...model.operation import Operation
from ...model.problem import Problem, Subject
from ..replies import expect_object, identifier_in, whole_number
from .fields import ATTACH
from .paging import Browse, Row
from .replies import plain
from .session import OnsipSession

_HINT = "Run the task again"
_READ_ADDRESS = Operation("read", "an address")
USER_ADDRESS, USER_ID, TIMEOUT, NAME = ATTACH
#: For more users than this, listing all is cheaper.
MOST_READ = 20
#: The page size of OnSIP's own software: this action documents no order, so one page is safer than two.
_USERS = Browse(
    "UserAddressBrowse",
    Operation("list", "the addresses of users"),
    ("UserAddresses", "UserAddress"),
    lambda row: _address(row.get("Address")),
    25000,
)
_BOXES = Browse(
    "VoicemailAddressBrowse",
    Operation("list", "the addresses of mailboxes"),
    ("VoicemailAddresses", "VoicemailAddress"),
    lambda row: identifier_in(row, "VoicemailboxId"),
    25000,
)
#: Fields of a user's address that no parameter can preserve.
_BYSTANDERS = ("DoNotDisturb", "E911LocationId", "AuthUsername")


def repeated_users(desired: t.Sequence[Desired]) -> list[Problem]:
    """Return problems with users that are declared for several boxes."""
    problems = []
    owners: dict[str, Desired] = {}
    for item in desired:
        user = item.values.get(USER_ADDRESS) if item.present else None
        first = owners.setdefault(_folded(user), item) if user else item
        if first is not item:
            text = f"{user} is also declared for {first.subject}; a user has one mailbox"
            problems.append(Problem(text, option=USER_ADDRESS, subject=item.at(USER_ADDRESS)))
    return problems


class Attachments:
    """The declared and the existing attachments of users to boxes."""

    def __init__(self, session: OnsipSession) -> None:
        self._session = session
        self._declared: dict[str, Desired] = {}
        self._addresses: dict[str, str] | None = None
        self._made: dict[str, str] = {}
        #: Target of a user's calls at planning time, by the user's address.
        self._planned: dict[str, str] = {}
        self._lock = threading.Lock()
        self.unrequested: list[str] = []

    def with_options(self, boxes: list[Box], declared: t.Sequence[Desired]) -> list[Box]:
        """Return boxes with the options of :data:`ATTACH` that are declared for them.

        :raises InvalidInputError: for a user that does not exist.
        """
        asking = [item for item in declared if any(option in item.values for option in ATTACH)]
        if not asking:
            return boxes
        for item in asking:
            for key in filter(None, (item.number, item.new_number, item.id and f"id {item.id}")):
                self._declared[key] = item
        users = self._users_of([item for item in asking if item.present])
        return [self._completed(box, users) if self._is_kept(box) else box for box in boxes]

    def shown(self, boxes: t.Iterable[Box]) -> t.Iterator[Box]:
        """Yield boxes with the user that is attached to each; a box with several has no such option."""
        users: dict[str, list[Row]] = {}
        for native in self._all_users().values():
            users.setdefault(_target(native), []).append(native)
        for box in boxes:
            address = self._address_of(box)
            attached = users.get(_folded(address), [])
            if len(attached) != 1:
                yield box
                continue
            values = _values(attached[0], address, _address(attached[0]["Address"]), ATTACH)
            yield dataclasses.replace(box, values={**box.values, **values})

    def reread_with_options(self, box: Box) -> Box:
        """Return a box with the options that are declared for it, read again."""
        if not self._is_kept(box):
            return box
        user = self._values_of(box).get(USER_ADDRESS)
        return self._completed(box, {_folded(user): self._read(user)} if user else self._all_users())

    def address_of_new(self, number: str, values: Values) -> str:
        """Return the SIP address of a new box."""
        username = values.get("onsip.username") or f"vm.{number}"
        return f"{username}@{values.get('onsip.domain') or self._session.domain}"

    def keep_address(self, box: Box, address: str) -> None:
        """Remember the address of a new box, since OnSIP may never show it."""
        self._made[str(box.id)] = address

    def write(self, box: Box, values: Values) -> Values:
        """Attach or detach a user and return the resulting options.

        :param values: declared values of :data:`ATTACH`, merged over the existing ones.
        """
        user = values.get(USER_ADDRESS)
        if user is None:
            self._detach_all(box)
            return dict.fromkeys(option for option in ATTACH if option in values)
        address = self._address_of(box)
        native = self._edit(box, user, {**values, "address": address})
        return _values(native, address, user, [option for option in ATTACH if option in values])

    def detach_declared(self, box: Box) -> None:
        """Detach the users of a box before its deletion, if its declaration mentions them."""
        if self._declared_of(box) is None:
            return
        user = self._values_of(box).get(USER_ADDRESS)
        if user is None:
            self._detach_all(box)
            return
        try:
            native = self._read(user)
        except (RejectedError, AuthError):
            # A user that no longer exists is not attached.
            return
        if _target(native) == _folded(self._address_of(box)):
            self._edit(box, user, {})

    def _detach_all(self, box: Box) -> None:
        address = _folded(self._address_of(box))
        for native in self._all_users().values():
            if _target(native) == address:
                self._edit(box, _address(native.get("Address")), {})

    def _declared_of(self, box: Box) -> Desired | None:
        return self._declared.get(f"id {box.id}") or self._declared.get(box.number)

    def _values_of(self, box: Box) -> Values:
        declared = self._declared_of(box)
        return declared.values if declared else {}

    def _is_kept(self, box: Box) -> bool:
        declared = self._declared_of(box)
        return declared is not None and declared.present

    def _completed(self, box: Box, users: t.Mapping[str, Row]) -> Box:
        declared = self._values_of(box)
        address = self._address_of(box)
        options = [option for option in ATTACH if option in declared]
        user = declared.get(USER_ADDRESS)
        if user is not None:
            values = _values(users[_folded(user)], address, user, options)
        else:
            attached = [
                _address(native.get("Address")) for native in users.values() if _target(native) == _folded(address)
            ]
            values = dict.fromkeys(options)
            values.update({USER_ADDRESS: ", ".join(sorted(attached)) or None} if USER_ADDRESS in declared else {})
        return Box(box.number, box.id, {**box.values, **values}, box.full, box.native)

    def _users_of(self, items: t.Sequence[Desired]) -> dict[str, Row]:
        problems = []
        wanted = {_folded(item.values[USER_ADDRESS]): item for item in items if item.values.get(USER_ADDRESS)}
        detaching = any(item.values.get(USER_ADDRESS, "") is None for item in items)
        users = self._all_users() if detaching or len(wanted) > MOST_READ else {}
        for folded, item in wanted.items():
            if folded not in users:
                try:
                    users[folded] = self._read(item.values[USER_ADDRESS])
                except (RejectedError, AuthError) as error:
                    text = f"cannot be used: {error}"
                    problems.append(Problem(text, option=USER_ADDRESS, subject=item.at(USER_ADDRESS)))
        if problems:
            raise InvalidInputError.of(problems)
        self._planned = {folded: _target(native) for folded, native in users.items()}
        return users

    def _all_users(self) -> dict[str, Row]:
        return {_folded(_address(native.get("Address"))): native for native in _USERS.rows(self._session)}

    def _read(self, user: str) -> Row:
        operation = Operation("read", "the user address", user)
        result = self._session.call("UserAddressRead", operation, {"Address": user}, repeatable=True)
        return _user(result, operation)

    def _address_of(self, box: Box) -> str:
        """Return the SIP address of a box: declared, remembered from its creation, shown by OnSIP, or the default."""
        declared = self._values_of(box)
        if declared.get("onsip.username"):
            return self.address_of_new(box.number, declared)
        known = self._made.get(str(box.id)) or self._shown_addresses().get(str(box.id))
        return known or self.address_of_new(box.number, declared)

    def _shown_addresses(self) -> dict[str, str]:
        with self._lock:
            if self._addresses is None:
                try:
                    rows = _BOXES.rows(self._session)
                    self._addresses = {str(row["VoicemailboxId"]): _address(row.get("Address")) for row in rows}
                except (RejectedError, AuthError, TransportError):
                    # The action is in the vendor's grammar but not documented.
                    self._addresses = {}
            return self._addresses

    def _edit(self, box: Box, user: str, values: t.Mapping[str, t.Any]) -> Row:
        """Edit a user's address, sending all its fields. Without an address of the box, the user is detached.

        :raises ConflictError: if somebody else changed the target of the user's calls meanwhile.
        """
        address = values.get("address") or ""
        before = self._expected(box, user, address)

        def renew() -> dict[str, str]:
            nonlocal before
            before = self._expected(box, user, address)
            return _parameters(before, user, values)

        mailbox = Subject("mailbox", box.number)
        operation = (
            Operation("attach", "user address", user, "to", mailbox)
            if address
            else Operation("detach", "user address", user, "from", mailbox)
        )
        result = self._session.call(
            "UserAddressEdit", operation, _parameters(before, user, values), repeatable=True, renew=renew
        )
        after = _user(result, operation)
        if _target(after) != _folded(address):
            raise RejectedError(
                "OnSIP reported success, but did not do it",
                "Check `onsip.username` and `onsip.domain`: they are the box's own address",
                operation=operation,
            )
        unrequested = [name for name in _BYSTANDERS if before.get(name) != after.get(name)]
        if unrequested:
            with self._lock:
                self.unrequested.append(f"user address {user}: OnSIP also changed {' and '.join(unrequested)}")
        return after

    def _expected(self, box: Box, user: str, address: str) -> Row:
        """Return a user's address, after checking that its calls still go where the plan expects.

        :param address: the declared target; empty to detach the user.
        """
        native = self._read(user)
        planned = self._planned.get(_folded(user), "") if address else _folded(self._address_of(box))
        if _target(native) not in (planned, _folded(address)):
            raise ConflictError(
                f"`{USER_ADDRESS}`: somebody else changed the target of the calls of {user}"
                " after it was read, so it was not changed",
                "Run the task again",
                subject=Subject("mailbox", box.number),
            )
        return native


def _parameters(native: Row, user: str, values: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return the parameters of an Edit: the declared values, merged over all existing ones."""
    shown = native["Address"]
    parameters = {
        "Address": user,
        "UserId": str(values.get(USER_ID) or native.get("UserId") or ""),
        "Timeout": str(values.get(TIMEOUT) or native.get("Timeout") or ""),
        "Username": str(shown.get("Username") or ""),
        "Name": str(values.get(NAME) or shown.get("Name") or ""),
        "DefaultAddress": values.get("address") or "",
    }
    return {name: value for name, value in parameters.items() if value}


def _values(native: Row, address: str, user: str, options: t.Collection[str]) -> Values:
    timeout = str(native.get("Timeout") or "")
    is_attached = _target(native) == _folded(address)
    values: Values = {
        USER_ADDRESS: user if is_attached else None,
        USER_ID: native.get("UserId") or None,
        TIMEOUT: whole_number(timeout) if whole_number(timeout) is not None else timeout or None,
        NAME: native["Address"].get("Name") or None,
    }
    return {option: value for option, value in values.items() if option in options}


def _user(result: t.Mapping[str, t.Any], operation: Operation) -> Row:
    native = expect_object(plain(result.get("UserAddress")), operation, "the address of a user", _HINT)
    if not _address(native.get("Address")):
        raise not_understood(operation, "expected the address of a user", _HINT)
    return native


def _address(element: t.Any) -> str:
    """Return the SIP address of an Address or DefaultAddress element, or an empty text."""
    element = expect_object(element or {}, _READ_ADDRESS, "a SIP address", _HINT)
    username, domain = element.get("Username") or "", element.get("Domain") or ""
    if not isinstance(username, str) or not isinstance(domain, str):
        raise not_understood(_READ_ADDRESS, "expected `Username` and `Domain` as text", _HINT)
    return f"{username}@{domain}" if username and domain else ""


def _target(native: Row) -> str:
    """Return the target of a user's unanswered calls, in lower case."""
    return _folded(_address(native.get("DefaultAddress")))


def _folded(address: str | None) -> str:
    return (address or "").lower()


__all__ = ("Attachments",)
