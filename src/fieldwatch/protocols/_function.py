"""A row of a protocol's table of functions, commands or services."""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Effect


class Function(NamedTuple):
    """What it is called and does; `technique` is the ATT&CK for ICS technique that the message alone shows ("" for everyday traffic)."""

    name: str
    effect: Effect
    technique: str = ""
