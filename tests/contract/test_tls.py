# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of the server, of private authorities, and of the client."""

from __future__ import annotations

import collections
import contextlib
import datetime
import pathlib
import socket
import socketserver
import ssl
import subprocess
import threading
import typing as t

import pytest
import trustme
from helpers.loopback import Answer, Loopback, Seen, forward_to, module_warnings
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, SUBJECTS, Subject

__all__ = ("module_warnings",)
each_runner = pytest.mark.parametrize("runner", RUNNERS)
every_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


class Authority(t.NamedTuple):
    """A private authority with different certificates."""

    ca: trustme.CA
    folder: pathlib.Path

    @property
    def file(self) -> str:
        return str(self.folder / "ca.pem")

    def context(self, certificate: trustme.LeafCert) -> ssl.SSLContext:
        """Return the TLS settings of a server with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context

    def good(self) -> ssl.SSLContext:
        return self.context(self.ca.issue_cert("127.0.0.1"))

    def bad(self, kind: str) -> ssl.SSLContext:
        if kind == "expired":
            return self.context(self.ca.issue_cert("127.0.0.1", not_before=PAST, not_after=PAST))
        if kind == "wrong host":
            return self.context(self.ca.issue_cert("pbx.example.com"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with self.ca.cert_pem.tempfile() as certificate, self.ca.private_key_pem.tempfile() as key:
            context.load_cert_chain(certificate, key)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(folder / "ca.pem")
    return Authority(ca, folder)


def read(subject: Subject, runner: str, url: str, **options: t.Any) -> dict[str, t.Any]:
    """Read all boxes."""
    arguments = {"vendor": subject.vendor, "timeout": 60, "retry_budget": 20, **subject.connection, "url": url}
    result: dict[str, t.Any] = RUNNERS[runner](subject.info, {**arguments, **options})
    return result


@each_runner
@every_subject
@pytest.mark.parametrize(
    ("kind", "trusted", "said"),
    [
        ("self-signed", False, "self-signed"),
        ("expired", True, "expired"),
        ("wrong host", True, "127.0.0.1"),
    ],
    ids=["self-signed", "expired", "wrong-host"],
)
def test_an_invalid_certificate_is_refused(
    authority: Authority, subject: Subject, runner: str, kind: str, trusted: bool, said: str
) -> None:
    with Loopback(lambda _seen: Answer(body=b"{}"), tls=authority.bad(kind)) as server:
        result = read(subject, runner, server.origin, **({"ca_path": authority.file} if trusted else {}))
    assert result["failed"]
    assert f"the certificate does not verify for 127.0.0.1:{server.port}" in result["msg"]
    assert said in result["msg"]
    assert "ca_path" in result["error"]["hint"]
    assert server.seen == []


@each_runner
def test_an_unknown_authority_is_refused(authority: Authority, runner: str) -> None:
    with Loopback(lambda _seen: Answer(body=b"{}"), tls=authority.good()) as server:
        result = read(KAZOO, runner, server.origin)
    assert "unable to get local issuer certificate" in result["msg"]
    assert server.seen == []


def hashed_folder(authority: Authority, folder: pathlib.Path) -> None:
    """Create a folder in OpenSSL's format, in which file names are hashes of the subject."""
    command = ["openssl", "x509", "-noout", "-hash", "-in", authority.file]
    digest = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    (folder / f"{digest}.0").write_bytes(pathlib.Path(authority.file).read_bytes())


def plain_folder(authority: Authority, folder: pathlib.Path) -> None:
    """Create a folder with the file and others."""
    (folder / "company.crt").write_bytes(pathlib.Path(authority.file).read_bytes())
    trustme.CA().cert_pem.write_to_path(folder / "another.pem")
    (folder / "README.txt").write_text("Certificates of the company")


@each_runner
@every_subject
@pytest.mark.parametrize("form", ["file", "plain folder", "hashed folder"])
def test_a_private_authority_is_accepted(
    authority: Authority, subject: Subject, runner: str, form: str, tmp_path: pathlib.Path
) -> None:
    path = str(tmp_path)
    if form == "file":
        path = authority.file
    else:
        {"plain folder": plain_folder, "hashed folder": hashed_folder}[form](authority, tmp_path)
    with subject.serve() as simulator, Loopback(forward_to(simulator.origin), tls=authority.good()) as server:
        result = read(subject, runner, simulator.url.replace(simulator.origin, server.origin), ca_path=path)
    assert not result["failed"], result
    assert server.seen


@each_runner
@pytest.mark.parametrize("fault", ["missing file", "no certificate", "empty folder"])
def test_an_unreadable_authority_is_reported(runner: str, fault: str, tmp_path: pathlib.Path) -> None:
    paths = {"missing file": tmp_path / "none.pem", "no certificate": tmp_path / "text.pem", "empty folder": tmp_path}
    (tmp_path / "text.pem" if fault == "no certificate" else tmp_path / "notes.txt").write_text("nothing")
    result = read(KAZOO, runner, "https://127.0.0.1:1/v2", ca_path=str(paths[fault]))
    assert result["failed"]
    assert "`ca_path`" in result["msg"]
    assert "PEM" in result["error"]["hint"]


