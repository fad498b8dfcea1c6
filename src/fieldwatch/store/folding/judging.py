"""A site's findings, made to follow from its assets, the advisories, and what people say: what people decided about a finding stays.

A finding that nothing gives any more is closed, not deleted, and opens again when it comes back; one whose risk was accepted is then still
accepted, if the acceptance has not run out.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from fieldwatch.facts import Conversation
from fieldwatch.inventory import Asset as FoldedAsset
from fieldwatch.inventory import Inventory
from fieldwatch.store import models
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.folding import indexing
from fieldwatch.store.folding.bulk import update
from fieldwatch.store.folding.details import details
from fieldwatch.store.folding.overriding import overridden
from fieldwatch.store.folding.reading import SiteFacts, spans, told
from fieldwatch.store.folding.shown import proofs
from fieldwatch.store.folding.site import Folded, fold_site
from fieldwatch.store.models import Asset, Finding, FindingStep
from fieldwatch.vulnerabilities.assess import assess
from fieldwatch.vulnerabilities.basis import Basis
from fieldwatch.vulnerabilities.credential import Digest
from fieldwatch.vulnerabilities.finding import VERDICTS
from fieldwatch.vulnerabilities.finding import Finding as Judged

CHUNK = 2_000
"""Findings that are written in one transaction."""

MOST_KNOWN = 50_000
"""Devices that a matcher may remember before it is made anew."""

HANDSHAKE = ("Server Hello", "Certificate")
"""Message classes of TLS that exposures are read from."""


class Judge:
    """Judges sites, and keeps the advisories ready between them. `digest` hashes a secret as the sensors of this installation do."""

    def __init__(self, digest: Digest | None = None) -> None:
        self._digest = digest
        self._basis: Basis | None = None
        self._matcher: Any = None
        self._finished: set[int] = set()
        """Sites of which the last judgement was written to its end: who was ended within one left counters behind."""

    def site(self, folded: Folded, basis: Basis, today: datetime.date | None = None) -> int:
        """Judges a site as it was folded; how many findings became other ones."""
        day = today or timezone.now().date()
        inventory = with_people(folded)
        talks = _talks(folded.facts)
        logins = tuple(_logins(folded.facts))
        matcher = self._ready(basis)
        found = assess(
            inventory, talks, folded.facts.operations, logins, basis, today=day.isoformat(), digest=self._digest, matcher=matcher
        )
        is_whole = folded.site in self._finished
        self._finished.discard(folded.site)
        changed = write(folded, found.findings, day, is_whole=is_whole)
        self._finished.add(folded.site)
        return changed

    def _ready(self, basis: Basis) -> Any:
        """The matcher of these advisories; None without any."""
        if not basis.advisories:
            return None
        before = self._basis
        is_same = before is not None and before.advisories is basis.advisories and before.corrections is basis.corrections
        if not is_same or self._matcher is None or self._matcher.known > MOST_KNOWN:
            from fieldwatch.library.correction import Corrections
            from fieldwatch.vulnerabilities.match import Matcher

            self._basis, self._matcher = basis, Matcher(basis.advisories, basis.corrections or Corrections())
        return self._matcher


def judge_site(site: int, basis: Basis, *, folded: Folded | None = None, digest: Digest | None = None) -> int:
    """Judges one site; how many findings became other ones."""
    return Judge(digest).site(folded or fold_site(site), basis)


def judge_all(basis: Basis, *, digest: Digest | None = None) -> int:
    """Judges all sites, as after a change of the advisories."""
    judge = Judge(digest)
    return sum(judge.site(fold_site(site), basis) for site in models.Site.objects.order_by("pk").values_list("pk", flat=True))


# ------------------------------------------------------------------------------------------------------- what is judged


def with_people(folded: Folded) -> Inventory:
    """The inventory with what people set."""
    said: dict[int, dict[str, str]] = {}
    for asset, name, value in models.Override.objects.filter(asset__site=folded.site).values_list("asset_id", "attribute", "value"):
        said.setdefault(asset, {})[name] = value
    if not said:
        return folded.inventory
    assets = tuple(_with_people(asset, folded.rows, said) for asset in folded.inventory.assets)
    return folded.inventory._replace(assets=assets)


def _with_people(asset: FoldedAsset, rows: Mapping[str, int], said: Mapping[int, Mapping[str, str]]) -> FoldedAsset:
    children = tuple(_with_people(child, rows, said) for child in asset.children)
    found = overridden(asset, said.get(rows.get(asset.id, 0), {}))
    return found._replace(children=children) if children else found


def _talks(facts: SiteFacts) -> tuple[Conversation, ...]:
    """The conversations; those with a handshake of TLS with its message classes."""
    classes = told(facts, HANDSHAKE)
    if not classes:
        return facts.conversations
    return tuple(
        talk._replace(messages=(*talk.messages, *classes[key])) if key in classes else talk
        for key, talk in zip(facts.talk_ids, facts.conversations, strict=True)
    )


LOGIN = (
    "source_id", "client_id", "server_id", "protocol", "username", "secret", "cleartext", "result", "times", "frames", "seen_ns",
    "spans",
)  # fmt: skip


def _logins(facts: SiteFacts) -> Iterator[Any]:
    from fieldwatch.facts import Evidence, Login

    for source, client, server, protocol, *said, seen_ns, where in (
        models.Login.objects.filter(site=facts.site).order_by().values_list(*LOGIN).iterator(CHUNK)
    ):
        if client in facts.ends and server in facts.ends and source in facts.sources.identities:
            username, secret, cleartext, result, times, frames = said
            proof = Evidence(facts.sources.identities[source], spans(where), seen_ns, protocol)
            ends = facts.ends[client][0], facts.ends[server][0]
            yield Login(*ends, protocol, username, secret, cleartext, result, times, tuple(frames), proof)


# -------------------------------------------------------------------------------------------------------- what is written


class _Row(NamedTuple):
    asset: int
    key: str
    columns: dict[str, Any]
    digest: bytes


COLUMNS = (
    "kind", "title", "verdict", "priority", "priority_reason", "score", "severity", "kev", "rank", "epss", "cve", "advisory", "reason",
    "settle", "details", "evidence", "digest",
)  # fmt: skip
"""Columns of a finding that follow from the judgement; all others are people's."""


