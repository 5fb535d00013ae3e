# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that describe how a table becomes mailboxes. A layout in a file has the same ones."""

from __future__ import annotations


class ModuleDocFragment:
    """How a table is read."""

    DOCUMENTATION = r"""
options:
  layout:
    description:
      - A known layout that describes the export of another product. One of V(3cx), V(asterisk), V(freepbx), V(fusionpbx), V(portsip)
        and V(wazo).
      - Or the path of your own YAML file with the same options, with a name that ends in C(.yml).
      - Options set in addition take precedence. O(columns), O(templates), O(only_rows) and O(skip_rows) are merged key by key.
    type: str
    version_added: 1.1.0
  heading_row:
    description:
      - Row of the headings, counted from 1 as the spreadsheet program or editor counts. Rows above it are not read.
      - The default is the first row that is not blank.
      - V(0) means that there are no headings. O(columns) then names columns by position, such as C(1), or by letter, such as C(A).
    type: int
    version_added: 1.1.0
  delimiter:
    description:
      - Separator of the cells in a text table.
      - By default it is the comma, semicolon, tab or vertical bar that splits the headings into the most known ones.
    type: str
    version_added: 1.1.0
  columns:
    description:
      - The option of each column heading, with dots for the vendors' dictionaries, such as C(kazoo.skip_greeting). V(null) skips the column.
      - Headings are compared without regard to case, line breaks and repeated blanks. A heading that is the name of an option needs no
        entry.
      - >-
        A dictionary with C(option) and C(values) also translates values, such as
        C({option: after_email, values: {1: delete, 0: keep}}). In C(values), V(null) means not managed, an empty key means an
        empty cell, and C(*) means every other value. A value may be a dictionary of several options; C(option) is then not needed.
      - >-
        A dictionary with C(settings) reads cells such as C(attach=yes|delete=no), by the name of each setting.
      - Several columns may contain one list, such as C(emails).
    type: dict
    version_added: 1.1.0
  templates:
    description:
      - >-
        The text of an option from several columns, with headings in braces, such as C({name: "{First} {Last}"}). A list of headings
        joins them with blanks.
      - If all of these cells are empty, the option is not managed.
    type: dict
    version_added: 1.1.0
  only_rows:
    description:
      - >-
        Read only rows with these values, by heading, such as C({EnableVoicemail: 1}). A list means any of its values.
      - V(true) and V(false) match the words for them in many languages. V(null) matches an empty cell.
      - A row that is left out is not declared, so O(ignore:prune) may delete its mailbox.
    type: dict
    version_added: 1.1.0
  skip_rows:
    description: >-
      Leave out rows with any of these values, by heading, such as C({Voicemail: novm}).
    type: dict
    version_added: 1.1.0
  optional_columns:
    description:
      - Headings that O(columns), O(templates), O(only_rows) and O(skip_rows) refer to and that may be missing, with C(*) and C(?) as in a shell.
        Otherwise a missing column is an error.
    type: list
    elements: str
    version_added: 1.1.0
  only_mapped_columns:
    description:
      - Read only the columns in O(columns) and O(templates), even if another heading is the name of an option.
      - The default is false.
    type: bool
    version_added: 1.1.0
  ignore_unknown_columns:
    description: Skip columns with unknown headings. By default they are an error.
    type: bool
    version_added: 1.1.0
  clear_marker:
    description:
      - Text of a cell that clears the option, such as V(-).
      - An empty cell means that the option is not managed.
    type: str
    version_added: 1.1.0
  list_separator:
    description:
      - Separator of list entries in one cell, or a list of several separators.
      - By default, email addresses are separated by a semicolon, comma, vertical bar, blank or line break, and other entries by a semicolon.
    type: raw
    version_added: 1.1.0
"""

    FILE = r"""
options:
  sheet:
    description:
      - Name of the sheet of a spreadsheet, or its position, counted from 1 without hidden sheets.
      - The default is the only sheet with the headings of mailboxes.
    type: raw
    version_added: 1.1.0
  encoding:
    description:
      - Encoding of a text table, such as V(cp1252).
      - By default, UTF-8 and UTF-16 are recognized, as are Windows code pages if the letters are the same in all Latin ones.
    type: str
    version_added: 1.1.0
"""
