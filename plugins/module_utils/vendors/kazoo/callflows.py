# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage callflows that lead to a mailbox (docs/vendors/kazoo_media.md, "Callflows")."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import typing as t
import urllib.parse

from ...concurrency import in_order
from ...errors import AuthError, ConflictError, NotFoundError, RejectedError, StaleError, TransportError, not_understood
from ...mailboxes.plan import Step
from ...model.fields import Values
from ...model.mailbox import Box, Desired
from ...model.operation import Operation
from ...model.problem import Problem, Subject
from ...waiting import looks
from ..replies import expect_header_text, expect_list, expect_object
from .callflow_wire import CHECK, Callflow, document_for, rewritten, served, serves
from .fields import ADOPT, CALLFLOW, CHECK_CODE, DIRECT, MAILBOX
from .paging import identity, read_all
from .session import ADDRESS_HINT, KazooSession, is_unavailable

#: Attempts to write a callflow that is changed by others at the same moment.
_MOST_TRIES = 3
#: Modules of a callflow that only records or plays messages.
_ALONE = ("voicemail",)


class Callflows:
    """The callflows of an account that this collection created or that a task reads. Shared by threads."""

    def __init__(self, session: KazooSession) -> None:
        self._session = session
        self._declared: dict[str, Desired] = {}
        self._adopting: set[str] = set()
        self._known: dict[str, Callflow] | None = None
        #: Number by purpose, where the callflows of every box are shown.
        self._numbers: dict[str, str] | None = None
        self._lock = threading.RLock()

    def without_steering(self, desired: t.Sequence[Desired]) -> list[Desired]:
        """Remember the declared callflow options, and return the declarations without their steering options."""
        found = []
        for item in desired:
            if any(option in item.values for option in (*CALLFLOW, ADOPT)):
                numbers = [number for number in (item.number, item.new_number) if number]
                keys = [*numbers, *(f"key {MAILBOX.number.key(number)}" for number in numbers)]
                keys += [f"id {item.id}"] if item.id else []
                self._declared.update(dict.fromkeys(keys, item))
                if item.values.get(ADOPT):
                    self._adopting.update(keys)
                values = {option: value for option, value in item.values.items() if option != ADOPT}
                item = dataclasses.replace(item, values=values)
            found.append(item)
        return found

    def show_all(self) -> None:
        """Read the numbers of all boxes, so that boxes are returned with their callflow options even if undeclared.

        Only callflows that just record or play messages are read. Callflows that ring a user first are not shown.
        """
        reading = sorted(
            (one for one in self._all().values() if one.numbers and (one.purpose or one.modules in (None, _ALONE))),
            key=lambda one: (one.purpose is None, one.numbers),
        )
        workers = self._session.client.workers
        self._numbers = {}
        for callflow, native in zip(reading, in_order(self._read_if_there, reading, workers), strict=True):
            purpose = served(native)
            if purpose is not None:
                self._numbers.setdefault(purpose, callflow.numbers[0])

    def _read_if_there(self, callflow: Callflow) -> dict[str, t.Any]:
        try:
            return self._read(callflow.id)[0]
        except NotFoundError:
            return {}

    def with_options(self, box: Box) -> Box:
        """Return a box with the callflow options that are declared for it or that the task reads."""
        if self._numbers is not None:
            shown = {DIRECT: self._numbers.get(str(box.id)), CHECK_CODE: self._numbers.get(CHECK)}
            return dataclasses.replace(box, values={**box.values, **shown})
        declared = self._declared_of(box)
        if declared is None or not declared.present:
            return box
        values = {
            option: self._value(purpose, declared.values[option])
            for option, purpose in ((DIRECT, str(box.id)), (CHECK_CODE, CHECK))
            if option in declared.values
        }
        return dataclasses.replace(box, values={**box.values, **values})

    def with_options_all(self, boxes: list[Box], workers: int) -> list[Box]:
        """Return boxes with the callflow options that are declared for them. Summaries are read in full later."""
        asking = {
            position
            for position, box in enumerate(boxes)
            if (box.full or not box.values.keys().isdisjoint((DIRECT, CHECK_CODE)))
            and (self._numbers is not None or self._declared_of(box) is not None)
        }
        done = iter(in_order(self.with_options, [boxes[position] for position in sorted(asking)], workers))
        return [next(done) if position in asking else box for position, box in enumerate(boxes)]

    def write(self, box: Box, values: Values) -> Values:
        """Create, update or delete the callflows of a mailbox and return the resulting options."""
        key = MAILBOX.number.key(box.number)
        adopting = bool({box.number, f"key {key}", f"id {box.id}"} & self._adopting)
        for option, purpose in ((DIRECT, str(box.id)), (CHECK_CODE, CHECK)):
            if option in values:
                self._ensure(purpose, values[option], Subject("mailbox", box.number), adopting)
        return {option: values[option] for option in CALLFLOW if option in values}

    def remove(self, box: Box) -> None:
        """Delete the callflow that this collection created for a mailbox which is about to be deleted."""
        try:
            made = self._made_for(str(box.id))
        except (NotFoundError, AuthError) as error:
            if not is_unavailable(error):
                raise
            # Without this module on the server, or this right of the login, there are none.
            return
        for callflow in made:
            self._delete(
                callflow.id, Operation("delete", "callflow", callflow.name, "of", Subject("mailbox", box.number))
            )

    def problems(self, steps: t.Sequence[Step]) -> list[Problem]:
        """Return problems with the numbers of a plan at this server."""
        found: list[Problem] = []
        for step in steps:
            desired = step.desired
            for option in CALLFLOW if desired is not None and desired.present else ():
                value = step.writes.get(option)
                if value is not None:
                    found.extend(self._number_problems(step, option, str(value)))
        return found

    def _number_problems(self, step: Step, option: str, number: str) -> list[Problem]:
        """Return at most one problem: why a number cannot be used."""
        box_id = str(step.current.id) if step.current is not None else ""
        purpose = CHECK if option == CHECK_CODE else box_id
        holder = self._holder(number)
        if holder is None or (purpose and holder.purpose == purpose):
            return []
        desired = t.cast(Desired, step.desired)
        whose = f"`{option}` {number} belongs to the callflow {holder.name!r} ({holder.id})"
        if holder.purpose is not None:
            if self._is_orphan(holder):
                return []
            text = f"{whose} of this collection; free it in a separate task first"
        elif {desired.number, f"id {desired.id}"} & self._adopting:
            return []
        else:
            hint = f"use another number, or set `{ADOPT}` to rewrite that callflow"
            text = f"{whose}, which this collection did not create; {hint}"
        return [Problem(text, subject=desired.at(option))]

    def _is_orphan(self, callflow: Callflow) -> bool:
        """Check whether this collection created a callflow for a mailbox that no longer exists."""
        if callflow.purpose in (None, CHECK):
            return False
        box_id = urllib.parse.quote(str(callflow.purpose), safe="")
        try:
            self._session.call("GET", f"/vmboxes/{box_id}", Operation("read", "mailbox", callflow.purpose))
        except NotFoundError:
            return True
        return False

    def _declared_of(self, box: Box) -> Desired | None:
        key = MAILBOX.number.key(box.number)
        return next(filter(None, map(self._declared.get, (f"id {box.id}", box.number, f"key {key}"))), None)

    def _value(self, purpose: str, declared: t.Any) -> str | None:
        """Return the number that serves a purpose. If there are several, return the declared one."""
        made = self._made_for(purpose)
        if len(made) > 1:
            # Two simultaneous runs created two; the next write leaves one.
            return None
        own = made[0] if made else None
        if own is not None and own.numbers and serves(self._read(own.id)[0], purpose):
            return str(declared) if declared in own.numbers else own.numbers[0]
        holder = self._holder(str(declared)) if declared is not None and own is None else None
        if holder is not None and holder.purpose is None and serves(self._read(holder.id)[0], purpose):
            return str(declared)
        # A callflow that somebody changed must still be deleted.
        return f"{own.numbers[0] if own.numbers else own.id} (changed)" if own is not None else None

    def _ensure(self, purpose: str, number: t.Any, owner: Subject, adopting: bool) -> None:
        with self._lock if purpose == CHECK else contextlib.nullcontext():
            made = sorted(self._made_for(purpose), key=lambda one: one.id)
            holder = self._holder(str(number)) if number is not None else None
            kept: str | None = None
            if number is not None:
                takes = holder is not None and (
                    (adopting and holder.purpose is None) or (holder.purpose != purpose and self._is_orphan(holder))
                )
                kept = self._serve(purpose, str(number), owner, made, holder if takes else None)
            for callflow in made:
                if callflow.id != kept:
                    self._delete(callflow.id, Operation("delete", "callflow", callflow.name, "of", owner))

    def _serve(
        self, purpose: str, number: str, owner: Subject, made: t.Sequence[Callflow], adopted: Callflow | None
    ) -> str:
        """Ensure that one callflow serves a number and return its id."""
        if adopted is not None:
            self._rewrite(adopted.id, purpose, None, Operation("adopt", "callflow", adopted.name, "for", owner))
            return adopted.id
        if made:
            self._rewrite(made[0].id, purpose, number, Operation("update", "callflow", made[0].name, "of", owner))
            return made[0].id
        return self._create(purpose, number, owner)

    def _create(self, purpose: str, number: str, owner: Subject) -> str:
        operation = Operation("create", "the callflow", number, "of", owner)
        body = {"data": document_for(purpose, number, owner.noun)}
        try:
            envelope = self._session.call("PUT", "/callflows", operation, json=body)
        except TransportError as error:
            if not error.uncertain:
                raise
            self._refresh()
            made = self._made_for(purpose)
            if made:
                return made[0].id
            envelope = self._session.call("PUT", "/callflows", operation, json=body)
        except ConflictError as error:
            raise _number_taken(operation, error) from None
        return self._remember(expect_object(envelope.data, operation, "a callflow", ADDRESS_HINT), operation).id

    def _rewrite(self, callflow_id: str, purpose: str, number: str | None, operation: Operation) -> None:
        """Write a callflow in the revision that was read. Retry if somebody changed it meanwhile.

        :param number: the only number to leave; None keeps its numbers.
        """
        for _try in range(_MOST_TRIES):
            native, revision = self._read(callflow_id)
            data = rewritten(native, purpose, [number] if number is not None else native.get("numbers") or [])
            if all(native.get(name) == data[name] for name in ("numbers", "flow", "flags")):
                return
            try:
                path, headers = _path(callflow_id), {"If-Match": f'"{revision}"'}
                envelope = self._session.call(
                    "POST", path, operation, json={"data": data}, headers=headers, repeatable=True
                )
            except StaleError:
                continue
            except ConflictError as error:
                raise _number_taken(operation, error) from None
            self._remember(expect_object(envelope.data, operation, "a callflow", ADDRESS_HINT), operation)
            return
        raise ConflictError("somebody else keeps changing it", "Run the task again", operation=operation)

    def _delete(self, callflow_id: str, operation: Operation) -> None:
        with contextlib.suppress(NotFoundError):
            _native, revision = self._read(callflow_id)
            headers = {"If-Match": f'"{revision}"'}
            self._session.call("DELETE", _path(callflow_id), operation, headers=headers, repeatable=True)
            self._confirm_gone(callflow_id, operation)
        with self._lock:
            self._all().pop(callflow_id, None)

    def _confirm_gone(self, callflow_id: str, operation: Operation) -> None:
        """Read a callflow until it is gone.

        :raises NotFoundError: as soon as it is gone.
        """
        for _look in looks():
            self._read(callflow_id)
        raise RejectedError("KAZOO reported success, but it still exists", "Run the task again", operation=operation)

    def _read(self, callflow_id: str) -> tuple[dict[str, t.Any], str]:
        operation = Operation("read", "callflow", callflow_id)
        envelope = self._session.call("GET", _path(callflow_id), operation)
        native = expect_object(envelope.data, operation, "a callflow", ADDRESS_HINT)
        return native, expect_header_text(envelope.revision, operation, "a revision", ADDRESS_HINT)

    def _made_for(self, purpose: str) -> list[Callflow]:
        with self._lock:
            return [callflow for callflow in self._all().values() if callflow.purpose == purpose]

    def _holder(self, number: str) -> Callflow | None:
        with self._lock:
            return next((callflow for callflow in self._all().values() if number in callflow.numbers), None)

    def _remember(self, native: t.Mapping[str, t.Any], operation: Operation) -> Callflow:
        callflow = _callflow(native, operation)
        with self._lock:
            self._all()[callflow.id] = callflow
        return callflow

    def _refresh(self) -> None:
        with self._lock:
            self._known = None

    def _all(self) -> dict[str, Callflow]:
        with self._lock:
            if self._known is None:
                operation = Operation("list", "callflows")
                listed = read_all(self._session, "/callflows", operation, "callflows", {})
                self._known = {one.id: one for one in (_callflow(native, operation) for native in listed)}
            return self._known


