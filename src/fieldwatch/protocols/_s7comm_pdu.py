"""A PDU of S7 communication as its readers see it, and what they return."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from fieldwatch.facts import Values
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._function import Function
from fieldwatch.protocols._protocol import At, Done, Fact, Side


class Pdu(NamedTuple):
    """One S7 PDU: parameters and data, and the error of its header (0 where it has none)."""

    side: Side
    rosctr: int
    parameter: Cursor
    data: Cursor
    error: int


Read = Generator[Fact, None, Done]
"""What a function's reader yields; it returns what is done."""


def where(*pdus: Pdu | None) -> At:
    """The bytes of the first PDU from its parameters on."""
    for pdu in pdus:
        if pdu is not None:
            return At(pdu.side, pdu.parameter.at, max(pdu.data.end, pdu.parameter.end) - pdu.parameter.at)
    return At(Side.REQUEST, 0, 0)


def done(function: Function, at: At, object: str = "", values: Values = (), result: str = "") -> Done:
    """The operation of a function."""
    return Done(function.name, function.effect, at, object, values, result, function.technique)
