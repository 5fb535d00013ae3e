# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request bodies: JSON, forms, multipart and plain audio.

See docs/vendors/kazoo.md, "Addresses and envelopes" and "Uploading a message".
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from .call import Call, invalid
from .validation import required, wrong_type

MAXIMUM_SIZE = 8_000_000
AUDIO_TYPES = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/ogg": "ogg",
    "application/octet-stream": "bin",
}


def read_body(call: Call, body: bytes) -> None:
    """Read the envelope, data and files of a body into the call. Raises Failure."""
    content_type, options = parse_options_header(call.headers.get("content-type", ""))
    call.content_type = content_type.decode().lower()
    if len(body) > MAXIMUM_SIZE:
        message = f"Files must not be larger than {MAXIMUM_SIZE} bytes"
        raise invalid({"file": {"maxSize": {"message": message, "target": MAXIMUM_SIZE}}}, bare=True)
    if not body.strip():
        return
    if call.content_type.startswith("multipart/"):
        read_multipart(call, body, options.get(b"boundary", b""))
    elif call.content_type in AUDIO_TYPES:
        call.files.append((call.content_type, body, None))
    elif call.content_type in ("", "application/json"):
        open_envelope(call, parse_json(body))
    elif call.content_type == "application/x-www-form-urlencoded":
        read_form(call, body)
    else:
        call.parsed = call.content_type == "application/zip"


def parse_json(body: bytes) -> Any:
    """Return the parsed JSON. Raises Failure with the position, counted from one."""
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise invalid(
            {"json": {"invalid": {"message": json_problem(body, error), "target": "body"}}}, bare=True
        ) from None
    except UnicodeDecodeError:
        raise invalid({"json": {"invalid": {"message": "invalid_string", "target": "body"}}}, bare=True) from None


def json_problem(body: bytes, error: json.JSONDecodeError) -> str:
    """Return KAZOO's message about a body that is not JSON, with the position counted from one."""
    if not body[: error.pos].strip():
        return "decoder_exit around 0"
    if error.pos >= len(body.rstrip()):
        return f"truncated_json around {len(body) + 1}"
    return f"invalid_json around {error.pos + 1}"


def open_envelope(call: Call, envelope: Any) -> None:
    """Read an envelope and its `data` into the call. Raises Failure."""
    if not isinstance(envelope, dict) or "data" not in envelope:
        raise invalid({"data": required(envelope)}, bare=True)
    if not isinstance(envelope["data"], (dict, list)):
        raise invalid({"data": wrong_type("object, array", envelope["data"])}, bare=True)
    call.envelope = envelope
    call.data = envelope["data"]


def read_form(call: Call, body: bytes) -> None:
    """Read a body with curl's default content type, which may be a form or JSON."""
    if body.lstrip()[:1] == b"{":
        open_envelope(call, parse_json(body))
        return
    open_envelope(call, dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)))


def read_multipart(call: Call, body: bytes, boundary: bytes) -> None:
    """Read a JSON part as the envelope, and every other part as a file."""
    for headers, content in split_parts(body, boundary):
        kind = parse_options_header(headers.get("content-type", "text/plain"))[0].decode().lower()
        options = parse_options_header(headers.get("content-disposition", ""))[1]
        if kind == "application/json":
            open_envelope(call, parse_json(content))
        else:
            name = options.get(b"filename")
            call.files.append((kind, content, name.decode("utf-8", "replace") if name else None))


def split_parts(body: bytes, boundary: bytes) -> list[tuple[dict[str, str], bytes]]:
    """Split a multipart body into headers and content. Raises Failure."""
    parts: list[tuple[dict[str, str], bytearray]] = []
    field, value = bytearray(), bytearray()

    def header_end() -> None:
        parts[-1][0][field.decode("latin-1").lower()] = value.decode("latin-1")
        field.clear()
        value.clear()

    callbacks: Any = {
        "on_part_begin": lambda: parts.append(({}, bytearray())),
        "on_part_data": lambda data, start, end: parts[-1][1].extend(data[start:end]),
        "on_header_field": lambda data, start, end: field.extend(data[start:end]),
        "on_header_value": lambda data, start, end: value.extend(data[start:end]),
        "on_header_end": header_end,
    }
    try:
        parser = MultipartParser(boundary, callbacks)
        parser.write(body)
        parser.finalize()
    except MultipartParseError as error:
        raise invalid({"multipart": {"invalid": {"message": str(error), "target": "body"}}}, bare=True) from None
    return [(headers, bytes(content)) for headers, content in parts]
