"""The facts that are one row each, as rows of their tables: ends stand first as subjects, and get their numbers when they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Model

from fieldwatch import facts
from fieldwatch.facts.batch import Proof
from fieldwatch.facts.subject import Subject
from fieldwatch.store import models
from fieldwatch.store.ingest.table import Table, table
from fieldwatch.store.ingest.text import clean, digest, numbers

Key = object
"""What makes a row one of its kind within its source."""


class Plain(NamedTuple):
    """How facts of one type are kept: fields `source`, `site` where it has one, then ends, then the others, as `read` gives them."""

    model: type[Model]
    has_site: bool
    ends: tuple[str, ...]
    fields: tuple[str, ...]
    key: tuple[str, ...]
    read: Callable[[Any], tuple[Key, tuple[Any, ...]]]

    @property
    def table(self) -> Table:
        return table(self.model, ("source", *(("site",) if self.has_site else ()), *self.ends, *self.fields), ("source", *self.key))


@lru_cache(1 << 16)
def cleaned(subject: Subject) -> Subject:
    """The subject as it is kept; the same ones come again and again."""
    return Subject(clean(subject.ip), clean(subject.mac), subject.vlan, clean(subject.component))


def _claim(row: facts.Claim) -> tuple[Key, tuple[Any, ...]]:
    end, value, said = cleaned(row.subject), clean(row.value), row.evidence
    made = digest(*end, said.protocol, row.attribute, value)
    return made, (end, clean(said.protocol), clean(row.attribute), value, said.seen_ns, numbers(said.spans), made)


def _sighting(row: facts.Sighting) -> tuple[Key, tuple[Any, ...]]:
    end = Subject(clean(row.ip), clean(row.mac), row.vlan)
    return end, (end, row.packets, row.first_ns, row.last_ns, row.frame, row.greatest_ttl)


def _login(row: facts.Login) -> tuple[Key, tuple[Any, ...]]:
    client, server = cleaned(row.client), cleaned(row.server)
    words = clean(row.protocol), clean(row.username), clean(row.secret), row.cleartext, clean(row.result)
    made = digest(*client, *server, *words)
    frames, seen = "[" + ",".join(map(str, row.frames)) + "]", row.evidence
    return made, (client, server, *words, row.times, frames, seen.seen_ns, numbers(seen.spans), made)


def _malformed(row: facts.Malformed) -> tuple[Key, tuple[Any, ...]]:
    speaker, seen = cleaned(row.speaker), row.evidence
    words = clean(row.protocol), clean(row.reason), clean(row.clause), clean(row.have), clean(row.allowed)
    made = digest(*speaker, *words)
    return made, (speaker, *words, row.times, seen.seen_ns, numbers(seen.spans), made)


def _undecoded(row: facts.Undecoded) -> tuple[Key, tuple[Any, ...]]:
    words, seen = (clean(row.protocol), clean(row.function), clean(row.reason)), row.evidence
    made = digest(*words)
    return made, (*words, row.times, seen.seen_ns, numbers(seen.spans), made)


def _gap(row: facts.Gap) -> tuple[Key, tuple[Any, ...]]:
    client, server, protocol = cleaned(row.client), cleaned(row.server), clean(row.protocol)
    return (client, server, protocol), (client, server, protocol, row.times, row.size_bytes)


def _proof(row: Proof) -> tuple[Key, tuple[Any, ...]]:
    return row.frame, (row.frame, row.link, row.seen_ns, row.data, row.wire_length)


SEEN = ("seen_ns", "spans", "digest")

PLAIN: Mapping[type, Plain] = {
    facts.Claim: Plain(models.Claim, False, ("end",), ("protocol", "attribute", "value", *SEEN), ("digest",), _claim),
    facts.Sighting: Plain(
        models.Sighting, False, ("end",), ("packets", "first_ns", "last_ns", "frame", "greatest_ttl"), ("end",), _sighting
    ),
    facts.Login: Plain(
        models.Login,
        True,
        ("client", "server"),
        ("protocol", "username", "secret", "cleartext", "result", "times", "frames", *SEEN),
        ("digest",),
        _login,
    ),
    facts.Malformed: Plain(
        models.Malformed,
        True,
        ("speaker",),
        ("protocol", "reason", "clause", "have", "allowed", "times", *SEEN),
        ("digest",),
        _malformed,
    ),
    facts.Undecoded: Plain(models.Undecoded, True, (), ("protocol", "function", "reason", "times", *SEEN), ("digest",), _undecoded),
    facts.Gap: Plain(models.Gap, True, ("client", "server"), ("protocol", "times", "size_bytes"), ("client", "server", "protocol"), _gap),
    Proof: Plain(models.Proof, False, (), ("frame", "link", "seen_ns", "data", "wire_length"), ("frame",), _proof),
}
"""By type of fact. All but conversations, slices and operations, which are more than one row each."""
