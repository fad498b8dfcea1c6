"""SSVC: the decision points that CISA adds to CVE records.

Standards: CERT/CC, SSVC 2 (Exploitation: none, poc, active; Automatable: no, yes; Technical Impact: partial, total), as
cisagov/vulnrichment writes them: CVE records (CVE JSON 5, container `adp`, metric of type `ssvc`), and lines of JSON with `cve` and `ssvc`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

POINTS = ("Exploitation", "Automatable", "Technical Impact")


class Decision(NamedTuple):
    """The points as they are written, in lower case; "" where one is not given."""

    exploitation: str
    automatable: str
    technical_impact: str


class UnreadableDecisions(Exception):
    """The bytes hold no SSVC decision points; the text says what was read, what is allowed, and what to do."""


def read(data: bytes, source: str) -> dict[str, Decision]:
    """The decision points by CVE, of a CVE record or of lines of JSON. Raises UnreadableDecisions, with `source` first."""
    try:
        whole = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _lines(data, source)
    try:
        cve, points = _record(whole) if "containers" in whole else (whole["cve"], whole["ssvc"])
        return {str(cve): _decision(points)} if points else {}
    except (KeyError, TypeError, AttributeError) as error:
        have = f"{type(error).__name__} at {error}"
        raise UnreadableDecisions(f"{source}: no CVE record ({have}); cveMetadata and containers are needed: fetch it again") from None


def line(data: bytes, source: str) -> bytes:
    """A CVE record as one line: its CVE, and its decision points or null."""
    found = read(data, source)
    try:
        cve = str(orjson.loads(data)["cveMetadata"]["cveId"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise UnreadableDecisions(f"{source}: no CVE record ({error}); cveMetadata is needed: fetch it again") from None
    points = dict(zip(POINTS, found[cve], strict=True)) if cve in found else None
    return orjson.dumps({"cve": cve, "ssvc": points}) + b"\n"


def _lines(data: bytes, source: str) -> dict[str, Decision]:
    found = {}
    for number, text in enumerate(data.splitlines(), 1):
        if not text.strip():
            continue
        try:
            one = orjson.loads(text)
            if one["ssvc"]:
                found[str(one["cve"])] = _decision(one["ssvc"])
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableDecisions(f"{source}:{number}: no decision points ({error}); {{cve, ssvc}} is needed: fetch it again") from None
    if not found:
        raise UnreadableDecisions(f"{source}: no line holds decision points; lines of {{cve, ssvc}} are needed")
    return found


def _record(record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The CVE of a record and the points of its last SSVC metric."""
    return record["cveMetadata"]["cveId"], dict(next(iter(reversed([*_points(record["containers"])])), {}))


def _points(containers: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for container in containers.get("adp", ()):
        for metric in container.get("metrics", ()):
            other = metric.get("other") or {}
            if other.get("type") == "ssvc":
                yield {name: value for option in other["content"]["options"] for name, value in option.items()}


def _decision(points: Mapping[str, Any]) -> Decision:
    return Decision(*(str(points.get(name, "")).lower() for name in POINTS))
