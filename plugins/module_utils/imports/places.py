# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distinguish errors of a place in a file from errors of the whole file."""

from __future__ import annotations


class PlacedError(ValueError):
    """An error whose text names its place: a line, a row, a sheet or an option.

    The text of any other error continues the name of the file.
    """


__all__ = ("PlacedError",)
