"""Laws of every protocol file, over its goldens (`tests/protocols/<name>.hex`): what marks promise, and that no bytes make `parse` fail."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.protocols import registry
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import At, Exchange, Ignored, Protocol, Side, Value
from fieldwatch.protocols._reading import Reading

FOLDER = Path(__file__).parent.parent / "protocols"
PROTOCOLS = registry().protocols
FLIPS = (0x01, 0x02, 0x10, 0x80, 0xFF)
"""Changes of a marked byte: single bits of both halves, and all of them."""

MUTANTS = 60
"""Mutated copies of each golden: several bytes changed, removed or put in at once."""


def goldens(protocol: Protocol) -> Goldens:
    path = FOLDER / f"{protocol.name}.hex"
    assert path.exists(), f"{protocol.name} has no goldens: write {path.name} (see README.md there)"
    return Goldens(path, protocol, registry())


def cases() -> list[Any]:
    """Every golden of every protocol; a protocol without goldens stands here by its name alone."""
    found = []
    for protocol in PROTOCOLS:
        path = FOLDER / f"{protocol.name}.hex"
        names = Goldens(path, protocol, registry()).by_name if path.exists() else ()
        found += [pytest.param(protocol, name, id=f"{protocol.name}: {name}") for name in names]
    return found


each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.name)
each_golden = pytest.mark.parametrize(("protocol", "name"), cases())


def message(exchange: Exchange, side: Side) -> bytes | None:
    return exchange.answer if side is Side.ANSWER else exchange.request


def changed(exchange: Exchange, side: Side, raw: bytes) -> Exchange:
    return exchange._replace(answer=raw) if side is Side.ANSWER else exchange._replace(request=raw)


def flipped(exchange: Exchange, side: Side, offset: int, bits: int) -> Exchange:
    raw = bytearray(message(exchange, side) or b"")
    raw[offset] ^= bits
    return changed(exchange, side, bytes(raw))


def stays_a_digit(exchange: Exchange, side: Side, offset: int, bits: int) -> bool:
    """True where the flipped byte is still a decimal digit, as marks of the order `decimal` promise."""
    return chr((message(exchange, side) or b"")[offset] ^ bits) in "0123456789"


def meaning(reading: Reading, values: bool) -> dict[str, Any]:
    """What a template stands for: everything but the handles of opened contexts, and with `values` False but the operations' values."""
    return {
        "claims": reading.claims,
        "done": reading.done if values else [(protocol, done._replace(values=())) for protocol, done in reading.done],
        "logins": reading.logins,
        "broken": reading.broken,
        "unread": reading.unread,
        "marks": reading.marks,
        "distinct": reading.distinct,
        "opens": [(protocol, opened._replace(key=b"")) for protocol, opened in reading.opens],
        "expects": reading.expects,
    }


def places(reading: Reading) -> Iterator[tuple[str, At]]:
    """Every place that a fact names, with the fact's name."""
    for _, done in reading.done:
        yield done.name, done.at
    for _, claim in reading.claims:
        yield claim.attribute, claim.at
    for _, login in reading.logins:
        yield "login", login.at
    for _, rule in reading.broken:
        yield rule.reason, rule.at


def mutants(exchange: Exchange, seed: str) -> Iterator[Exchange]:
    """Copies of the exchange with bytes changed, removed, put in, and doubled. The same seed gives the same copies."""
    dice = random.Random(seed)
    for _ in range(MUTANTS):
        mutant = exchange
        for side in Side:
            raw = bytearray(message(exchange, side) or b"")
            for _ in range(dice.randint(0, 3) if raw else 0):
                at = dice.randrange(len(raw) or 1)
                match dice.randrange(4):
                    case 0:
                        raw[at : at + 1] = bytes([dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))])
                    case 1:
                        del raw[at : at + dice.randint(1, 4)]
                    case 2:
                        raw[at:at] = dice.randbytes(dice.randint(1, 4))
                    case _:
                        raw[at:at] = raw[at : at + dice.randint(1, 64)]
            if message(exchange, side) is not None:
                mutant = changed(mutant, side, bytes(raw))
        yield mutant


@each_protocol
def test_every_protocol_has_goldens(protocol: Protocol) -> None:
    assert goldens(protocol).by_name


@each_protocol
def test_every_vital_kind_has_a_name(protocol: Protocol) -> None:
    assert set(protocol.vital) <= set(protocol.kinds)
    assert all(name.strip() for name in protocol.kinds.values())


