# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check email addresses, explain what is wrong with a text, and suggest the intended address."""

from __future__ import annotations

import re

from .text import has_invisible

_LONGEST_LOCAL_PART = 64
_WORD = r"[^\s@<>()\[\]\\,;:\".\x00-\x20\x7f-\xa0]+"
_LOCAL_PART = re.compile(rf"{_WORD}(\.{_WORD})*")
_LABEL = r"[^\W_]([^\W_]|-){0,61}[^\W_]|[^\W_]"
# A domain with a dot whose last label is not a number, or an IP address in brackets.
_DOMAIN = re.compile(rf"(({_LABEL})\.)+(?![0-9]+$)({_LABEL})|\[(IPv6:)?[0-9A-Fa-f.:]+\]", re.IGNORECASE)


# The form of nearly all addresses. An address that matches needs no further check.
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]{1,20}(?:\.[A-Za-z0-9_+-]{1,20}){0,2}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def address_problem(text: str) -> str | None:
    """Return why a text is not an email address, "" if it does not resemble one, or None if it is one."""
    return None if _PLAIN.fullmatch(text) else _problem_in_detail(text)


def _problem_in_detail(text: str) -> str | None:
    local, _at, domain = text.rpartition("@")
    checks = (
        (text.lower().startswith("mailto:"), "`mailto:` does not belong to it"),
        ("<" in text or ">" in text, "names and angle brackets do not belong to it"),
        ("@" not in text, ""),
        ("," in text or ";" in text, "it has a comma or semicolon; each address is an entry of its own"),
        (any(map(str.isspace, text)), "it has a space"),
        (has_invisible(text), "it has an invisible character"),
        ('"' in text or text[:1] == "'" or text[-1:] == "'", "quotes do not belong to it"),
        ("@" in local, "it has more than one @"),
        (not local, "the part before the @ is missing"),
        (len(local) > _LONGEST_LOCAL_PART, f"the part before the @ has more than {_LONGEST_LOCAL_PART} characters"),
        (not _LOCAL_PART.fullmatch(local), "the part before the @ is not valid"),
        (not domain, "the domain is missing"),
        (domain.endswith("."), "it ends with a dot"),
        ("." not in domain and domain[:1] != "[", "its domain has no dot"),
        (not _DOMAIN.fullmatch(domain), "its domain is not valid"),
    )
    return next((problem for is_wrong, problem in checks if is_wrong), None)


def bare_address(text: str) -> str | None:
    """Return the only address in a text, such as ``a@example.com`` in ``Name <a@example.com>``, or None."""
    visible = "".join(character for character in text if not has_invisible(character))
    bracketed = re.fullmatch(r"[^<>]*<([^<>]*)>[^<>]*", visible)
    found = bracketed[1] if bracketed else visible
    found = re.sub(r"^[\s'\"<]*mailto:", "", found, flags=re.IGNORECASE).partition("?")[0]
    found = re.sub(r"@[@\s]*", "@", re.sub(r"\s+@", "@", found)).strip("\t\n\r '\"<>(),;:.\xa0")
    return found if found != text and address_problem(found) is None else None


def refusal(text: str) -> str | None:
    """Return why a text is not an email address, with the intended address, or None if it is one."""
    problem = address_problem(text)
    if problem is None:
        return None
    meant = bare_address(text)
    return f"must be an email address{f': {problem}' if problem else ''}{f'; write {meant}' if meant else ''}"


__all__ = ("address_problem", "bare_address", "refusal")
