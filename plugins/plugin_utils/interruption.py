# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End a task cleanly after an interrupt: Ansible alone kills its workers immediately, without a result."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import clean
from ansible_collections.telephony.voicemail.plugins.module_utils.results import DONE

try:
    # Opened before the workers are forked. A worker has no terminal, and after an interrupt Ansible shows no more of
    # the worker's output.
    SCREEN: int | None = os.dup(2)
except OSError:
    SCREEN = None
_LEFT_OUT = ("unchanged", "bytes", "requests")


class Interruption:
    """The state of an interrupt by the user."""

    happened = False


class Expiry:
    """The state of Ansible's time limit for the task.

    :param error: Ansible's exception, after the time limit.
    """

    error: BaseException | None = None


@contextlib.contextmanager
def expiring(grace: int | None = None) -> t.Iterator[Expiry]:
    """Convert Ansible's signal at the time limit of a task to a KeyboardInterrupt.

    :param grace: instead, wait this number of seconds for the task to end itself, and then let Ansible end it.
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
    """Convert the signal of an interrupt to a KeyboardInterrupt, and ignore Ansible's signals to its workers after it.

    Ansible waits for its workers before it ends, so started requests can finish and be reported.
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


def show_interrupted(name: str, result: t.Mapping[str, t.Any] | None, screen: int | None) -> None:
    """Show the outcome of an interrupted task.

    :param name: name of the task.
    :param result: its result; None if it has none, so that nothing was written.
    :param screen: descriptor to write to, such as :data:`SCREEN`.
    """
    summary = (result or {}).get("summary", {})
    # Unchanged steps and requests are not changes.
    left_out = {*_LEFT_OUT, *DONE}
    text = ", ".join(f"{word} {count}" for word, count in summary.items() if count and word not in left_out)
    if not text:
        text = "changed" if (result or {}).get("changed") else "nothing was changed"
    if screen is not None:
        with contextlib.suppress(OSError):
            os.write(
                screen,
                f"\n{clean(name)}: interrupted: {text}. Run it again to continue.\n".encode(),
            )


__all__ = ("SCREEN", "Expiry", "Interruption", "awaited", "expiring", "show_interrupted")
