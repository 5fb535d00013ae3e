# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of connection options: their normal form, and the exact problem of each that is refused."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import (
    Connection,
    blank_options,
    checked,
    missing_credentials,
    origin_of,
    read_options,
    type_problems,
    typed,
    typed_or,
    url_problem,
    value_problems,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.paths import path_problems

NO_ADDRESS = "must be an address such as https://pbx.example.com/api"
UNSENDABLE = "must not contain line breaks or other control characters"
SECRET = "a-long-secret-value-48217395"


@pytest.mark.parametrize(
    ("url", "origin", "address"),
    [
        ("https://PBX.example.com./api/", ("https", "pbx.example.com.", 443), "https://pbx.example.com:443/api"),
        ("http://pbx/a/b", ("http", "pbx", 80), "http://pbx:80/a/b"),
        ("http://pbx:8080", ("http", "pbx", 8080), "http://pbx:8080"),
        ("ftp://pbx", ("ftp", "pbx", 0), "ftp://pbx:0"),
    ],
)
def test_the_normal_form_of_an_address(url: str, origin: tuple[str, str, int], address: str) -> None:
    assert origin_of(url) == origin
    assert Connection("example", url).origin == origin
    assert Connection("example", url).address == address


def test_secrets_of_a_connection() -> None:
    assert Connection("example", "http://pbx").secrets == ()
    both = Connection("example", "http://pbx", password=SECRET, token="t" * 20, username="u")
    assert both.secrets == ("t" * 20, SECRET)
    assert SECRET not in repr(both)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (None, "is missing: the base address of the vendor's API"),
        ("", "is missing: the base address of the vendor's API"),
        *[
            (url, "must not contain spaces, line breaks or invisible characters. Remove them")
            for url in ("https://pbx/a b", "https://pbx\n", "https://pbx\u200b")
        ],
        *[
            (url, NO_ADDRESS)
            for url in (
                "pbx.example.com", "ftp://pbx:21", "https://", "https://pbx:port", "https://pbx:0", "https://pbx:65536",
                "https://pbx\\@other", f"https://{'x' * 64}.example.com",
            )
        ],
        ("https://user@pbx", "must not contain a user name or password; use `username` and `password`"),
        ("https://:password@pbx", "must not contain a user name or password; use `username` and `password`"),
        ("https://pbx?a=1", "must not contain ? or #"),
        ("https://pbx#a", "must not contain ? or #"),
        ("https://pbx.example.com:8443/api", None),
        ("http://[::1]:80", None),
    ],
)  # fmt: skip
def test_addresses(url: str | None, problem: str | None) -> None:
    assert url_problem(url) == problem


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"token": "!~" * 9, "username": "a b\xa0\x7e\ud7ff\ue000", "timeout": 604800, "retry_budget": 0.5}, []),
        *[({"username": f"a{letter}"}, [("username", UNSENDABLE)]) for letter in "\x00\x1f\x7f\x9f\ud800\udfff"],
        ({"token": "a\n", "password": "\n"}, [("token", UNSENDABLE), ("password", UNSENDABLE)]),
        ({"token": "a b"}, [("token", "must be ASCII letters, digits and signs without spaces")]),
        ({"token": "\xe4"}, [("token", "must be ASCII letters, digits and signs without spaces")]),
        ({"timeout": 604801}, [("timeout", "must be a number of seconds, 604800 at most")]),
        ({"retry_budget": float("nan")}, [("retry_budget", "must be a number of seconds, 604800 at most")]),
        ({"workers": 10**9}, []),
        ({"ca_path": "/a" * 3000}, [("ca_path", "is not a usable path: it is too long. Use a shorter one")]),
    ],
)
def test_single_values(given: dict[str, t.Any], problems: list[tuple[str, str]]) -> None:
    found = value_problems(given)
    assert [(problem.option, problem.text) for problem in found] == problems
    for problem in found:
        if problem.text == UNSENDABLE:
            assert problem.hint == "Remove them, such as the newline at the end of a file"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/" + "/".join(["a" * 255] * 15), None),
        ("/" + "a" * 256, "it is too long. Use a shorter one"),
        ("\xe4" * 128, "it is too long. Use a shorter one"),
        ("\xe4" * 127, None),
        ("/a" * 2047 + "/", None),
        ("/a" * 2048, "it is too long. Use a shorter one"),
        *[
            (f"a{letter}", "it contains control characters or invalid Unicode. Remove them")
            for letter in "\x00\x1f\x7f\ud800\udfff"
        ],
        ("a b~\xa0\ue000\ud7ff", None),
        (None, None),
        (5, None),
    ],
)
def test_paths(path: t.Any, problem: str | None) -> None:
    expected = [] if problem is None else [f"`file` is not a usable path: {problem}"]
    assert list(map(str, path_problems({"file": path, "other": "\x00"}, ["missing", "file"]))) == expected


