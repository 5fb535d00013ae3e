# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to reach a vendor."""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

#: Options that hold secrets; their values are replaced wherever text of a vendor is shown.
SECRETS = ("token", "api_key", "password")


@dataclasses.dataclass(frozen=True)
class Connection:
    """The connection options of a task, as the user gave them.

    :param timeout: seconds that one request may take in all.
    :param retry_budget: seconds that the task may spend waiting for retries and refusals.
    :param workers: most requests at once; None for the vendor's default.
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
    proxy: str | None = None
    timeout: float = 30
    retry_budget: float = 120
    workers: int | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: the only place that may ever see a credential."""
        return origin_of(self.url)

    @property
    def address(self) -> str:
        """The base address in one spelling: two addresses of the same API are equal."""
        scheme, host, port = self.origin
        return f"{scheme}://{host.rstrip('.')}:{port}{urllib.parse.urlsplit(self.url).path.rstrip('/')}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret values given."""
        return tuple(value for name in SECRETS if (value := getattr(self, name)))


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL.

    :raises ValueError: when the port is no number.
    """
    parts = urllib.parse.urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").lower(), port


def url_problem(url: str | None) -> str | None:
    """Return what is wrong with the base address a user gave, or None."""
    if not url:
        return "`url` is missing: the base address of the vendor's API"
    try:
        scheme, host, port = origin_of(url)
    except ValueError:
        scheme, host, port = "", "", 0
    if scheme not in ("http", "https") or not host or not port:
        return "`url` must be an address such as https://pbx.example.com/api"
    parts = urllib.parse.urlsplit(url)
    if parts.username or parts.password:
        return "`url` must not hold a user name or password; use `username` and `password`"
    if parts.query or parts.fragment:
        return "`url` must not hold ? or #"
    return None


def missing_credentials(given: t.Mapping[str, t.Any], ways: t.Sequence[t.Sequence[str]]) -> str | None:
    """Return which options are missing to log in, or None when one way is complete.

    :param given: the connection options.
    :param ways: the vendor's ways to log in, each the options it needs.
    """
    if any(all(given.get(option) for option in way) for way in ways):
        return None
    started = [way for way in ways if any(given.get(option) for option in way)]
    if len(started) == 1:
        absent = [f"`{option}`" for option in started[0] if not given.get(option)]
        return f"credentials are incomplete: {' and '.join(absent)} missing"
    choices = ", or ".join(" with ".join(f"`{option}`" for option in way) for way in ways)
    return f"credentials are missing: give {choices}"
