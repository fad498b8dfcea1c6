"""The facts of a site as the fold takes them, read in a few queries.

Of operations only those that were obeyed are read, each with its first and last obeyed occurrence: that is all that the fold and the
exposures ask of them. Of conversations the totals are read; their effects stand for their message classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Max, Min

from fieldwatch.facts import Claim, Conversation, Effect, Evidence, MessageClass, Occurrence, Operation, Sighting, Span, Subject
from fieldwatch.store import models
from fieldwatch.store.effects import effects

OBEYED = "ok"
"""The result of an operation that its target did."""

CHUNK = 5_000
"""Rows that are fetched at once."""


class Sources(NamedTuple):
    """The sources of a site: identity by id, id by identity, and the name of the sensor that each is from."""

    identities: dict[int, str]
    ids: dict[str, int]
    sensors: dict[int, str]


class SiteFacts(NamedTuple):
    """`facts` is the count of the site before anything was read. `ends`: subject and asset by id; `talk_ids` go with `conversations`.

    `seen_by`: the sensors that saw an end send, or heard something said of it.
    """

    site: int
    facts: int
    sources: Sources
    claims: tuple[Claim, ...]
    sightings: tuple[Sighting, ...]
    conversations: tuple[Conversation, ...]
    talk_ids: tuple[int, ...]
    operations: tuple[Operation, ...]
    ends: dict[int, tuple[Subject, int | None]]
    seen_by: dict[Subject, set[str]]


def read(site: int) -> SiteFacts:
    """All that the fold needs. What is taken in meanwhile may be missing, and is read the next time: `facts` was read first."""
    facts = models.Site.objects.values_list("facts", flat=True).get(pk=site)
    sources = _sources(site)
    claims = list(_rows(models.Claim.objects.filter(source__site=site), *CLAIM))
    sightings = list(_rows(models.Sighting.objects.filter(source__site=site), *SIGHTING))
    talks = list(_rows(models.Conversation.objects.filter(site=site), *TALK))
    operations = list(_rows(models.Operation.objects.filter(site=site), *OPERATION))
    obeyed = _obeyed(site)
    ends = {
        key: (Subject(ip, mac, vlan, component), asset)
        for key, ip, mac, vlan, component, asset in _rows(models.End.objects.filter(site=site), *END)
    }
    subjects = {key: subject for key, (subject, _) in ends.items()}
    known = sources.identities
    return SiteFacts(
        site,
        facts,
        sources,
        tuple(_claim(row, subjects, known) for row in claims if row[1] in subjects and row[0] in known),
        tuple(_sighting(row, subjects, known) for row in sightings if row[1] in subjects and row[0] in known),
        tuple(_talk(row, subjects) for row in talks),
        tuple(row[0] for row in talks),
        tuple(_operation(row, subjects, known, obeyed[row[0]]) for row in operations if row[0] in obeyed and row[1] in known),
        ends,
        _seen_by(sources, subjects, [*claims, *sightings]),
    )


CLAIM = ("source_id", "end_id", "protocol", "attribute", "value", "seen_ns", "spans")
SIGHTING = ("source_id", "end_id", "packets", "first_ns", "last_ns", "frame", "greatest_ttl")
TALK = (
    "id", "client_id", "server_id", "transport", "port", "protocol", "packets", "size_bytes", "messages", "unanswered", "effects",
    "first_ns", "last_ns",
)  # fmt: skip
OPERATION = (
    "id", "source_id", "actor_id", "target_id", "protocol", "name", "effect", "object", "technique", "times", "seen_ns", "spans",
)  # fmt: skip
END = ("id", "ip", "mac", "vlan", "component", "asset_id")


def _rows(rows: Any, *columns: str) -> Iterator[tuple[Any, ...]]:
    return rows.order_by().values_list(*columns).iterator(CHUNK)  # type: ignore[no-any-return]


def _sources(site: int) -> Sources:
    rows = list(models.Source.objects.filter(site=site).order_by().values_list("pk", "identity", "sensor__name"))
    return Sources({pk: name for pk, name, _ in rows}, {name: pk for pk, name, _ in rows}, {pk: name for pk, _, name in rows if name})


def _seen_by(sources: Sources, subjects: dict[int, Subject], rows: Iterable[tuple[Any, ...]]) -> dict[Subject, set[str]]:
    found: dict[Subject, set[str]] = {}
    for source, end, *_ in rows:
        name = sources.sensors.get(source)
        if name and end in subjects:
            found.setdefault(subjects[end]._replace(component=""), set()).add(name)
    return found


def spans(said: Iterable[Iterable[int]]) -> tuple[Span, ...]:
    """Spans as facts have them."""
    return tuple(Span(*one) for one in said)


def _claim(row: tuple[Any, ...], subjects: dict[int, Subject], known: dict[int, str]) -> Claim:
    source, end, protocol, attribute, value, seen_ns, where = row
    return Claim(subjects[end], attribute, value, Evidence(known[source], spans(where), seen_ns, protocol))


def _sighting(row: tuple[Any, ...], subjects: dict[int, Subject], known: dict[int, str]) -> Sighting:
    source, end, packets, first_ns, last_ns, frame, ttl = row
    subject = subjects[end]
    return Sighting(subject.ip, subject.mac, subject.vlan, first_ns, last_ns, packets, known[source], frame, ttl)


def _talk(row: tuple[Any, ...], subjects: dict[int, Subject]) -> Conversation:
    _, client, server, transport, port, protocol, packets, size, messages, unanswered, bits, first_ns, last_ns = row
    said = _classes(bits, messages > unanswered) if messages else ()
    return Conversation(subjects[client], subjects[server], transport, port, protocol, packets, size, first_ns, last_ns, said)


@cache
def _classes(bits: int, answered: bool) -> tuple[MessageClass, ...]:
    """One message class for each effect: what the fold asks of a conversation is its effects, and whether anything was answered."""
    return tuple(MessageClass("", effect, "", 1, 0 if answered else 1, 0, 0, 0) for effect in effects(bits))


def _obeyed(site: int) -> dict[int, tuple[Occurrence, ...]]:
    """By operation, the first and the last time that it was obeyed."""
    rows = models.Occurrence.objects.filter(site=site, result=OBEYED).order_by().values("operation")
    told = rows.annotate(first=Min("seen_ns"), last=Max("seen_ns"), early=Min("frame"), late=Max("frame"))
    return {
        one["operation"]: (Occurrence(one["early"], one["first"], (), OBEYED), Occurrence(one["late"], one["last"], (), OBEYED))
        for one in told.iterator(CHUNK)
    }


def _operation(row: tuple[Any, ...], subjects: dict[int, Subject], known: dict[int, str], when: tuple[Occurrence, ...]) -> Operation:
    _, source, actor, target, protocol, name, effect, about, technique, times, seen_ns, where = row
    evidence = Evidence(known[source], spans(where), seen_ns, protocol)
    return Operation(
        subjects[actor], subjects[target], protocol, name, Effect(effect), about, technique, times, when, evidence
    )  # fmt: skip


def told(facts: SiteFacts, operations: Iterable[str]) -> dict[int, tuple[MessageClass, ...]]:
    """The message classes of these operations, by conversation."""
    columns = ("conversation_id", "operation", "effect", "object", "times", "unanswered", "distinct", "first_ns", "last_ns")
    found: dict[int, list[MessageClass]] = {}
    for talk, *said in _rows(models.MessageClass.objects.filter(site=facts.site, operation__in=list(operations)), *columns):
        found.setdefault(talk, []).append(MessageClass(said[0], Effect(said[1]), *said[2:]))
    return {talk: tuple(sorted(some)) for talk, some in found.items()}
