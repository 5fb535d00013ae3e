# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the collection and its simulator importable, wherever pytest is started from."""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
SIMULATOR = ROOT / "roles" / "simulator" / "files"


def _collection_is_importable() -> bool:
    """Whether `ansible_collections.telephony.voicemail` is this very checkout."""
    try:
        found = importlib.util.find_spec("ansible_collections.telephony.voicemail")
    except ImportError:
        return False
    places = (found.submodule_search_locations or []) if found else []
    return any(pathlib.Path(place).resolve() == ROOT for place in places)


def _make_collection_importable() -> None:
    """Hand Ansible's own loader a folder in which the checkout has the place of an installed collection."""
    from ansible.plugins.loader import init_plugin_loader  # only where it is needed: managed hosts lack it

    tree = pathlib.Path(tempfile.mkdtemp(prefix="telephony-voicemail-"))
    atexit.register(shutil.rmtree, tree, ignore_errors=True)
    namespace = tree / "ansible_collections" / "telephony"
    namespace.mkdir(parents=True)
    (namespace / "voicemail").symlink_to(ROOT, target_is_directory=True)
    init_plugin_loader([str(tree)])


with contextlib.suppress(ImportError):
    import hypothesis

    # How long an example takes says something of the machine, and nothing of the code. The examples are the same each
    # time, so that nobody's change fails by what somebody else's left behind; with --hypothesis-profile=explore they
    # are not.
    always = hypothesis.settings(deadline=None, derandomize=True)
    hypothesis.settings.register_profile("repository", always)
    hypothesis.settings.register_profile("quick", always, max_examples=20)  # for the inner loop
    hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
    hypothesis.settings.load_profile("repository")

# Ansible refuses to run without UTF-8, and tests read the system's own messages in English, whatever the user's locale.
os.environ["LC_ALL"] = "C.UTF-8"

# The one place that changes the path: the simulator, the packages `helpers` and `chaos`, and the tools.
sys.path[:0] = [
    str(place) for place in (SIMULATOR, ROOT / "tests", ROOT / "tests" / "tools") if str(place) not in sys.path
]
if not _collection_is_importable():
    _make_collection_importable()
