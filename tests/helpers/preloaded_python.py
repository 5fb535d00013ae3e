# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python whose processes are forks of one that has imported the collection: use it for playbooks of many modules.

Imports, those of the collection among them, are most of what a short module costs, and they are the same each time.
Ansible starts this Python as any other interpreter: with a script or with a program on standard input, in its own
folder and environment.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import marshal
import os
import pathlib
import select
import socket
import subprocess
import sys
import time
import traceback
import typing as t

PRELOADED = (
    "ansible.module_utils.basic",
    "ansible.module_utils.common.arg_spec",
    "httpx",
    "pydantic",
    "tenacity",
    "uuid",
    "yaml",
)
#: Variable whose value is recorded in a file next to the socket whenever a program starts.
MODE = "COMPARED_MODE"
_COLLECTION = "ansible_collections.telephony.voicemail.plugins.module_utils"
_CLIENT = """\
#!{python} -IS
import marshal, os, socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
server.connect({address!r})
socket.send_fds(server, [marshal.dumps((sys.argv[1:], os.getcwd(), dict(os.environ)))], [0, 1, 2])
status = server.recv(1)
sys.exit(status[0] if status else 70)
"""


@contextlib.contextmanager
def preloaded_python(folder: pathlib.Path, collections: pathlib.Path) -> t.Iterator[str]:
    """Start the process that the others are forks of, and return the path of the interpreter.

    :param folder: an empty folder with a short path.
    :param collections: the folder of the collections.
    """
    address, interpreter = folder / "socket", folder / "python"
    interpreter.write_text(_CLIENT.format(python=sys.executable, address=str(address)))
    interpreter.chmod(0o755)
    command = [sys.executable, __file__, str(address), str(collections)]
    # Its input ends with this process, however that ends, and so does the server.
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        yield str(interpreter)
    finally:
        server.terminate()
        server.communicate()


def _serve(address: str) -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    importlib.import_module(f"{_COLLECTION}.task")
    importlib.import_module(f"{_COLLECTION}.dispatch").prepare()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen(64)
        print("ready", flush=True)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            client, _address = listener.accept()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            message, descriptors, _flags, _sender = socket.recv_fds(client, 1 << 20, 3)
            with pathlib.Path(f"{address}.log").open("a", encoding="utf-8") as log:
                log.write(f"{marshal.loads(message)[2].get(MODE, '')}\n")
            if not os.fork():
                listener.close()
                _become(client, message, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            client.close()


def _become(client: socket.socket, message: bytes, descriptors: list[int]) -> t.NoReturn:
    """Run what an interpreter was started for, and report its exit status."""
    status = 1
    try:
        arguments, folder, variables = marshal.loads(message)
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(variables)
        time.tzset()
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", write_through=True)
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", write_through=True)
        sys.argv = arguments or ["-"]
        status = _run(arguments)
    except BaseException:
        traceback.print_exc()
    with contextlib.suppress(OSError):
        client.send(bytes([status]))
    os._exit(status)


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments else "-"
    program = pathlib.Path(name).read_text(encoding="utf-8") if arguments else sys.stdin.read()
    main = type(sys)("__main__")
    main.__file__ = name
    sys.modules["__main__"] = main
    try:
        exec(compile(program, name, "exec"), vars(main))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[2])
    _serve(sys.argv[1])
