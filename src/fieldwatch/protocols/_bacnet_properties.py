"""Properties of BACnet objects that are read and written, and what those of the device object say of the device.

Standards: [BAC] ANSI/ASHRAE 135-2020: 15.5 to 15.10 (services), 12.11 (device object), 21 (numbers).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.library.registries import bacnet_vendor
from fieldwatch.protocols import _bacnet_fields as fields
from fieldwatch.protocols import _bacnet_tags as tags
from fieldwatch.protocols._bacnet_fields import SHOWN, Meaning, Told
from fieldwatch.protocols._bacnet_layers import Apdu
from fieldwatch.protocols._bacnet_services import IDENTITY
from fieldwatch.protocols._bacnet_tags import WILDCARD, Tag
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import Claimed, Fact, Short, Value

DEVICE = 8
"""21: the object type of the device object."""

OBJECT_IDENTIFIER, OUT_OF_SERVICE, PRESENT_VALUE, VENDOR_IDENTIFIER = 75, 81, 85, 120
"""21: properties that mean more than their text."""

ALL, REQUIRED, OPTIONAL = 8, 105, 80
"""15.7: properties that stand for several."""

TELLING = frozenset({*IDENTITY, OBJECT_IDENTIFIER, VENDOR_IDENTIFIER, ALL, REQUIRED, OPTIONAL})
"""Properties of the device object by which an asker learns who the device is."""

COMMAND, MODIFY_PARAMETER, ALARM_SUPPRESSION, SYSTEM_INFORMATION = "T0855", "T0836", "T0878", "T0888"
"""ATT&CK for ICS: an unauthorized command message, a write that is no command, silencing, asking who a device is."""


class Call(NamedTuple):
    """A confirmed service: its number, the request, the answer (None where it has no data), and what is told of them."""

    number: int
    ask: Apdu
    answer: Apdu | None
    told: Told


def vendor(apdu: Apdu, number: int, found: Tag) -> Claimed:
    """A vendor identifier as the name in ASHRAE's registry, where it has one."""
    vendor = tags.unsigned(apdu.cursor, found)
    name = bacnet_vendor(vendor)
    return apdu.claim(number, "vendor" if name else "vendor_id", name or str(vendor), tags.at(apdu.cursor, found))


# ------------------------------------------------------------------------------------------------------ properties: reading


class Reference(NamedTuple):
    """An object's property; `element` is the index of an array's element (`[3]`), "" where there is none."""

    thing: int
    number: int
    element: str

    def words(self) -> str:
        """All as text."""
        return f"{tags.object_name(self.thing)} {tags.property_name(self.number)}{self.element}"


def _reference(cursor: Cursor, stop: int) -> Reference:
    """An object (tag 0), a property (tag 1) and an array index (tag 2), up to the opening tag `stop` or the end."""
    thing, number, index = 0, -1, ""
    while cursor.left:
        before = cursor.at
        found = tags.tag(cursor)
        if found.opens and found.number == stop:
            cursor.at = before
            break
        if found.number == 0:
            thing = tags.unsigned(cursor, found)
        elif found.number == 1:
            number = tags.unsigned(cursor, found)
        elif found.number == 2:
            index = f"[{tags.unsigned(cursor, found)}]"
    return Reference(thing, number, index)


def read_property(call: Call) -> Iterator[Fact]:
    """15.5: the request names an object and a property; the answer repeats them."""
    asked = _reference(call.ask.cursor, 3)
    call.told.words.append(asked.words())
    _asks(call.told, asked.thing, asked.number)
    if call.answer is not None:
        yield from told_property(call.number, call.answer, call.told, known=True)


def told_property(_number: int, answer: Apdu, told: Told, *, known: bool = False) -> Iterator[Fact]:
    """15.5: the answer: object, property, index, then the value in tag 3."""
    cursor = answer.cursor
    answered = _reference(cursor, 3)
    if not known:
        told.words.append(answered.words())
    if cursor.left:
        tags.tag(cursor)
        yield from _values(answer, 3, answered.thing, answered.number, told, "value")


def _asks(told: Told, thing: int, number: int) -> None:
    """Reading the device object's own words is identification."""
    if thing >> 22 == DEVICE and number in TELLING:
        told.meaning = Meaning(Effect.IDENTIFY, SYSTEM_INFORMATION)


def read_multiple(call: Call) -> Iterator[Fact]:
    """15.7: the request: for each object its properties, in tag 1."""
    cursor = call.ask.cursor
    while cursor.left:
        thing = tags.unsigned(cursor, tags.tag(cursor))
        tags.tag(cursor)
        wanted = [tags.unsigned(cursor, found) for found in tags.inside(cursor, 1) if found.number == 0]
        for number in wanted:
            _asks(call.told, thing, number)
        more = f" and {len(wanted) - SHOWN} more" if len(wanted) > SHOWN else ""
        words = " ".join([tags.object_name(thing), *map(tags.property_name, wanted[:SHOWN])])
        call.told.words.append(words + more + ("," if cursor.left else ""))
    if call.answer is not None:
        yield from told_multiple(call.number, call.answer, call.told, known=True)


