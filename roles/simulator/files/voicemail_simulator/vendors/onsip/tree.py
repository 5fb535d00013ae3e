# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies: one tree of elements, written as XML or converted to JSON.

See docs/vendors/onsip.md, "Replies" and "JSON form".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

__all__ = ["Element", "branch", "leaf", "parent", "project", "to_json", "to_xml"]

NAMESPACE = "http://www.jnctn.net/ns/rest/2006-01"


def branch(name: str, content: Mapping[str, Any]) -> Element:
    """Return an element with one child per item. A mapping becomes a branch, and None is left out."""
    element = Element(name)
    for child, value in content.items():
        if isinstance(value, Mapping):
            element.append(branch(child, value))
        elif value is not None:
            SubElement(element, child).text = value
    return element


def leaf(name: str, text: str) -> Element:
    """Return an element with text only."""
    element = Element(name)
    element.text = text
    return element


def parent(name: str, *children: Element) -> Element:
    """Return an element with these children."""
    element = Element(name)
    element.extend(children)
    return element


def project(element: Element) -> Any:
    """Return a SimpleXML element as PHP converts it: texts, dictionaries, and lists of repeated names."""
    if not len(element) and not element.attrib:
        return element.text or {}
    result: dict[str, Any] = {}
    if element.attrib:
        result["@attributes"] = dict(element.attrib)
    for child in element:
        value = project(child)
        name = child.tag
        if name not in result:
            result[name] = value
        elif isinstance(result[name], list):
            result[name].append(value)
        else:
            result[name] = [result[name], value]
    return result


def to_json(root: Element) -> bytes:
    """Return the reply to a request with Output=json."""
    return json.dumps({root.tag: project(root)}, ensure_ascii=False, separators=(",", ":")).encode()


def to_xml(root: Element) -> bytes:
    """Return the reply to any other request."""
    root.set("xmlns", NAMESPACE)
    return tostring(root, encoding="UTF-8", xml_declaration=True)
