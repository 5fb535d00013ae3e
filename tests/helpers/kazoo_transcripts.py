# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded exchanges of a live KAZOO: use it to compare the replies of the simulator with real ones."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

# The recordings are not published. Maintainers have them in a folder next to their checkout.
TRANSCRIPTS = Path(__file__).resolve().parents[2] / ".." / "shared" / "contracts" / "kazoo-transcripts.md"

REQUEST = re.compile(r"(GET|PUT|POST|PATCH|DELETE|OPTIONS) (\S+)$")
STATUS = re.compile(r"HTTP/1\.1 (\d+)")
COMPARED_HEADERS = ("content-type", "location", "warning", "accept-ranges", "content-range", "expires")
VARYING = (
    "auth_token",
    "call_id",
    "cluster_id",
    "node",
    "pvt_document_hash",
    "pvt_request_id",
    "remaining",
    "request_id",
)
HEX = r"[0-9a-f]{32}"
REVISION = re.compile(rf"^(\d+)-{HEX}$")


@dataclass
class Exchange:
    """One recorded request and its reply; `reply_status` is None where the server did not answer."""

    section: str
    name: str
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    parts: list[str] = field(default_factory=list)
    reply_status: int | None = None
    reply_headers: dict[str, str] = field(default_factory=dict)
    reply_body: str = ""

    @property
    def json(self) -> Any:
        """Return the recorded reply as JSON, or None where it is not JSON."""
        try:
            return json.loads(self.reply_body)
        except ValueError:
            return None


def read_transcripts(replaced: dict[str, str]) -> list[Exchange]:
    """Return all exchanges of the file in order, with some texts replaced.

    Headings without a full request and reply are left out.
    """
    exchanges: list[Exchange] = []
    section = ""
    text = TRANSCRIPTS.read_text(encoding="utf-8")
    for recorded, ours in replaced.items():
        text = text.replace(recorded, ours)
    for block in re.split(r"^(?=#{2,3} )", text, flags=re.M):
        heading = block.splitlines()[0] if block.strip() else ""
        if heading.startswith("## "):
            section = heading[3:]
        elif heading.startswith("### "):
            exchange = read_block(section, heading[4:], block.splitlines()[1:])
            if exchange is not None:
                exchanges.append(exchange)
    return exchanges


def read_block(section: str, name: str, lines: list[str]) -> Exchange | None:
    """Return one exchange, or None where the block only mentions further requests."""
    sent = [line[2:] for line in lines if line.startswith("> ") or line == ">"]
    code = "\n".join(lines).split("```")
    received = code[1].split("\n\n", 1)[1] if len(code) > 1 and "\n\n" in code[1] else ""
    found = REQUEST.match(sent[0]) if sent else None
    if found is None or not received.startswith("< "):
        return None
    exchange = Exchange(section, name, found[1], found[2])
    read_request(exchange, sent[1:])
    read_reply(exchange, received)
    return exchange


def read_request(exchange: Exchange, lines: list[str]) -> None:
    """Return headers, multipart parts and body of a request."""
    in_body = False
    for line in lines:
        if in_body:
            exchange.body = line if exchange.body is None else f"{exchange.body}\n{line}"
        elif not line:
            in_body = True
        elif line.startswith("multipart part: "):
            exchange.parts.append(line.removeprefix("multipart part: "))
        else:
            header, _colon, value = line.partition(": ")
            exchange.headers[header.lower()] = value


def read_reply(exchange: Exchange, text: str) -> None:
    """Return status, headers and body of a reply. The body starts at the first line without marks."""
    lines = text.removesuffix("\n").split("\n")
    status = STATUS.match(lines[0].removeprefix("< "))
    if status is None:
        return
    exchange.reply_status = int(status[1])
    end = lines.index("< ", 1) if "< " in lines[1:] else len(lines)
    for line in lines[1:end]:
        header, _colon, value = line.removeprefix("< ").partition(": ")
        exchange.reply_headers[header] = value
    exchange.reply_body = "\n".join(lines[end + 1 :]).removeprefix("< ")


def normal(value: Any, key: str = "", *, prose: bool = True) -> Any:
    """Return a reply's body without its variable parts. Revisions keep their number.

    Without `prose` the descriptions of a schema are left out: they are the vendor's words, and not ours to repeat.
    """
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if prose or name not in ("description", "support_level")}
        return {name: normal(one, name, prose=prose) for name, one in kept.items()}
    if isinstance(value, list):
        return [normal(one, key, prose=prose) for one in value]
    if key in VARYING:
        return f"<{key}>"
    if key in ("revision", "_rev") and isinstance(value, str):
        found = REVISION.match(value)
        return f"{found[1]}-<hash>" if found else re.sub(HEX, "<hash>", value)
    return value


def differences(exchange: Exchange, response: httpx.Response) -> list[str]:
    """Return the differences to the recorded reply."""
    found = []
    if response.status_code != exchange.reply_status:
        found.append(f"status {response.status_code}, recorded {exchange.reply_status}: {response.text[:300]}")
    for name in COMPARED_HEADERS:
        if response.headers.get(name) != exchange.reply_headers.get(name):
            found.append(f"{name} {response.headers.get(name)!r}, recorded {exchange.reply_headers.get(name)!r}")
    for name in ("etag", "content-disposition", "x-request-id"):
        recorded, ours = exchange.reply_headers.get(name), response.headers.get(name)
        if shape(recorded) != shape(ours):
            found.append(f"{name} {ours!r}, recorded {recorded!r}")
    if exchange.json is not None:
        prose = not exchange.path.startswith("/schemas/")
        ours, recorded_body = normal(response.json(), prose=prose), normal(exchange.json, prose=prose)
        if ours != recorded_body:
            found.append(f"body\n  ours     {ours}\n  recorded {recorded_body}")
    elif " bytes binary" in exchange.reply_body:
        size = int(exchange.reply_body.split()[0].lstrip("<"))
        if len(response.content) != size:
            found.append(f"{len(response.content)} bytes, recorded {size}")
    elif response.text.rstrip("\n") != exchange.reply_body.rstrip("\n"):
        found.append(f"body {response.text!r}, recorded {exchange.reply_body!r}")
    return found


def shape(value: str | None) -> str | None:
    """Return a header's value without its hash."""
    return None if value is None else re.sub(r"[0-9a-f]{22,32}", "<hash>", value)
