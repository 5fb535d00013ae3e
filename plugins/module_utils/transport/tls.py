# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set up the certificates and proxy of a connection."""

from __future__ import annotations

import contextlib
import functools
import pathlib
import re
import socket
import ssl
import urllib.parse
import urllib.request

from ..errors import TransportError
from ..model.connection import Connection

#: Most seconds to find out whether a server speaks TLS.
_PROBE_SECONDS = 5
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")


@functools.lru_cache(maxsize=8)
def _cached_context(
    validate_certs: bool, ca_path: str | None, client_cert: str | None, client_key: str | None
) -> ssl.SSLContext:
    # One context for all tasks of a process: loading the trust store takes longer than a task.
    if ca_path is not None and pathlib.Path(ca_path).is_dir():
        context = _folder_context(pathlib.Path(ca_path))
    else:
        context = ssl.create_default_context(cafile=ca_path)
    if not validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if client_cert:
        context.load_cert_chain(client_cert, client_key)
    return context


def _folder_context(folder: pathlib.Path) -> ssl.SSLContext:
    """Trust the authorities of a folder, which may be prepared for OpenSSL (c_rehash) or just contain PEM files."""
    context = ssl.create_default_context(capath=str(folder))
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    if any(_HASHED.fullmatch(path.name) for path in files):
        return context
    certificates = [path for path in files if path.suffix in (".pem", ".crt", ".cer")]
    if not certificates:
        raise FileNotFoundError(2, "the folder contains no certificate (.pem, .crt or .cer)")
    for path in certificates:
        context.load_verify_locations(cafile=path)
    return context


@functools.lru_cache(maxsize=1)
def _bare_context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def prepare() -> None:
    """Load the default trust store before processes are forked, so that they need not."""
    _bare_context()
    with contextlib.suppress(OSError):
        _cached_context(True, None, None, None)


def ssl_context(connection: Connection) -> ssl.SSLContext:
    """Return the context that verifies the server and authenticates this client.

    :raises TransportError: if a file cannot be used.
    """
    if connection.origin[0] == "http":
        return _bare_context()
    try:
        return _cached_context(
            connection.validate_certs, connection.ca_path, connection.client_cert, connection.client_key
        )
    except (OSError, ssl.SSLError) as error:
        names = [name for name in ("ca_path", "client_cert", "client_key") if getattr(connection, name)]
        raise TransportError(
            f"cannot use `{'` and `'.join(names)}`: {error.strerror or error}", "Check that the file exists and is PEM"
        ) from None


def speaks_tls(connection: Connection) -> bool:
    """Check whether the server of a plain HTTP address expects TLS. Sends no data."""
    scheme, host, port = connection.origin
    if scheme != "http":
        return False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Only whether it speaks TLS matters.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), min(connection.timeout, _PROBE_SECONDS)) as plain:
            context.wrap_socket(plain, server_hostname=host).close()
    except ssl.SSLError as error:
        # A server that asks for a certificate of the client, or refuses the version, speaks TLS as well.
        return "ALERT" in str(error)
    except (OSError, ValueError):
        return False
    return True


def proxy_of(connection: Connection) -> str | None:
    """Return the declared proxy, or that of the environment for this host."""
    proxy = connection.proxy or _environment_proxy(connection)
    # The scheme is optional, as for curl.
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def proxy_secrets(proxy: str | None) -> tuple[str, ...]:
    """Return the password of a proxy's address, as written there and as sent."""
    try:
        password = urllib.parse.urlsplit(proxy or "").password or ""
    except ValueError:
        return ()
    return tuple(dict.fromkeys((password, urllib.parse.unquote(password)))) if password else ()


def _environment_proxy(connection: Connection) -> str | None:
    scheme, host, port = connection.origin
    if urllib.request.proxy_bypass(f"{host}:{port}"):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(scheme) or proxies.get("all")