def told_multiple(_number: int, answer: Apdu, told: Told, *, known: bool = False) -> Iterator[Fact]:
    """15.7: the answer: for each object, in tag 1, each property (2, 3) with its value (4) or an error (5)."""
    cursor = answer.cursor
    while cursor.left:
        thing = tags.unsigned(cursor, tags.tag(cursor))
        name = tags.object_name(thing)
        if not known:
            told.words.append(name)
        tags.tag(cursor)
        number, index = -1, ""
        while not (found := tags.tag(cursor)).closes:
            if found.number == 2:
                number, index = tags.unsigned(cursor, found), ""
            elif found.number == 3:
                index = f"[{tags.unsigned(cursor, found)}]"
            elif found.opens and found.number == 4:
                yield from _values(answer, 4, thing, number, told, f"{name} {tags.property_name(number)}{index}")
            elif found.opens:
                for _ in tags.inside(cursor, found.number):
                    pass


def _values(answer: Apdu, closing: int, thing: int, number: int, told: Told, name: str) -> Iterator[Fact]:
    """The values up to a closing tag: identity of the device object is claimed, all others are values. What is cut is told so far."""
    cursor = answer.cursor
    instance = thing & WILDCARD
    of_device = thing >> 22 == DEVICE
    attribute = IDENTITY.get(number) if of_device else None
    shown: list[str] = []
    try:
        for found in tags.inside(cursor, closing):
            said = fields.anything(cursor, found)
            if len(shown) < SHOWN:
                shown.append(said)
            if attribute:
                if said:
                    yield answer.claim(instance, attribute, said, tags.at(cursor, found))
            elif of_device and number == VENDOR_IDENTIFIER:
                yield vendor(answer, instance, found)
            elif of_device and number == OBJECT_IDENTIFIER:
                yield answer.claim(instance, "device_instance", str(tags.unsigned(cursor, found) & WILDCARD), tags.at(cursor, found))
            elif found.length:
                yield Value(*tags.at(cursor, found))
    except Short:
        if shown:
            told.value(name, ", ".join(shown))
        raise
    told.value(name, ", ".join(shown))


# ------------------------------------------------------------------------------------------------------ properties: writing


def _written(cursor: Cursor, closing: int) -> Generator[Value, None, str]:
    """The values up to a closing tag, as text."""
    shown: list[str] = []
    for found in tags.inside(cursor, closing):
        if found.length:
            yield Value(*tags.at(cursor, found))
        if len(shown) < SHOWN:
            shown.append(fields.anything(cursor, found))
    return ", ".join(shown)


def _writes(told: Told, number: int, said: str) -> None:
    """What writing a property does: out of service cuts an object off from its point; all but the present value are parameters.

    Of several properties that are written, what weighs most is told: out of service, then the present value.
    """
    if number == OUT_OF_SERVICE and said == "true":
        told.meaning = Meaning(Effect.FORCE, MODIFY_PARAMETER)
    elif told.meaning is None or told.meaning.effect is not Effect.FORCE:
        commands = number == PRESENT_VALUE or (told.meaning is not None and told.meaning.technique == COMMAND)
        told.meaning = Meaning(Effect.WRITE, COMMAND if commands else MODIFY_PARAMETER)


def write_property(call: Call) -> Iterator[Fact]:
    """15.9: object, property, index, the value in tag 3, priority in tag 4 (19.2: 1 to 16, the least wins)."""
    cursor, told = call.ask.cursor, call.told
    written = _reference(cursor, 3)
    told.words.append(written.words())
    _writes(told, written.number, "")
    if not cursor.left:
        return
    tags.tag(cursor)
    said = yield from _written(cursor, 3)
    _writes(told, written.number, said)
    told.value("value", said)
    if cursor.left:
        told.words.append(_priority(cursor, tags.tag(cursor)))


def _priority(cursor: Cursor, found: Tag) -> str:
    return f"priority {tags.unsigned(cursor, found)}"


def write_multiple(call: Call) -> Iterator[Fact]:
    """15.10: for each object, in tag 1, each property (0, 1) with its value (2) and priority (3)."""
    cursor, told = call.ask.cursor, call.told
    while cursor.left:
        name = tags.object_name(tags.unsigned(cursor, tags.tag(cursor)))
        tags.tag(cursor)
        number = -1
        while not (found := tags.tag(cursor)).closes:
            if found.opens:
                said = yield from _written(cursor, found.number)
                told.value(f"{name} {tags.property_name(number)}", said)
                _writes(told, number, said)
            elif found.number == 0:
                number = tags.unsigned(cursor, found)
                told.words.append(f"{name} {tags.property_name(number)}")
            elif found.number == 1:
                told.words[-1:] = [f"{word}[{tags.unsigned(cursor, found)}]" for word in told.words[-1:]]
            elif found.number == 3:
                told.words[-1:] = [f"{word} {_priority(cursor, found)}" for word in told.words[-1:]]
    told.words[:-1] = [f"{word}," for word in told.words[:-1]]
