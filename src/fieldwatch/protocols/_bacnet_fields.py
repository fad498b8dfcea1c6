"""The parameters of BACnet services (ANSI/ASHRAE 135-2020, clauses 13 to 17 and 21): which say what a service is about, and which change.

A table for each service: where a parameter stands (see `_bacnet_tags.Path`; the longest path that fits is used), and what it is for.
Parameters that no table names are values without a name.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import Enum
from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.library.registries import bacnet_vendor
from fieldwatch.protocols import _bacnet_tags as tags
from fieldwatch.protocols._bacnet_tags import Path, Tag
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import Ignored, Value

SHOWN = 8
"""Words and values of one message that are named; the others are in the bytes."""


class Meaning(NamedTuple):
    """What a service does in a message, where its number alone does not say it."""

    effect: Effect
    technique: str = ""


class Use(Enum):
    """What a parameter is for."""

    WORD = "says what the service is about"
    LABEL = "says it too, and names the values that follow"
    INDEX = "belongs to the word before it"
    CLASS = "belongs to the message, but need not be told"
    VALUE = "changes while the service stays the same"
    IGNORED = "says nothing about the meaning"


Say = Callable[[Cursor, Tag], str]


class Field(NamedTuple):
    """A parameter: its use, how it is told, and the word before it or the name of its value."""

    use: Use
    say: Say = tags.value
    name: str = ""


Fields = dict[Path, Field]
"""The parameters of a service."""


class Told:
    """What a service is about, in words, and its values; and what it does, where its parameters decide that.

    What was read before the bytes ended stays.
    """

    __slots__ = ("meaning", "values", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.values: list[tuple[str, str]] = []
        self.meaning: Meaning | None = None

    def value(self, name: str, text: str) -> None:
        """Adds a value, while there are not too many."""
        if len(self.values) < SHOWN:
            self.values.append((name, text))

    def text(self, between: str = " ") -> str:
        """The words as one line."""
        more = f" and {len(self.words) - SHOWN} more" if len(self.words) > SHOWN else ""
        return between.join(self.words[:SHOWN]) + more


def read(cursor: Cursor, fields: Fields, told: Told) -> Generator[Ignored | Value, None, None]:
    """Reads the parameters up to the end into `told`, and marks them."""
    label = ""
    for path, found in tags.walk(cursor):
        field = _field(fields, path)
        use = field.use
        if use is Use.WORD or use is Use.LABEL:
            said = f"{field.name} {field.say(cursor, found)}" if field.name else field.say(cursor, found)
            told.words.append(said)
            if use is Use.LABEL:
                label = said
        elif use is Use.INDEX:
            told.words[-1:] = [word + field.say(cursor, found) for word in told.words[-1:]]
        elif use is Use.IGNORED:
            if found.length:
                yield Ignored(*tags.at(cursor, found))
        elif use is Use.VALUE:
            if found.length:
                yield Value(*tags.at(cursor, found))
            if field.name or label:
                told.value(field.name or label, field.say(cursor, found))


def _field(fields: Fields, path: Path) -> Field:
    for end in range(len(path), 0, -1):
        found = fields.get(path[:end])
        if found:
            return found
    return UNNAMED


# --------------------------------------------------------------------------------------------------------- how they are told


def thing(cursor: Cursor, found: Tag) -> str:
    """An object identifier."""
    return tags.object_name(tags.unsigned(cursor, found))


def prop(cursor: Cursor, found: Tag) -> str:
    """A property identifier."""
    return tags.property_name(tags.unsigned(cursor, found))


def number(cursor: Cursor, found: Tag) -> str:
    """An unsigned number in a context tag."""
    return str(tags.unsigned(cursor, found))


def index(cursor: Cursor, found: Tag) -> str:
    """An array index."""
    return f"[{tags.unsigned(cursor, found)}]"


def real(cursor: Cursor, found: Tag) -> str:
    """A real number in a context tag."""
    return tags.value(cursor, found._replace(number=tags.REAL))


def string(cursor: Cursor, found: Tag) -> str:
    """A character string in a context tag."""
    return tags.characters(cursor.data[found.start : found.start + found.length])


def anything(cursor: Cursor, found: Tag) -> str:
    """Data of a type that the message does not tell where they stand in a context tag."""
    return cursor.data[found.start : found.start + min(found.length, 32)].hex() if found.context else tags.value(cursor, found)


def vendor(cursor: Cursor, found: Tag) -> str:
    """A vendor identifier."""
    vendor_id = tags.unsigned(cursor, found)
    return bacnet_vendor(vendor_id) or f"vendor {vendor_id}"


def kind(cursor: Cursor, found: Tag) -> str:
    """An object type without an instance."""
    return tags.type_name(tags.unsigned(cursor, found))


def one_of(names: dict[int, str], other: str) -> Say:
    """A number with a name."""

    def say(cursor: Cursor, found: Tag) -> str:
        value = tags.unsigned(cursor, found)
        return names.get(value, f"{other} {value}")

    return say


STATE = one_of({0: "normal", 1: "fault", 2: "offnormal", 3: "high-limit", 4: "low-limit", 5: "life-safety-alarm"}, "state")
EVENT = one_of(
    {
        0: "change-of-bitstring", 1: "change-of-state", 2: "change-of-value", 3: "command-failure", 4: "floating-limit",
        5: "out-of-range", 8: "change-of-life-safety", 9: "extended", 10: "buffer-ready", 11: "unsigned-range", 13: "access-event",
        14: "double-out-of-range", 15: "signed-out-of-range", 16: "unsigned-out-of-range", 17: "change-of-characterstring",
        18: "change-of-status-flags", 19: "change-of-reliability", 20: "none", 21: "change-of-discrete-value", 22: "change-of-timer",
    },
    "event type",
)  # fmt: skip
NOTIFY = one_of({0: "alarm", 1: "event", 2: "ack-notification"}, "notify type")
SAFETY = one_of(
    {
        0: "none", 1: "silence", 2: "silence-audible", 3: "silence-visual", 4: "reset", 5: "reset-alarm", 6: "reset-fault",
        7: "unsilence", 8: "unsilence-audible", 9: "unsilence-visual",
    },
    "operation",
)  # fmt: skip
TERMINAL = one_of(
    {0: "default-terminal", 1: "ansi-x3-64", 2: "dec-vt52", 3: "dec-vt100", 4: "dec-vt220", 5: "hp-700-94", 6: "ibm-3130"}, "terminal class"
)

# ------------------------------------------------------------------------------------------------------------------ tables

UNNAMED = Field(Use.VALUE)
IGNORED = Field(Use.IGNORED)
CLASS = Field(Use.CLASS)
OBJECT = Field(Use.WORD, thing)
PROPERTY = Field(Use.LABEL, prop)
INDEX = Field(Use.INDEX, index)
DATA = Field(Use.VALUE, anything)

_COV: Fields = {(0,): IGNORED, (1,): OBJECT, (2,): OBJECT, (3,): IGNORED, (4, 0): PROPERTY, (4, 1): INDEX, (4, 2): DATA}
_COV_MULTIPLE: Fields = {
    (0,): IGNORED, (1,): OBJECT, (2,): IGNORED, (3,): IGNORED,
    (4, 0): OBJECT, (4, 1, 0): PROPERTY, (4, 1, 1): INDEX, (4, 1, 2): DATA, (4, 1, 3): IGNORED,
}  # fmt: skip
_EVENT: Fields = {
    (0,): IGNORED, (1,): OBJECT, (2,): OBJECT, (3,): IGNORED, (4,): CLASS, (5,): Field(Use.VALUE, number, "priority"),
    (6,): Field(Use.WORD, EVENT), (7,): Field(Use.VALUE, string, "text"), (8,): Field(Use.WORD, NOTIFY), (9,): CLASS,
    (10,): Field(Use.WORD, STATE, "from"), (11,): Field(Use.WORD, STATE, "to"),
}  # fmt: skip
_LIST: Fields = {(0,): OBJECT, (1,): PROPERTY, (2,): INDEX, (3,): DATA}
_PRIVATE: Fields = {(0,): Field(Use.WORD, vendor), (1,): Field(Use.WORD, number, "service"), (2,): Field(Use.VALUE, anything, "parameters")}
_TEXT: Fields = {
    (0,): OBJECT, (1, 0): Field(Use.WORD, number, "class"), (1, 1): Field(Use.WORD, string, "class"), (2,): CLASS,
    (3,): Field(Use.VALUE, string, "text"),
}  # fmt: skip
_FILE: Fields = {
    (-1,): OBJECT, (0, -1): Field(Use.VALUE, name="position"), (0, -2): Field(Use.VALUE, name="bytes"),
    (1, -1): Field(Use.VALUE, name="record"), (1, -2): Field(Use.VALUE, name="records"),
}  # fmt: skip

CONFIRMED_FIELDS: dict[int, Fields] = {
    0: {(0,): IGNORED, (1,): OBJECT, (2,): Field(Use.WORD, STATE), (3,): IGNORED, (4,): Field(Use.VALUE, string, "source"), (5,): IGNORED},
    1: _COV,
    2: _EVENT,
    5: {(0,): IGNORED, (1,): OBJECT, (2,): CLASS, (3,): Field(Use.VALUE, number, "lifetime")},
    6: _FILE,
    7: _FILE | {(0, -2): Field(Use.VALUE, name="data"), (1, -3): Field(Use.VALUE, name="data")},
    8: _LIST,
    9: _LIST,
    10: {(0, 0): Field(Use.WORD, kind), (0, 1): OBJECT, (1, 0): PROPERTY, (1, 1): INDEX, (1, 2): DATA, (1, 3): CLASS},
    11: {(-1,): OBJECT},
    18: _PRIVATE,
    19: _TEXT,
    21: {(-1,): Field(Use.WORD, TERMINAL), (-2,): IGNORED},
    22: {(-1,): IGNORED, (-2,): IGNORED},
    23: {(-1,): IGNORED, (-2,): Field(Use.VALUE, name="data"), (-3,): IGNORED},
    26: {
        (0,): OBJECT, (1,): PROPERTY, (2,): INDEX, (3, -1): Field(Use.VALUE, name="position"), (3, -2): Field(Use.VALUE, name="count"),
        (6, -1): Field(Use.VALUE, name="sequence"), (6, -2): Field(Use.VALUE, name="count"),
        (7, -1): Field(Use.VALUE, name="date"), (7, -2): Field(Use.VALUE, name="time"), (7, -3): Field(Use.VALUE, name="count"),
    },
    27: {(0,): IGNORED, (1,): Field(Use.VALUE, string, "source"), (2,): Field(Use.WORD, SAFETY), (3,): OBJECT},
    28: {
        (0,): IGNORED, (1,): OBJECT, (2,): CLASS, (3,): Field(Use.VALUE, number, "lifetime"), (4, 0): PROPERTY, (4, 1): INDEX,
        (5,): Field(Use.VALUE, real, "increment"),
    },
    29: {(0,): Field(Use.WORD, thing, "after")},
    30: {
        (0,): IGNORED, (1,): CLASS, (2,): Field(Use.VALUE, number, "lifetime"), (3,): IGNORED,
        (4, 0): OBJECT, (4, 1, 0, 0): PROPERTY, (4, 1, 0, 1): INDEX, (4, 1, 1): Field(Use.VALUE, real, "increment"), (4, 1, 2): CLASS,
    },
    31: _COV_MULTIPLE,
}  # fmt: skip
"""Requests by service. Properties that are read and written, restarts and passwords have readers of their own."""

UNCONFIRMED_FIELDS: dict[int, Fields] = {
    2: _COV,
    3: _EVENT,
    4: _PRIVATE,
    5: _TEXT,
    6: {(-1,): Field(Use.VALUE, name="date"), (-2,): Field(Use.VALUE, name="time")},
    7: {(0,): Field(Use.WORD, number, "from device"), (1,): Field(Use.WORD, number, "to"), (2,): OBJECT, (3,): Field(Use.WORD, string)},
    9: {(-1,): Field(Use.VALUE, name="date"), (-2,): Field(Use.VALUE, name="time")},
    10: {
        (0,): Field(Use.WORD, number, "group"), (1,): Field(Use.WORD, number, "priority"),
        (2, 0): Field(Use.LABEL, number, "channel"), (2, 1): CLASS, (2,): DATA, (3,): CLASS,
    },
    11: _COV_MULTIPLE,
    14: {(-1,): Field(Use.WORD, vendor), (-2,): Field(Use.WORD), (-3,): Field(Use.WORD), (-4,): Field(Use.WORD, anything)},
}  # fmt: skip
"""Unconfirmed services. Those that say who a device is have readers of their own."""

ANSWER_FIELDS: dict[int, Fields] = {
    6: {(-1,): CLASS},
    10: {(-1,): OBJECT},
    18: _PRIVATE,
    21: {(-1,): IGNORED},
}
"""Answers, of which all else is data."""
