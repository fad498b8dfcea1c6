"""Advisories matched to devices: sibling products, chassis series, editions, per-CVE status, what is not known."""

from __future__ import annotations

import pytest

from fieldwatch.library.correction import Correction, Corrections
from fieldwatch.library.identity import Identity
from fieldwatch.vulnerabilities.advisory import Advisory, Product, Vulnerability
from fieldwatch.vulnerabilities.judgement import Judgement, Verdict
from fieldwatch.vulnerabilities.match import Matcher

CVE = "CVE-2024-0001"


def advisory(*products: tuple[str, str, str], name: str = "TEST-1", order_numbers: tuple[str, ...] = ()) -> Advisory:
    """An advisory with one CVE that all its products (vendor, name, range) have."""
    leaves = tuple(
        Product(f"P{number}", vendor, product, version, "product_version_range", f"{product}: {version}", order_numbers)
        for number, (vendor, product, version) in enumerate(products)
    )
    flaw = Vulnerability(CVE, "", "CWE-306", (), tuple(one.id for one in leaves))
    return Advisory(name, name, "", "2024-01-01", "2024-01-01", "", leaves, (flaw,))


def judged(identity: Identity, *advisories: Advisory) -> Judgement | None:
    found = Matcher(advisories).match(identity).judgements
    return found[0] if found else None


def verdict(identity: Identity, *advisories: Advisory) -> str:
    one = judged(identity, *advisories)
    return one.verdict.value if one else "none"


@pytest.mark.parametrize(
    ("firmware", "says"), [("2.9.6", "affected"), ("V02.09.06", "affected"), ("2.9.7", "not_affected"), ("", "undetermined")]
)
def test_both_sides_of_a_bound(firmware: str, says: str) -> None:
    document = advisory(("Siemens", "SIMATIC S7-1500 CPU 1511-1 PN (6ES7511-1AK01-0AB0)", "<V2.9.7"))
    assert verdict(Identity("SIEMENS AG", "CPU 1511-1 PN", "6ES7 511-1AK01-0AB0", firmware), document) == says


def test_an_undetermined_verdict_names_what_would_settle_it() -> None:
    one = judged(Identity("Moxa", "EDS-408A"), advisory(("Moxa", "EDS-408A series", "<= 3.8")))
    assert one is not None
    assert one.verdict is Verdict.UNDETERMINED
    assert one.settle == "firmware unknown: query it or read the nameplate"


def test_another_order_number_is_another_product() -> None:
    document = advisory(("Siemens", "SIMATIC S7-1500 CPU 1511-1 PN (6ES7511-1AK01-0AB0)", "vers:all/*"))
    assert verdict(Identity("Siemens", "CPU 1511-1 PN", "6ES7 511-1AK00-0AB0", "1.8"), document) == "none"


@pytest.mark.parametrize(
    ("identity", "product"),
    [
        (Identity("Siemens", "PAC3200T", "", "2.0"), "SENTRON PAC3200"),
        (Identity("Rockwell Automation", "1756-EN2TR/C", "", "2.0"), "1756-EN2T Series C"),
        (Identity("WAGO", "750-882", "750-882", "FW05"), "750-881"),
        (Identity("Omron", "NJ501-1300", "", "1.0"), "CJ2M-CPU □ □"),
    ],
)
def test_a_sibling_is_not_the_product(identity: Identity, product: str) -> None:
    assert verdict(identity, advisory((identity.vendor, product, "vers:all/*"))) == "none"


def test_the_longer_name_of_the_catalogue_keeps_the_shorter_one_away() -> None:
    wide, narrow = (
        advisory(("Siemens", "SIMATIC CP 343-1", "vers:all/*")),
        advisory(("Siemens", "SIMATIC CP 343-1 Lean", "<V1"), name="TEST-2"),
    )
    found = Matcher([wide, narrow]).match(Identity("Siemens", "CP 343-1 Lean", "", "3.0")).judgements
    assert [(one.advisory.id, one.verdict.value) for one in found] == [("TEST-2", "not_affected")]


