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

from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import clean
from ansible_collections.telephony.voicemail.plugins.module_utils.results import DONE

try:
    # Taken before the workers are forked. A worker is cut off from the terminal, and Ansible shows nothing more of what
    # a worker hands it once it was interrupted itself.
    SCREEN: int | None = os.dup(2)
except OSError:
    SCREEN = None
_LEFT_OUT = ("unchanged", "bytes", "requests")


class Interruption:
    """Whether the user has interrupted the task."""

    happened = False


class Expiry:
    """Whether the time that Ansible lets the task run is over.

    :param error: what Ansible raises then, once it is.
    """

    error: BaseException | None = None


@contextlib.contextmanager
def expiring(grace: int | None = None) -> t.Iterator[Expiry]:
    """Turn the signal by which Ansible ends a task after its time limit into a KeyboardInterrupt.

    :param grace: instead, wait so many seconds longer for what ends by itself, and then let Ansible end the task.
    """
    expiry = Expiry()
    former = signal.getsignal(signal.SIGALRM)
    if threading.current_thread() is not threading.main_thread() or not callable(former):
        # The task has no time limit.
        yield expiry
        return

    def expire(number: int, frame: t.Any) -> None:
        if expiry.error is not None:
            if grace is not None:
                raise expiry.error
            return
        try:
            former(number, frame)
        except BaseException as error:
            expiry.error = error
        if grace is None:
            raise KeyboardInterrupt
        signal.alarm(grace)

    signal.signal(signal.SIGALRM, expire)
    try:
        yield expiry
    finally:
        signal.signal(signal.SIGALRM, former)


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
        signal.alarm(0)
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


def tell(name: str, result: t.Mapping[str, t.Any] | None, screen: int | None) -> None:
    """Show what became of an interrupted task.

    :param name: what the task is called.
    :param result: its result; None where it came to none, so that nothing was written.
    :param screen: descriptor to write to, such as :data:`SCREEN`.
    """
    summary = (result or {}).get("summary", {})
    # What is left alone, and what it took, says nothing of what was done.
    left_out = {*_LEFT_OUT, *DONE}
    text = ", ".join(f"{word} {count}" for word, count in summary.items() if count and word not in left_out)
    if not text:
        text = "changed" if (result or {}).get("changed") else "nothing was changed"
    if screen is not None:
        with contextlib.suppress(OSError):
            os.write(
                screen,
                f"\n{clean(name)}: interrupted: {text}. What was begun is done; run it again to go on.\n".encode(),
            )


__all__ = ("SCREEN", "Expiry", "Interruption", "awaited", "expiring", "tell")
