# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OnSIP: replies in both formats, compared with the vendor's grammar and the examples of the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

pytest.register_assert_rewrite("helpers.onsip_client")

from helpers.onsip_client import ATTACHED, AVERY, BOX, BROWSE, LOGIN, SECOND, SETTINGS, Client, Start, listed  # noqa: E402 (rewritten first)

pytest_plugins = ["helpers.onsip_client"]
CONTRACTS = Path(__file__).resolve().parents[4] / "shared" / "contracts"
EXAMPLES = sorted((CONTRACTS / "onsip-examples").glob("*.json"))
VARYING = ("DateTime", "Duration", "Created", "Modified")


def project(element: ElementTree.Element) -> Any:
    """Return the JSON projection of the contract, implemented independently of the simulator."""
    names = [child.tag.rpartition("}")[2] for child in element]
    if not names:
        plain: Any = element.text or {}
        return {"@attributes": dict(element.attrib)} if element.attrib else plain
    result: dict[str, Any] = {"@attributes": dict(element.attrib)} if element.attrib else {}
    for name in names:
        values = [project(child) for child, one in zip(element, names, strict=True) if one == name]
        result[name] = values[0] if len(values) == 1 else values
    return result


def without_variable_parts(value: Any) -> Any:
    """Return a reply without its times, and without the parameter that requests JSON."""
    if isinstance(value, list):
        return [without_variable_parts(one) for one in value if one != {"Name": "Output", "Value": "json"}]
    if isinstance(value, dict):
        return {name: without_variable_parts(one) for name, one in value.items() if name not in VARYING}
    return value


SCRIPT: list[tuple[str, dict[str, str]]] = [
    ("NoOp", {}),
    ("Echo", {"Text": "<Ä & \x01 'b'>", "RoleNames[]": "User", "MemberAddresses[a@b]": "1", "bad name": "1"}),
    ("Nonsense", {}),
    ("SessionCreate", LOGIN | {"Password": "wrong"}),
    ("SessionRecreate", {"UserId": "40021"}),
    ("OrganizationRead", {"OrganizationId": "61002"}),
    ("OrganizationRead", {"OrganizationId": "1"}),
    ("OrganizationBrowse", {"AccountId": "58003"}),
    ("VoicemailboxBrowse", BROWSE),
    ("VoicemailboxAdd", BOX),
    ("VoicemailboxBrowse", BROWSE),
    ("VoicemailboxAdd", BOX | {"Mailbox": "x"}),
    ("VoicemailboxAdd", BOX | SECOND | SETTINGS),
    ("VoicemailboxBrowse", {"AccountId": "58003", "OrderBy": "Mailbox Desc"}),
    ("VoicemailboxBrowse", {"AccountId": "1"}),
    ("VoicemailboxBrowse", {}),
    ("VoicemailboxRead", {"VoicemailboxId": "50101"}),
    ("VoicemailboxEdit", {"VoicemailboxId": "50101", "Fullname": "Ä <b>", "Password": "5150"}),
    ("VoicemailAddressRead", {"Address": "vm.avery@example.onsip.com"}),
    ("VoicemailAddressBrowse", BROWSE),
    ("UserAddressEdit", ATTACHED),
    ("UserAddressRead", {"Address": AVERY["Address"]}),
    ("UserAddressBrowse", {"OrganizationId": "61002"}),
    ("UserAddressBrowse", {"UserId": "1"}),
    ("VoicemailboxDelete", {"VoicemailboxId": "50101"}),
    ("VoicemailboxDelete", {"VoicemailboxId": "50101"}),
    ("SessionDestroy", {}),
    ("VoicemailboxBrowse", BROWSE),
]


def play(client: Client, **more: str) -> list[bytes]:
    return [client.reply(action, **parameters, **more).content for action, parameters in SCRIPT]


def test_json_is_the_projection_of_the_xml(start_onsip: Start) -> None:
    for as_xml, as_json in zip(play(start_onsip()), play(start_onsip(), Output="json"), strict=True):
        projected = {"Response": project(ElementTree.fromstring(as_xml))}
        assert without_variable_parts(projected) == without_variable_parts(json.loads(as_json))


def test_xml_replies_follow_the_grammar(start_onsip: Start) -> None:
    grammar_file = CONTRACTS / "onsip-rng" / "jnctn.rng"
    if not grammar_file.exists():
        pytest.skip("the vendor's grammar is not part of the collection and not on this machine")
    etree = pytest.importorskip("lxml.etree", reason="lxml is needed to check replies against the vendor's grammar")
    grammar = etree.RelaxNG(etree.parse(str(grammar_file)))
    replies = play(start_onsip())
    assert sum(b"IsCompleted>true<" in reply for reply in replies) == 20
    for behaviors in ({"unknown_id": "permission_error", "pin_in_replies": "masked"}, {"transport": "exception"}):
        replies += play(start_onsip(**behaviors) if "transport" not in behaviors else broken(start_onsip, **behaviors))
    for reply in replies:
        assert grammar.validate(etree.fromstring(reply)), (reply, grammar.error_log)


def broken(start_onsip: Start, **behaviors: str) -> Client:
    client = start_onsip()
    client.server.behaviors.update(behaviors)
    return client