@each_runner
@every_subject
@pytest.mark.parametrize("kind", ["self-signed", "expired", "wrong host"])
def test_an_unverified_certificate_causes_a_warning(
    authority: Authority, subject: Subject, runner: str, kind: str, warned: list[str]
) -> None:
    with subject.serve() as simulator, Loopback(forward_to(simulator.origin), tls=authority.bad(kind)) as server:
        url = simulator.url.replace(simulator.origin, server.origin)
        result = read(subject, runner, url, validate_certs=False)
    assert not result["failed"], result
    assert "`validate_certs` is false" in str([*warned, *result.get("warnings", ())])


@pytest.fixture
def client_files(authority: Authority, tmp_path: pathlib.Path) -> dict[str, str]:
    """Return options with a client certificate, in one file and in two."""
    certificate = authority.ca.issue_cert("automation@example.com")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    return {name: str(tmp_path / f"{name}.pem") for name in ("both", "certificate", "key")}


def demanding(authority: Authority, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """Return the settings of a server that requires a client certificate."""
    context = authority.good()
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = newest
    authority.ca.configure_trust(context)
    return context


@each_runner
@every_subject
@pytest.mark.parametrize("files", [1, 2])
def test_a_client_certificate_is_sent(
    authority: Authority, subject: Subject, runner: str, files: int, client_files: dict[str, str]
) -> None:
    shown = {"client_cert": client_files["both"]}
    if files == 2:
        shown = {"client_cert": client_files["certificate"], "client_key": client_files["key"]}
    with (
        subject.serve() as simulator,
        Loopback(forward_to(simulator.origin), tls=demanding(authority)) as server,
    ):
        url = simulator.url.replace(simulator.origin, server.origin)
        result = read(subject, runner, url, ca_path=authority.file, **shown)
    assert not result["failed"], result
    assert server.seen


@each_runner
@every_subject
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2], ids=["TLS-1.3", "TLS-1.2"])
def test_a_missing_client_certificate_is_reported(
    authority: Authority, subject: Subject, runner: str, newest: ssl.TLSVersion
) -> None:
    with Loopback(lambda _seen: Answer(body=b"{}"), tls=demanding(authority, newest)) as server:
        result = read(subject, runner, server.origin, ca_path=authority.file)
    assert result["failed"]
    assert "client_cert" in result["msg"], result["msg"]
    assert server.seen == []


@each_runner
@pytest.mark.parametrize(
    "broken", [{"client_cert": "none.pem"}, {"client_key": "key.pem"}], ids=["missing", "key-alone"]
)
def test_an_unusable_client_certificate_is_reported(runner: str, broken: dict[str, str]) -> None:
    result = read(KAZOO, runner, "https://127.0.0.1:1/v2", **broken)
    assert result["failed"]
    assert "`client_cert`" in result["msg"]


@each_runner
def test_the_server_certificate_is_verified_through_a_proxy(authority: Authority, runner: str) -> None:
    counted: collections.Counter[str] = collections.Counter()

    def never(seen: Seen) -> Answer:
        counted[seen.method] += 1
        return Answer(500)

    with (
        KAZOO.serve() as simulator,
        Loopback(forward_to(simulator.origin), tls=authority.good()) as server,
        Loopback(never) as proxy,
    ):
        url = simulator.url.replace(simulator.origin, server.origin)
        refused = read(KAZOO, runner, url, proxy=proxy.origin)
        trusted = read(KAZOO, runner, url, proxy=proxy.origin, ca_path=authority.file)
    assert "the certificate does not verify" in refused["msg"]
    assert not trusted["failed"], trusted
    # The proxy received only the CONNECT request.
    assert {seen.method for seen in proxy.seen} == {"CONNECT"}
    assert {seen.path for seen in proxy.seen} == {f"127.0.0.1:{server.port}"}
    assert not counted


@each_runner
@every_subject
def test_plain_http_to_a_port_with_tls(subject: Subject, runner: str, authority: Authority) -> None:
    with Loopback(lambda seen: Answer(200), tls=authority.good()) as server:
        result = read(subject, runner, f"http://127.0.0.1:{server.port}/v2")
        assert f"127.0.0.1:{server.port} speaks TLS. `url` must start with https://" in result["msg"]
        assert server.seen == []


@each_runner
def test_plain_http_to_a_port_that_explains_itself(runner: str, authority: Authority) -> None:
    """Many servers answer a plain request to their TLS port with 400, which any other mistake may have as well."""
    context = authority.good()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if self.request.recv(1, socket.MSG_PEEK) == b"\x16":
                with contextlib.suppress(OSError), context.wrap_socket(self.request, server_side=True) as wrapped:
                    wrapped.recv(1)
                return
            self.request.recv(65536)
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = server.server_address[1]
        result = read(KAZOO, runner, f"http://127.0.0.1:{port}/v2")
        server.shutdown()
        thread.join()
    assert f"127.0.0.1:{port} speaks TLS. `url` must start with https://" in result["msg"]


@each_runner
def test_lost_connection_of_a_plain_server_stays_a_lost_connection(runner: str) -> None:
    with KAZOO.serve(mailboxes=1, faults=["reset_before,count=1"]) as server:
        result = read(KAZOO, runner, server.url)
    assert "the connection was lost before the reply" in result["msg"]
    assert "TLS" not in result["msg"]