@each_golden
def test_flipping_a_marked_byte_keeps_the_meaning(protocol: Protocol, name: str) -> None:
    """An ignored byte changes nothing; a value byte changes only values. Marks stay: else a template would not fit its own messages."""
    own = goldens(protocol)
    exchange, context, reading = own.by_name[name].exchange, own.context(name), own.read(name)
    for mark in reading.marks:
        values = isinstance(mark, Ignored)
        before = meaning(reading, values)
        for offset in range(mark.offset, mark.offset + mark.length):
            for bits in FLIPS:
                if isinstance(mark, Value) and mark.order == "decimal" and not stays_a_digit(exchange, mark.side, offset, bits):
                    continue
                after = meaning(own.registry.read(protocol, flipped(exchange, mark.side, offset, bits), context), values)
                assert after == before, f"{mark.side.name} byte {offset} ^ 0x{bits:02x} under {type(mark).__name__}"


@each_golden
def test_marks_lie_in_their_message_and_do_not_overlap(protocol: Protocol, name: str) -> None:
    own = goldens(protocol)
    exchange, reading = own.by_name[name].exchange, own.read(name)
    taken: set[tuple[Side, int]] = set()
    for mark in reading.marks:
        raw = message(exchange, mark.side)
        assert raw is not None, mark
        assert mark.length > 0, mark
        assert mark.offset >= 0, mark
        assert mark.offset + mark.length <= len(raw), mark
        bytes_of_mark = {(mark.side, offset) for offset in range(mark.offset, mark.offset + mark.length)}
        assert not taken & bytes_of_mark, mark
        taken |= bytes_of_mark


@each_golden
def test_facts_point_into_their_message(protocol: Protocol, name: str) -> None:
    own = goldens(protocol)
    exchange = own.by_name[name].exchange
    for word, at in places(own.read(name)):
        raw = message(exchange, at.side)
        assert raw is not None, (word, at)
        assert 0 <= at.offset <= at.offset + at.length <= len(raw), (word, at)


@each_golden
def test_claims_stand_in_class_bytes(protocol: Protocol, name: str) -> None:
    reading = goldens(protocol).read(name)
    marked = {(mark.side, offset) for mark in reading.marks for offset in range(mark.offset, mark.offset + mark.length)}
    for _, claim in reading.claims:
        at = claim.at
        assert not marked & {(at.side, offset) for offset in range(at.offset, at.offset + at.length)}, claim


@each_golden
def test_the_same_exchange_gives_the_same_reading(protocol: Protocol, name: str) -> None:
    own = goldens(protocol)
    assert own.read(name) == own.read(name)


@each_golden
def test_a_golden_cut_at_any_byte_is_read_as_far_as_it_goes(protocol: Protocol, name: str) -> None:
    own = goldens(protocol)
    exchange, context = own.by_name[name].exchange, own.context(name)
    for side in Side:
        raw = message(exchange, side)
        for length in range(len(raw or b"")):
            cut = changed(exchange, side, (raw or b"")[:length])
            well_formed(own.registry.read(protocol, cut, context), cut)


@each_golden
def test_a_golden_with_any_byte_changed_is_read(protocol: Protocol, name: str) -> None:
    own = goldens(protocol)
    exchange, context = own.by_name[name].exchange, own.context(name)
    for side in Side:
        for offset in range(len(message(exchange, side) or b"")):
            for bits in FLIPS:
                other = flipped(exchange, side, offset, bits)
                well_formed(own.registry.read(protocol, other, context), other)


@each_golden
def test_a_mutated_golden_is_read(protocol: Protocol, name: str) -> None:
    own = goldens(protocol)
    context = own.context(name)
    for mutant in mutants(own.by_name[name].exchange, f"{protocol.name}: {name}"):
        well_formed(own.registry.read(protocol, mutant, context), mutant)


def well_formed(reading: Reading, exchange: Exchange) -> None:
    """What holds whatever the bytes: marks and places lie in their message, and facts are text."""
    for mark in reading.marks:
        assert isinstance(mark, Ignored | Value)
        raw = message(exchange, mark.side)
        assert raw is not None
        assert 0 <= mark.offset < mark.offset + mark.length <= len(raw), mark
    for word, at in places(reading):
        raw = message(exchange, at.side)
        assert raw is not None, word
        assert 0 <= at.offset <= at.offset + at.length <= len(raw), (word, at)
    for _, claim in reading.claims:
        assert claim.attribute
        assert claim.value == claim.value.strip()
