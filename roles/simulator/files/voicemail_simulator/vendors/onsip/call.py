# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of a call: read as PHP reads them, checked, and echoed with the defaults.

See docs/vendors/onsip.md, "Requests" and "Replies".
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from .tree import Element, branch, leaf, parent

Value = str | dict[str, str]
ECHO_MASK = "******"
ARRAY_NAME = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")
ECHOED_NAME = re.compile(r"[A-Za-z_][\w.-]*")
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


async def read_parameters(request: Request) -> dict[str, Value]:
    """Return all parameters of a request. Those in the body replace those in the query."""
    pairs = parse_qsl(request.scope["query_string"].decode("utf-8", "replace"), keep_blank_values=True)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        pairs += parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    elif kind == "multipart/form-data":
        pairs += [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    parameters: dict[str, Value] = {}
    for name, text in pairs:
        value = NOT_XML.sub("", text)
        array = ARRAY_NAME.fullmatch(name)
        if array is None:
            parameters[name] = value
            continue
        elements = parameters.get(array[1])
        if not isinstance(elements, dict):
            elements = parameters[array[1]] = {}
        elements[array[2] or str(len(elements))] = value
    return parameters


def echo(sent: dict[str, Value], defaults: dict[str, str]) -> Element | None:
    """Return the Parameters element, or None: sent parameters by name, then those that the server added."""
    elements = [echo_one(name, sent[name]) for name in sorted(sent) if ECHOED_NAME.fullmatch(name)] + [
        echo_one(name, value) for name, value in defaults.items()
    ]
    return parent("Parameters", *elements) if elements else None


def echo_one(name: str, value: Value) -> Element:
    """Return one Parameter element. Passwords are masked."""
    if isinstance(value, str):
        return branch("Parameter", {"Name": name, "Value": ECHO_MASK if "Password" in name else value})
    elements = [branch("Element", {"Key": key, "Value": text}) for key, text in value.items()]
    return parent("Parameter", leaf("Name", name), parent("Array", parent("Elements", *elements)))


class NotPermitted(Exception):
    """The action is not permitted: an error under Action, without a parameter."""

    code = "AccountAuthorization.Required"
    text = "The login has no permission for this action."


class Invalid(Exception):
    """The request is invalid: its errors are under Request."""


class Call:
    """One request.

    `defaults` are the parameters that the server added, and `errors` the problems of the request. A locked login
    (`is_locked`) counts as a valid request although it has an error.
    """

    def __init__(self, sent: dict[str, Value], request: Request) -> None:
        self.sent = sent
        self.request = request
        self.defaults: dict[str, str] = {}
        self.errors: list[dict[str, str]] = []
        self.session: dict[str, Any] | None = None
        self.is_locked = False

    def get(self, name: str) -> str | None:
        """Return a parameter's text, or None where it was not sent or is an array."""
        value = self.sent.get(name)
        return value if isinstance(value, str) else None

    def get_or(self, name: str, default: str) -> str:
        """Return a parameter's text, or its default, which is then echoed."""
        value = self.get(name)
        if value:
            return value
        if name not in self.sent:
            self.defaults[name] = default
        return default

    def require(self, *names: str) -> None:
        """Add an error for each parameter that is missing or empty."""
        for name in names:
            if not self.get(name):
                self.refuse(name, "Value.Required", "A value is needed here.")

    def refuse(self, parameter: str, code: str, text: str) -> None:
        """Add an error of a parameter."""
        self.errors.append({"Parameter": parameter, "Code": code, "Message": text})

    def check(self) -> None:
        """Raise Invalid if there are errors."""
        if self.errors:
            raise Invalid

    def integer(self, name: str, text: str | None, smallest: int, largest: int | None = None) -> int:
        """Return the number in a text, 0 where it is missing. Adds an error where the text is not a number."""
        if not text:
            return 0
        if not (text.isascii() and text.isdecimal()):
            self.refuse(name, "Integer.Invalid", "The value must be a whole number.")
            return 0
        number = int(text)
        if number < smallest:
            self.refuse(name, "Integer.TooSmall", f"The value must be at least {smallest}.")
        elif largest is not None and number > largest:
            self.refuse(name, "Integer.TooBig", f"The value must be at most {largest}.")
        return number

    def boolean(self, name: str, text: str | None) -> str:
        """Return true or false as text, false where it is missing. Adds an error for other text."""
        words = {"true": "true", "1": "true", "false": "false", "0": "false"}
        if text and text not in words:
            self.refuse(name, "Boolean.Invalid", "The value must be true or false.")
        return words.get(text or "", "false")

    def choice(self, name: str, text: str, choices: tuple[str, ...]) -> None:
        """Add an error where the text is not one of the choices."""
        if text not in choices:
            self.refuse(name, "Value.Invalid", f"The value must be one of: {', '.join(choices)}.")
