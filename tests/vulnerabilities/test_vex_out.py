"""VEX out: valid by the rules of the standard, the same for the same findings, and read back as it was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from fieldwatch.inventory import Asset
from fieldwatch.vulnerabilities.advisory import Score
from fieldwatch.vulnerabilities.feeds.validate import failed
from fieldwatch.vulnerabilities.finding import Finding, finding
from fieldwatch.vulnerabilities.judgement import Judgement, Verdict
from fieldwatch.vulnerabilities.reach import Contact, Place
from fieldwatch.vulnerabilities.vex import Status, apply, by_cve, read
from fieldwatch.vulnerabilities.vex_out import LABELS, Nothing, Publisher, Revision, document, identifier

Device = Callable[..., Asset]
Judged = Callable[..., Judgement]
WORKS = Publisher("Elmsbrook Water Works", "https://elmsbrook.example")
FIRST = (Revision("2026-11-26T00:00:00Z", "First issue"),)
PEER = Contact("10.61.8.61", "s7comm", 102, Place.SEGMENT, True, 5)
OTHER = "00:1d:9c:c4:18:12"


@pytest.fixture
def assets(device: Device) -> dict[str, Asset]:
    first = device(
        vendor="Siemens", model="CPU 314C-2 PN/DP", firmware="V3.3.14", order_number="6ES7 314-6EH04-0AB0", serial_number="S C-X4"
    )
    second = device(id=OTHER, ip="10.61.8.12", vendor="Siemens", model="CPU 314C-2 PN/DP", firmware="V3.3.14")
    bare = device(id="10.61.9.9", ip="10.61.9.9")
    return {one.id: one for one in (first, second, bare)}


@pytest.fixture
def findings(assets: dict[str, Asset], judged: Judged) -> list[Finding]:
    first, second, bare = assets.values()
    two = Score("2.0", "AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0)
    four = Score("4.0", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3)
    return [
        finding(first, judged(cwe="CWE-306"), [PEER]),
        finding(second, judged(Verdict.NOT_AFFECTED, cwe="CWE-306"), [PEER]),
        finding(bare, judged(Verdict.UNDETERMINED), []),
        finding(first, judged(Verdict.UNDETERMINED, cve="CVE-2020-15782", score=two), []),
        finding(first, judged(Verdict.NOT_AFFECTED, cve="CVE-2021-37185", score=None), []),
        finding(first, judged(cve="CVE-2022-38465", score=four), []),
        finding(first, judged(cve="SSA-000001"), []),
    ]


def made(findings: list[Finding], assets: dict[str, Asset], history: tuple[Revision, ...] = FIRST) -> dict[str, Any]:
    whole: dict[str, Any] = orjson.loads(document(findings, assets, WORKS, "Elmsbrook", history))
    return whole


def failures(whole: dict[str, Any]) -> list[str]:
    """What the schema and the conformance tests of the standard (6.1) find wrong, by their numbers."""
    return list(failed(whole))


def test_it_is_valid(findings: list[Finding], assets: dict[str, Asset]) -> None:
    assert failures(made(findings, assets)) == []
    again = Revision("2026-11-27T00:00:00Z", "A new advisory")
    assert failures(made(findings, assets, (*FIRST, again))) == []


@pytest.mark.parametrize("verdict", Verdict)
def test_each_status_alone_is_valid(verdict: Verdict, assets: dict[str, Asset], judged: Judged) -> None:
    one = next(iter(assets.values()))
    assert failures(made([finding(one, judged(verdict), [])], assets)) == []


@pytest.mark.parametrize(
    ("path", "damage"),
    [
        (("vulnerabilities", 0), "flags"), (("vulnerabilities", 0), "remediations"), (("vulnerabilities", 0), "notes"),
        (("document",), "publisher"), ((), "product_tree"),
    ],
)  # fmt: skip
def test_the_conformance_tests_see_what_is_missing(
    findings: list[Finding], assets: dict[str, Asset], path: tuple[Any, ...], damage: str
) -> None:
    """Without this, a check that finds nothing would pass for ever."""
    whole = made(findings, assets)
    place = whole
    for step in path:
        place = place[step]
    del place[damage]
    if damage == "flags":  # an impact statement alone would do
        del place["threats"]
    assert failures(whole) != []


def test_what_it_says(findings: list[Finding], assets: dict[str, Asset]) -> None:
    whole = made(findings, assets)
    first, second, bare = (f"asset-{name}" for name in assets)
    assert whole["document"]["category"] == "csaf_vex"
    assert whole["document"]["publisher"] == {"category": "user", "name": WORKS.name, "namespace": WORKS.namespace}
    (one,) = (each for each in whole["vulnerabilities"] if each.get("cve") == "CVE-2019-10929")
    assert one["product_status"] == {"known_affected": [first], "known_not_affected": [second], "under_investigation": [bare]}
    assert one["flags"] == [{"label": "vulnerable_code_not_present", "product_ids": [second]}]
    assert one["threats"] == [{"category": "impact", "details": "V3.3.14 is not in the range", "product_ids": [second]}]
    (action,) = one["remediations"]
    assert action["product_ids"] == [first]
    assert action["details"].startswith("Next: of high severity and reached from its own segment")
    assert one["scores"][0]["cvss_v3"]["baseSeverity"] == "CRITICAL"
    assert one["references"] == [
        {"category": "external", "summary": "ICSA-19-344-06", "url": "https://www.cisa.gov/news-events/ics-advisories/icsa-19-344-06"}
    ]
    by_name = {each.get("cve") or each["ids"][0]["text"]: each for each in whole["vulnerabilities"]}
    assert "cvss_v2" in by_name["CVE-2020-15782"]["scores"][0]
    assert "scores" not in by_name["CVE-2022-38465"]
    assert by_name["SSA-000001"]["ids"] == [{"system_name": "ICSA-19-344-06", "text": "SSA-000001"}]


def test_of_two_advisories_the_worse_verdict_counts(assets: dict[str, Asset], judged: Judged) -> None:
    one = next(iter(assets.values()))
    said = [finding(one, judged(Verdict.NOT_AFFECTED, advisory="ICSA-1"), []), finding(one, judged(advisory="ICSA-2"), [])]
    for given in (said, said[::-1]):
        whole = made(given, assets)
        assert whole["vulnerabilities"][0]["product_status"] == {"known_affected": [f"asset-{one.id}"]}
        assert len(whole["vulnerabilities"][0]["references"]) == 2
        assert failures(whole) == []


def test_the_order_of_findings_changes_nothing(findings: list[Finding], assets: dict[str, Asset]) -> None:
    assert made(findings, assets) == made(findings[::-1], dict(reversed(assets.items())))


def test_the_id_is_of_the_plant(findings: list[Finding], assets: dict[str, Asset]) -> None:
    assert made(findings, assets)["document"]["tracking"]["id"] == made(findings[:1], assets)["document"]["tracking"]["id"]
    assert identifier(WORKS, "Elmsbrook") != identifier(WORKS, "Ashford")
    assert identifier(WORKS, "Elmsbrook") != identifier(WORKS._replace(namespace="https://else.example"), "Elmsbrook")


@pytest.mark.parametrize("label", [*sorted(LABELS), "code_not_reachable"])
def test_a_known_justification_becomes_the_flag(assets: dict[str, Asset], judged: Judged, label: str) -> None:
    one = next(iter(assets.values()))
    clear = finding(one, judged(Verdict.NOT_AFFECTED), [])._replace(justification=label)
    flag = made([clear], assets)["vulnerabilities"][0]["flags"][0]["label"]
    assert flag == (label if label in LABELS else "vulnerable_code_not_present")


def test_without_a_vulnerability_there_is_no_document(assets: dict[str, Asset]) -> None:
    with pytest.raises(Nothing, match=r"^Elmsbrook: "):
        document([], assets, WORKS, "Elmsbrook", FIRST)


def test_it_reads_its_own(findings: list[Finding], assets: dict[str, Asset], judged: Judged) -> None:
    said = read(document(findings, assets, WORKS, "Elmsbrook", FIRST), "own.json")
    assert {one.author for one in said} == {WORKS.name}
    assert {one.status for one in said if one.cve == "CVE-2019-10929"} == {Status.AFFECTED, Status.NOT_AFFECTED, Status.UNDER_INVESTIGATION}
    (cleared,) = apply(by_cve(said), [judged(Verdict.UNDETERMINED)], [OTHER])
    assert cleared.judgement.verdict is Verdict.NOT_AFFECTED
    (confirmed,) = apply(by_cve(said), [judged(Verdict.UNDETERMINED)], ["serial:S C-X4"])
    assert confirmed.judgement.verdict is Verdict.AFFECTED
