# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the text options of a task, which Ansible converted from the values of YAML.

The options of mailboxes and shared voicemails are checked with their items.
"""

from __future__ import annotations

import datetime
import typing as t

from .. import modules as arguments
from ..connection import Task
from ..errors import InvalidInputError
from ..imports.documents import DEEPEST
from ..mailboxes.parse import number_hint, number_problem, number_warning, type_name
from ..model.kinds import is_number
from ..model.problem import Problem

#: Dates and numbers of days are the same with and without quotes.
_MOMENTS = frozenset(("older_than", "newer_than"))
#: Expressions that select several boxes, which cannot be numbers.
_EXPRESSIONS = frozenset(("match", "prune_match"))


def check_texts(task: Task) -> None:
    """Refuse values that are not text, and warn about numbers that are read as text.

    Numbers never select what is deleted, since YAML reads 0123 as 83.

    :raises InvalidInputError: with all problems.
    """
    if task.spec.shape == "one":
        # The field table of the vendor checks its box.
        return
    prunes = task.spec.feature == "greetings" and bool(task.params.get("prune"))
    deleting = task.params.get("state") == "absent" or prunes
    problems: list[Problem] = []
    numbers: list[str] = []
    for name, value in _given(task):
        if isinstance(value, (bool, float, datetime.date)):
            problems.append(Problem(f"must be text, not {_type_of(value)}", option=name, hint="Put it in quotes"))
        elif is_number(value) and (deleting or name in _EXPRESSIONS):
            danger = "another one could be deleted" if deleting else "it would match others"
            problems.append(Problem(number_problem(danger), option=name, hint=number_hint(name)))
        elif is_number(value):
            numbers.append(f"`{name}`")
    if problems:
        raise InvalidInputError.of(problems)
    if numbers:
        task.warnings.append(number_warning(list(dict.fromkeys(numbers))))


def _given(task: Task) -> t.Iterator[tuple[str, t.Any]]:
    """Return each value of a text option; those of lists individually."""
    for option, spec in arguments.own_options(task.module).items():
        is_text = "str" in (spec["type"], spec.get("elements")) and not spec.get("choices")
        if not is_text or option in _MOMENTS:
            continue
        for name in (option, *spec.get("aliases", ())):
            value = task.raw.get(name)
            for entry in value if isinstance(value, (list, tuple)) else [value]:
                yield name, entry


def refuse_dates(given: t.Mapping[str, t.Any]) -> None:
    """Refuse timestamps in a task's arguments before they are converted to JSON, which changes their text.

    A date without a time is converted to the characters that were written.

    :raises InvalidInputError: with the place of each, without its value, which may be a PIN.
    """
    found: list[Problem] = []

    def walk(value: t.Any, path: str) -> None:
        if isinstance(value, datetime.datetime):
            found.append(
                Problem("must be text, not a date and time. Put it in quotes, or use the filter `string`", option=path)
            )
        elif isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}")
        elif isinstance(value, (list, tuple)):
            for position, inner in enumerate(value, 1):
                walk(inner, f"{path} item {position}")

    for name, value in given.items():
        if name not in _MOMENTS:
            walk(value, name)
    if found:
        raise InvalidInputError.of(found)


def flatten_terms(terms: t.Iterable[t.Any], noun: str) -> list[str]:
    """Flatten the nested terms of a lookup to one list of text.

    :param terms: text, and lists, tuples, sets, generators or other iterables of terms.
    :param noun: name of one term in errors, such as "number of a mailbox".
    :raises InvalidInputError: with every term that is not text, is a number that YAML may have changed, or is blank.
    """
    found: list[str] = []
    problems: list[Problem] = []

    def walk(term: t.Any, depth: int) -> None:
        if isinstance(term, str):
            text = term.strip()
            problems.extend([] if text else [Problem(f"the {noun} is empty", hint="Remove the entry, or set it")])
            found.append(text)
        elif is_number(term):
            text = f"the {noun} is the number {term}, not text, and YAML reads 0123 as 83"
            hint = "Quote it in YAML, and end an expression with `| map('string')`"
            problems.append(Problem(text, hint=hint))
        elif isinstance(term, t.Iterable) and not isinstance(term, (bytes, t.Mapping)) and depth < DEEPEST:
            for inner in term:
                walk(inner, depth + 1)
        else:
            text = f"the {noun} must be text, not {type_name(term)}"
            problems.append(Problem(text, hint="Pass texts, or lists of texts"))

    for term in terms:
        walk(term, 0)
    if problems:
        raise InvalidInputError.of(problems)
    return found


def _type_of(value: t.Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    return "a date" if isinstance(value, datetime.date) else "a number with a fraction"


__all__ = ("check_texts", "flatten_terms", "refuse_dates")
