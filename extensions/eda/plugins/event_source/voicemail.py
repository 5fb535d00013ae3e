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
  - Lists the messages of a telephone system periodically and adds each new one to the queue, the oldest first.
  - An event is C({type, vendor, message}). C(type) is V(new_voicemail), C(message) is as in
    RV(telephony.voicemail.voicemail_message_info#module:messages).
  - The queued messages are remembered in a file. After a restart, only later messages are queued.
    If the process was killed before it wrote the file, a message may be repeated, but none is lost.
  - With O(feedback), a message counts as queued only after the rule engine has processed it.
  - The first start, without that file, begins with new messages, unless O(backfill) is set.
  - On KAZOO, a message that is moved to another mailbox gets a new id and counts as new.
  - After a failed listing, it logs the error and retries with increasing waits. Only refused
    credentials end it, and before the first listing also invalid options, such as a mailbox that does not exist.
  - The connection options are those of the modules, with the same environment variables.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
requirements:
  - the requirements of the modules
options:
  vendor:
    description: The PBX. OnSIP has no messages to read.
    type: str
    required: true
    choices: [kazoo, portsip, tel4vn, onsip]
  url:
    description:
      - Base address of the API.
      - In addition, C(token), C(api_key), C(username), C(password), C(domain), C(account_id), C(validate_certs),
        C(ca_path), C(client_cert), C(client_key), C(proxy), C(timeout), C(retry_budget) and C(workers) have the same
        meaning as in the modules.
    type: str
  state_file:
    description: The file of queued messages, in an existing folder. Only its owner can read it. Each source needs its
      own file.
    type: path
    required: true
  mailbox:
    description: Only messages of this mailbox. The default is all mailboxes and shared voicemails that the
      login can access.
    type: str
  shared_voicemail:
    description: Only messages of this shared voicemail.
    type: str
  caller:
    description: Only messages with this text in the caller's name or number.
    type: str
  interval:
    description: Seconds between two listings.
    type: float
    default: 60
  overlap:
    description: Seconds before the newest known message in which messages may appear late. A longer time needs more
      memory, but not more requests.
    type: float
    default: 3600
  backfill:
    description: At the first start, also queue messages since this time, as an age such as V(24h) or a date or
      time of ISO 8601.
    type: str
  feedback:
    description: Wait until the rule engine has processed each event, which needs the persistence of ansible-rulebook.
    type: bool
    default: false
  webhook:
    description:
      - Also listen for requests, and list immediately after each one. Use it as a voicemail webhook of KAZOO, with
        any method and format.
      - The content of requests is ignored, so a forged or lost one neither creates nor hides events. Listings every
        O(interval)
        continue.
      - At most 64 connections are open, each for at most 10 seconds. One more closes the oldest.
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
        description: "Secret of requests, as C(Authorization: Bearer SECRET) or, if no header can be set,
          as C(?secret=SECRET)."
        type: str
        required: true
      certfile:
        description: PEM file with a certificate. Without it, and without a proxy with TLS, the secret can be
          read on the network.
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
#: Seconds between attempts while the server is unreachable.
_LONGEST_WAIT = 900.0
#: Minimum seconds between listings, however often the webhook is called.
_SHORTEST_WAIT = 1.0
_log = logging.getLogger(__name__)


def _import(name: str) -> t.Any:
    """Import a part of this collection, since ansible-rulebook runs this file by its path."""
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
    """Set the event whenever a request contains the secret."""
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


async def _queue(queue: t.Any, feedback: t.Any, vendor: str, position: t.Any, messages: list[_Item]) -> None:
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

    :param listed: whether a listing succeeded before, so that the options are valid.
    """
    if isinstance(error, _errors.AuthError):
        return True
    wrong_options = (_errors.InvalidInputError, _errors.NotFoundError, _errors.UnsupportedError, _watch.FileProblem)
    return not listed and isinstance(error, wrong_options)


async def main(queue: asyncio.Queue[t.Any], args: dict[str, t.Any]) -> None:
    """Add new messages to the queue until cancelled.

    :raises VoicemailError: for refused credentials and invalid options.
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
                    await _queue(queue, feedback, options["vendor"], watch.position, messages)
                    failures, listed = 0, True
                except Exception as error:
                    if _ends(error, listed):
                        raise
                    failures += 1
                    wait = max(wait, min(wait * 2.0 ** min(failures, 30), _LONGEST_WAIT))
                    failure = error if isinstance(error, _errors.VoicemailError) else _errors.unexpected_error(error)
                    _log.warning("%s Next attempt in %d seconds.", redactor.clean(str(failure), longest=None), wait)
                shortest = min(_SHORTEST_WAIT, wait) if not failures else wait
                await asyncio.sleep(shortest)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), max(wait - shortest, 0.001))
    finally:
        watch.close()
