# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the simulator as a background process: start, stop, all vendors in one process, TLS."""

from __future__ import annotations

import concurrent.futures
import json
import os
import signal
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import trustme
from voicemail_simulator.background import exposure
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors import VENDORS

FILES = Path(__file__).resolve().parents[3] / "roles" / "simulator" / "files"


MINIMAL = ("--vendor=kazoo", "--port=0")


def background(action: str, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voicemail_simulator.background", action, f"--directory={directory}"]
    return subprocess.run(
        [*command, "--", *arguments], cwd=FILES, capture_output=True, text=True, timeout=60, check=False
    )


def test_start_and_stop_are_idempotent(tmp_path: Path) -> None:
    arguments = ("--vendor=kazoo", "--port=0", "--mailboxes=1", "--set=kazoo.page_size=7")
    started = json.loads(background("start", tmp_path, *arguments).stdout)
    try:
        assert started["changed"] is True
        origin = started["urls"]["kazoo"].removesuffix("/v2")
        assert httpx.get(f"{origin}/_simulator/behaviors").json()["page_size"] == 7
        assert json.loads(background("start", tmp_path, *arguments).stdout) == {**started, "changed": False}
        restarted = json.loads(background("start", tmp_path, *arguments, "--seed=5").stdout)
        assert (restarted["changed"], restarted["pid"] != started["pid"]) == (True, True)
    finally:
        stopped = json.loads(background("stop", tmp_path).stdout)
    assert stopped["changed"] is True
    assert json.loads(background("stop", tmp_path).stdout)["changed"] is False
    assert json.loads(background("status", tmp_path).stdout)["running"] is False


def test_failed_start_is_reported(tmp_path: Path) -> None:
    failed = background("start", tmp_path, "--vendor=kazoo", "--port=0", "--set=colour=red")
    assert failed.returncode == 1
    assert "no such behavior" in failed.stderr


def test_missing_packages_are_reported(tmp_path: Path) -> None:
    # -S hides the installed packages, as on a machine without them.
    command = [sys.executable, "-S", "-m", "voicemail_simulator.background", "start", f"--directory={tmp_path}"]
    failed = subprocess.run(command, cwd=FILES, capture_output=True, text=True, timeout=60, check=False)
    assert failed.returncode == 1
    assert "python-multipart, starlette, uvicorn" in failed.stderr
    assert "requirements.txt" in failed.stderr


def test_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "below" / "simulator"
    try:
        assert background("start", folder, *MINIMAL).returncode == 0
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        background("stop", folder)


@pytest.mark.parametrize("action", ["start", "stop", "status"])
@pytest.mark.parametrize("kind", ["link", "file", "open"])
def test_unsafe_folder_is_refused(tmp_path: Path, kind: str, action: str) -> None:
    folder, elsewhere = tmp_path / "simulator", tmp_path / "elsewhere"
    elsewhere.mkdir()
    if kind == "link":
        folder.symlink_to(elsewhere)
    elif kind == "file":
        folder.write_text("")
    else:
        folder.mkdir()
        folder.chmod(0o777)
    refused = background(action, folder, *MINIMAL)
    assert refused.returncode == 1
    assert str(folder) in refused.stderr
    assert "simulator_directory" in refused.stderr
    assert list(elsewhere.iterdir()) == []


def test_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "simulator"
    folder.mkdir(mode=0o700)
    try:
        os.chown(folder, os.geteuid() + 1, -1)
    except PermissionError:
        pytest.skip("only root can change the owner of a folder")
    refused = background("start", folder, *MINIMAL)
    assert refused.returncode == 1
    assert "belongs to another user" in refused.stderr


def test_parallel_starts_start_one_simulator(tmp_path: Path) -> None:
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        started = [
            json.loads(done.stdout) for done in pool.map(lambda _: background("start", tmp_path, *MINIMAL), range(6))
        ]
    try:
        assert sorted(one["changed"] for one in started) == [False] * 5 + [True]
        assert len({one["pid"] for one in started}) == 1
    finally:
        background("stop", tmp_path)
    assert json.loads(background("status", tmp_path).stdout)["running"] is False


def test_killed_simulator_is_restarted(tmp_path: Path) -> None:
    killed = json.loads(background("start", tmp_path, *MINIMAL).stdout)
    os.kill(killed["pid"], signal.SIGKILL)
    restarted = json.loads(background("start", tmp_path, *MINIMAL).stdout)
    assert (restarted["changed"], restarted["pid"] != killed["pid"]) == (True, True)
    assert json.loads(background("stop", tmp_path).stdout)["changed"] is True


@pytest.mark.parametrize(
    ("host", "warned"), [("127.0.0.1", False), ("::1", False), ("localhost", False), ("0.0.0.0", True)]
)
def test_warning_about_a_reachable_address(host: str, warned: bool) -> None:
    assert (exposure([f"--host={host}"]) is not None) is warned


def test_the_warning_reaches_the_caller(tmp_path: Path) -> None:
    try:
        started = json.loads(background("start", tmp_path, *MINIMAL, "--host=0.0.0.0").stdout)
        assert "other machines" in started["warning"]
    finally:
        background("stop", tmp_path)


def test_other_process_is_not_stopped(tmp_path: Path) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    try:
        ready = {"pid": sleeper.pid, "urls": {"kazoo": "http://127.0.0.1:9/v2"}}
        (tmp_path / "ready.json").write_text(json.dumps(ready), encoding="utf-8")
        assert json.loads(background("stop", tmp_path).stdout)["changed"] is False
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_all_vendors_answer_from_one_process(tmp_path: Path) -> None:
    started = json.loads(background("start", tmp_path, "--all", "--port=0", "--mailboxes=2").stdout)
    try:
        assert list(started["urls"]) == list(VENDORS)
        for vendor, url in started["urls"].items():
            reply = httpx.get(f"{url.rsplit('/', 1)[0]}/_simulator/ready").json()
            assert reply == {"vendor": vendor, "ready": True, "pid": started["pid"]}
    finally:
        background("stop", tmp_path)


def test_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    files = {"tls_cert": str(tmp_path / "certificate.pem"), "tls_key": str(tmp_path / "key.pem")}
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with SimulatorServer("kazoo", **files) as server:
        assert server.url.startswith("https://127.0.0.1:")
        assert httpx.get(f"{server.origin}/_simulator/ready", verify=context).status_code == 200
    arguments = ("--vendor=kazoo", "--port=0", f"--tls-cert={files['tls_cert']}", f"--tls-key={files['tls_key']}")
    assert json.loads(background("start", tmp_path, *arguments).stdout)["changed"] is True
    assert json.loads(background("stop", tmp_path).stdout)["changed"] is True