def test_content_types_and_tunnelled_methods(start_onsip: Start) -> None:
    client = start_onsip()
    assert client.reply("NoOp").headers["content-type"] == "text/xml; charset=utf-8"
    assert client.reply("NoOp", Output="json").headers["content-type"] == "application/json; charset=utf-8"
    url = client.server.url
    files = {"Action": (None, "NoOp"), "Output": (None, "json")}
    for reply in (
        client.http.get(url, params={"Action": "NoOp", "Output": "json"}),
        client.http.get(url + "/", params={"Action": "NoOp", "Output": "json"}),
        client.http.post(url + "/?Action=Nonsense", data={"Action": "NoOp", "Output": "json"}),
        client.http.post(url, files=files),
    ):
        assert reply.json()["Response"]["Result"] == {"NoOp": {}}
    body = client.http.post(url + "?Output=json", json={"Action": "NoOp"}).json()["Response"]
    assert body["Context"]["Request"]["Errors"]["Error"]["Code"] == "Value.Required"


def test_transport(start_onsip: Start) -> None:
    client = broken(start_onsip, transport="html_502")
    reply = client.http.post(client.server.url, data={"Action": "NoOp"})
    assert (reply.status_code, reply.headers["content-type"]) == (502, "text/html; charset=utf-8")
    client = broken(start_onsip, transport="exception")
    assert set(client.reply("NoOp", Output="json").json()) == {"Exception"}
    assert ElementTree.fromstring(client.reply("NoOp").content).tag.endswith("}Exception")


# Examples of the contract: the state before the request, and the behaviors.


def add(client: Client, *changes: dict[str, str]) -> None:
    for change in changes:
        client.box("VoicemailboxAdd", **(BOX | change))


RUNNER = {"Username": "vm.desk", "Mailbox": "7013", "Fullname": "Front Desk", "NotifyEmail": "delete"}
RUNNER |= {"Email": "desk@example.com", "NotifyPager": "yes", "Pager": "pager@example.com"}
THREE = ({}, SECOND | SETTINGS | {"NotifyPager": "no", "Pager": ""}, RUNNER)
OTHER_BOX = ({"Mailbox": "7999"},)
BEFORE: dict[str, tuple[dict[str, str], ...]] = {
    "voicemailbox-add-address-taken": OTHER_BOX,
    "voicemailbox-add-mailbox-taken.composed": ({},),
    "voicemailbox-browse-last-page-one": THREE,
    "voicemailbox-browse-many": THREE,
    "voicemailbox-browse-no-calcfound": THREE,
    "voicemailbox-browse-one": ({},),
    "voicemailbox-delete-ok": ({},),
    "voicemailbox-edit-email-required.composed": ({},),
    "voicemailbox-edit-ok": ({},),
    "voicemailbox-read-masked-pin.composed": ({},),
    "voicemailbox-read-ok": ({},),
    "voicemail-address-browse-one.composed": ({},),
    "user-address-browse-one": ({"Name": "Avery Quill"},),
    "user-address-edit-attach-ok": ({"Name": "Avery Quill"},),
}
EXAMPLE_BEHAVIORS: dict[str, dict[str, str]] = {
    "voicemailbox-read-masked-pin.composed": {"pin_in_replies": "masked"},
    "voicemailbox-read-not-permitted.composed": {"unknown_id": "permission_error"},
}
INVENTED = ("Message", "SessionId", "Password", "AuthPassword", "AddressId")
PASSWORDS = {"session-create-bad-credentials.composed": "wrong", "voicemailbox-edit-ok": "5150"}


def sent_in(example: dict[str, Any]) -> dict[str, str]:
    """Return the parameters of an example's request. Those after the first unsorted one are defaults."""
    parameters: dict[str, str] = {}
    for one in listed(example["Context"]["Request"]["Parameters"]["Parameter"]):
        if parameters and one["Name"] < max(parameters):
            break
        parameters[one["Name"]] = one["Value"]
    return parameters


def comparable(value: Any) -> Any:
    """Return a reply without invented and variable parts. Masked values must be masked in both."""
    if isinstance(value, list):
        return [comparable(one) for one in value]
    if not isinstance(value, dict):
        return value
    result = {name: comparable(one) for name, one in value.items() if name not in VARYING}
    for name in result.keys() & set(INVENTED):
        result[name] = result[name] if set(result[name]) == {"*"} else "(invented)"
    if result.get("Name") == "SessionId":
        result["Value"] = "(invented)"
    return result


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_replies_equal_the_examples(start_onsip: Start, path: Path) -> None:
    example = json.loads(path.read_text(encoding="utf-8"))
    if path.stem == "exception":
        assert set(broken(start_onsip, transport="exception").reply("NoOp", Output="json").json()) == set(example)
        return
    client = start_onsip(**EXAMPLE_BEHAVIORS.get(path.stem, {}))
    add(client, *BEFORE.get(path.stem, ()))
    if path.stem == "user-address-browse-one":
        client.result("UserAddressEdit", **ATTACHED)
    if path.stem == "session-create-locked":
        for _time in range(5):
            client.call("SessionCreate", **(LOGIN | {"Password": "wrong"}))
    sent = sent_in(example["Response"])
    if "Password" in sent:
        sent["Password"] = PASSWORDS.get(path.stem, LOGIN["Password"])
    if path.stem != "session-expired" and "SessionId" in sent:
        sent |= client.session
    client.session = {}
    # Sent in the opposite order: the echo is sorted by the server.
    reply = client.reply(sent.pop("Action"), **dict(reversed(sent.items()))).json()
    assert comparable(reply) == comparable(example)


def test_there_are_examples() -> None:
    if not CONTRACTS.exists():
        pytest.skip("the examples of the contract are not part of the collection and not on this machine")
    assert len(EXAMPLES) == 32
