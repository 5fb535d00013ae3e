# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layouts: exports of known products with invented people, and custom layouts."""

from __future__ import annotations

import csv
import io
import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layouts import known_layouts, layout_of
from helpers.tabular import problems_of, read, workbook

EXPORTS: dict[str, tuple[str, str, list[dict[str, t.Any]]]] = {
    "freepbx": (
        "extensions.csv",
        (
            "extension,password,name,voicemail,ringtimer,noanswer,recording,outboundcid,sipname,mohclass,id,tech,dial,"
            "devicetype,user,description,emergency_cid,accountcode,secret,findmefollow_enabled,languages_language,"
            "voicemail_enable,voicemail_vmpwd,voicemail_email,voicemail_pager,voicemail_options,voicemail_same_exten,"
            "disable_star_voicemail\n"
            "2001,,Ada Moss,default,0,,,,,default,2001,pjsip,PJSIP/2001,fixed,2001,Ada Moss,,,s3cr3t,,,"
            "yes,048213,ada@example.com,,attach=yes|saycid=no|envelope=yes|delete=yes,,\n"
            "2002,,Ben Oak,novm,0,,,,,default,2002,pjsip,PJSIP/2002,fixed,2002,Ben Oak,,,s3cr3t,,,,,,,,,\n"
        ),
        [
            {
                "mailbox": "2001",
                "name": "Ada Moss",
                "pin": "048213",
                "emails": ["ada@example.com"],
                "attach_audio": True,
                "announce_caller": False,
                "after_email": "delete",
            }
        ],
    ),
    "fusionpbx": (
        "voicemail_export.csv",
        (
            "voicemail_id,voicemail_password,greeting_id,voicemail_mail_to,voicemail_sms_to,voicemail_transcription_enabled,"
            "voicemail_attach_file,voicemail_local_after_email,voicemail_enabled,voicemail_description\n"
            '2001,048213,,"ada@example.com,desk@example.com",,,true,false,true,Ada Moss\n'
            "2002,118213,,,,,,true,false,Ben Oak\n"
            "2003,118219,,,,,,true,true,\n"
        ),
        [
            {
                "mailbox": "2001",
                "pin": "048213",
                "emails": ["ada@example.com", "desk@example.com"],
                "attach_audio": True,
                "after_email": "delete",
                "name": "2001 Ada Moss",
            },
            {"mailbox": "2003", "pin": "118219", "after_email": "keep", "name": "2003"},
        ],
    ),
    "3cx": (
        "extensions.csv",
        (
            "Number,FirstName,LastName,EmailAddress,MobileNumber,AuthID,AuthPassword,WebMeetingFriendlyName,"
            "WebMeetingPrivateRoom,ClickToCall,EnableVoicemail,VMNoPin,VMPlayCallerID,PIN,VMPlayMsgDateTime,VMEmailOptions,"
            "QueueStatus,OutboundCallerID\n"
            "201,Ada,Moss,ada@example.com,,x,y,adamoss,0,1,1,0,1,048213,2,3,1,\n"
            "202,Ben,,,,x,y,benoak,0,1,0,0,1,118213,0,0,1,\n"
            "203,Cid,Elm,,,x,y,cidelm,0,1,1,1,0,118219,0,0,1,\n"
        ),
        [
            {
                "mailbox": "201",
                "emails": ["ada@example.com"],
                "require_pin": True,
                "announce_caller": True,
                "pin": "048213",
                "announce_time": "24_hour",
                "notify": True,
                "attach_audio": True,
                "after_email": "delete",
                "name": "Ada Moss",
            },
            {
                "mailbox": "203",
                "require_pin": False,
                "announce_caller": False,
                "pin": "118219",
                "announce_time": "disabled",
                "notify": False,
                "name": "Cid Elm",
            },
        ],
    ),
    "wazo": (
        "export.csv",
        (
            "uuid,firstname,lastname,email,language,voicemail_name,voicemail_number,voicemail_context,voicemail_password,"
            "voicemail_email,voicemail_attach_audio,voicemail_delete_messages,voicemail_ask_password,exten,context\n"
            "u1,Ada,Moss,ada@example.com,en_US,Ada Moss,2001,internal,048213,ada@example.com,1,0,1,2001,internal\n"
            "u2,Ben,Oak,ben@example.com,,,,,,,,,,2002,internal\n"
        ),
        [
            {
                "mailbox": "2001",
                "name": "Ada Moss",
                "pin": "048213",
                "emails": ["ada@example.com"],
                "attach_audio": True,
                "after_email": "keep",
                "require_pin": True,
            }
        ],
    ),
    "portsip": (
        "users.csv",
        (
            "name,enabled,password,role,email,display_name,mobile_phone,extension_number,extension_password,voicemail_prompt,"
            "enable_voicemail_pin,voicemail_pin,enable_voicemail_notify,voicemail_play_datetime\n"
            "ada,TRUE,x,User,ada@example.com,Ada Moss,,2001,y,en-US,TRUE,048213,FALSE,FALSE\n"
            "ben,FALSE,x,User,ben@example.com,Ben Oak,,2002,y,en-US,TRUE,118213,FALSE,TRUE\n"
            "cid,TRUE,x,User,cid@example.com,Cid Elm,,2003,y,en-US,TRUE,118219,TRUE,TRUE\n"
        ),
        [
            {
                "mailbox": "2001",
                "emails": ["ada@example.com"],
                "language": "en-US",
                "require_pin": True,
                "pin": "048213",
                "notify": False,
                "announce_time": "disabled",
                "name": "Ada Moss",
            },
            {
                "mailbox": "2003",
                "emails": ["cid@example.com"],
                "language": "en-US",
                "require_pin": True,
                "pin": "118219",
                "notify": True,
                "name": "Cid Elm",
            },
        ],
    ),
    "asterisk": (
        "voicemail.conf",
        (
            "; mailboxes\n[general]\nformat=wav49|gsm\nattach=no\nserveremail = pbx@example.com\n"
            ";-- a comment\n2000 => 1\n--;\n"
            "[zonemessages]\neastern=America/New_York|'vm-received' Q 'digits/at' IMp\n\n"
            "[default]\n"
            "2001 => -048213,Ada Moss,ada@example.com|desk@example.com,,attach=yes|tz=eastern|delete=1;boss\n"
            "2002 => 118213,Ben Oak\n2003=118219,Cid\\; Elm,,pager@example.com,saycid=yes|tz=Europe/Paris\n"
        ),
        [
            {
                "mailbox": "2001",
                "pin": "048213",
                "name": "Ada Moss",
                "emails": ["ada@example.com", "desk@example.com"],
                "attach_audio": True,
                "timezone": "America/New_York",
                "after_email": "delete",
            },
            {"mailbox": "2002", "pin": "118213", "name": "Ben Oak", "attach_audio": False},
            {
                "mailbox": "2003",
                "pin": "118219",
                "name": "Cid; Elm",
                "attach_audio": False,
                "announce_caller": True,
                "timezone": "Europe/Paris",
            },
        ],
    ),
}


