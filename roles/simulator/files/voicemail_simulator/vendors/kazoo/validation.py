# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of request data, with errors in KAZOO's format (docs/vendors/kazoo.md, "Validation errors")."""

from __future__ import annotations

import copy
import math
import re
from typing import Any

from .schema import CALLBACK, Schema

Errors = dict[str, dict[str, Any]]

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "object": (dict,),
    "array": (list,),
}
REFERENCES = {"notify.callback": CALLBACK}


def required(name: Any) -> dict[str, Any]:
    """Return the error of a property that is missing."""
    return {"required": {"message": "Field is required but missing", "value": name}}


def wrong_type(target: str, value: Any) -> dict[str, Any]:
    """Return the error of a value of the wrong JSON type."""
    return {"type": {"message": f"Value did not match type(s): {target}", "target": target, "value": value}}


def check(schema: Schema, value: Any, errors: Errors, *, strict: bool, path: str = "") -> Any:
    """Check a value, and return it converted and with its defaults.

    Problems are added to `errors` by dotted path. Unless `strict`, booleans and whole numbers may be written as text.
    """
    if "$ref" in schema:
        schema = REFERENCES[schema["$ref"]]
    if "oneOf" in schema:
        if sum(matches(value, one["type"]) for one in schema["oneOf"]) != 1:
            errors[path] = {"oneOf": {"message": "Value must fit exactly one of the schemas", "value": value}}
        return value
    kind = schema["type"]
    if not matches(value, kind):
        converted = None if strict else convert(kind, value)
        if converted is None:
            errors[path] = wrong_type(kind, value)
            return value
        value = converted
    if kind == "string":
        check_text(schema, value, errors, path)
    elif kind == "integer":
        if "minimum" in schema and value < schema["minimum"]:
            message = f"Value must be at least {schema['minimum']}"
            errors[path] = {"minimum": {"message": message, "target": schema["minimum"], "value": value}}
    elif kind == "array":
        return check_list(schema, value, errors, strict, path)
    elif kind == "object":
        return check_object(schema, value, errors, strict, path)
    return value


def check_text(schema: Schema, value: str, errors: Errors, path: str) -> None:
    """Check length, allowed values and format of a text."""
    if "enum" in schema and value not in schema["enum"]:
        message = "Value not found in enumerated list of values"
        errors[path] = {"enum": {"message": message, "target": schema["enum"], "value": value}}
        return
    for rule, words in (("minLength", "be at least"), ("maxLength", "not be more than")):
        limit = schema.get(rule)
        if limit is not None and (len(value) < limit if rule == "minLength" else len(value) > limit):
            message = f"String must {words} {limit} characters"
            errors[path] = {rule: {"message": message, "target": limit, "cause": value, "value": value}}
            return
    # KAZOO checks only the at sign: "a b@c.d" passes, "a@b@c" does not.
    if schema.get("format") == "email" and not re.fullmatch(r"[^@]+@[^@]+", value):
        message = "Field is not in the correct format"
        errors[path] = {"wrong_format": {"message": message, "value": value, "format": "email"}}


def check_list(schema: Schema, value: list[Any], errors: Errors, strict: bool, path: str) -> list[Any]:
    """Check the items of a list and their uniqueness."""
    if schema.get("uniqueItems") and any(item in value[:position] for position, item in enumerate(value)):
        errors[path] = {"uniqueItems": {"message": "List of items is not unique", "value": value}}
    return [
        check(schema["items"], item, errors, strict=strict, path=f"{path}.{position}")
        for position, item in enumerate(value)
    ]


def check_object(schema: Schema, value: dict[str, Any], errors: Errors, strict: bool, path: str) -> dict[str, Any]:
    """Check the properties of an object, and add defaults. Unknown properties stay."""
    prefix = f"{path}." if path else ""
    properties = schema.get("properties", {})
    checked = {}
    for name, item in value.items():
        one = properties.get(name)
        checked[name] = item if one is None else check(one, item, errors, strict=strict, path=prefix + name)
    for name, one in properties.items():
        if name not in checked and "default" in one:
            default = one["default"]
            checked[name] = copy.copy(default) if isinstance(default, (dict, list)) else default
    for name in schema.get("required", ()):
        if name not in value:
            errors[prefix + name] = required(name)
    return checked


def matches(value: Any, kind: str) -> bool:
    """Check whether a value has that JSON type."""
    return isinstance(value, TYPES[kind]) and not (kind == "integer" and isinstance(value, bool))


def convert(kind: str, value: Any) -> Any:
    """Convert a value to the right type, or return None where KAZOO does not convert it."""
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "integer":
        if isinstance(value, str) and re.fullmatch(r"[+-]?\d+", value):
            return int(value)
        if isinstance(value, float) and math.isfinite(value):
            return math.floor(abs(value) + 0.5) * (1 if value >= 0 else -1)
    return None