@pytest.mark.parametrize(("series", "says"), [("B", "affected"), ("D", "none"), ("", "undetermined")])
def test_the_series_of_the_hardware(series: str, says: str) -> None:
    document = advisory(("Rockwell Automation", "1756-EN2T Series B", "<= 5.008"))
    assert verdict(Identity("Rockwell Automation", "1756-EN2T", "1756-EN2T", "5.007", series), document) == says


def test_an_edition_in_the_name() -> None:
    document = advisory(("Siemens", "SIMATIC WinCC V15 and earlier", "< V15 SP1"), ("Siemens", "SIMATIC WinCC V7.5", "< V7.5 SP2"))
    assert verdict(Identity("Siemens", "SIMATIC WinCC", "", "V7.5 SP2"), document) == "not_affected"
    assert verdict(Identity("Siemens", "SIMATIC WinCC", "", "V7.5 SP1"), document) == "affected"


def test_another_maker_is_another_product() -> None:
    document = advisory(("Moxa", "X100", "vers:all/*"))
    assert verdict(Identity("Moxa", "X100", "", "1"), document) == "affected"
    assert verdict(Identity("Siemens", "X100", "", "1"), document) == "none"


def test_what_a_document_says_of_one_cve_is_not_said_of_another() -> None:
    one = advisory(("Moxa", "NPort 5110", "<= 2.0"), ("Moxa", "NPort 5210", "<= 2.0"))
    first, second = Vulnerability("CVE-2024-0001", "", "", (), ("P0",)), Vulnerability("CVE-2024-0002", "", "", (), ("P1",), ("P0",))
    found = Matcher([one._replace(vulnerabilities=(first, second))]).match(Identity("Moxa", "NPort 5110", "", "1.0")).judgements
    assert {each.vulnerability.cve: each.verdict for each in found} == {
        "CVE-2024-0001": Verdict.AFFECTED,
        "CVE-2024-0002": Verdict.NOT_AFFECTED,
    }


def test_a_range_that_cannot_be_read_is_never_affected() -> None:
    assert verdict(Identity("Moxa", "NPort 5110", "", "1.0"), advisory(("Moxa", "NPort 5110", "see the website ☃"))) == "undetermined"


def test_a_score_and_the_products_that_it_may_be() -> None:
    document = advisory(("Moxa", "NPort 5110", "<= 2.9"), ("Moxa", "EDS-408A series", "<= 3.8"))
    found = Matcher([document]).match(Identity("Moxa", "NPort 5110", "", "2.5")).resolution
    assert [one.name for one in found.alternatives] == ["NPort 5110"]
    assert found.score == found.alternatives[0].score > 0.5


def test_names_near_to_a_device_that_the_rules_do_not_know_decide_nothing() -> None:
    matcher = Matcher([advisory(("Moxa", "NPort 5110", "<= 2.9"), ("Moxa", "EDS-408A series", "<= 3.8"))])
    matched = matcher.match(Identity("Moxa", "NPort 5110A", "", "2.5"))
    assert (matched.judgements, matched.resolution.alternatives) == ((), ())
    near = matcher.ranked(matched)
    assert near.judgements == ()
    assert near.resolution.alternatives[0].name == "NPort 5110"
    assert 0 < near.resolution.score < 0.5, "a letter behind the number makes another product"


def test_a_correction_wins_and_near_names_learn_from_it() -> None:
    document = advisory(("Moxa", "NPort 5110", "<= 2.9"))
    said = Correction("Moxa", "serial box hall 3", "", "Moxa", "NPort 5110", "", "", "A. Smith", "2026-11-26", "")
    matcher = Matcher([document], Corrections([said]))
    matched = matcher.match(Identity("Moxa", "Serial box  hall 3", "", "2.5"))
    assert [one.verdict for one in matched.judgements] == [Verdict.AFFECTED]
    assert matched.resolution.trail[0].source == "correction by A. Smith on 2026-11-26"
    near = matcher.ranked(matcher.match(Identity("Moxa", "serial box hall 4", "", "2.5")))
    assert near.judgements == (), "what was taught of one device is no verdict on another"
    assert near.resolution.alternatives[0].name == "NPort 5110"