def test_every_known_layout_has_an_export() -> None:
    assert known_layouts() == sorted(EXPORTS)


@pytest.mark.parametrize("layout", EXPORTS)
def test_exports_of_known_products_are_read(layout: str) -> None:
    name, text, expected = EXPORTS[layout]
    assert read(text, name, layout=layout) == expected


@pytest.mark.parametrize("layout", sorted(set(EXPORTS) - {"asterisk"}))
def test_exports_saved_in_other_formats_are_read(layout: str) -> None:
    name, text, expected = EXPORTS[layout]
    rows = list(csv.reader(io.StringIO(text)))
    assert read(workbook(*rows), f"{name}.xlsx", layout=layout) == expected
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(rows)
    assert read(written.getvalue(), name, layout=layout) == expected


@pytest.mark.parametrize("layout", EXPORTS)
def test_errors_name_the_column_of_the_product(layout: str) -> None:
    name, text, _expected = EXPORTS[layout]
    (reported,) = problems_of(text.replace("ada@example.com", "ada at home"), name, "kazoo", layout=layout)[:1]
    column = {
        "freepbx": "voicemail_email",
        "fusionpbx": "voicemail_mail_to",
        "3cx": "EmailAddress",
        "wazo": "voicemail_email",
        "portsip": "email",
        "asterisk": "email",
    }[layout]
    assert f", column {column}, value " in reported
    assert "048213" not in reported


def test_3cx_version_20_is_read() -> None:
    headings = "Number,FirstName,LastName,EmailAddress,Role,VMEnable,VMPIN,VMEmailOptions,VMNoPin"
    text = f"{headings}\n7,Ada,,,x,1,048213,1,0\n8,B,,,x,0,,,\n"
    assert read(text, "users.csv", layout="3cx") == [
        {
            "mailbox": "7",
            "pin": "048213",
            "notify": True,
            "attach_audio": False,
            "after_email": "keep",
            "require_pin": True,
            "name": "Ada",
        }
    ]


