"""The starter pack: every row is well formed, its figures agree with each other, and with the documents where those are at hand."""

from __future__ import annotations

import csv
import datetime
import functools
import json
import re
import zipfile
from pathlib import Path

import pytest
from cvss import CVSS2, CVSS3  # type: ignore[import-untyped]

from fieldwatch.library.makers import maker
from fieldwatch.vulnerabilities import csaf
from fieldwatch.vulnerabilities import range as ranges
from fieldwatch.vulnerabilities.advisory import Advisory, Product
from fieldwatch.vulnerabilities.starter import Fact, dated, facts, known_exploited, likelihoods, named, starter

BESIDE = {
    ("ICSA-20-168-01", "CVE-2020-11899"): "the document lists protocols of the stack, its text the version",
    ("ICSA-21-056-03", "CVE-2021-22681"): "the document's tree lists the software, its text the controllers",
}
"""Facts of advisories whose product tree does not hold them."""

OTHER_WORDS = {
    "ICSA-17-271-01B": "between, with words in brackets",
    "ICSA-20-091-01": "the name of the firmware stands before its number",
    "ICSA-21-075-02": "functions of the firmware stand in the product's place",
    "ICSA-21-313-01": "the card's name stands before the number",
    "ICSA-18-025-02B": "one limit for each line of firmware",
    "ICSA-23-341-03": "one limit for each line of firmware",
    "ICSA-23-297-01": "only with the web interface on",
    "ICSA-24-116-03": "only with that firewall installed",
    "ICSA-24-102-03": "only with that firewall installed",
}
"""Where the row says the limits in other words than the leaf, or fewer of its versions, and why."""

GENERAL = {
    "series",
    "family",
    "network",
    "management",
    "card",
    "cpu",
    "module",
    "modicon",
    "momentum",
    "mgate",
    "airlink",
    "melsec",
    "vision",
    "samba",
    "ur",
}
"""Words of names that makers and documents put or leave."""

LATER = {"CVE-2017-7921": "2026-03-05", "CVE-2021-22681": "2026-03-05", "CVE-2018-4063": "2025-12-12"}
"""Entries of the catalogue that are younger than the corpus' copy of it."""


def every(fact: Fact) -> str:
    return f"{fact.advisory}-{fact.cve}-{fact.range}"


ALL = pytest.mark.parametrize("fact", facts(), ids=every)


def test_it_is_as_large_as_a_starter_should_be() -> None:
    assert 150 <= len({fact.cve for fact in facts()}) <= 250
    assert len({tuple(fact) for fact in facts()}) == len(facts())
    assert [fact[:2] for fact in facts()] == sorted(fact[:2] for fact in facts())


@ALL
def test_identifiers(fact: Fact) -> None:
    assert re.fullmatch(r"CVE-(19|20)\d\d-\d{4,7}", fact.cve)
    assert re.fullmatch(r"ICSM?A-\d\d-\d{3}-\d\d[A-Z]?|MS\d\d-\d{3}|MSRC-CVE-\d{4}-\d+", fact.advisory)
    assert re.fullmatch(r"CWE-\d+", fact.cwe)
    assert re.fullmatch(r"https://(www\.cisa\.gov|learn\.microsoft\.com|msrc\.microsoft\.com)/[\w/.-]+", fact.url)
    assert fact.vendor == maker(fact.vendor)
    assert 0 < len(fact.title) <= 90
    assert not fact.title.endswith(".")


@ALL
def test_the_vector_gives_the_base_score(fact: Fact) -> None:
    vector = CVSS2(fact.cvss_vector) if fact.cvss_version == "2.0" else CVSS3(fact.cvss_vector)
    assert float(vector.scores()[0]) == float(fact.cvss_base)
    assert fact.cvss_version == "2.0" or fact.cvss_vector.startswith(f"CVSS:{fact.cvss_version}/")


@ALL
def test_the_dates_are_in_order(fact: Fact) -> None:
    day = datetime.date.fromisoformat
    assert day("2013-01-01") <= day(fact.released) <= day(fact.updated) <= day(dated())
    assert not fact.kev or day("2021-11-03") <= day(fact.kev) <= day(dated())
    assert fact.ransomware in ("", "yes")
    assert fact.kev or not fact.ransomware
    assert not fact.epss or 0 <= float(fact.epss) <= 1