WAYS = [("token",), ("username", "password"), ("username", "password", "domain")]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"token": "t"}, None),
        ({"username": "u", "password": "p"}, None),
        (
            {"username": "u", "token": ""},
            (
                "credentials are missing: set `token`, or `username` with `password`,"
                " or `username` with `password` with `domain`"
            ),
        ),
        ({"domain": "d"}, "credentials are incomplete: `username` and `password` missing"),
        (
            {},
            (
                "credentials are missing: set `token`, or `username` with `password`,"
                " or `username` with `password` with `domain`"
            ),
        ),
    ],
)
def test_credentials(given: dict[str, str], text: str | None) -> None:
    assert missing_credentials(given, WAYS) == text


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        *[(kind, value, None) for kind in ("str", "path", "bool", "int", "float") for value in (None, "", " \n")],
        ("bool", "yes", True), ("bool", 0, False), ("bool", " off ", False),
        ("int", " -7 ", -7), ("int", "+7", 7), ("int", 7, 7), ("int", "9" * 18, int("9" * 18)),
        ("float", "7", 7.0), ("float", ".5", 0.5), ("float", "5.", 5.0), ("float", "1E-1", 0.1), ("float", 0.5, 0.5),
        ("str", 5, "5"), ("str", 0.5, "0.5"), ("str", " a ", " a "),
        ("path", "~nobody-of-this-name/a", "~nobody-of-this-name/a"),
    ],
)  # fmt: skip
def test_types(kind: str, value: t.Any, found: t.Any) -> None:
    result = typed(kind, value)
    assert (result, type(result)) == (found, type(found))
    assert typed_or(kind, value, "other") == ("other" if found is None else found)


def test_paths_are_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FOLDER", "keys")
    assert typed("path", "~/$FOLDER/a.pem") == f"{tmp_path}/keys/a.pem"
    assert typed("str", "~/$FOLDER") == "~/$FOLDER"


@pytest.mark.parametrize(
    ("kind", "values", "problem"),
    [
        ("bool", (SECRET, 2, []), "must be true or false"),
        ("int", (SECRET, True, "1.5", "9" * 19, "\u0661", "0x10"), "must be a whole number"),
        ("float", (SECRET, False, "1e999", "nan", "inf", "1_0", "\u0661"), "must be a number"),
        ("str", (True, ["a"], {}), "must be text"),
        ("path", (False, ["a"]), "must be text"),
    ],
)
def test_values_of_another_type(kind: str, values: tuple[t.Any, ...], problem: str) -> None:
    for value in values:
        with pytest.raises(ValueError, match=f"^{problem}$") as caught:
            typed(kind, value)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_options_of_a_plugin() -> None:
    definitions = {
        "on": {"type": "bool"},
        "most": {"type": "int"},
        "blank": {"type": "int"},
        "wrong": {"type": "float"},
        "name": {"type": "str"},
        "way": {"choices": ["a", "b"]},
        "ways": {"type": "list", "choices": ["a", "b"]},
        "bad": {"choices": ["a", "b"]},
        "bad_list": {"choices": ["a", "b"]},
        "unset": {"choices": ["a", "b"]},
    }
    given = {
        "on": "yes", "most": "7", "blank": " ", "wrong": SECRET, "name": "", "way": "b", "ways": ["a", "b"],
        "bad": SECRET, "bad_list": ["a", SECRET], "unset": None, "unknown": 1,
    }  # fmt: skip
    values, problems = checked(definitions, given)
    assert values == {
        "on": True, "most": 7, "wrong": SECRET, "way": "b", "ways": ["a", "b"], "bad": SECRET,
        "bad_list": ["a", SECRET],
        "unknown": 1,
    }  # fmt: skip
    assert list(map(str, problems)) == [
        "`wrong` must be a number", "`bad` must be one of a, b", "`bad_list` must be one of a, b",
    ]  # fmt: skip


def test_options_from_arguments_and_the_environment() -> None:
    spec = {
        "url": {"type": "str", "required": True},
        "vendor": {"type": "str", "choices": ["a", "b"]},
        "workers": {"type": "int", "default": "4"},
        "timeout": {"type": "float", "default": 30},
        "flag": {"type": "bool", "default": False},
    }
    values, problems = read_options(spec, {"url": "x", "vendor": "b", "flag": " "}, {"VOICEMAIL_TIMEOUT": "5"})
    assert values == {"url": "x", "vendor": "b", "workers": 4, "timeout": 5.0, "flag": False}
    assert problems == []
    given = {"vendor": SECRET, "workers": "many", "flag": "maybe"}
    values, problems = read_options(spec, given, {"VOICEMAIL_WORKERS": "5", "VOICEMAIL_URL": " ", "WORKERS": "6"})
    assert values["workers"] == 4
    assert list(map(str, problems)) == [
        "`url` is missing", "`vendor` must be one of a, b", "`workers` must be a whole number",
        "`flag` must be true or false",
    ]  # fmt: skip
    first, _problems = read_options(spec, {"url": "x", "workers": 1}, {"VOICEMAIL_URL": "y", "VOICEMAIL_WORKERS": "2"})
    assert (first["url"], first["workers"]) == ("x", 1)


def test_blank_and_mistyped_options() -> None:
    spec = {"url": {"type": "str"}, "workers": {"type": "int"}, "flag": {"type": "bool"}}
    assert blank_options({"url": " ", "workers": 0, "other": ""}, spec) == ["url"]
    assert blank_options({"url": "x", "flag": ""}, spec) == ["flag"]
    problems = type_problems(spec, {"url": True, "workers": "x"})
    assert list(map(str, problems)) == ["`url` must be text", "`workers` must be a whole number"]
    assert type_problems(spec, {"url": "x"}) == []
