"""A small way from facts to rows, so that folding is tested without the ingest: one source at a time, each told once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from fieldwatch.facts import Claim, Conversation, Login, Operation, Sighting, Subject
from fieldwatch.facts.batch import key
from fieldwatch.store import models
from fieldwatch.store.effects import bits

ROOT = Path(__file__).resolve().parents[2]
Bring = Callable[..., models.Source]


def digest(row: Any) -> bytes:
    return hashlib.blake2b(repr(key(row)).encode(), digest_size=16).digest()


class Ingest:
    """Takes the rows of one source into a site."""

    def __init__(self, site: models.Site, identity: str, sensor: models.Sensor | None) -> None:
        self.site = site
        kind = "live" if sensor else "capture"
        self.source = models.Source.objects.create(site=site, identity=identity, kind=kind, name=identity, sensor=sensor)
        self.ends: dict[Subject, int] = {}

    def end(self, subject: Subject) -> int:
        if subject not in self.ends:
            made, _ = models.End.objects.get_or_create(site=self.site, **subject._asdict())
            self.ends[subject] = made.pk
        return self.ends[subject]

    def take(self, rows: Iterable[Any]) -> None:
        for row in rows:
            if isinstance(row, Claim):
                self._create(models.Claim, row, end_id=self.end(row.subject), attribute=row.attribute, value=row.value)
            elif isinstance(row, Sighting):
                said = {name: getattr(row, name) for name in ("packets", "first_ns", "last_ns", "frame", "greatest_ttl")}
                models.Sighting.objects.create(source=self.source, end_id=self.end(Subject(row.ip, row.mac, row.vlan)), **said)
            elif isinstance(row, Conversation):
                self._talk(row)
            elif isinstance(row, Operation):
                self._operation(row)
            elif isinstance(row, Login):
                self._login(row)

    def _create(self, model: Any, row: Any, **said: Any) -> Any:
        proof = row.evidence
        where = [list(span) for span in proof.spans]
        return model.objects.create(
            source=self.source, protocol=proof.protocol, seen_ns=proof.seen_ns, spans=where, digest=digest(row), **said
        )

    def _talk(self, row: Conversation) -> None:
        ends = {"client_id": self.end(row.client), "server_id": self.end(row.server), "transport": row.transport, "port": row.port}
        usual = {"first_ns": row.first_ns, "last_ns": row.last_ns, "protocol": row.protocol}
        talk, _ = models.Conversation.objects.get_or_create(site=self.site, **ends, defaults=usual)
        talk.packets += row.packets
        talk.size_bytes += row.size_bytes
        talk.messages += sum(one.times for one in row.messages)
        talk.unanswered += sum(one.unanswered for one in row.messages)
        talk.effects |= bits(one.effect for one in row.messages)
        talk.first_ns, talk.last_ns = min(talk.first_ns, row.first_ns), max(talk.last_ns, row.last_ns)
        talk.save()
        for one in row.messages:
            said = hashlib.blake2b(repr(one[:3]).encode(), digest_size=16).digest()
            models.MessageClass.objects.get_or_create(
                site=self.site, conversation=talk, digest=said, defaults={**one._asdict(), "effect": one.effect.value}
            )

    def _operation(self, row: Operation) -> None:
        about = {"name": row.name, "effect": row.effect.value, "object": row.object, "technique": row.technique, "times": row.times}
        ends = {"actor_id": self.end(row.actor), "target_id": self.end(row.target)}
        made = self._create(models.Operation, row, site=self.site, **ends, **about)
        number: Counter[int] = Counter()
        for one in row.occurrences:
            number[one.frame] += 1
            models.Occurrence.objects.create(
                operation=made, site=self.site, effect=row.effect.value, frame=one.frame, ordinal=number[one.frame],
                seen_ns=one.seen_ns, values=[list(pair) for pair in one.values], result=one.result,
            )  # fmt: skip

    def _login(self, row: Login) -> None:
        said = {name: getattr(row, name) for name in ("username", "secret", "cleartext", "result", "times")}
        ends = {"client_id": self.end(row.client), "server_id": self.end(row.server)}
        self._create(models.Login, row, site=self.site, frames=list(row.frames), **ends, **said)


@pytest.fixture
def bring() -> Bring:
    """Takes the rows of one source into a site, which then waits to be folded."""

    def take(site: models.Site, identity: str, rows: Iterable[Any], sensor: models.Sensor | None = None) -> models.Source:
        made = Ingest(site, identity, sensor)
        made.take(rows)
        models.Site.objects.filter(pk=site.pk).update(facts=F("facts") + 1)
        return made.source

    return take


@pytest.fixture
def site(db: None) -> models.Site:
    """The site that most tests are about."""
    return models.Site.objects.create(slug="works", name="Water works")


@cache
def read_plant() -> tuple[Any, Any, tuple[Any, ...]]:
    from fieldwatch.pipeline.batches import rows
    from fieldwatch.pipeline.inspect import inspect

    result = inspect([str(ROOT / "examples" / "plant" / "plant.pcap")], jobs=1, secret_key=b"k" * 32)
    return result.facts, result.inventory, tuple(rows(result.facts, "sha256:plant"))


@pytest.fixture(scope="session")
def plant() -> tuple[Any, Any, tuple[Any, ...]]:
    """The example plant: its facts, the inventory that follows from them, and its rows."""
    return read_plant()
