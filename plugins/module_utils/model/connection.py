# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse and validate connection options."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import typing as t
import urllib.parse

from .kinds import Boolean
from .paths import path_problems
from .problem import Problem
from .text import has_control, has_surrogate

#: Secret options. Their values are removed from the vendor's texts.
SECRETS = ("token", "api_key", "password")
#: The supported logins, each with the options that belong together.
_LOGINS = (("token",), ("api_key",), ("username", "password"))
#: A week: longer than any request or pipeline, and short enough for every clock.
_MOST_SECONDS = 7 * 86400


@dataclasses.dataclass(frozen=True)
class Connection:
    """The connection options of a task.

    :param timeout: seconds for one whole request.
    :param retry_budget: seconds that the task may wait for retries and rate limits.
    :param workers: most concurrent requests; None for the vendor's default.
    """

    vendor: str
    url: str
    token: str | None = dataclasses.field(default=None, repr=False)
    api_key: str | None = dataclasses.field(default=None, repr=False)
    username: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    domain: str | None = None
    account_id: str | None = None
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    #: Its address may contain a password.
    proxy: str | None = dataclasses.field(default=None, repr=False)
    timeout: float = 30
    retry_budget: float = 120
    workers: int | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: the only server that may receive credentials."""
        return origin_of(self.url)

    @property
    def address(self) -> str:
        """The base address in normal form, so that equal addresses compare equal."""
        scheme, host, port = self.origin
        return f"{scheme}://{host.rstrip('.')}:{port}{urllib.parse.urlsplit(self.url).path.rstrip('/')}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret values."""
        return tuple(value for name in SECRETS if (value := getattr(self, name)))


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL.

    :raises ValueError: if the port is not a number.
    """
    parts = urllib.parse.urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").lower(), port


def url_problem(url: str | None) -> str | None:
    """Return what is wrong with the base address, to follow the option's name, or None."""
    if not url:
        return "is missing: the base address of the vendor's API"
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return "must not contain spaces, line breaks or invisible characters. Remove them"
    try:
        scheme, host, port = origin_of(url)
        host.encode("idna")
    except ValueError:
        scheme, host, port = "", "", 0
    parts = urllib.parse.urlsplit(url if host else "")
    if scheme not in ("http", "https") or not host or not port or parts.port == 0 or "\\" in url:
        return "must be an address such as https://pbx.example.com/api"
    if parts.username or parts.password:
        return "must not contain a user name or password; use `username` and `password`"
    if parts.query or parts.fragment:
        return "must not contain ? or #"
    return None


def value_problems(given: t.Mapping[str, t.Any]) -> list[Problem]:
    """Return problems of single connection options, without their values.

    :param given: the options with a value, with their types.
    """
    problems = path_problems(given, ("ca_path", "client_cert", "client_key"))
    for option, value in given.items():
        if isinstance(value, str) and (has_control(value) or has_surrogate(value)):
            hint = "Remove them, such as the newline at the end of a file"
            text = "must not contain line breaks or other control characters"
            problems.append(Problem(text, option=option, hint=hint))
        elif option == "token" and not all("!" <= letter <= "~" for letter in value):
            text = "must be ASCII letters, digits and signs without spaces"
            problems.append(Problem(text, option=option, hint="Copy it exactly as the vendor shows it"))
        elif option in ("timeout", "retry_budget") and not value <= _MOST_SECONDS:
            problems.append(Problem(f"must be a number of seconds, {_MOST_SECONDS} at most", option=option))
    return problems


def missing_credentials(given: t.Mapping[str, t.Any], logins: t.Sequence[t.Sequence[str]]) -> str | None:
    """Return which options are missing for a login, or None if one login is complete.

    :param given: the connection options.
    :param logins: the vendor's supported logins, each with its required options.
    """
    if any(all(given.get(option) for option in login) for login in logins):
        return None
    started = [login for login in logins if any(given.get(option) for option in login)]
    if len(started) == 1:
        absent = [f"`{option}`" for option in started[0] if not given.get(option)]
        return f"credentials are incomplete: {' and '.join(absent)} missing"
    choices = ", or ".join(" with ".join(f"`{option}`" for option in login) for login in logins)
    return f"credentials are missing: set {choices}"


def other_logins(given: t.Mapping[str, t.Any]) -> frozenset[str]:
    """Return the credentials that the environment must not add, because the task sets a login.

    An environment may complete a login: the task sets ``username``, and the environment the password.

    :param given: the connection options of the task, without those of the environment.
    """
    own = {option for login in _LOGINS for option in login if str(given.get(option) or "").strip()}
    return frozenset(option for login in _LOGINS if own and not own & set(login) for option in login)


