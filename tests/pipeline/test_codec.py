"""Batches as bytes: every record comes back as it was, and nothing else than `BadBatch` comes of bytes that are none."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldwatch.facts import (
    Batch,
    Claim,
    Conversation,
    Effect,
    Evidence,
    Gap,
    Login,
    Malformed,
    MessageClass,
    Occurrence,
    Operation,
    Proof,
    Row,
    Sighting,
    Slice,
    Source,
    Span,
    Subject,
    Undecoded,
)
from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.pipeline import codec
from fieldwatch.pipeline.codec import BadBatch, decode, encode, pack, read_packed, unpack

HMI, PLC = Subject("10.0.0.5", "02:00:00:00:00:05"), Subject("10.0.0.10", "02:00:00:00:00:0a", 7, "unit 3")
EVIDENCE = Evidence("sha256:" + "0" * 64, (Span(3, 54, 12), Span(4, 54, 9)), 1_700_000_000_000_000_001, "modbus")
MESSAGES = (MessageClass("Read Holding Registers", Effect.READ, "40001", 20, 1, 2, 5, 9),)
EVERY: tuple[Row, ...] = (
    Claim(PLC, "vendor", "Acmé\u2028 GmbH", EVIDENCE),
    Conversation(HMI, PLC, "tcp", 502, "modbus", 44, 4096, 5, 9, MESSAGES),
    Operation(HMI, PLC, "modbus", "Write", Effect.WRITE, "8", "T0855", 1, (Occurrence(7, 9, (("value", "52"),), "ok"),), EVIDENCE),
    Login(HMI, PLC, "ftp", "admin", "hmac:00", True, "accepted", 2, (8, 9), EVIDENCE),
    Malformed(PLC, "modbus", "count", "[APP] 6.3", "126", "1..125", 1, EVIDENCE),
    Undecoded("modbus", "function 90", "no table", 3, EVIDENCE),
    Gap("modbus", HMI, PLC, 1, 700),
    Sighting("10.0.0.5", "02:00:00:00:00:05", 0, 5, 9, 44, "live:a:eth1:5", 1, 64),
    Proof(7, 1, 9, bytes(range(256)), 300),
    Slice(HMI, PLC, "tcp", 502, "Read", Effect.READ, "40001", ((0, 3, 1), (SLICE_NS, 4, 0))),
)
SOURCE = Source("sha256:" + "0" * 64, "capture", "a.pcap", 44, 4096, 5, None, "cut", (("shed", 1),))
BATCH = Batch(SOURCE, 3, SLICE_NS, EVERY, True)


def test_every_record_comes_back() -> None:
    assert {type(row) for row in EVERY} == {kind for kind, _ in codec.ROWS.values()}
    back = decode(encode(BATCH))
    assert back == BATCH
    assert [type(row) for row in back.rows] == [type(row) for row in EVERY]
    assert type(back.rows[1].messages[0].effect) is Effect  # type: ignore[union-attr]
    assert read_packed(pack(encode(BATCH))) == BATCH


def test_the_same_batch_gives_the_same_bytes() -> None:
    assert pack(encode(BATCH)) == pack(encode(decode(encode(BATCH))))


def test_half_a_surrogate_pair_becomes_a_replacement() -> None:
    claim = Claim(PLC, "vendor", "a\ud800b \U0001f600", EVIDENCE)
    assert decode(encode(BATCH._replace(rows=(claim, EVERY[6])))).rows == (claim._replace(value="a\ufffdb \U0001f600"), EVERY[6])


def test_a_number_over_64_bits_is_refused() -> None:
    with pytest.raises(BadBatch, match="64"):
        encode(BATCH._replace(number=2**70))


TEXT = st.text(max_size=20)
COUNTS = st.integers(0, 2**63 - 1)
TIMES = st.integers(-(2**63) + 1, 2**63 - 1)
SUBJECTS = st.builds(Subject, TEXT, TEXT, st.integers(0, 4095), TEXT)
SPANS = st.builds(Span, COUNTS, COUNTS, COUNTS)
PROOFS = st.builds(Evidence, TEXT, st.lists(SPANS, max_size=3).map(tuple), TIMES, TEXT)
EFFECTS = st.sampled_from(Effect)
TALKS = st.builds(MessageClass, TEXT, EFFECTS, TEXT, COUNTS, COUNTS, COUNTS, TIMES, TIMES)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
TIMES_SEEN = st.builds(Occurrence, COUNTS, TIMES, PAIRS, TEXT)
ANY_ROW = st.one_of(
    st.builds(Claim, SUBJECTS, TEXT, TEXT, PROOFS),
    st.builds(
        Conversation, SUBJECTS, SUBJECTS, TEXT, st.integers(0, 65535), TEXT, COUNTS, COUNTS, TIMES, TIMES, st.lists(TALKS).map(tuple)
    ),
    st.builds(Operation, SUBJECTS, SUBJECTS, TEXT, TEXT, EFFECTS, TEXT, TEXT, COUNTS, st.lists(TIMES_SEEN, max_size=3).map(tuple), PROOFS),
    st.builds(Login, SUBJECTS, SUBJECTS, TEXT, TEXT, TEXT, st.booleans(), TEXT, COUNTS, st.lists(COUNTS, max_size=3).map(tuple), PROOFS),
    st.builds(Proof, COUNTS, st.integers(0, 65535), TIMES, st.binary(max_size=80), COUNTS),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ANY_ROW, max_size=6).map(tuple), st.integers(1, 2**63 - 1), TIMES, st.booleans())
def test_any_batch_comes_back(rows: tuple[Row, ...], number: int, told_ns: int, is_last: bool) -> None:
    batch = Batch(SOURCE, number, told_ns, rows, is_last)
    assert decode(encode(batch)) == batch


def outcome(read: Callable[[bytes], Batch], given_bytes: bytes) -> str:
    """What came of reading: the refusal, or "allowed"."""
    try:
        batch = read(given_bytes)
    except BadBatch as refused:
        return str(refused)
    return "allowed" if type(batch) is Batch else type(batch).__name__


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_bytes_that_were_changed_are_a_batch_or_refused(data: st.DataObject) -> None:
    whole = bytearray(encode(BATCH))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    for read, given_bytes in ((decode, bytes(whole)), (read_packed, gzip.compress(whole))):
        assert "allowed" in outcome(read, given_bytes)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_value_in_the_place_of_another_is_refused_or_the_same_kind(data: st.DataObject) -> None:
    told = orjson.loads(encode(BATCH))
    holder: Any = told
    place: Any = data.draw(st.sampled_from(sorted(told)))
    while isinstance(holder[place], list) and holder[place] and data.draw(st.booleans()):
        holder, place = holder[place], data.draw(st.integers(0, len(holder[place]) - 1))
    holder[place] = data.draw(JSON)
    try:
        text = orjson.dumps(told)
    except orjson.JSONEncodeError:
        return
    assert "allowed" in outcome(lambda data: decode(encode(decode(data))), text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    for read in (decode, unpack, read_packed):
        with pytest.raises(BadBatch):
            read(noise)


def changed(*steps: Any, value: Any) -> bytes:
    told: Any = orjson.loads(encode(BATCH))
    place = told
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = value
    return orjson.dumps(told)


@pytest.mark.parametrize(
    ("steps", "value", "said"),
    [
        (("form",), 2, "form: 2 was read, form 1"),
        (("form",), True, "form: True was read"),
        (("number",), 0, "number: 0 was read, a whole number from 1"),
        (("number",), True, "number: True was read"),
        (("last",), 1, "last: 1 was read, true or false"),
        (("source", 1), "file", "source.kind: 'file' was read, 'capture' or 'live'"),
        (("source", 1), [], "source.kind: a list of 0 values was read"),
        (("source", 8), [["x"]], "source.counters.0: a list of 1 values was read, a list of 2: name, count"),
        (("rows", 0, 0), "asset", "rows.0: 'asset' was read, a list that begins with one of claim, conversation"),
        (("rows", 0, 0), ["claim"], "rows.0: a list of 1 values was read"),
        (("rows", 0, 1, 2), 4096, "rows.0.claim.subject.vlan: 4096 was read, a whole number from 0 to 4095"),
        (("rows", 0, 4, 1, 1, 0), -1, "rows.0.claim.evidence.spans.1.frame: -1 was read, a whole number from 0"),
        (("rows", 1, 4), 65536, "rows.1.conversation.port: 65536 was read"),
        (("rows", 1, 10, 0, 1), "explode", "rows.1.conversation.messages.0.effect: 'explode' was read, the name of an effect"),
        (("rows", 7, 9), 256, "rows.7.sighting.greatest_ttl: 256 was read"),
        (("rows", 8, 4), "@@@@", "rows.8.proof.data: '@@@@' was read, Base64"),
        (("rows", 9, 8, 1, 0), 5, "rows.9.slice.counts.1.start_ns: 5 was read, a multiple of 300000000000 ns"),
        (("more",), 1, "an object of form, source"),
    ],
)
def test_a_refusal_says_where_and_what_is_allowed(steps: tuple[Any, ...], value: Any, said: str) -> None:
    with pytest.raises(BadBatch) as refused:
        decode(changed(*steps, value=value))
    assert said in str(refused.value)


def test_limits_from_both_sides() -> None:
    gap = EVERY[6]
    assert len(decode(encode(BATCH._replace(rows=(gap,) * codec.MOST_WEIGHT))).rows) == codec.MOST_WEIGHT
    with pytest.raises(BadBatch, match="at most 4,000"):
        decode(encode(BATCH._replace(rows=(gap,) * (codec.MOST_WEIGHT + 1))))
    heavy = EVERY[1]._replace(messages=MESSAGES * (codec.MOST_WEIGHT // 2))  # type: ignore[call-arg]
    with pytest.raises(BadBatch, match="weight"):
        decode(encode(BATCH._replace(rows=(heavy, heavy))))


def test_size_is_limited_on_every_way() -> None:
    large = BATCH._replace(rows=tuple(Claim(PLC, "a", "x" * codec.MOST_TEXT, EVIDENCE) for _ in range(8)))
    with pytest.raises(BadBatch, match=r"at most 8,388,608"):
        encode(large)
    with pytest.raises(BadBatch, match="bytes were read"):
        decode(b" " * (codec.MOST_BYTES + 1))
    with pytest.raises(BadBatch, match="over"):
        unpack(gzip.compress(b" " * (codec.MOST_BYTES + 1)))
    assert len(unpack(gzip.compress(b" " * codec.MOST_BYTES))) == codec.MOST_BYTES


def test_half_a_gzip_and_what_follows_one_are_refused() -> None:
    packed = pack(encode(BATCH))
    for cut in range(len(packed)):
        with pytest.raises(BadBatch):
            unpack(packed[:cut])
    with pytest.raises(BadBatch, match="more than a gzip"):
        unpack(packed + b"x")


def test_batches_are_packed_one_by_one() -> None:
    ((batch, data),) = codec.packed(iter([BATCH]))
    assert batch is BATCH
    assert read_packed(data) == BATCH
