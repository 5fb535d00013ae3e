# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete recordings of each kind, and a driver that sends what a test says: use it for downloads."""

from __future__ import annotations

import contextlib
import io
import pathlib
import typing as t
import wave

from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message, Selection
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.download import download
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.files import Folder
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.order import Order
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.report import (
    AudioReport,
    Recording,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.stream import Stream
from voicemail_simulator.mp3 import tone


def wav(frames: int = 400, level: int = 1) -> bytes:
    """Return a WAV file, mono, 16 bits, at 8 kHz."""
    target = io.BytesIO()
    with wave.open(target, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(8000)
        opened.writeframes(level.to_bytes(2, "little") * frames)
    return target.getvalue()


def mp3() -> bytes:
    """Return an MP3 file of some frames."""
    return tone(0.25, 440)


def ogg_page(body: bytes, flags: int = 0) -> bytes:
    """Return a page of an Ogg file."""
    segments = [255] * (len(body) // 255) + [len(body) % 255]
    return b"OggS\0" + bytes((flags,)) + bytes(20) + bytes((len(segments),)) + bytes(segments) + body


def ogg() -> bytes:
    """Return an Ogg file of three pages."""
    return ogg_page(b"OpusHead" + bytes(11), 2) + ogg_page(b"OpusTags" + bytes(300)) + ogg_page(bytes(600), 4)


def box(name: bytes, body: bytes) -> bytes:
    """Return a box of an MP4 file."""
    return (8 + len(body)).to_bytes(4, "big") + name + body


def mp4() -> bytes:
    """Return an MP4 file."""
    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"mdat", bytes(500)) + box(b"moov", bytes(100))


KINDS: dict[str, t.Callable[[], bytes]] = {"wav": wav, "mp3": mp3, "ogg": ogg, "mp4": mp4}


class Response:
    """A reply as the HTTP client hands it over.

    :param content: its body, or pieces of it; an exception among them breaks it off.
    """

    def __init__(self, content: bytes | list[t.Any], status: int = 200, **headers: str) -> None:
        self.status_code = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pieces = content if isinstance(content, list) else [content]
        self.sent = 0

    def iter_raw(self) -> t.Iterator[bytes]:
        """Hand over the body."""
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            self.sent += len(piece)
            yield piece


class Driver:
    """A vendor's driver of messages, whose recordings are what a test says.

    :param replies: the replies to each request for a recording, in their order; the last one comes again and again.
    """

    def __init__(self, messages: list[Message], *replies: t.Callable[[int], Response], timeout: float = 5) -> None:
        self._messages = messages
        self._replies = list(replies)
        self._timeout = timeout
        self.starts: list[int] = []

    def list(self, selection: Selection) -> t.Sequence[Message]:
        """List the messages."""
        return self._messages

    @contextlib.contextmanager
    def audio(self, message: Message, start: int = 0) -> t.Iterator[Stream]:
        """Open a recording."""
        self.starts.append(start)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        yield Stream(t.cast("t.Any", reply(start)), f"download message {message.id}", self._timeout)


def whole(content: bytes, **headers: str) -> t.Callable[[int], Response]:
    """Return a server that sends a recording from the byte that is asked for."""

    def reply(start: int) -> Response:
        reported = {"content_type": "audio/x-wav", "content_length": str(len(content) - start), **headers}
        if start:
            reported["content_range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return Response(content[start:], 206 if start else 200, **reported)

    return reply


def unsized(*pieces: t.Any) -> t.Callable[[int], Response]:
    """Return a server that states no size, and sends the same whatever is asked for."""
    return lambda _start: Response(list(pieces), content_type="audio/x-wav")


SOUND = wav()


class Archive:
    """A folder of recordings of one message.

    :param size: what the vendor states of the recording.
    """

    def __init__(self, root: pathlib.Path, **stated: t.Any) -> None:
        self.root = root
        self.message = Message("m1", "3000", **stated)
        self.path = root / "m1.wav"
        self.driver = Driver([self.message], whole(SOUND))

    def run(self, *replies: t.Callable[[int], Response], check: bool = False, **options: t.Any) -> AudioReport:
        """Download it, and return what became of it."""
        self.driver = Driver([self.message], *(replies or (whole(SOUND),)))
        order = Order(str(self.root), "{id}", 0o600, **options)
        folder = Folder.open(str(self.root), 0o600, check)
        selection = Selection(all_mailboxes=True)
        return download(t.cast("t.Any", self.driver), selection, order, folder, check=check, workers=2)

    def row(self, *replies: t.Callable[[int], Response], **options: t.Any) -> Recording:
        """Download it, and return its outcome."""
        (recording,) = self.run(*replies, **options).steps
        return recording

    @property
    def files(self) -> dict[str, bytes]:
        """Everything in the folder, hidden files included."""
        return {path.name: path.read_bytes() for path in self.root.iterdir()}
