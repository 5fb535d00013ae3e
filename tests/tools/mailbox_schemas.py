# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON schemas of mailbox files, from the field tables: for editors, and for pipelines without a telephone system.

A schema accepts every file that the collection accepts for its vendor, as a YAML 1.2 parser reads it: there, `0123` is
a number and `yes` is text, and the collection reads both as they are meant. Rules that a schema cannot state, such as
numbers declared twice, are left to `lint`.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import READ_ONLY, STATES
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import Field, FieldTable, place
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import (
    Address,
    Boolean,
    Choice,
    Integer,
    Integers,
    Kind,
    Pin,
    Records,
    Text,
    TextSet,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import PinPolicy
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import RESOURCES, Resource
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor

Schema = dict[str, t.Any]
#: Text of an option by the kind of option and its name, as in option_texts.yml.
Texts = t.Mapping[str, t.Mapping[str, t.Any]]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Words that the collection reads as a boolean.
_TRUTH = "|".join(
    "".join(f"[{letter.upper()}{letter}]" for letter in word)
    for word in ("true", "yes", "on", "y", "t", "false", "no", "off", "n", "f")
)
_ANY_DICTIONARY: Schema = {"type": ["object", "null"]}


def schemas(texts: Texts) -> dict[str, Schema]:
    """Return every schema by the name of its file."""
    found = {}
    for resource in RESOURCES.values():
        tables = [table for name in NAMES if (table := vendor(name).tables.get(resource.key)) is not None]
        for table in tables:
            title = f"{table.plural.capitalize()} of {vendor(table.vendor).title}"
            found[f"{resource.plural}.{table.vendor}.schema.json"] = _document(resource, [table], title, texts)
        if len(tables) > 1:
            title = f"{tables[0].plural.capitalize()} of any vendor"
            found[f"{resource.plural}.schema.json"] = _document(resource, tables, title, texts)
    return found


def _document(resource: Resource, tables: list[FieldTable], title: str, texts: Texts) -> Schema:
    options = _options(resource, tables, texts)
    naming = [key for key in (tables[0].key, tables[0].alias, "id") if key]
    shared = {name: schema for name, schema in options.items() if name not in naming}
    items: Schema = {"type": "array", "items": {"$ref": "#/$defs/item"}}
    return {
        "$schema": DIALECT,
        "title": title,
        "description": "Written by tests/tools/generate_docs.py from the field tables. Run `lint` to check the rules of"
        " the vendor that no schema can state.",
        "$defs": {
            "item": {
                "type": "object",
                "properties": options,
                "additionalProperties": False,
                "anyOf": [{"required": [key]} for key in naming],
            },
            "defaults": {"type": ["object", "null"], "properties": shared, "additionalProperties": False},
        },
        "if": {"type": "array"},
        "then": items,
        "else": {
            "type": "object",
            "properties": {resource.plural: items, "defaults": {"$ref": "#/$defs/defaults"}},
            "required": [resource.plural],
        },
    }


def _options(resource: Resource, tables: list[FieldTable], texts: Texts) -> Schema:
    """Return the schema of each option of an item."""
    options: Schema = {}
    for name, schema in _steering(tables).items():
        key = tables[0].key if name == tables[0].alias else name
        options[name] = {**_described(texts["steering"].get(key)), **schema}
    own = texts["mailbox" if resource.key == "mailbox" else "shared_voicemail"]
    for name in resource.shared:
        fields = [table.by_option[name] for table in tables if name in table.by_option]
        if fields:
            options[name] = {**_described(own[name]), **_any_of([_field(field) for field in fields])}
    for name in NAMES if resource.key == "mailbox" else ():
        options[name] = _dictionary(name) if name in {table.vendor for table in tables} else _ANY_DICTIONARY
    return options


def _steering(tables: list[FieldTable]) -> Schema:
    number = _any_of([_nullable(_kind(table.number)) for table in tables])
    names = {key: number for key in (tables[0].key, tables[0].alias) if key}
    if any(table.can_renumber for table in tables):
        names[f"new_{tables[0].key}"] = number
    states = STATES if any(table.can_create for table in tables) else STATES[:1]
    return {
        **names,
        "id": {"type": ["string", "integer", "null"]},
        "state": {"enum": [*states, None]},
        "update_pin": {"enum": [*map(str, PinPolicy), None]},
        "delete_messages": _nullable(_kind(Boolean())),
        # Keys that reads return in addition to the options, and declarations ignore.
        **{name: {} for name in READ_ONLY},
    }


def _dictionary(name: str) -> Schema:
    """Return the schema of a vendor's own dictionary. Inside it, null clears all fields of a group."""
    flat: Schema = {}
    for field in vendor(name).tables["mailbox"].fields:
        if "." in field.option:
            place(flat, field.option, {**_described(field.text), **_field(field)})
    return _group(flat.get(name, {}))


def _group(members: Schema) -> Schema:
    is_leaf = {"type", "anyOf", "enum", "description"}
    return {
        "type": ["object", "null"],
        "properties": {
            name: inner if is_leaf & set(inner) else _group(inner) for name, inner in sorted(members.items())
        },
        "additionalProperties": False,
    }


def _field(field: Field) -> Schema:
    schema = _kind(field.kind)
    cannot_be_cleared = field.required or (isinstance(field.kind, Pin) and not field.clearable)
    return schema if cannot_be_cleared else _nullable(schema, empty=not isinstance(field.kind, Pin))


def _nullable(schema: Schema, empty: bool = False) -> Schema:
    """Return a schema that accepts null too, and text without a character where that clears."""
    cleared: list[Schema] = [{"type": "null"}]
    if empty:
        cleared.append({"const": ""})
    return _any_of([schema, *cleared])


def _any_of(choices: list[Schema]) -> Schema:
    flat = [part for choice in choices for part in (choice["anyOf"] if set(choice) == {"anyOf"} else [choice])]
    unique = [part for position, part in enumerate(flat) if part not in flat[:position]]
    return unique[0] if len(unique) == 1 else {"anyOf": unique}


def _kind(kind: Kind) -> Schema:
    """Return the schema of what a user may write for a kind."""
    if isinstance(kind, Text):
        return _text(kind)
    if isinstance(kind, Boolean):
        return {"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}, {"type": "string", "pattern": f"^({_TRUTH}|0|1)$"}]}
    if isinstance(kind, Integer):
        limits = {"minimum": kind.minimum, "maximum": kind.maximum}
        number = {"type": "integer", **{name: limit for name, limit in limits.items() if limit is not None}}
        return {"anyOf": [number, {"type": "string", "pattern": "^-?[0-9]{1,18}$"}]}
    if isinstance(kind, Choice):
        return _choice(kind)
    if isinstance(kind, TextSet):
        entries: Schema = {"type": "array", "items": _nullable(_text(kind.item), empty=True)}
        return {"anyOf": [entries, {"type": "string"}]}
    if isinstance(kind, Integers):
        return {"type": "array", "items": _kind(Integer())}
    if isinstance(kind, Records):
        record = {
            "type": "object",
            "properties": {name: _nullable(_kind(inner)) for name, inner in kind.keys.items()},
            "required": list(kind.keys),
            "additionalProperties": False,
        }
        return {"type": "array", "items": record}
    raise TypeError(f"no schema for {kind!r}")


def _text(kind: Text) -> Schema:
    if isinstance(kind, Address):
        return {"type": "string", "maxLength": 254, "pattern": "@"}
    schema: Schema = {"type": "string"}
    if kind.shortest:
        schema["minLength"] = kind.shortest
    if kind.longest is not None:
        schema["maxLength"] = kind.longest
    if kind.pattern is not None:
        # The dialect of JSON schemas refuses an escaped quotation mark.
        schema["pattern"] = f"^({kind.pattern})$".replace('\\"', '"')
    if isinstance(kind, Pin):
        return {"anyOf": [schema, {"type": "integer", "minimum": 0}]}
    # Without quotes, YAML reads some text as a number or a boolean.
    examples = {"number": "1", "boolean": "true"}
    unquoted = [name for name, text in examples.items() if kind.pattern is None or re.fullmatch(kind.pattern, text)]
    return {"anyOf": [schema, {"type": unquoted}]} if unquoted else schema


def _choice(kind: Choice) -> Schema:
    words: list[t.Any] = [*kind.choices, *getattr(kind, "aliases", ())]
    return {"enum": [*words, *((True, False) if kind.from_boolean else ())]}


def _described(text: t.Any) -> Schema:
    """Return the description of an option, without the marks of Ansible's documentation."""
    if not text:
        return {}
    sentences = text if isinstance(text, list) else [text]
    return {"description": re.sub(r"\b[A-Z]+\(([^)]*)\)", r"\1", " ".join(sentences)).replace("`", "")}
