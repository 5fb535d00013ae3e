# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are hidden in every encoding in which a server may return them."""

from __future__ import annotations

import base64
import html
import json
import string
import typing as t
import urllib.parse

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.redaction import (
    HIDDEN,
    Redactor,
    clean_all,
)
from hypothesis import example, given
from hypothesis import strategies as st

SECRET = 'S3cret&"<pass>/w+rd %41\\b\tz?~é€😀'
Encoding = t.Callable[[str], str]


def percents(text: str) -> str:
    """Return a text with every character percent-encoded."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def units(text: str) -> str:
    """Return a text with every character escaped as in JSON."""
    raw = text.encode("utf-16-be")
    return "".join(f"\\u{raw[place]:02x}{raw[place + 1]:02X}" for place in range(0, len(raw), 2))


ENCODINGS: dict[str, Encoding] = {
    "plain": str,
    "percent": lambda text: urllib.parse.quote(text, safe=""),
    "percent, path": urllib.parse.quote,
    "percent, small letters": lambda text: percents(text).lower(),
    "percent, every letter": percents,
    "percent, some letters": lambda text: urllib.parse.quote(text, safe=string.ascii_letters[::2]),
    "form": urllib.parse.quote_plus,
    "HTML": html.escape,
    "HTML, without quotes": lambda text: html.escape(text, quote=False),
    "HTML, numbers": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#X{ord(letter):06X};" for letter in text),
    "HTML, ASCII": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace").decode(),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON, not ASCII": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON, every letter": units,
    "Python": lambda text: repr(text.encode())[2:-1],
}
CASES: dict[str, Encoding] = {"same": str, "lower": str.lower, "upper": str.upper, "swapped": str.swapcase}
#: Letters with exactly one lowercase and one uppercase form.
LETTERS = st.characters(exclude_categories=["Cs"]).filter(
    lambda letter: (
        len(letter.lower()) == len(letter.upper()) == len(letter.swapcase().lower()) == 1
        and letter.upper().lower() == letter.lower()
    )
)
SECRETS = st.text(LETTERS, min_size=4, max_size=40).filter(lambda text: len(text.strip()) > 3)


@given(
    secret=SECRETS,
    inner=st.sampled_from(sorted(ENCODINGS)),
    outer=st.sampled_from(sorted(ENCODINGS)),
    case=st.sampled_from(sorted(CASES)),
)
@example(secret=SECRET, inner="form", outer="HTML", case="swapped")
@example(secret="a\\u0041b", inner="JSON", outer="plain", case="same")
@example(secret="pass+word", inner="form", outer="plain", case="same")
def test_a_secret_is_hidden_in_every_encoding(secret: str, inner: str, outer: str, case: str) -> None:
    encoded = ENCODINGS[outer](ENCODINGS[inner](CASES[case](secret)))
    assert Redactor([secret]).clean(f"[[{encoded}]]", longest=None) == f"[[{HIDDEN}]]"


@given(
    secret=SECRETS,
    before=st.binary(max_size=5),
    after=st.binary(max_size=5),
    encode=st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]),
    outer=st.sampled_from(sorted(ENCODINGS)),
    padded=st.booleans(),
)
def test_a_secret_is_hidden_in_base64(
    secret: str, before: bytes, after: bytes, encode: t.Callable[[bytes], bytes], outer: str, padded: bool
) -> None:
    encoded = encode(before + secret.encode() + after).decode()
    encoded = encoded if padded else encoded.rstrip("=")
    assert Redactor([secret]).clean(f"[[{ENCODINGS[outer](encoded)}]]", longest=None) == f"[[{HIDDEN}]]"


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "jürgen"])
def test_a_password_is_hidden_in_a_quoted_header(user: str) -> None:
    header = base64.b64encode(f"{user}:correct-horse-battery".encode()).decode()
    shown = Redactor(["correct-horse-battery"]).clean(f"Proxy-Authorization: Basic {header}, refused")
    assert shown == f"Proxy-Authorization: Basic {HIDDEN}, refused"


@given(st.text(max_size=200))
def test_a_text_without_secrets_is_unchanged(text: str) -> None:
    assert Redactor(["correct-horse-battery-staple"]).clean(text) == text


def test_texts_are_truncated_after_hiding_secrets() -> None:
    redactor = Redactor(["correct-horse-battery"])
    for place in range(470, 505):
        shown = redactor.clean("x" * place + percents("correct-horse-battery") + "y" * 100)
        assert len(shown) <= 500 + len(HIDDEN) + 3
        assert "%6" not in shown
        assert shown.endswith("...")
    # Hiding a secret does not make a part of the next one visible.
    assert redactor.clean("correct-horse-battery " * 200).replace(HIDDEN, "").strip(" .") == ""


def test_adjacent_secrets_are_hidden() -> None:
    redactor = Redactor(["first-secret", "second-secret", "secret-second"])
    assert redactor.clean("first-secretsecond-secret first-secret-second, first-secret") == (
        f"{HIDDEN} {HIDDEN}, {HIDDEN}"
    )


def test_short_values_are_hidden_only_in_their_place() -> None:
    redactor = Redactor(["abc", None, ""])
    assert redactor.clean("abc 12") == "abc 12"
    assert redactor.clean("pin 12 and 0012", "12") == f"pin {HIDDEN} and 00{HIDDEN}"


@pytest.mark.timeout(60)
def test_hostile_text_is_cleaned_in_linear_time() -> None:
    redactor = Redactor(["T" * 1500, "correct-horse-battery"])
    for piece in ("%25", "&amp;", "\\\\", "\\u005c", "ABab", "&#37;", "t", "%5cu0025"):
        assert len(redactor.clean(piece * 500_000)) <= 503


def test_logs_contain_no_secret_of_any_task() -> None:
    redactors = [Redactor(["first-secret-of-all"]), Redactor(["second-secret-of-all"])]
    assert clean_all("first-secret-of-all, second%2Dsecret-of-all") == f"{HIDDEN}, {HIDDEN}"
    assert len(redactors) == 2
