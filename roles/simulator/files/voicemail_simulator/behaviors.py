# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Behaviors of a simulated vendor that its documents leave open, or that differ between installations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TRUE_WORDS = frozenset({"true", "yes", "on", "1"})
FALSE_WORDS = frozenset({"false", "no", "off", "0"})


class BehaviorError(ValueError):
    """A behavior that does not exist, or a value that it does not accept."""


@dataclass(frozen=True)
class Behavior:
    """One behavior: its name, its default and the values that it accepts.

    `accepts` is a tuple of allowed words, or one of the types bool, int, float and str. A behavior whose default is
    None also accepts the word `none`.
    """

    name: str
    default: Any
    accepts: type | tuple[str, ...]
    help: str

    def parse(self, value: Any) -> Any:
        """Convert text, or a value from JSON, to the type of the behavior. Raises BehaviorError."""
        text = "none" if value is None else str(value).strip()
        if self.default is None and text.lower() == "none":
            return None
        if isinstance(self.accepts, tuple):
            # JSON and YAML convert on and off to booleans.
            for word in (text, *({"True": ("on", "true"), "False": ("off", "false")}.get(text, ()))):
                if word in self.accepts:
                    return word
        elif self.accepts is bool:
            if text.lower() in TRUE_WORDS | FALSE_WORDS:
                return text.lower() in TRUE_WORDS
        else:
            try:
                return self.accepts(text)
            except ValueError:
                pass
        raise BehaviorError(f"behavior {self.name}: {text!r} is not allowed. Use {self.describe()}.")

    def describe(self) -> str:
        """Describe the allowed values."""
        words = " or ".join(self.accepts) if isinstance(self.accepts, tuple) else self.accepts.__name__
        return f"{words} or none" if self.default is None else words


class Behaviors:
    """The values of a vendor's behaviors, as attributes."""

    _definitions: dict[str, Behavior]

    def __init__(self, definitions: Iterable[Behavior], values: Mapping[str, Any] | None = None) -> None:
        self.__dict__["_definitions"] = {behavior.name: behavior for behavior in definitions}
        for behavior in self._definitions.values():
            self.__dict__[behavior.name] = behavior.default
        for name, value in (values or {}).items():
            self.set(name, value)

    def set(self, name: str, value: Any) -> None:
        """Set one behavior. `value` may be text. Raises BehaviorError."""
        behavior = self._definitions.get(name)
        if behavior is None:
            raise BehaviorError(f"behavior {name}: does not exist. Use one of {', '.join(sorted(self._definitions))}.")
        self.__dict__[name] = behavior.parse(value)

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several behaviors, or none when one of them is invalid. Raises BehaviorError."""
        trial = Behaviors(self._definitions.values(), self.as_dict())
        for name, value in values.items():
            trial.set(name, value)
        self.__dict__.update(trial.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """Return all behaviors with their current values."""
        return {name: self.__dict__[name] for name in self._definitions}

    def __setattr__(self, name: str, value: Any) -> None:
        self.set(name, value)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"behavior {name!r} does not exist")
