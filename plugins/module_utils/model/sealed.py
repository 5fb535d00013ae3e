# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Derive keys from a credential, and compare secrets by keyed digests."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import os
import typing as t

SALT_BYTES = 16
#: Cost of one derivation: 16 MB and some 50 ms, which an attacker with the file pays for every guess.
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_KEY_BYTES = 32


@dataclasses.dataclass(frozen=True)
class Keys:
    """The keys that authenticate a file and create its digests.

    :param salt: random, stored with the file.
    """

    salt: bytes
    _file_key: bytes = dataclasses.field(repr=False)
    _digest_key: bytes = dataclasses.field(repr=False)

    @classmethod
    def derive(cls, credential: str, salt: bytes | None = None) -> Keys:
        """Derive the keys from a credential.

        :param salt: the salt of an existing file; None for a new random one.
        """
        salt = os.urandom(SALT_BYTES) if salt is None else salt
        material = hashlib.scrypt(
            credential.encode("utf-8", "surrogatepass"),
            salt=salt,
            n=_COST,
            r=_BLOCK,
            p=_PARALLEL,
            maxmem=64 * 2**20,
            dklen=2 * _KEY_BYTES,
        )
        return cls(salt, material[:_KEY_BYTES], material[_KEY_BYTES:])

    def signature(self, content: bytes) -> str:
        """Return the signature of a content as hexadecimal digits."""
        return hmac.digest(self._file_key, self.salt + content, "sha256").hex()

    def authenticates(self, content: bytes, signature: str) -> bool:
        """Check a signature that :meth:`signature` returned."""
        return hmac.compare_digest(self.signature(content), signature)

    def digest(self, place: t.Sequence[str], secret: str) -> str:
        """Return the digest of a secret.

        :param place: owner of the secret, so that equal secrets of different owners have different digests.
        """
        parts = [*place, secret]
        framed = b"".join(len(raw).to_bytes(8, "big") + raw for raw in map(_encoded, parts))
        return hmac.digest(self._digest_key, framed, "sha256").hex()


class Sealed:
    """A secret known only by its digest. It equals the text with this digest, and nothing else.

    :param place: see :meth:`Keys.digest`.
    """

    __slots__ = ("_digest", "_keys", "_place")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, keys: Keys, place: t.Sequence[str], digest: str) -> None:
        self._keys = keys
        self._place = tuple(place)
        self._digest = digest

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return hmac.compare_digest(self._keys.digest(self._place, other), self._digest)
        if isinstance(other, Sealed):
            return (self._keys, self._place, self._digest) == (other._keys, other._place, other._digest)
        return NotImplemented

    def __repr__(self) -> str:
        return "(sealed)"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


__all__ = ("SALT_BYTES", "Keys", "Sealed")
