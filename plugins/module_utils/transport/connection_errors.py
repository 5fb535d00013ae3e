# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe why no connection was made."""

from __future__ import annotations

import socket

#: Reasons of OpenSSL for a server that does not speak TLS, such as a plain HTTP server.
_NOT_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL")


def is_plain_server(error: Exception) -> bool:
    """Check whether a server answered a TLS handshake with something else."""
    return any(reason in str(error) for reason in _NOT_TLS)


def is_permanent(error: Exception) -> bool:
    """Check whether retries are useless: an invalid certificate or name stays invalid."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return cause.errno != socket.EAI_AGAIN
        cause = cause.__cause__ or cause.__context__
    return "SSL" in str(error) or "CERTIFICATE" in str(error)


def connection_hint(error: Exception) -> str:
    """Return what to do about a missing connection."""
    if is_plain_server(error):
        return "If it serves plain HTTP, `url` must start with http://"
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "Set `ca_path` to the certificate of its authority. `validate_certs: false` is for test systems only"
    if "HANDSHAKE_FAILURE" in str(error):
        return "The server may require a certificate of this client: set `client_cert`"
    return "Check `url`, the network, and `proxy`"


def without_number(text: str) -> str:
    """Return a message of the operating system without its number, which means nothing to people."""
    return text.partition("] ")[2] if text.startswith("[Errno") else text


__all__ = ("connection_hint", "is_permanent", "is_plain_server", "without_number")