@ALL
def test_products_and_their_order_numbers(fact: Fact) -> None:
    products = named(fact)
    assert len({name for name, _ in products}) == len(products)
    for name, orders in products:
        assert name == name.strip() != ""
        assert all(re.fullmatch(r"[0-9A-Z][0-9A-Z*/-]{4,}", order) for order in orders), orders


@ALL
def test_the_range_is_readable(fact: Fact) -> None:
    for name, orders in named(fact):
        found = ranges.read(Product("1", fact.vendor, name, fact.range, "product_version_range", name, orders))
        assert isinstance(found, ranges.Range), f"{name}: {found}"


def test_what_is_said_of_a_cve_is_said_once() -> None:
    for pick in (lambda fact: (fact.kev, fact.ransomware), lambda fact: fact.epss):
        said: dict[str, set[object]] = {}
        for fact in facts():
            said.setdefault(fact.cve, set()).add(pick(fact))
        assert {cve: values for cve, values in said.items() if len(values) > 1} == {}


def test_advisories_are_built_from_the_rows() -> None:
    pack = {one.id: one for one in starter()}
    assert len(pack) == len(starter()) == len({fact.advisory for fact in facts()})
    assert sum(len(one.vulnerabilities) for one in starter()) == len({fact[:2] for fact in facts()})
    one = pack["ICSA-22-144-01"]
    assert one.source == f"starter pack of {dated()}"
    assert one.publisher == "Fieldwatch starter pack"
    assert [found.cve for found in one.vulnerabilities] == ["CVE-2022-1797"]
    assert one.vulnerabilities[0].scores[0].base == 6.8
    by_name = {product.name: product for product in one.products}
    assert by_name["CompactLogix 5370"].version == "<= 33.013"
    assert by_name["CompactLogix 5380"].version == "<= 32.013"
    assert by_name["CompactLogix 5370"].id in one.vulnerabilities[0].affected


def test_order_numbers_go_to_their_products() -> None:
    (one,) = (one for one in starter() if one.id == "ICSA-23-201-01")
    orders = {product.name: product.order_numbers for product in one.products}
    assert orders["Modicon M340 CPU"] == ("BMXP34*",)
    assert orders["Modicon M580 CPU"] == ("BMEP*", "BMEH*")
    assert orders["Modicon Premium CPU"] == ("TSXP57*",)
    (two,) = (one for one in starter() if one.id == "ICSA-22-172-03")
    assert {product.name: product.order_numbers for product in two.products}["ILC 1x0"] == ()


def test_every_id_that_is_affected_is_a_product_of_the_advisory() -> None:
    for one in starter():
        ids = [product.id for product in one.products]
        assert len(set(ids)) == len(ids)
        assert {name for found in one.vulnerabilities for name in found.affected} == set(ids)


def test_exploitation_and_likelihood() -> None:
    assert known_exploited()["CVE-2017-0144"] == ("2022-02-10", True)
    assert known_exploited()["CVE-2023-6448"] == ("2023-12-11", False)
    assert "CVE-2018-4843" not in known_exploited()
    assert set(likelihoods()) == set(known_exploited())


@pytest.mark.parametrize(
    ("advisory", "product", "scheme", "firmware", "inside"),
    [
        ("ICSA-18-079-02", "SIMATIC S7-300 CPU 314C-2 PN/DP", "components", "V3.3.14", True),
        ("ICSA-17-129-02", "SIMATIC S7-300 CPU family", "components", "V3.3.14", False),
        ("ICSA-22-144-01", "CompactLogix 5370", "components", "32.012", True),
        ("ICSA-18-172-02", "CompactLogix 5370 L3", "components", "32.012", False),
        ("ICSA-19-087-01", "PowerFlex 525", "components", "5.001", True),
        ("ICSA-20-016-01", "Modicon M340", "decimal", "2.70", True),
        ("ICSA-17-054-03", "Modicon M340", "decimal", "2.70", True),
        ("ICSA-20-056-01", "MGate MB3270 series", "components", "4.1", False),
        ("ICSA-21-313-01", "Network Management Card 2 (NMC2)", "components", "v6.9.6", True),
        ("ICSA-20-091-01", "RSP", "components", "08.7.02", False),
    ],
)
def test_the_devices_of_the_example_plant(advisory: str, product: str, scheme: str, firmware: str, inside: bool) -> None:
    (one,) = (one for one in starter() if one.id == advisory)
    (leaf,) = (leaf for leaf in one.products if leaf.name == product)
    found = ranges.read(leaf)
    assert isinstance(found, ranges.Range)
    assert ranges.within(found, firmware, scheme) is inside


