# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python tests/benchmark` does what `python tests/benchmark/run.py` does."""

from __future__ import annotations

import sys

from run import main

sys.exit(main())
