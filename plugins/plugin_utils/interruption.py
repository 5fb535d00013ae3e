# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets an interrupt by the user end a task cleanly: Ansible alone kills its workers at once, and nothing is told."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils.core.text import clean

try:
    # Taken before the workers are forked. A worker is cut off from the terminal, and Ansible shows nothing more of what
    # a worker hands it once it was interrupted itself.
    _SCREEN: int | None = os.dup(2)
except OSError:
    _SCREEN = None
_LEFT_OUT = ("none", "bytes", "requests")


class Interruption:
    """Whether the user has interrupted the task."""

    happened = False


@contextlib.contextmanager
def awaited() -> t.Iterator[Interruption]:
    """Turn the signal of an interrupt into a KeyboardInterrupt, and outlive what Ansible sends to its workers after it.

    Ansible waits for its workers before it ends, so what was begun can be finished and told.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return

    def interrupt(number: int, frame: t.Any) -> t.NoReturn:
        interruption.happened = True
        for later in (signal.SIGINT, signal.SIGTERM):
            signal.signal(later, signal.SIG_IGN)
        raise KeyboardInterrupt

    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield interruption
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def tell(name: str, result: t.Mapping[str, t.Any] | None) -> None:
    """Show what became of an interrupted task.

    :param name: what the task is called.
    :param result: its result; None where it came to none, so that nothing was written.
    """
    summary = (result or {}).get("summary", {})
    # What is left alone, and what it took, says nothing of what was done.
    text = ", ".join(f"{word} {count}" for word, count in summary.items() if count and word not in _LEFT_OUT)
    if not text:
        text = "changed" if (result or {}).get("changed") else "nothing was changed"
    if _SCREEN is not None:
        with contextlib.suppress(OSError):
            os.write(
                _SCREEN,
                f"\n{clean(name)}: interrupted: {text}. What was begun is done; run it again to go on.\n".encode(),
            )


__all__ = ("Interruption", "awaited", "tell")
