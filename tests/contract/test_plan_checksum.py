# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A checksum approves a plan for one vendor, address, account and resource."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.describe import checksum
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import Reader
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Index, plan
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO, ONSIP, SHARED, TEL4VN, Item, Subject
from voicemail_simulator.server import SimulatorServer

CREATING = (KAZOO, SHARED, TEL4VN, ONSIP)


def many(subject: Subject, server: SimulatorServer, check: bool = False, **options: t.Any) -> Result:
    """Run the plural module with one declaration."""
    items = [{subject.key: subject.number, **subject.create}]
    server.journal.clear()
    return RUNNERS["worker"](
        subject.plural, subject.arguments(server, **{subject.listed: items, **options}), check=check
    )


def old_checksum(subject: Subject) -> str:
    """Return what version 1.0 returned for the same plan."""
    table = vendor(subject.vendor).tables["shared voicemail" if subject is SHARED else "mailbox"]
    desired = Reader(table, (), NAMES).read([{subject.key: subject.number, **subject.create}])
    return checksum(plan(table, desired, Index.of(())))


@pytest.mark.parametrize("subject", CREATING, ids=lambda subject: subject.name)
def test_a_checksum_of_another_server_or_of_version_1_0_is_refused(subject: Subject) -> None:
    with subject.serve() as server, subject.serve() as other:
        found = many(subject, server, check=True)["plan_checksum"]
        for expected, reported in (
            (many(subject, other, check=True)["plan_checksum"], "differs from the reviewed one"),
            (old_checksum(subject), "checksum of version 1.0"),
        ):
            for check in (True, False):
                result = many(subject, server, check, expect_checksum=expected)
                assert result["failed"]
                assert reported in result["msg"]
                assert found in result["msg"]
                assert subject.writes(server) == []
        assert many(subject, server, expect_checksum=found)["changed"]


def test_a_checksum_of_another_account_is_refused() -> None:
    with KAZOO.serve() as server:
        login: Item = {"username": None, "password": None, "domain": None}
        accounts = [
            {**login, "api_key": server.vendor.API_KEY},
            {**login, "api_key": server.vendor.OTHER_API_KEY},
            {**login, "api_key": server.vendor.MASTER_API_KEY, "account_id": server.vendor.ACCOUNT_ID},
            {**login, "api_key": server.vendor.MASTER_API_KEY},
            {},
        ]
        one, other, from_above, master, by_user = (
            many(KAZOO, server, check=True, **account)["plan_checksum"] for account in accounts
        )
        assert len({one, other, master}) == 3
        assert one == from_above == by_user
        result = many(KAZOO, server, expect_checksum=one, **accounts[1])
        assert result["failed"]
        assert KAZOO.writes(server) == []


def test_checksums_differ_between_accounts_of_other_vendors() -> None:
    def key(name: str, **options: t.Any) -> str:
        connection = Connection(name, "https://pbx.example.com/api", **options)
        return vendor(name).connect(connection, 1).account_key()

    user = {"username": "admin", "password": "a-long-password"}
    assert len({key("onsip", account_id=one, domain="example.com", **user) for one in ("1", "2")}) == 2
    tenants = [{"domain": "a.example.com"}, {"domain": "b.example.com"}, {"account_id": "a.example.com"}]
    assert len({key("portsip", **user, **tenant) for tenant in tenants}) == 3
    assert key("portsip", domain="A.example.com", **user) == key("portsip", domain="a.example.com", **user)


def test_portsip_tokens_and_tel4vn_keys_identify_their_account() -> None:
    with SHARED.serve() as server:
        arguments = SHARED.arguments(server)
        session = vendor("portsip").connect(
            Connection("portsip", server.url, **{name: arguments[name] for name in ("username", "password", "domain")}),
            1,
        )
        token = session.login.token().value  # type: ignore[attr-defined]
        by_token = vendor("portsip").connect(Connection("portsip", server.url, token=token), 1)
        assert by_token.account_key().removeprefix("tenant ") not in ("", "None")
    with TEL4VN.serve() as server:
        api_key = TEL4VN.connection["api_key"]
        session = vendor("tel4vn").connect(Connection("tel4vn", server.url, api_key=api_key), 1)
        session.login.token()  # type: ignore[attr-defined]
        assert session.account_key()
        assert api_key not in session.account_key()


@pytest.mark.parametrize(
    "url", ["HTTPS://PBX.example.com/v2", "https://pbx.example.com:443/v2/", "https://pbx.example.com./v2"]
)
def test_spellings_of_one_address_have_the_same_checksum(url: str) -> None:
    assert Connection("kazoo", url).address == Connection("kazoo", "https://pbx.example.com/v2").address
    assert Connection("kazoo", url).address != Connection("kazoo", "https://pbx.example.com/v1").address
    assert Connection("kazoo", url).address != Connection("kazoo", "http://pbx.example.com/v2").address
