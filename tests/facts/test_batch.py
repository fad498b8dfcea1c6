"""What rows are about: the key by which a later row of a source replaces an earlier one."""

from __future__ import annotations

from fieldwatch.facts import Claim, Conversation, Effect, Evidence, Gap, Operation, Proof, Sighting, Slice, Subject
from fieldwatch.facts.batch import SLICE_NS, key

A, B = Subject("10.0.0.1", "02:00:00:00:00:01"), Subject("10.0.0.2", "02:00:00:00:00:02")
PROOF = Evidence("sha256:00", (), 1, "modbus")


def test_counts_are_not_part_of_a_key() -> None:
    talk = Conversation(A, B, "tcp", 502, "modbus", 10, 1000, 1, 2, ())
    assert key(talk) == key(talk._replace(packets=20, last_ns=9, protocol="enip"))
    gap = Gap("modbus", A, B, 1, 10)
    assert key(gap) == key(gap._replace(times=2, size_bytes=20))
    seen = Sighting("10.0.0.1", "02:00:00:00:00:01", 0, 1, 2, 3, "sha256:00", 1)
    assert key(seen) == key(seen._replace(packets=9, last_ns=10))


def test_what_was_said_is() -> None:
    claim = Claim(A, "model", "M340", PROOF)
    assert key(claim) == key(claim._replace(evidence=PROOF._replace(seen_ns=2)))
    assert key(claim) != key(claim._replace(value="M580"))
    assert key(claim) != key(claim._replace(evidence=PROOF._replace(protocol="snmp")))


def test_each_kind_of_row_has_a_key() -> None:
    done = Operation(A, B, "modbus", "Write Single Register", Effect.WRITE, "4", "", 1, (), PROOF)
    assert key(done) != key(done._replace(effect=Effect.STOP))
    assert key(Proof(7, 1, 1, b"", 60)) == (7,)
    count = Slice(A, B, "tcp", 502, "Read", Effect.READ, "", ((SLICE_NS, 3, 0),))
    assert key(count) == key(count._replace(counts=()))
