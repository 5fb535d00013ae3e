# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Demonstrate the collection on a simulated telephone system: `make demo`.

The playbook stops the simulator, also after a failed task. After an interrupt, this program
stops it.
"""

from __future__ import annotations

import subprocess
import sys

from workspace import CACHE, ROOT, RUNNING, environment, link_collection

FOLDER = CACHE / "demo"


def stop_leftover() -> None:
    """Stop a simulator that is still running."""
    command = [sys.executable, "-m", "voicemail_simulator.background", "stop", f"--directory={FOLDER / 'simulator'}"]
    subprocess.run(command, cwd=ROOT / "roles" / "simulator" / "files", stdout=subprocess.DEVNULL, check=False)


def main() -> int:
    """Run the demonstration and return its exit status."""
    link_collection()
    command = [str(RUNNING / "bin" / "ansible-playbook"), "telephony.voicemail.demo", "-e", f"demo_folder={FOLDER}"]
    print("$ ansible-playbook telephony.voicemail.demo", flush=True)
    try:
        status = subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode
    except KeyboardInterrupt:
        status = 130
    finally:
        stop_leftover()
    if status == 0:
        print(f"The export is in {(FOLDER / 'mailboxes.yml').relative_to(ROOT)}")
    return status


if __name__ == "__main__":
    sys.exit(main())
