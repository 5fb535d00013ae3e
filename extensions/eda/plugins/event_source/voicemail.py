# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event source for ansible-rulebook: new voicemail messages as events."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.machinery
import importlib.util
import logging
import pathlib
import ssl
import sys
import typing as t

DOCUMENTATION = r"""
---
module: voicemail
short_description: New voicemail messages as events
version_added: 1.0.0
description:
  - Lists the messages of a telephone system every so often and puts each new one into the queue, the oldest first.
  - An event is C({type, vendor, message}). C(type) is V(new_voicemail), C(message) is as in
    RV(telephony.voicemail.voicemail_message_info#module:messages).
  - What was put into the queue is remembered in a file. After a restart, only messages come that were left since.
    One may come twice where the process was killed before it could remember, and none is lost.
  - With O(feedback), a message counts only once the rule engine has it.
  - The first start, without that file, begins with what is left from then on, unless O(backfill) is given.
  - A message that is moved to another mailbox gets a new id on KAZOO and is new there.
  - Where a list fails, whatever the reason, it logs that and tries again, less and less often. Only refused
    credentials end it, and before the first list also options that cannot work, such as a mailbox that does not exist.
  - Options of the connection are those of the modules, with the same environment variables.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
requirements:
  - what the modules need
options:
  vendor:
    description: The PBX. OnSIP has no messages to read.
    type: str
    required: true
    choices: [kazoo, portsip, tel4vn, onsip]
  url:
    description:
      - Base address of the API.
      - Beside it, C(token), C(api_key), C(username), C(password), C(domain), C(account_id), C(validate_certs),
        C(ca_path), C(client_cert), C(client_key), C(proxy), C(timeout), C(retry_budget) and C(workers) mean what they
        mean to the modules.
    type: str
  state_file:
    description: The file that remembers, in a folder that exists. Only its owner can read it. Each source needs one
      of its own.
    type: path
    required: true
  mailbox:
    description: Only messages of this mailbox. By default, those of all mailboxes and shared voicemails that the
      login reaches.
    type: str
  shared_voicemail:
    description: Only messages of this shared voicemail.
    type: str
  caller:
    description: Only where this text is part of the name or number of the caller.
    type: str
  interval:
    description: Seconds between two lists.
    type: float
    default: 60
  overlap:
    description: Seconds before the newest known message in which messages may still turn up late. Longer takes more
      memory, not more requests.
    type: float
    default: 3600
  backfill:
    description: At the first start, messages left since then are events too, as an age such as V(24h) or a date or
      time of ISO 8601.
    type: str
  feedback:
    description: Wait for the rule engine to take each event, which needs the persistence of ansible-rulebook.
    type: bool
    default: false
  webhook:
    description:
      - Listen for requests too, and list at once when one comes. Point a webhook of KAZOO for voicemail at it, with
        whatever method and format.
      - What a request says is not read, so a forged or lost one makes or hides no event. Lists every O(interval) go
        on.
      - At most 64 connections are open, each for at most 10 seconds. When one more comes, the oldest is closed.
    type: dict
    suboptions:
      host:
        description: Address to listen on.
        type: str
        default: 127.0.0.1
      port:
        description: Port to listen on.
        type: int
        required: true
      secret:
        description: "What a request must show, as C(Authorization: Bearer SECRET) or, where no header can be set,
          as C(?secret=SECRET)."
        type: str
        required: true
      certfile:
        description: PEM file with a certificate. Without it, and without a proxy that has one, the secret can be
          read on the way.
        type: path
      keyfile:
        description: PEM file with its key.
        type: path
"""

EXAMPLES = r"""
- name: New voicemail
  hosts: localhost
  sources:
    - telephony.voicemail.voicemail:
        vendor: kazoo
        url: https://kazoo.example.com:8443/v2
        api_key: "{{ kazoo_api_key }}"
        state_file: /var/lib/voicemail/events.json
        interval: 300
        webhook:
          port: 5000
          secret: "{{ webhook_secret }}"
  rules:
    - name: A message for the reception
      condition: event.message.mailbox == "3000"
      action:
        debug:
"""

