"""VEX: the three formats, what clears and what does not, and who counts before whom."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.vulnerabilities.judgement import Judgement, Verdict
from fieldwatch.vulnerabilities.vex import (
    Applied,
    Named,
    Statement,
    Status,
    UnreadableStatements,
    apply,
    asset_uri,
    by_cve,
    read,
    same_product,
)

Judged = Callable[..., Judgement]
CVE = "CVE-2019-10929"
MAC = "00:1b:1b:3e:70:11"

OPENVEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://works.example/vex/1",
    "author": "Elmsbrook Water Works",
    "timestamp": "2024-05-01T08:00:00Z",
    "version": 1,
    "statements": [
        {
            "vulnerability": {"name": "GHSA-1", "aliases": [CVE]},
            "products": [{"@id": "serial:S C-X4U421302009", "identifiers": {"purl": "pkg:generic/siemens/s7-300@3.3.14"}}],
            "status": "not_affected",
            "justification": "vulnerable_code_not_in_execute_path",
        },
        {
            "vulnerability": {"name": "CVE-2"},
            "timestamp": "2024-06-01T08:00:00Z",
            "products": [{"@id": "a"}],
            "status": "under_investigation",
        },
    ],
}

CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "metadata": {
        "timestamp": "2024-04-01T00:00:00Z",
        "supplier": {"name": "Siemens AG"},
        "component": {
            "bom-ref": "cpu", "type": "device", "name": "SIMATIC S7-300 CPU family", "publisher": "Siemens", "version": "V3.3.14",
            "components": [{"bom-ref": "web", "type": "library", "name": "web server", "cpe": "cpe:2.3:a:siemens:web:1:*:*:*:*:*:*:*"}],
        },
    },
    "vulnerabilities": [
        {"id": CVE, "analysis": {"state": "not_affected", "justification": "code_not_reachable"}, "affects": [{"ref": "cpu"}]},
        {"id": "CVE-2", "analysis": {"state": "exploitable", "detail": "yes"}, "updated": "2024-05-05",
            "affects": [{"ref": "urn:cdx:x/1#web"}]},
        {"id": "CVE-3", "analysis": {"state": "exploitable"}, "affects": [{"ref": "web", "versions": [
            {"version": "1", "status": "affected"}, {"range": "vers:generic/>=2", "status": "unaffected"},
            {"version": "0", "status": "unknown"}]}]},
        {"id": "CVE-4", "analysis": {"state": "resolved"}, "affects": [{"ref": "elsewhere"}]},
        {"id": "CVE-5", "analysis": {"state": "false_positive"}, "affects": [{"ref": "cpu"}]},
        {"id": "CVE-6", "affects": [{"ref": "cpu"}]},
    ],
}  # fmt: skip

CSAF = {
    "document": {
        "category": "csaf_vex", "csaf_version": "2.0", "title": "t",
        "publisher": {"category": "vendor", "name": "Siemens ProductCERT", "namespace": "https://siemens.example"},
        "tracking": {
            "id": "SSA-1", "status": "final", "version": "1", "initial_release_date": "2024-01-01T00:00:00Z",
            "current_release_date": "2024-02-01T00:00:00Z", "revision_history": [],
        },
    },
    "product_tree": {
        "branches": [{"category": "vendor", "name": "Siemens", "branches": [{
            "category": "product_name", "name": "SIMATIC S7-300 CPU family", "branches": [
                {"category": "product_version", "name": "V3.3.14", "product": {"product_id": "A", "name": "S7-300 V3.3.14",
                    "product_identification_helper": {"serial_numbers": ["S C-X4U421302009"], "purl": "pkg:generic/s7-300@3.3.14",
                        "x_generic_uris": [{"namespace": "https://x.example", "uri": asset_uri(MAC)}]}}},
                {"category": "product_version", "name": "V3.3.9", "product": {"product_id": "B", "name": "S7-300 V3.3.9"}},
                {"category": "product_version", "name": "V3.3.8", "product": {"product_id": "C", "name": "S7-300 V3.3.8"}},
            ]}]}],
        "product_groups": [{"group_id": "G", "product_ids": ["B", "C"]}],
    },
    "vulnerabilities": [{
        "cve": CVE,
        "product_status": {"known_not_affected": ["A", "B"], "known_affected": ["C"]},
        "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["A"]}],
        "threats": [{"category": "impact", "details": "not built in", "group_ids": ["G"]}, {"category": "exploit_status", "details": "x"}],
    }],
}  # fmt: skip


def statements(document: dict[str, Any]) -> tuple[Statement, ...]:
    return read(orjson.dumps(document), "vex.json")


# ----------------------------------------------------------------------------------------------------------------- reading


def test_openvex() -> None:
    first, second = statements(OPENVEX)
    product = Named("", "", "", ("serial:S C-X4U421302009", "pkg:generic/siemens/s7-300@3.3.14"))
    why = "vulnerable_code_not_in_execute_path"
    author = "Elmsbrook Water Works"
    assert first == Statement(CVE, (product,), Status.NOT_AFFECTED, why, "", "vex.json", author, "2024-05-01T08:00:00Z")
    assert (second.cve, second.status, second.date) == ("CVE-2", Status.UNDER_INVESTIGATION, "2024-06-01T08:00:00Z")


def test_openvex_before_0_2_names_things_by_text() -> None:
    old = {"@context": ["https://openvex.dev/ns"], "author": "x", "timestamp": "2023-01-01T00:00:00Z", "statements": [
        {"vulnerability": CVE, "products": ["pkg:a/b@1"], "status": "fixed"}]}  # fmt: skip
    assert statements(old)[0].products == (Named("", "", "", ("pkg:a/b@1",)),)
    assert statements(old)[0].cve == CVE


def test_cyclonedx() -> None:
    found = {(one.cve, one.status): one for one in statements(CYCLONEDX)}
    cpu = Named("Siemens", "SIMATIC S7-300 CPU family", "V3.3.14", ("cpu",))
    web = ("cpe:2.3:a:siemens:web:1:*:*:*:*:*:*:*", "web")
    clear = found[CVE, Status.NOT_AFFECTED]
    assert clear == Statement(CVE, (cpu,), Status.NOT_AFFECTED, "code_not_reachable", "", "vex.json", "Siemens AG", "2024-04-01T00:00:00Z")
    assert found["CVE-2", Status.AFFECTED].products == (Named("", "web server", "", web),)
    assert found["CVE-2", Status.AFFECTED].date == "2024-05-05"
    assert found["CVE-3", Status.AFFECTED].products[0].version == "1"
    assert found["CVE-3", Status.NOT_AFFECTED].products[0].version == "vers:generic/>=2"
    assert found["CVE-3", Status.NOT_AFFECTED].impact
    assert found["CVE-3", Status.UNDER_INVESTIGATION].products[0].version == "0"
    assert found["CVE-4", Status.FIXED].products == (Named("", "", "", ("elsewhere",)),)
    assert found["CVE-5", Status.NOT_AFFECTED].impact == "false positive"
    assert not any(cve == "CVE-6" for cve, _ in found)


def test_csaf() -> None:
    found = {one.products[0].version: one for one in statements(CSAF)}
    identifiers = ("pkg:generic/s7-300@3.3.14", asset_uri(MAC), "S C-X4U421302009")
    assert found["V3.3.14"].products == (Named("Siemens", "SIMATIC S7-300 CPU family", "V3.3.14", identifiers),)
    assert (found["V3.3.14"].justification, found["V3.3.14"].impact) == ("vulnerable_code_not_present", "")
    assert (found["V3.3.9"].status, found["V3.3.9"].impact) == (Status.NOT_AFFECTED, "not built in")
    assert found["V3.3.8"].status is Status.AFFECTED
    assert (found["V3.3.8"].author, found["V3.3.8"].date) == ("Siemens ProductCERT", "2024-02-01T00:00:00Z")


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"1", b"null", b"{}", b'{"document": {"category": "csaf_security_advisory"}}', b'{"@context": "https://schema.org"}',
     b'{"bomFormat": "SPDX"}', b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_vex_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(UnreadableStatements, match=r"^vex.json: ") as caught:
        read(data, "vex.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("document", [OPENVEX, CYCLONEDX, CSAF], ids=["openvex", "cyclonedx", "csaf"])
@given(data=st.data())
def test_damaged_documents_are_refused_and_never_fail(document: dict[str, Any], data: st.DataObject) -> None:
    damaged = copy.deepcopy(document)
    places = list(_places(damaged))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places))
        if isinstance(holder, dict) or key < len(holder):
            holder[key] = data.draw(st.sampled_from([None, 1, "x", [], {}, [[]], [None], {"name": None}, True]))
    told = "vex.json: "
    found: tuple[Statement, ...] = ()
    try:
        found = statements(damaged)
    except UnreadableStatements as error:
        told = str(error)
    assert told.startswith("vex.json: ")
    assert all(isinstance(one, Statement) and isinstance(one.status, Status) for one in found)


def _places(part: Any) -> Any:
    for key, value in list(part.items() if isinstance(part, dict) else enumerate(part)):
        yield part, key
        if isinstance(value, (dict, list)):
            yield from _places(value)


def test_deep_nesting_is_refused() -> None:
    inner: dict[str, Any] = {"name": "x"}
    for _ in range(100):
        inner = {"name": "x", "components": [inner]}
    with pytest.raises(UnreadableStatements, match="nested deeper"):
        statements({**CYCLONEDX, "components": [inner]})


# ---------------------------------------------------------------------------------------------------------------- applying

DEVICE = Named("", "", "", ("asset:" + MAC,))
WORDS = Named("SIEMENS AG", "simatic s7-300 cpu family")
CODE = Named("SIEMENS AG", "simatic s7-300 cpu family", "", ("pkg:generic/s7-300",))


def says(
    status: Status, product: Named = DEVICE, date: str = "2024-01-01", author: str = "Siemens", why: str = "code_not_present"
) -> Statement:
    return Statement(CVE, (product,), status, why, "", "f.json", author, date)


def applied(judged: Judgement, *said: Statement, own: frozenset[str] = frozenset()) -> Applied:
    (found,) = apply(by_cve(said), [judged], (MAC, "SC-1"), own=own)
    return found


def test_a_statement_clears_and_says_who(judged: Judged) -> None:
    found = applied(judged(), says(Status.NOT_AFFECTED))
    assert found.judgement.verdict is Verdict.NOT_AFFECTED
    assert found.judgement.reason == "Siemens says not affected (code not present), 2024-01-01"
    assert found.judgement.quoted == judged().quoted


def test_a_statement_confirms_what_was_open(judged: Judged) -> None:
    found = applied(judged(Verdict.UNDETERMINED), says(Status.AFFECTED))
    assert (found.judgement.verdict, found.judgement.settle) == (Verdict.AFFECTED, "")


def test_another_cve_or_device_is_not_meant(judged: Judged) -> None:
    elsewhere = Named("", "", "", ("asset:00:00:00:00:00:01",))
    for one in (
        says(Status.NOT_AFFECTED, elsewhere),
        says(Status.NOT_AFFECTED)._replace(cve="CVE-2"),
        says(Status.NOT_AFFECTED, Named("", "")),
    ):
        assert applied(judged(), one) == Applied(judged())


def test_not_affected_needs_a_justification(judged: Judged) -> None:
    found = applied(judged(), says(Status.NOT_AFFECTED, why=""))
    assert found.judgement == judged()
    assert "without a justification" in found.told
    assert applied(judged(), says(Status.NOT_AFFECTED, why="")._replace(impact="x")).judgement.verdict is Verdict.NOT_AFFECTED


def test_fixed_needs_a_version_or_the_device(judged: Judged) -> None:
    assert applied(judged(), says(Status.FIXED, WORDS)).judgement.verdict is Verdict.AFFECTED
    assert "without a version" in applied(judged(), says(Status.FIXED, WORDS)).told
    assert applied(judged(), says(Status.FIXED, WORDS._replace(version="3.3.14"))).judgement.verdict is Verdict.NOT_AFFECTED
    assert applied(judged(), says(Status.FIXED, WORDS._replace(version="3.3.15"))).judgement.verdict is Verdict.AFFECTED
    assert applied(judged(), says(Status.FIXED)).judgement.verdict is Verdict.NOT_AFFECTED


def test_under_investigation_changes_nothing_and_is_told(judged: Judged) -> None:
    for verdict in Verdict:
        found = applied(judged(verdict), says(Status.UNDER_INVESTIGATION))
        assert found.judgement == judged(verdict)
        assert "under investigation" in found.told


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (says(Status.NOT_AFFECTED, author="Plant", date="2020-01-01"), says(Status.AFFECTED, date="2024-01-01")),
        (says(Status.AFFECTED, author="PLANT", date="2020-01-01"), says(Status.NOT_AFFECTED, date="2024-01-01")),
        (says(Status.AFFECTED, WORDS, "2024-01-02"), says(Status.NOT_AFFECTED, DEVICE, "2024-01-01")),
        (says(Status.NOT_AFFECTED, WORDS, "2024-01-01T01:00:00Z"), says(Status.AFFECTED, DEVICE, "2024-01-01T01:30:00+01:00")),
        (says(Status.NOT_AFFECTED, DEVICE), says(Status.AFFECTED, CODE)),
        (says(Status.NOT_AFFECTED, CODE), says(Status.AFFECTED, WORDS)),
        (says(Status.NOT_AFFECTED, date="1971-01-01"), says(Status.AFFECTED, date="no date")),
        (says(Status.AFFECTED), says(Status.NOT_AFFECTED)),
        (says(Status.AFFECTED), says(Status.FIXED)),
    ],
)
def test_who_counts_before_whom_and_both_are_kept(judged: Judged, better: Statement, worse: Statement) -> None:
    for said in itertools.permutations((better, worse)):
        found = applied(judged(), *said, own=frozenset({"Plant"}))
        assert found.statement == better
        assert found.others == (worse,)
        assert found.judgement.verdict is (Verdict.AFFECTED if better.status is Status.AFFECTED else Verdict.NOT_AFFECTED)
        assert found.told.count("says") == 2
        assert found.judgement.reason == found.told


def test_who_agrees_is_no_conflict(judged: Judged) -> None:
    found = applied(judged(), says(Status.NOT_AFFECTED), says(Status.FIXED, date="2023-01-01"))
    assert found.others == ()


@pytest.mark.parametrize("named", ["asset:" + MAC, MAC.upper(), asset_uri(MAC), "serial:sc-1", "SC-1", " sc-1 "])
def test_a_device_is_known_by_its_identifiers(judged: Judged, named: str) -> None:
    assert applied(judged(), says(Status.NOT_AFFECTED, Named("", "", "", (named,)))).judgement.verdict is Verdict.NOT_AFFECTED


def test_a_product_is_known_by_whoever_is_asked(judged: Judged) -> None:
    said = by_cve([says(Status.NOT_AFFECTED, Named("", "", "", ("cpe:2.3:h:siemens:s7-300",)))])
    (missed,) = apply(said, [judged()])
    (known,) = apply(said, [judged()], fits=lambda named, one: "s7-300" in named.identifiers[0])
    assert (missed.judgement.verdict, known.judgement.verdict) == (Verdict.AFFECTED, Verdict.NOT_AFFECTED)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (Named("Siemens AG", "SIMATIC S7-300 CPU family"), True),
        (Named("siemens", "simatic s7-300 cpu FAMILY", "v3.3.14"), True),
        (Named("Siemens", "SIMATIC S7-300 CPU family", "V3.3.1"), False),
        (Named("Siemens", "SIMATIC S7-300"), False),
        (Named("Rockwell Automation", "SIMATIC S7-300 CPU family"), False),
        (Named("Siemens", ""), False),
    ],
)
def test_words_name_a_product_only_whole(judged: Judged, named: Named, expected: bool) -> None:
    assert same_product(named, judged()) is expected


def test_the_documents_clear_the_device(judged: Judged) -> None:
    for document, identifier in ((OPENVEX, "S C-X4U421302009"), (CSAF, MAC)):
        (found,) = apply(by_cve(statements(document)), [judged()], [identifier])
        assert found.judgement.verdict is Verdict.NOT_AFFECTED
    (found,) = apply(by_cve(statements(CYCLONEDX)), [judged()])
    assert found.judgement.verdict is Verdict.NOT_AFFECTED
