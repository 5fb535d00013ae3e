# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only place that imports libraries which are not part of Ansible.

Ansible's checks import every file of a collection without these libraries, and a user whose Python
lacks one should get a clear message instead of a traceback. Therefore a missing library is
replaced by a placeholder that can be imported, subclassed, called and used as a decorator, and
the entry points check ``IMPORT_ERROR`` before anything is used.
"""

from __future__ import annotations

import sys
import traceback
import typing as t

IMPORT_ERROR: str | None = None
LIBRARIES = "httpx (0.27 or newer), pydantic (2.8 or newer) and tenacity (8.3 or newer)"
#: How to install missing libraries.
INSTALL = "Install them with: pip install 'httpx>=0.27' 'pydantic>=2.8' 'tenacity>=8.3'"

if t.TYPE_CHECKING:
    import httpcore
    import httpx
    import pydantic
    import pydantic_core
    import tenacity
else:
    try:
        # httpx and pydantic import most of their code at first use. The action plugin's worker is a
        # fork for one task: code not loaded before the fork is loaded again by every task.
        import httpcore

        # If rich and click are installed, httpx imports its command line with them, at half its own cost.
        sys.modules.setdefault("httpx._main", None)
        import httpx

        if sys.modules["httpx._main"] is None:
            del sys.modules["httpx._main"]
        import pydantic

        # Part of pydantic; its JSON parser.
        import pydantic_core
        import tenacity

        if pydantic.VERSION.startswith("1."):
            raise ImportError(f"pydantic 2.8 or newer is needed, found {pydantic.VERSION}")
        if not hasattr(tenacity, "stop_before_delay"):
            # This version introduced the waiting time of the next retry, which the budget of a task needs.
            raise ImportError("tenacity 8.3 or newer is needed")
        pydantic.BaseModel  # noqa: B018
    except ImportError:
        IMPORT_ERROR = traceback.format_exc()

        class _Absent(type):
            """Return placeholders for anything that is imported from a missing library."""

            def __getattr__(cls, name: str) -> t.Any:
                if name.startswith("__"):
                    raise AttributeError(name)
                return cls

            def __getitem__(cls, item: t.Any) -> t.Any:
                return cls

            def __call__(cls, *args: t.Any, **kwargs: t.Any) -> t.Any:
                return args[0] if len(args) == 1 and callable(args[0]) else cls

        class _Library(Exception, metaclass=_Absent):
            """Placeholder for a library, its classes, functions, decorators and exceptions."""

        httpcore = httpx = pydantic = pydantic_core = tenacity = _Library


#: The library for Excel workbooks. Few tasks need it, so it is optional and imported on demand.
WORKBOOKS = "openpyxl (3.1 or newer)"


def import_openpyxl() -> t.Any:
    """Return the library for Excel workbooks.

    :raises ImportError: if it is not installed.
    """
    import openpyxl

    return openpyxl


__all__ = (
    "IMPORT_ERROR",
    "INSTALL",
    "LIBRARIES",
    "WORKBOOKS",
    "httpcore",
    "httpx",
    "import_openpyxl",
    "pydantic",
    "pydantic_core",
    "tenacity",
)
