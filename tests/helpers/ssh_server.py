# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An SSH server on the loopback address: use it where a task must run over a real connection."""

from __future__ import annotations

import contextlib
import getpass
import os
import pathlib
import shutil
import socket
import subprocess
import time
import typing as t

_PROGRAMS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_SETTINGS = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""
_ATTEMPTS = 5
#: A server that root starts needs it; the service of the distribution creates it.
_OF_ROOT = pathlib.Path("/run/sshd")


def missing_programs() -> list[str]:
    """Return which programs of OpenSSH this machine lacks, or cannot start."""
    missing = [name for name in ("ssh", "ssh-keygen", "sshd") if shutil.which(name, path=_PROGRAMS) is None]
    if not missing and os.geteuid() == 0 and not _OF_ROOT.is_dir():
        missing.append(f"sshd with its folder {_OF_ROOT}")
    return missing


@contextlib.contextmanager
def ssh_server(folder: pathlib.Path, home: pathlib.Path) -> t.Iterator[dict[str, t.Any]]:
    """Start a server and return the variables with which Ansible reaches it.

    :param folder: an empty folder with a short path, for keys, settings and sockets.
    :param home: the folder in which its sessions begin.
    """
    for name in ("host_key", "key"):
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
    # A session begins where the playbook is, so that relative paths mean the same files on every way.
    command = f'command="cd {home} && exec /bin/sh -c \\"$SSH_ORIGINAL_COMMAND\\"" '
    (folder / "authorized_keys").write_text(command + (folder / "key.pub").read_text())
    server, port = _start(folder)
    try:
        host_key = (folder / "host_key.pub").read_text()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}")
        yield {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": port,
            "ansible_user": getpass.getuser(),
            "ansible_ssh_private_key_file": str(folder / "key"),
            "ansible_ssh_common_args": f"-F none -o IdentitiesOnly=yes -o UserKnownHostsFile={folder}/known_hosts",
            "ansible_control_path_dir": str(folder),
            "ansible_remote_tmp": str(folder / "remote"),
        }
    finally:
        server.terminate()
        server.wait()


def _start(folder: pathlib.Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server on a port that nobody else has taken meanwhile."""
    program = shutil.which("sshd", path=_PROGRAMS)
    assert program is not None
    for _attempt in range(_ATTEMPTS):
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            port: int = bound.getsockname()[1]
        settings = folder / "sshd_config"
        settings.write_text(_SETTINGS.format(port=port, folder=folder))
        log = folder / "log"
        server = subprocess.Popen([program, "-D", "-f", str(settings), "-E", str(log)], stdin=subprocess.DEVNULL)
        while server.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return server, port
            time.sleep(0.05)
    raise RuntimeError(f"sshd does not start: {log.read_text()}")


def _run(program: str, *arguments: str) -> None:
    subprocess.run([shutil.which(program, path=_PROGRAMS) or program, *arguments], check=True, stdin=subprocess.DEVNULL)
