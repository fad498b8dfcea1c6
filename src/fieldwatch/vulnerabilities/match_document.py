"""The result of `fieldwatch match` as a document: devices, each with its resolution and one judgement for each advisory and CVE."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fieldwatch import __version__
from fieldwatch.vulnerabilities.judgement import Judgement
from fieldwatch.vulnerabilities.match import Matched

SCHEMA = "fieldwatch/match/1"


def head(advisories: int, skipped: Iterable[str]) -> dict[str, Any]:
    """What stands before the devices."""
    return {"schema": SCHEMA, "version": __version__, "advisories": advisories, "skipped": list(skipped)}


def device(row: dict[str, str], matched: Matched) -> dict[str, Any]:
    """One device: the row as it was given, with what was made of it."""
    return {
        "id": row.get("id", ""),
        "row": row,
        "resolution": resolution(matched),
        "judgements": [judgement(one, matched) for one in matched.judgements],
    }


def resolution(matched: Matched) -> dict[str, Any]:
    """The canonical product and the way to it."""
    found = matched.resolution
    return {
        "vendor": found.vendor,
        "family": found.family,
        "model": found.model,
        "order_number": found.order_number,
        "hardware": found.hardware,
        "firmware": found.firmware,
        "scheme": found.scheme,
        "score": found.score,
        "names": list(found.names),
        "alternatives": [one._asdict() for one in found.alternatives],
        "trail": [step._asdict() for step in found.trail],
    }


def judgement(one: Judgement, matched: Matched) -> dict[str, Any]:
    """The verdict on one advisory and CVE, and under `also` those on other products of it that may be meant."""
    also = matched.also.get((one.advisory.id, one.vulnerability.cve), ())
    return {
        "advisory_id": one.advisory.id,
        "cve": one.vulnerability.cve,
        **_verdict(one),
        "also": [_verdict(other) for other in also],
    }


def _verdict(one: Judgement) -> dict[str, Any]:
    return {
        "status": one.verdict.value,
        "product": one.product.name,
        "range": one.quoted,
        "field": one.field,
        "value": one.value,
        "reason": one.reason,
        "settle": one.settle,
        "certainty": one.certainty,
    }