def test_the_file_column_of_newer_fusionpbx_is_read() -> None:
    text = "voicemail_id,voicemail_file\n1,attach\n2,link\n3,\n4,odd\n"
    assert [box["attach_audio"] for box in read(text.replace("4,odd\n", ""), "v.csv", layout="fusionpbx")] == [
        True,
        False,
        False,
    ]
    assert problems_of(text, "v.csv", layout="fusionpbx") == [
        "v.csv:5, column voicemail_file, value 'odd': must be one of attach, link, an empty cell"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[a]\n#include other.conf\n", "v.conf:2: reads another file. Insert the lines of that file here"),
        ("[a](!)\n1 => 2\n", "v.conf:1: uses a template. Write the mailboxes of this section out"),
        ("1 => 2\n", "v.conf:1: is not a section, a setting or a mailbox. Correct or remove the line"),
        ("[a]\nnonsense\n", "v.conf:2: is not a section, a setting or a mailbox. Correct or remove the line"),
        (
            "[general]\nattach=yes\n",
            "v.conf: has headings but no rows. For an empty list, use `[]` in a YAML or JSON file",
        ),
        ("[a]\n1 => 2222,A\n[b]\n1 => 3333,B\n", "v.conf:4: mailbox 1: is declared twice, first in v.conf:2"),
    ],
)
def test_an_invalid_voicemail_conf_is_reported(text: str, problem: str) -> None:
    assert problems_of(text, "v.conf", layout="asterisk") == [problem]


def test_only_conf_files_require_a_layout() -> None:
    assert problems_of("[a]\n1 => 2222\n", "voicemail.conf") == [
        "voicemail.conf: needs `layout: asterisk`. Set it, or remove the file"
    ]
    assert read("- mailbox: 1\n", "a.yml", layout="asterisk") == [{"mailbox": "1"}]


def test_one_context_can_be_selected() -> None:
    text = "[a]\n1 => 2222,A\n[b]\n1 => 3333,B\n"
    assert read(text, "v.conf", layout="asterisk", only_rows={"context": "b"}) == [
        {"mailbox": "1", "pin": "3333", "name": "B"}
    ]


def test_a_custom_layout_is_read(tmp_path: pathlib.Path) -> None:
    own = tmp_path / "staff.yml"
    own.write_text(
        "description: What the personnel department keeps\ndelimiter: '|'\nheading_row: 2\nonly_mapped_columns: yes\n"
        "columns:\n  Ext: mailbox\n  VM: {option: after_email, values: {01: delete, yes: keep}}\n"
        'templates: {name: "{Last}, {First}"}\nlist_separator: [" ", "/"]\n'
    )
    text = "Staff|of|2026\nExt|First|Last|VM|name\n1|Ada|Moss|01|x\n2|Ben||ja|x\n"
    expected = [
        {"mailbox": "1", "after_email": "delete", "name": "Moss, Ada"},
        {"mailbox": "2", "after_email": "keep", "name": "Ben"},
    ]
    assert read(text, "a.csv", layout=str(own)) == expected
    changed = read(
        text, "a.csv", layout=str(own), columns={"VM": None, "Ext": "mailbox"}, templates={"name": "{First}"}
    )
    assert changed == [{"mailbox": "1", "name": "Ada"}, {"mailbox": "2", "name": "Ben"}]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[]", "own.yml: must contain a dictionary with `columns`. See the known layouts for examples"),
        ("colums: {}", "own.yml:1: unknown key `colums`. Use columns, templates, only_rows"),
        ("columns: []", "own.yml: `columns` must be a dictionary, not a list"),
        ("format: csv", "own.yml: `format` must be one of asterisk"),
        ("columns: {A: mailbox, A: name}", "own.yml:1: the key `A` is repeated, first in line 1. Keep one of the two"),
        ("columns: {A: [1]}", "own.yml: `columns` has a list for 'A'. Use the name of an option, null"),
        ("columns: {A: {opt: name}}", "own.yml: `columns` has the unknown key `opt` for 'A'. Use the keys `option`"),
        ("templates: {name: x}", "own.yml: `templates` contains no column for `name`. Write columns in braces"),
        ("heading_row: -1", "own.yml: `heading_row` must not be below 0. The first row is 1"),
        ("heading_row: x", "own.yml: `heading_row` must be a number, not text"),
        ("only_rows: {A: {b: c}}", "own.yml: `only_rows` has a dictionary for 'A'. Use the value"),
        ("list_separator: []", "own.yml: `list_separator` must be a text or a list of texts, and not empty"),
        ("x: ]", "own.yml:1: is not valid YAML"),
    ],
)
def test_an_invalid_layout_is_reported(content: str, problem: str, tmp_path: pathlib.Path) -> None:
    own = tmp_path / "own.yml"
    own.write_text(content)
    with pytest.raises(InvalidInputError) as caught:
        layout_of({"layout": str(own)})
    assert str(caught.value.problems[0]).startswith(problem)


@pytest.mark.parametrize("name", ["freebpx", "../tables", "missing.yml", 7])
def test_a_missing_layout_is_reported(name: object) -> None:
    with pytest.raises(InvalidInputError, match="`layout`"):
        layout_of({"layout": name})
