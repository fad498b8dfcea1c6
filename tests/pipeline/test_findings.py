"""The findings in the document: what is written fits the schema, and says where it was seen."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from tests.pipeline.test_document import errors

from fieldwatch.pipeline import Result, document, inspect
from fieldwatch.vulnerabilities.basis import Basis, basis
from fieldwatch.vulnerabilities.ssvc import Decision

PLANT = str(Path(__file__).resolve().parents[2] / "examples" / "plant" / "plant.pcap")


@pytest.fixture(scope="module")
def works() -> Result:
    """The example plant."""
    return inspect([PLANT], fenced=False, secret_key=b"key")


def test_findings_fit_the_schema(works: Result) -> None:
    known = basis(with_starter=True)._replace(decisions={"CVE-2021-22681": Decision("active", "yes", "total")})
    whole = document(works.assessed(known, b"key"))
    assert errors(whole) == []
    first = whole["findings"][0]
    assert (first["cve"], first["priority"], first["verdict"]) == ("CVE-2021-22681", "now", "affected")
    assert first["ssvc"] == {"exploitation": "active", "automatable": "yes", "technical_impact": "total"}
    assert first["kev"]["date_added"]
    assert first["epss"]["percentile"] is None, "the starter pack does not know it"
    assert first["evidence"][0]["frame"] > 0
    assert sum(whole["assessment"]["priorities"].values()) == len(whole["findings"])
    counts = whole["assessment"]["verdicts"]
    assert counts["affected"] + counts["undetermined"] == sum(one["kind"] == "vulnerability" for one in whole["findings"])
    assert counts["not_affected"] > 0, "counted, and not listed"
    taken = {one["asset"]: one for one in whole["resolutions"]}
    assert set(taken) >= {one["asset"] for one in whole["findings"] if one["cve"]}
    assert taken["00:1d:9c:c4:18:12"]["trail"]


def test_the_same_captures_give_the_same_findings(works: Result) -> None:
    """Whatever the key of the reading, which nothing that is written may show."""
    other = inspect([PLANT], fenced=False, secret_key=b"another")
    known = basis(with_starter=True)
    assert orjson.dumps(document(works.assessed(known, b"key"))) == orjson.dumps(document(other.assessed(known, b"another")))


def test_a_default_password_is_recognised_by_the_key_of_the_reading_only(works: Result) -> None:
    def defaults(key: bytes) -> int:
        found = works.assessed(Basis(), key).assessment
        assert found is not None
        return sum(one.key.startswith("default-credential") for one in found.findings)

    assert (defaults(b"key"), defaults(b"another")) == (1, 0)


def test_what_was_not_asked_is_null(works: Result) -> None:
    whole = document(works)
    assert (whole["assessment"], whole["findings"], whole["resolutions"]) == (None, [], [])
    asked = document(works.assessed(Basis(), b"key"))
    assert errors(whole) == errors(asked) == []
    assert (asked["assessment"]["advisories"], asked["resolutions"]) == (0, [])
    assert {one["kind"] for one in asked["findings"]} == {"exposure"}
