# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import Ansible and the code of the collection: use it in a process that forks runs of Ansible's programs.

Importing is most of what a short run costs, and Ansible forks a process for each task, which imports what the run has
not. Ansible reads its settings while it is imported, so a fork reads them again before it runs. Some are kept in places
that a fork cannot change: runs that set one of those start in a process of their own.
"""

from __future__ import annotations

import configparser
import functools
import importlib
import os
import pathlib
import sys
import tempfile
import types

#: Variable of the process that forks: it does not call functions, it only imports modules.
PRELOADING = "PRELOAD_ANSIBLE"
ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.telephony.voicemail"
#: Folders of the collection whose code is imported. The other plugins are loaded by Ansible from their paths.
FOLDERS = ("plugins/module_utils", "plugins/plugin_utils", "plugins/action", "plugins/filter", "plugins/lookup")
PROGRAMS = ("adhoc", "inventory", "playbook")
#: Settings that Ansible looks up when it needs them.
READ_LATE = frozenset(
    {
        "ANSIBLE_ACTION_PLUGINS",
        "ANSIBLE_ASYNC_DIR",
        "ANSIBLE_CALLBACKS_ENABLED",
        "ANSIBLE_COLLECTIONS_PATH",
        "ANSIBLE_CONFIG",
        "ANSIBLE_CONNECTION_PLUGINS",
        "ANSIBLE_FORKS",
        "ANSIBLE_HOME",
        "ANSIBLE_INVENTORY",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING",
        "ANSIBLE_LOCALHOST_WARNING",
        "ANSIBLE_NOCOLOR",
        "ANSIBLE_PIPELINING",
        "ANSIBLE_VAULT_PASSWORD_FILE",
    }
)
READ_LATE_IN_FILES = frozenset(
    {
        "any_unparsed_is_failed",
        "callbacks_enabled",
        "display_ok_hosts",
        "display_skipped_hosts",
        "inventory",
        "inventory_unparsed_warning",
        "localhost_warning",
        "vault_password_file",
    }
)
_PACKAGES = (
    "action.assert",
    "action.command",
    "action.copy",
    "action.debug",
    "action.fail",
    "action.include_vars",
    "action.normal",
    "action.set_fact",
    "action.template",
    "become.sudo",
    "callback.default",
    "connection.local",
    "filter.core",
    "filter.encryption",
    "filter.mathstuff",
    "filter.urls",
    "filter.urlsplit",
    "inventory.auto",
    "inventory.host_list",
    "inventory.ini",
    "inventory.script",
    "inventory.yaml",
    "lookup.env",
    "lookup.file",
    "lookup.first_found",
    "lookup.template",
    "lookup.varnames",
    "lookup.vars",
    "shell.sh",
    "strategy.free",
    "strategy.linear",
    "test.core",
    "test.files",
    "test.mathstuff",
    "test.uri",
    "vars.host_group_vars",
)


def changes_python(variables: dict[str, str]) -> bool:
    """Return whether variables have an effect on Python itself, which must start with them."""
    return any(name.startswith("PYTHON") for name in variables)


def can_fork(variables: dict[str, str], folder: pathlib.Path) -> bool:
    """Return whether a run with these variables, in this folder, may be a fork of one that imported Ansible."""
    settings = {name for name in variables if name.startswith("ANSIBLE_")}
    plain = variables.get("LC_ALL") == "C.UTF-8" and variables.get("ANSIBLE_NOCOLOR") == "1"
    known = settings <= READ_LATE and _in_files(variables, folder) <= READ_LATE_IN_FILES
    return plain and known and not changes_python(variables) and _uses_checkout(variables, folder)


def _in_files(variables: dict[str, str], folder: pathlib.Path) -> set[str]:
    """Return the settings of every file that Ansible may read."""
    parser = configparser.ConfigParser(interpolation=None)
    named = variables.get("ANSIBLE_CONFIG", folder / "ansible.cfg")
    parser.read((named, folder / "ansible.cfg", pathlib.Path(variables.get("HOME", "/"), ".ansible.cfg")))
    return {option for section in parser.sections() for option in parser[section]}


def _uses_checkout(variables: dict[str, str], folder: pathlib.Path) -> bool:
    """Return whether every collection of this name that Ansible may find is this checkout."""
    listed = variables.get("ANSIBLE_COLLECTIONS_PATH", "").split(os.pathsep)
    places = [pathlib.Path(place, *COLLECTION.split(".")) for place in (*listed, folder / "collections")]
    return {place.resolve() for place in places if place.exists()} == {ROOT}


def read_settings(packed: pathlib.Path) -> None:
    """Read the settings from the environment, and replace those that were read when Ansible was imported.

    :param packed: folder in which Ansible keeps the modules that it packed, which every run would otherwise pack again.
    """
    from ansible import constants
    from ansible.plugins import loader

    before = dict(vars(constants))
    importlib.reload(constants)
    for name, module in list(sys.modules.items()):
        if name.startswith("ansible."):
            for key in [key for key, value in vars(module).items() if value is before["config"]]:
                setattr(module, key, constants.config)
    names = {id(value): name for name, value in before.items() if isinstance(value, list) and value}
    for plugins in vars(loader).values():
        if isinstance(plugins, loader.PluginLoader) and id(plugins.config) in names:
            plugins.config = getattr(constants, names[id(plugins.config)])
    pathlib.Path(constants.DEFAULT_LOCAL_TMP, "ansiballz_cache").symlink_to(packed)
    # By default, Ansible looks for results a thousand times a second, and on a busy machine it mostly looks.
    constants.DEFAULT_INTERNAL_POLL_INTERVAL = 0.01


def preload() -> None:
    """Import Ansible with no settings, and the code of the collection."""
    with tempfile.TemporaryDirectory() as folder:
        for name in [name for name in os.environ if name.startswith(("ANSIBLE_", "VOICEMAIL_"))]:
            del os.environ[name]
        os.environ.update({"HOME": folder, "ANSIBLE_HOME": folder, "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"})
        os.chdir(folder)
        _keep_parsed_files()
        for program in PROGRAMS:
            importlib.import_module(f"ansible.cli.{program}")
        for name in _PACKAGES:
            importlib.import_module(f"ansible.plugins.{name}")
        os.chdir("/")
    _preload_collection()


def _keep_parsed_files() -> None:
    """Parse the descriptions of settings and of built-in plugins once, since every run reads them."""
    from ansible.config import manager
    from ansible.utils.collection_loader import _collection_finder as finder

    read = manager.ConfigManager._read_config_yaml_file
    parse = functools.cache(finder._meta_yml_to_dict)
    described = functools.cache(lambda file: read(None, file))
    manager.ConfigManager._read_config_yaml_file = lambda _self, file: described(file)
    finder._meta_yml_to_dict = parse
    folder = pathlib.Path(manager.__file__).parent
    parse((folder / "ansible_builtin_runtime.yml").read_bytes(), ("ansible.builtin", "runtime.yml"))


def _preload_collection() -> None:
    """Import code of the collection, and forget the packages that Ansible has loaders of its own for."""
    packages = {}
    for folder in FOLDERS:
        parts = (*COLLECTION.split("."), *folder.split("/"))
        packages |= {".".join(parts[: length + 1]): ROOT for length in range(len(parts))}
        packages[".".join(parts)] = ROOT / folder
    packages[f"{COLLECTION}.plugins"] = ROOT / "plugins"
    for name, place in packages.items():
        package = types.ModuleType(name)
        package.__path__ = [str(place)]
        sys.modules[name] = package
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        if path.name != "__init__.py":
            importlib.import_module(".".join((COLLECTION, *path.relative_to(ROOT).with_suffix("").parts)))
    for name, module in sys.modules.items():
        if name.startswith(COLLECTION) and hasattr(module, "__path__"):
            # Otherwise Python would look the folders up again, by the packages that are gone.
            module.__path__ = list(module.__path__)
    for name in packages:
        del sys.modules[name]


if os.environ.pop(PRELOADING, None):
    preload()