_PACKAGE = "ansible_collections.telephony.voicemail"
#: Seconds between attempts while the server cannot be reached.
_LONGEST_WAIT = 900.0
#: Seconds between lists, however often the webhook is called.
_SHORTEST_WAIT = 1.0
_log = logging.getLogger(__name__)


def _import(name: str) -> t.Any:
    """Import a part of this collection: ansible-rulebook runs this file by its path, and makes nothing importable."""
    root = pathlib.Path(__file__).resolve().parents[4]
    top, namespace = _PACKAGE.split(".")[:2]
    for package, folder in ((top, root.parents[1]), (f"{top}.{namespace}", root.parent), (_PACKAGE, root)):
        try:
            importlib.import_module(package)
        except ModuleNotFoundError:
            spec = importlib.machinery.ModuleSpec(package, None, is_package=True)
            spec.submodule_search_locations = [str(folder)]
            sys.modules[package] = importlib.util.module_from_spec(spec)
    return importlib.import_module(f"{_PACKAGE}.{name}")


_watch = _import("extensions.eda.plugins.plugin_utils.voicemail_watch")
_webhook = _import("extensions.eda.plugins.plugin_utils.voicemail_webhook")
_errors = _import("plugins.module_utils.errors")
_redaction = _import("plugins.module_utils.transport.redaction")
_Item = dict[str, t.Any]


@contextlib.asynccontextmanager
async def _listening(options: dict[str, t.Any] | None, bell: asyncio.Event) -> t.AsyncIterator[None]:
    """Ring the bell whenever a request shows the secret."""
    if options is None:
        yield
        return
    context = None
    if options["certfile"]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options["certfile"], options["keyfile"])
    listener = _webhook.Listener(options["secret"], bell.set, context)
    listener.start(options["host"], options["port"])
    try:
        yield
    finally:
        await listener.close()


async def _tell(queue: t.Any, feedback: t.Any, vendor: str, position: t.Any, messages: list[_Item]) -> None:
    try:
        for message in messages:
            await queue.put({"type": "new_voicemail", "vendor": vendor, "message": message})
            if feedback is not None:
                await feedback.get()
            position.add(message)
    finally:
        if position.changed or not position.known:
            await asyncio.to_thread(position.save)


def _ends(error: Exception, listed: bool) -> bool:
    """Check whether an error ends the source.

    :param listed: a list succeeded before, so the options can work.
    """
    if isinstance(error, _errors.AuthError):
        return True
    wrong_options = (_errors.InvalidInputError, _errors.NotFoundError, _errors.UnsupportedError, _watch.FileProblem)
    return not listed and isinstance(error, wrong_options)


async def main(queue: asyncio.Queue[t.Any], args: dict[str, t.Any]) -> None:
    """Put new messages into the queue until cancelled.

    :raises VoicemailError: for refused credentials and options that cannot work.
    """
    options = _watch.read_options(args)
    feedback = args.get("eda_feedback_queue") if options["feedback"] else None
    watch, bell, failures, listed = _watch.Watch(options), asyncio.Event(), 0, False
    redactor = _redaction.Redactor([(options["webhook"] or {}).get("secret")])
    try:
        async with _listening(options["webhook"], bell):
            while True:
                bell.clear()
                wait = options["interval"]
                try:
                    messages = await asyncio.to_thread(watch.new)
                    await _tell(queue, feedback, options["vendor"], watch.position, messages)
                    failures, listed = 0, True
                except Exception as error:
                    if _ends(error, listed):
                        raise
                    failures += 1
                    wait = max(wait, min(wait * 2.0 ** min(failures, 30), _LONGEST_WAIT))
                    told = error if isinstance(error, _errors.VoicemailError) else _errors.unexpected_error(error)
                    _log.warning("%s Next attempt in %d seconds.", redactor.clean(str(told), longest=None), wait)
                shortest = min(_SHORTEST_WAIT, wait) if not failures else wait
                await asyncio.sleep(shortest)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), max(wait - shortest, 0.001))
    finally:
        watch.close()
