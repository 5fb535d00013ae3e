# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs with a cache, with no or few changed mailboxes since the previous run."""

from __future__ import annotations

import itertools
import tempfile
import typing as t

import httpx
from bench import Bench
from measuring import Figure, Goal
from player import declared

RESELLER = "simulator-api-key-accounttwo".ljust(64, "0")
FLEET_MAILBOXES = 50
PROFILES = ("4.3", "M")


def measure_cache(bench: Bench) -> list[Figure]:
    """Count requests with the option `cache`, and time them under a token bucket."""
    with tempfile.TemporaryDirectory() as folder:
        caches = map("/".join, zip(itertools.repeat(folder), map(str, itertools.count())))
        return [
            *(figure for profile in PROFILES for figure in _requests(bench, profile, caches)),
            *_under_a_bucket(bench, next(caches)),
            *_fleet(bench, next(caches)),
        ]


def _requests(bench: Bench, profile: str, caches: t.Iterator[str]) -> list[Figure]:
    found = []
    where = f" (KAZOO {profile})"
    for count in bench.sizes.cached:
        cache = next(caches)
        bench.simulator.prepare(count, profile=profile)
        for _run in range(2):
            _plan(bench, count, cache=cache)
        bench.simulator.forget()
        _plan(bench, count, cache=cache)
        limit = Goal(1 + -(-count // 150), exact=True)
        what = f"requests without the login, {count} unchanged{where}"
        found.append(Figure(what, (bench.count(),), "requests", limit))
    few = max(1, count // 100)
    source = bench.player.write("changed.json", declared(count, changed=few))
    bench.task("vmboxes", src=str(source))
    bench.simulator.forget()
    _plan(bench, count, cache=cache)
    limit = Goal(1 + -(-count // 150) + few, exact=True)
    found.append(
        Figure(f"requests without the login, {few} of {count} changed{where}", (bench.count(),), "requests", limit)
    )
    return found


def _under_a_bucket(bench: Bench, cache: str) -> list[Figure]:
    count = bench.sizes.cached[-1]
    bench.simulator.prepare(count, profile="4.3")
    for _run in range(2):
        _plan(bench, count, cache=cache)
    bench.simulator.charge()
    cached = tuple(_plan(bench, count, cache=cache) for _run in range(bench.sizes.runs))
    bench.simulator.prepare(count, profile="4.3", bucket=True)
    return [
        Figure(f"{count} unchanged under a token bucket, with a cache", cached, "s", Goal(6)),
        Figure("the same without a cache", (_plan(bench, count),), "s"),
    ]


def _fleet(bench: Bench, cache: str) -> list[Figure]:
    accounts = bench.sizes.accounts
    bench.simulator.prepare(customers=accounts)
    source = str(bench.player.write("fleet.json", declared(FLEET_MAILBOXES)))
    login = {"username": None, "password": None, "domain": None, "api_key": RESELLER, "cache": cache}
    ids = _descendants(bench.simulator.url)
    for check in (False, True, True, True):
        bench.simulator.forget()
        for account_id in ids:
            bench.task("vmboxes", check=check, src=source, account_id=account_id, **login)
    each = bench.count() / len(ids)
    what = f"requests per account without the login, {len(ids)} accounts of {FLEET_MAILBOXES} unchanged mailboxes"
    return [Figure(what, (each,), "requests", Goal(3, exact=True))]


def _plan(bench: Bench, count: int, **options: t.Any) -> float:
    source = bench.player.write("planned.json", declared(count))
    return float(bench.task("vmboxes", check=True, src=str(source), **options)["seconds"])


def _descendants(url: str) -> list[str]:
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        reply = client.put("/api_auth", json={"data": {"api_key": RESELLER}}).raise_for_status().json()
        headers = {"X-Auth-Token": reply["auth_token"]}
        path = f"/accounts/{reply['data']['account_id']}/descendants"
        listed = client.get(path, params={"paginate": "false"}, headers=headers).raise_for_status().json()
    return [account["id"] for account in listed["data"]]
