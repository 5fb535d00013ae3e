# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments in their JSON form, and dictionaries written as text."""

from __future__ import annotations

import datetime
import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import task
from ansible_collections.telephony.voicemail.plugins.module_utils.arguments import normalize as task_arguments


class Tagged(str):
    """A subclass of str, like Ansible's."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime.date(2026, 11, 27), "2026-11-27"),
        (datetime.datetime(2026, 11, 27, 10, 11, 12), "2026-11-27T10:11:12"),
        (datetime.time(10, 11), "10:11:00"),
        (("a", "b"), ["a", "b"]),
        ((letter for letter in "ab"), ["a", "b"]),
        (range(2), [0, 1]),
        (
            {True: 1, None: 2, 5: 3, 1.5: 4, datetime.date(2026, 1, 1): 5},
            {"true": 1, "null": 2, "5": 3, "1.5": 4, "2026-01-01": 5},
        ),
        (types.MappingProxyType({"a": ("b",)}), {"a": ["b"]}),
        (None, None),
        (True, True),
        (0.5, 0.5),
    ],
)
def test_values_are_converted_to_json(value: t.Any, expected: t.Any) -> None:
    assert task_arguments.plain(value) == expected


def test_text_of_another_kind_becomes_plain_text() -> None:
    assert [type(value) for value in task_arguments.plain([Tagged("x")])] == [str]
    assert {type(key) for key in task_arguments.plain({Tagged("x"): 1})} == {str}


@pytest.mark.parametrize("value", [b"bytes", object(), {object(): 1}])
def test_values_without_a_json_form_are_refused(value: t.Any) -> None:
    with pytest.raises(ValueError, match="cannot be an argument"):
        task_arguments.plain([value])


@pytest.mark.parametrize(
    "text", ['{"notify": {"callback": {"number": "1"}}}', "{'notify': {'callback': {'number': '1'}}}"]
)
def test_dictionaries_are_read_from_text(text: str) -> None:
    spec = task.argument_spec("vmbox")
    read = task_arguments.with_dictionaries(spec, {"kazoo": text, "name": '{"a": 1}'})
    assert read == {"kazoo": {"notify": {"callback": {"number": "1"}}}, "name": '{"a": 1}'}
    nested = task_arguments.with_dictionaries(spec, {"kazoo": {"notify": "callback=x"}})
    assert nested == {"kazoo": {"notify": {"callback": "x"}}}