def write(folded: Folded, findings: Iterable[Judged], today: datetime.date, *, is_whole: bool = False) -> int:
    """Writes what is different; how many findings that is. `is_whole`: the judgement before this one was written to its end."""
    rows = _rows(folded, findings)
    known = {
        (asset, key): (pk, bytes(digest), state, until)
        for pk, asset, key, digest, state, until in Finding.objects.filter(site=folded.site)
        .order_by()
        .values_list("pk", "asset_id", "key", "digest", "state", "accepted_until")
        .iterator(CHUNK)
    }
    new = [row for where, row in rows.items() if where not in known]
    other = [(known[where][0], row) for where, row in rows.items() if where in known and known[where][1] != row.digest]
    closed = Finding.State.CLOSED
    back = [(pk, until) for where, (pk, _, state, until) in known.items() if where in rows and state == closed]
    over = [pk for where, (pk, _, state, _) in known.items() if where not in rows and state != closed]
    _insert(folded.site, new)
    for at in range(0, len(other), CHUNK):
        with transaction.atomic():
            update(Finding, COLUMNS, [(pk, _values(row)) for pk, row in other[at : at + CHUNK]])
    _close(over)
    _reopen(back, today)
    changed = len(new) + len(other) + len(back) + len(over)
    if changed or not is_whole:
        _finish(folded.site, changed, is_moved=bool(new or back or over))
    return changed


def _values(row: _Row) -> list[Any]:
    return [*(row.columns[name] for name in COLUMNS[:-1]), row.digest]


def _rows(folded: Folded, findings: Iterable[Judged]) -> dict[tuple[int, str], _Row]:
    """The findings by asset and key. What is said of a part of a device by its whole is the part's, where the part has a row."""
    found: dict[tuple[int, str], _Row] = {}
    for one in findings:
        part = f"{one.asset}/{one.component}"
        handle = part if one.component and part in folded.rows else one.asset
        asset = folded.rows.get(handle)
        if asset is None:
            continue
        key = one.key if (asset, one.key) not in found else f"{one.key}/{one.component}"
        columns = _columns(one, folded.facts.sources.ids)
        mark = blake2b(json.dumps(columns, sort_keys=True).encode(), digest_size=16).digest()
        found.setdefault((asset, key), _Row(asset, key, columns, mark))
    return found


