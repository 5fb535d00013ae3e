# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A careful script for one job, without Ansible: threads with one httpx client.

`python bare.py create|compare URL BOXES.json WORKERS` creates the boxes, or compares them with the existing ones.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import pathlib
import sys
import typing as t

import httpx

Box = dict[str, t.Any]


def log_in(client: httpx.Client) -> str:
    """Log in and return the path of the account's mailboxes."""
    credentials = hashlib.md5(b"admin:simulator-password", usedforsecurity=False).hexdigest()
    data = {"credentials": credentials, "account_realm": "accountone.example.com", "method": "md5"}
    reply = client.put("/user_auth", json={"data": data}).raise_for_status().json()
    client.headers["X-Auth-Token"] = reply["auth_token"]
    return f"/accounts/{reply['data']['account_id']}/vmboxes"


def listing(client: httpx.Client, path: str) -> list[Box]:
    """List the mailboxes, in full where the server supports it."""
    fields = '["mailbox","name","pin","timezone","notify_email_addresses","require_pin"]'
    reply = client.get(path, params={"page_size": "100000", "fields": fields}).raise_for_status()
    return t.cast("list[Box]", reply.json()["data"])


def wire(box: Box) -> Box:
    """Return a declared mailbox in KAZOO's format."""
    return {("notify_email_addresses" if key == "emails" else key): value for key, value in box.items()}


def main() -> None:
    """Run one job. End with an error if a mailbox differs."""
    job, url, file, workers = sys.argv[1:]
    boxes = [wire(box) for box in json.loads(pathlib.Path(file).read_text(encoding="utf-8"))]
    limits = httpx.Limits(max_connections=int(workers), max_keepalive_connections=int(workers))
    with (
        httpx.Client(base_url=url, limits=limits, verify=False, trust_env=False) as client,
        concurrent.futures.ThreadPoolExecutor(int(workers)) as pool,
    ):
        path = log_in(client)
        found = {box["mailbox"]: box for box in listing(client, path)}

        def create(box: Box) -> None:
            client.put(path, json={"data": box}).raise_for_status()

        def compare(box: Box) -> bool:
            there = found[box["mailbox"]]
            if "require_pin" not in there:
                there = client.get(f"{path}/{there['id']}").raise_for_status().json()["data"]
            return all(there.get(key) == value for key, value in box.items())

        if job == "create":
            list(pool.map(create, [box for box in boxes if box["mailbox"] not in found]))
        elif not all(pool.map(compare, boxes)):
            sys.exit("a mailbox differs")


if __name__ == "__main__":
    main()
