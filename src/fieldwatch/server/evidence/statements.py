"""What the rows of the store state, as exhibits."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from fieldwatch.facts import Span
from fieldwatch.server.evidence.exhibit import Exhibit, Place, Said, places, sources_of
from fieldwatch.server.records._ends import end_name
from fieldwatch.server.words import attribute, decimal, effect
from fieldwatch.server.words import field as field_words
from fieldwatch.store.models import Asset, Finding, Login, Malformed, Occurrence, Undecoded


def of_attribute(asset: Asset, name: str) -> Exhibit:
    """The value of an attribute, with its rivals."""
    rows = list(asset.attributes.filter(name=name).order_by("rank"))
    if not rows:
        raise Http404("nothing is known of it")
    best = rows[0]
    held = places(best.evidence, sources_of(best.evidence))
    words = attribute(name)
    said = (Said(words, best.value, f"{decimal(best.confidence, 2)}: {best.reason}"),)
    rivals = tuple(Said(words, row.value, f"{decimal(row.confidence, 2)}: {row.reason}") for row in rows[1:20])
    return Exhibit(words, str(asset), said, held, best.proofs, best.reason, rivals)


def of_finding(finding: Finding) -> Exhibit:
    """A verdict: the value that decided, and the range or rule that it was held against."""
    details = finding.details
    field, value, quoted = (str(details.get(name) or "") for name in ("field", "value", "range"))
    said = [Said(_("verdict"), _(finding.verdict.replace("_", " ")), finding.reason)]
    if field:
        said.append(Said(field_words(field), value))
    if quoted:
        said.append(Said(_("range of the advisory"), quoted, finding.advisory))
    held = places(finding.evidence, sources_of(finding.evidence))
    judged = {
        "verdict": finding.verdict,
        "vendor": finding.asset.vendor,
        "product": finding.asset.model,
        "field": field,
        "value": value,
        "range": quoted,
        "advisory": finding.advisory,
        "cve": finding.cve,
    }
    return Exhibit(finding.title, str(finding.asset), tuple(said), held, details.get("proofs", len(held)), finding.reason, (), judged)


def of_occurrence(row: Occurrence) -> Exhibit:
    """One time that something was done."""
    one = row.operation
    said = [
        Said(_("who"), end_name(one.actor)),
        Said(_("on"), end_name(one.target)),
        Said(_("what"), " ".join(filter(None, (one.name, one.object))), one.technique),
        Said(_("effect"), effect(row.effect)),
        *(Said(str(name), str(value)) for name, value in row.values[:40]),
    ]
    if row.result:
        said.append(Said(_("result"), row.result))
    first = tuple(Span(*span) for span in one.spans)
    spans = (Span(row.frame, first[0].offset, first[0].length),) if len(first) == 1 else first or (Span(row.frame, 0, 0),)
    if not any(span.frame == row.frame for span in spans):
        spans = (Span(row.frame, 0, 0),)
    held = (Place(one.source, row.seen_ns, one.protocol, spans),)
    return Exhibit(f"{one.protocol} {one.name}", end_name(one.target), tuple(said), held, 1)


def of_login(row: Login) -> Exhibit:
    """A login. What was sent as a secret is in no exhibit."""
    said = (
        Said(_("user"), row.username),
        Said(_("from"), end_name(row.client)),
        Said(_("to"), end_name(row.server)),
        Said(_("in clear"), _("yes") if row.cleartext else _("no")),
        Said(_("result"), row.result),
        Said(_("times"), str(row.times)),
    )
    return Exhibit(_("%(protocol)s login") % {"protocol": row.protocol}, end_name(row.server), said, (_place(row),), row.times)


def of_malformed(row: Malformed) -> Exhibit:
    """A broken rule."""
    said = (
        Said(_("rule"), row.reason, row.clause),
        Said(_("read"), row.have),
        Said(_("allowed"), row.allowed),
        Said(_("times"), str(row.times)),
    )
    return Exhibit(f"{row.protocol}: {row.reason}", end_name(row.speaker), said, (_place(row),), row.times, row.clause)


def of_undecoded(row: Undecoded) -> Exhibit:
    """The first of the messages that were not decoded."""
    said = (Said(_("function"), row.function), Said(_("why"), row.reason), Said(_("times"), str(row.times)))
    return Exhibit(f"{row.protocol} {row.function}", row.source.name, said, (_place(row),), row.times)


def _place(row: Any) -> Place:
    return Place(row.source, row.seen_ns, row.protocol, tuple(Span(*span) for span in row.spans))