def _columns(one: Judged, sources: dict[str, int]) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "title": one.title,
        "verdict": one.verdict.value,
        "priority": int(one.priority) - 1,
        "priority_reason": one.priority_reason,
        "score": one.score.base if one.score else -1.0,
        "severity": one.score.word if one.score else "",
        "kev": one.kev is not None,
        "rank": rank(one),
        "epss": one.epss.score if one.epss else -1.0,
        "cve": one.cve[:32],
        "advisory": one.advisory_id[:128],
        "reason": one.reason,
        "settle": one.settle,
        "details": details(one),
        "evidence": proofs(one.evidence, sources),
    }


def rank(one: Judged) -> float:
    """A number that orders findings as `vulnerabilities.finding.in_order` does, up to the device: the least first."""
    epss = min(round(one.epss.score, 5), 1.0) if one.epss else 0.0
    base = one.score.base if one.score else 0.0
    place = int(one.priority) * 1000 + VERDICTS.index(one.verdict) * 100 + (one.kev is None) * 10
    return round(place + (1 - epss) * 9 + (1 - base / 10) * 8e-5, 9)


def _insert(site: int, rows: list[_Row]) -> None:
    for at in range(0, len(rows), CHUNK):
        some = rows[at : at + CHUNK]
        with transaction.atomic():
            alive = set(Asset.objects.filter(pk__in={row.asset for row in some}).values_list("pk", flat=True))
            made = [Finding(site_id=site, asset_id=row.asset, key=row.key, digest=row.digest, **row.columns) for row in some]
            Finding.objects.bulk_create([one for one in made if one.asset_id in alive], batch_size=500)


def _close(keys: list[int]) -> None:
    now = timezone.now()
    for at in range(0, len(keys), CHUNK):
        some = keys[at : at + CHUNK]
        with transaction.atomic():
            Finding.objects.filter(pk__in=some).update(state=Finding.State.CLOSED, closed_at=now)
            FindingStep.objects.bulk_create([FindingStep(finding_id=pk, kind=FindingStep.Kind.CLOSED) for pk in some])


def _reopen(rows: list[tuple[int, datetime.date | None]], today: datetime.date) -> None:
    for at in range(0, len(rows), CHUNK):
        with transaction.atomic():
            some = rows[at : at + CHUNK]
            accepted = [pk for pk, until in some if until is not None and until >= today]
            again = [pk for pk, until in some if until is None or until < today]
            Finding.objects.filter(pk__in=accepted).update(state=Finding.State.ACCEPTED, closed_at=None)
            ended = {"accepted_until": None, "accepted_by": None, "accepted_why": ""}
            Finding.objects.filter(pk__in=again).update(state=Finding.State.OPEN, closed_at=None, **ended)
            FindingStep.objects.bulk_create([FindingStep(finding_id=pk, kind=FindingStep.Kind.REOPENED) for pk, _ in some])


def _finish(site: int, changed: int, *, is_moved: bool) -> None:
    with transaction.atomic():
        count(site)
        indexing.index_findings(site)
        if is_moved:
            slug = models.Site.objects.values_list("slug", flat=True).get(pk=site)
            emit(Kind.FOLDED, slug, site=site, data={"findings": changed})


def count(site: int, assets: Iterable[int] | None = None) -> None:
    """Brings the counters of assets (all of the site, or these) in step: open findings by priority, and whether one is known exploited."""
    which = Asset.objects.filter(site=site) if assets is None else Asset.objects.filter(pk__in=list(assets))
    open_ = Q(findings__state=Finding.State.OPEN)
    rows = which.order_by().annotate(
        now=Count("findings", filter=open_ & Q(findings__priority=0)),
        next=Count("findings", filter=open_ & Q(findings__priority=1)),
        never=Count("findings", filter=open_ & Q(findings__priority=2)),
        known=Count("findings", filter=open_ & Q(findings__kev=True) & ~Q(findings__verdict="not_affected")),
    )
    columns = ("findings_now", "findings_next", "findings_never", "has_kev")
    changed = [
        (pk, (now, following, never, known > 0))
        for pk, *before, now, following, never, known in rows.values_list("pk", *columns, "now", "next", "never", "known")
        if before != [now, following, never, known > 0]
    ]
    update(Asset, columns, changed)