@pytest.mark.corpus
def test_known_exploited_agrees_with_the_catalogue(corpus: Path) -> None:
    text = (corpus / "advisories" / "kev" / "known_exploited_vulnerabilities.json").read_text(encoding="utf-8")
    catalogue = {entry["cveID"]: entry for entry in json.loads(text)["vulnerabilities"]}
    for fact in facts():
        entry = catalogue.get(fact.cve)
        assert fact.kev == (entry["dateAdded"] if entry else LATER.get(fact.cve, ""))
        assert fact.ransomware == ("yes" if entry and entry["knownRansomwareCampaignUse"] == "Known" else "")


@pytest.mark.corpus
def test_likelihood_agrees_with_epss(corpus: Path) -> None:
    with (corpus / "advisories" / "epss" / "epss_kev_nvd.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["CVE"]: float(row["EPSS"]) for row in csv.DictReader(file)}
    assert {cve: round(scores[cve], 5) for cve in likelihoods()} == likelihoods()
    assert set(known_exploited()) <= set(scores)


@pytest.fixture(scope="module")
def documents(corpus: Path) -> dict[str, Advisory]:
    """The CSAF documents of the pack's advisories."""
    wanted = {fact.advisory for fact in facts()}
    with zipfile.ZipFile(corpus / "advisories" / "csaf-ot.zip") as archive:
        members = {name.rsplit("/", 1)[-1].removesuffix(".json").upper(): name for name in archive.namelist()}
        return {name: csaf.read(archive.read(members[name]), name) for name in wanted if name in members}


@pytest.mark.corpus
def test_the_pack_agrees_with_the_documents(documents: dict[str, Advisory]) -> None:
    assert len(documents) > 150
    wrong = [
        f"{every(fact)}: {why}" for fact in facts() if fact.advisory in documents for why in disagreements(fact, documents[fact.advisory])
    ]
    assert wrong == []


def disagreements(fact: Fact, document: Advisory) -> list[str]:
    """What of this row is otherwise in the document."""
    found = next((one for one in document.vulnerabilities if one.cve == fact.cve), None)
    if found is None:
        return ["the document does not have the CVE"]
    score = found.scores[0]
    wrong = [] if (score.vector, score.base, found.cwe) == (fact.cvss_vector, float(fact.cvss_base), fact.cwe) else [f"{score} {found.cwe}"]
    if (document.released[:10], document.updated[:10]) != (fact.released, fact.updated):
        wrong.append(f"dates {document.released} {document.updated}")
    if (fact.advisory, fact.cve) in BESIDE:
        return wrong
    leaves = [leaf for leaf in document.products if leaf.id in found.affected]
    return wrong + [
        f"{name}: no leaf says this" for name, orders in named(fact) if not any(says(leaf, fact, name, orders) for leaf in leaves)
    ]


def says(leaf: Product, fact: Fact, name: str, orders: tuple[str, ...]) -> bool:
    """Whether the leaf holds the product, or one of its order numbers, with the limits of the row."""
    words = tokens(f"{leaf.vendor} {leaf.name} {leaf.version} {leaf.text} {' '.join(leaf.order_numbers)}")
    if not tokens(name) - GENERAL <= words and not any(tokens(order) & words for order in orders):
        return False
    if fact.advisory in OTHER_WORDS:
        return numbers(fact.range) <= numbers(f"{leaf.version} {leaf.text}") or not numbers(leaf.version)
    return limits(leaf.version, leaf.name) == limits(fact.range, name) or (limits(fact.range, name) == limits("*", name) and is_model(leaf))


@functools.cache
def limits(text: str, name: str) -> ranges.Alternatives | str:
    found = ranges.understand(text, name)
    return found.alternatives if isinstance(found, ranges.Range) else text


def is_model(leaf: Product) -> bool:
    """Whether the leaf's version is the name of a model."""
    return bool(re.fullmatch(r"[0-9]{7}|DHI?-[\w-]+,?", leaf.version.strip()))


def numbers(text: str) -> set[str]:
    """The numbers with a point in them; of a line that a row adds (`>=V5.00`), the limit begins with it."""
    found = re.findall(r"[0-9]+\.[0-9.]*[0-9]", text)
    return {one for one in found if not any(other.startswith(one) and other != one for other in found)}


def tokens(text: str) -> set[str]:
    return {word for word in re.findall(r"[0-9a-z]+", text.lower()) if word}