def typed(kind: str, value: t.Any) -> t.Any:
    """Convert the value of an option for a plugin that reads its options itself; None if it is unset.

    Ansible converts anything that is not a boolean to false, including templates. Empty text counts as unset.

    :param kind: type of the option: ``str``, ``path``, ``bool``, ``int`` or ``float``.
    :raises ValueError: with the problem, without the value, which may be a misplaced secret.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    text = str(value).strip()
    if kind == "bool":
        try:
            return Boolean().parse(value)
        except ValueError:
            raise ValueError("must be true or false") from None
    if kind in ("int", "float"):
        pattern = r"[-+]?\d{1,18}" if kind == "int" else r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?"
        number = None if isinstance(value, bool) or not re.fullmatch(pattern, text, re.I | re.A) else float(text)
        if number is None or not math.isfinite(number):
            raise ValueError(f"must be a {'whole number' if kind == 'int' else 'number'}")
        return int(text) if kind == "int" else number
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("must be text")
    if kind == "path":
        # Like Ansible: unknown users in paths stay unchanged.
        return os.path.expanduser(os.path.expandvars(str(value)))  # noqa: PTH111
    return str(value)


def typed_or(kind: str, value: t.Any, default: t.Any) -> t.Any:
    """Convert the value of an option like :func:`typed`, or return the default if it is unset."""
    found = typed(kind, value)
    return default if found is None else found


def checked(
    definitions: t.Mapping[str, t.Mapping[str, t.Any]], given: t.Mapping[str, t.Any]
) -> tuple[dict[str, t.Any], list[Problem]]:
    """Return the non-empty options of a plugin, and their problems.

    Ansible's own errors show the value, which may be a misplaced secret.

    :param definitions: option to its ``type`` and ``choices``, as in the documentation of a plugin.
    """
    values = {name: value for name, value in given.items() if value not in (None, "")}
    problems = []
    for name, definition in definitions.items():
        if name not in values:
            continue
        if definition.get("type") in ("bool", "int", "float"):
            try:
                values[name] = typed(definition["type"], values[name])
            except ValueError as error:
                problems.append(Problem(str(error), option=name))
            if values[name] is None:
                del values[name]
        elif definition.get("choices"):
            entries = values[name] if isinstance(values[name], (list, tuple)) else [values[name]]
            if any(entry not in definition["choices"] for entry in entries):
                problems.append(Problem(f"must be one of {', '.join(definition['choices'])}", option=name))
    return values, problems


def read_options(
    spec: t.Mapping[str, t.Mapping[str, t.Any]], given: t.Mapping[str, t.Any], environment: t.Mapping[str, t.Any]
) -> tuple[dict[str, t.Any], list[Problem]]:
    """Return connection options with types and defaults, from the arguments and then the environment.

    :param spec: option to its ``type``, ``default``, ``choices`` and ``required``, as in an argument spec.
    :param environment: variables; ``VOICEMAIL_<NAME>`` is used for an option that is not set, except for another login.
    :return: all options, and their problems, which never contain values.
    """
    values: dict[str, t.Any] = {}
    problems = []
    ignored = other_logins(given)
    for name, option in spec.items():
        values[name] = typed(option["type"], option.get("default"))
        inherited = None if name in ignored else environment.get(f"VOICEMAIL_{name.upper()}")
        for source in (given.get(name), inherited):
            try:
                value = typed(option["type"], source)
            except ValueError as error:
                problems.append(Problem(str(error), option=name))
                break
            if value is not None:
                values[name] = value
                break
        if option.get("required") and values[name] is None:
            problems.append(Problem("is missing", option=name))
        elif option.get("choices") and values[name] not in option["choices"]:
            problems.append(Problem(f"must be one of {', '.join(option['choices'])}", option=name))
    return values, list(dict.fromkeys(problems))


def blank_options(given: t.Mapping[str, t.Any], spec: t.Iterable[str]) -> list[str]:
    """Return the connection options with empty text, which counts as unset."""
    return [name for name in spec if isinstance(given.get(name), str) and not given[name].strip()]


def type_problems(spec: t.Mapping[str, t.Mapping[str, t.Any]], given: t.Mapping[str, t.Any]) -> list[Problem]:
    """Return problems with the types of options: Ansible converts booleans to text and numbers."""
    problems = []
    for name, option in spec.items():
        try:
            typed(option["type"], given.get(name))
        except ValueError as error:
            problems.append(Problem(str(error), option=name))
    return problems
