# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: `python -m voicemail_simulator --vendor kazoo --port 8000`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

try:
    import uvicorn

    from .background import exposure
    from .server import Application, listen, make_server, origin_of
    from .simulation import Simulation
    from .store import Store
    from .vendors import VENDORS, load
except ModuleNotFoundError as error:
    sys.exit(
        f"the simulator needs the Python package {error.name!r}; "
        f"install those of its requirements.txt into {sys.executable}"
    )


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line. Ends the process with a message where an option is invalid."""
    parser = argparse.ArgumentParser(
        prog="voicemail_simulator", usage="%(prog)s (--vendor NAME | --all) [options]", description=__doc__
    )
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--vendor", choices=VENDORS, action="append", help="serve this vendor (repeat for more)")
    chosen.add_argument("--all", action="store_true", help="serve all vendors on consecutive ports")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="name under which the control API may be called, besides IP addresses and localhost",
    )
    parser.add_argument("--port", type=int, default=8000, help="port of the first vendor; 0 chooses free ports")
    parser.add_argument("--state", metavar="FILE", help="SQLite file that stores the state; default: in memory")
    parser.add_argument("--mailboxes", type=int, default=0, metavar="N", help="initial mailboxes per vendor")
    parser.add_argument("--messages", type=int, default=0, metavar="N", help="initial messages per mailbox")
    parser.add_argument("--set", action="append", default=[], metavar="[VENDOR.]BEHAVIOR=VALUE", dest="settings")
    parser.add_argument("--fault", action="append", default=[], metavar="SPEC", dest="faults")
    parser.add_argument("--seed", type=int, default=0, help="seed of all random values")
    parser.add_argument(
        "--ready-file", metavar="FILE", help="JSON file with pid and urls, written when all ports answer"
    )
    parser.add_argument("--tls-cert", metavar="FILE")
    parser.add_argument("--tls-key", metavar="FILE")
    options = parser.parse_args(arguments)
    options.vendors = list(VENDORS) if options.all else list(dict.fromkeys(options.vendor))
    try:
        options.behaviors = behaviors_by_vendor(options.settings, options.vendors)
    except ValueError as error:
        parser.error(str(error))
    return options


def behaviors_by_vendor(settings: list[str], vendors: list[str]) -> dict[str, dict[str, str]]:
    """Sort `[vendor.]behavior=value` settings by vendor.

    A setting without a vendor applies to every vendor that has this behavior. Raises ValueError where none has it.
    """
    chosen: dict[str, dict[str, str]] = {vendor: {} for vendor in vendors}
    names = {vendor: {behavior.name for behavior in load(vendor).behavior_definitions} for vendor in vendors}
    for setting in settings:
        full_name, equals, value = setting.partition("=")
        vendor, dot, name = full_name.partition(".")
        if not equals:
            raise ValueError(f"--set {setting!r}: has no value. Write it as behavior=value.")
        if not dot:
            vendor, name = "", full_name
        matching = [one for one in vendors if vendor in ("", one) and name in names[one]]
        if not matching:
            known = ", ".join(sorted({f"{one}.{known}" for one in vendors for known in names[one]}))
            raise ValueError(f"--set {setting!r}: no such behavior. Use one of {known}.")
        for match in matching:
            chosen[match][name] = value
    return chosen


def write_atomically(path: str, content: dict[str, Any]) -> None:
    """Write a JSON file that is never read half written, without following an existing link."""
    target = Path(path)
    descriptor, temporary = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
    Path(temporary).replace(target)


def simulate(vendor: str, store: Store, options: argparse.Namespace) -> Simulation:
    """Return the simulation of a vendor."""
    return Simulation(
        vendor,
        store=store,
        behaviors=options.behaviors[vendor],
        mailboxes=options.mailboxes,
        messages=options.messages,
        faults=options.faults,
        seed=options.seed,
    )


async def serve(options: argparse.Namespace) -> None:
    """Serve the chosen vendors until the process receives SIGINT or SIGTERM."""
    store = Store(options.state)
    servers, sockets, urls = [], [], {}
    for position, vendor in enumerate(options.vendors):
        simulation = simulate(vendor, store, options)
        application = Application(simulation, (options.host, *options.allow_host))
        bound = listen(options.host, options.port + position if options.port else 0)
        servers.append(make_server(application, options.tls_cert, options.tls_key))
        sockets.append(bound)
        urls[vendor] = origin_of(bound, bool(options.tls_cert)) + simulation.vendor.base_path

    def finish() -> None:
        for one in servers:
            one.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, finish)
    # Garbage collection of the seeded documents would use most of the time of a large list.
    gc.freeze()
    running = [asyncio.create_task(one.serve(sockets=[bound])) for one, bound in zip(servers, sockets, strict=True)]
    try:
        while not all(one.started or one.should_exit for one in servers):
            await asyncio.sleep(0.01)
        if options.ready_file:
            write_atomically(options.ready_file, {"pid": os.getpid(), "urls": urls})
        for vendor, url in urls.items():
            sys.stdout.write(f"{vendor} {url}\n")
        sys.stdout.flush()
        await asyncio.gather(*running)
    finally:
        store.close()
        if options.ready_file:
            Path(options.ready_file).unlink(missing_ok=True)


def main() -> None:
    """Run the command line."""
    options = parse_arguments()
    if warning := exposure([f"--host={options.host}"]):
        sys.stderr.write(f"Warning: {warning}\n")
    try:
        with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
            runner.run(serve(options))
    except (OSError, ValueError) as error:
        sys.exit(f"the simulator cannot start: {error}")


if __name__ == "__main__":
    main()