def _callflow(native: t.Mapping[str, t.Any], operation: Operation) -> Callflow:
    lists = [expect_list(native.get(name) or [], operation, f"`{name}` of a callflow") for name in ("numbers", "flags")]
    numbers, flags = (tuple(str(one) for one in listed) for listed in lists)
    if not identity(native):
        raise not_understood(operation, "expected a callflow with its id", ADDRESS_HINT)
    listed = native.get("modules")
    modules = tuple(map(str, listed)) if isinstance(listed, list) else None
    return Callflow(identity(native), str(native.get("name") or identity(native)), numbers, flags, modules)


def _number_taken(operation: Operation, error: ConflictError) -> ConflictError:
    hint = "Another callflow of the account has this number; use a different number, or run the task again"
    return ConflictError("", hint, status=error.status, details=error.details, operation=operation, refused_by="KAZOO")


def _path(callflow_id: str) -> str:
    return f"/callflows/{urllib.parse.quote(callflow_id, safe='')}"


def declared_numbers_problems(desired: t.Sequence[Desired]) -> list[Problem]:
    """Return problems with the callflow numbers of a declaration that are the same at every server."""
    found: list[Problem] = []
    owners: dict[str, Desired] = {}
    codes: dict[t.Any, Desired] = {}
    for item in desired if any(not item.values.keys().isdisjoint(CALLFLOW) for item in desired) else ():
        for option in [option for option in CALLFLOW if item.present and option in item.values]:
            value = item.values[option]
            if option == CHECK_CODE:
                codes.setdefault(value, item)
            elif value is not None and (owner := owners.setdefault(str(value), item)) is not item:
                text = f"`{option}` {value} is also the number of {owner.subject}"
                found.append(Problem(text, subject=item.at(option)))
    if len(codes) > 1:
        named = " and ".join(f"{'null' if code is None else code} ({item.subject})" for code, item in codes.items())
        text = f"`{CHECK_CODE}` applies to the whole account, but several are declared: {named}"
        found.append(Problem(text))
    found += [
        Problem(f"`{DIRECT}` {code} is also the code to check voicemail", subject=owners[str(code)].at(DIRECT))
        for code in codes
        if code is not None and str(code) in owners
    ]
    return found
