"""A leaf read from its own words and from the product's full name."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from fieldwatch.vulnerabilities.advisory import Product
from fieldwatch.vulnerabilities.range import EVERY, Bound, Range, Unread, read, within


def leaf(version: str, text: str, name: str = "Thing", kind: str = "product_version_range", vendor: str = "Maker") -> Product:
    return Product("P1", vendor, name, version, kind, text)


def taken(product: Product) -> str:
    found = read(product)
    assert isinstance(found, Range), found
    return " | ".join(", ".join(f"{bound.op}{bound.version}" for bound in bounds) for bounds in found.alternatives)


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("<= 4.4", "Thing: Versions 4.4 and prior"),
        ("<= 4.4", "Maker Thing: <=4.4"),
        ("< 1.04", "Thing: All versions prior to v1.04"),
        ("< 3.6 Build 170215", "Thing: versions prior to V3.6 Build 170215"),
        ("<V4.1", "Thing"),
        ("<V4.1", "Thing (6ES7145-6HD00-0AB0)"),
        ("< 7.6.2", "Thing: all versions up to 7.6.2"),
        ("vers:all/*", "Thing: *"),
    ],
)
def test_the_same_in_other_words_is_no_conflict(version: str, text: str) -> None:
    found = read(leaf(version, text))
    assert isinstance(found, Range)
    assert (found.note, found.quoted) == ("", version)


@pytest.mark.parametrize(
    ("version", "text", "bounds"),
    [
        ("> 1.7.5.0", "Thing: versions older than 1.7.5.0", "<1.7.5.0"),
        (">= 1.8.0", "Thing: 1.8.0 and older", "<=1.8.0"),
        ("< 2016 R2", "Thing: 2016 R2 and earlier versions", "<=2016 R2"),
        ("<3.31.15", "Thing: application versions up to 3.31.5", "<=3.31.5"),
        (">= 1.0 | >= 2.4", "Thing: V1.0 to V2.4", ">=V1.0, <=V2.4"),
        (">= <= 2.2 | 2.5.1", "Thing: v2.2 and later prior to v2.5.1", ">=v2.2, <v2.5.1"),
        ("2.1", "Thing: Firmware Versions 2.10", "=2.10"),
        ("12.2", "Thing: version 12.2.*", "=12.2.*"),
        ("2.2.5", "Thing: <= 2.2.5", "<=2.2.5"),
        ("5.011  | < 8.011", "Thing: >= 5.011 | < 8.011", ">=5.011, <8.011"),
        ("A10 < A11", "Thing: Versions A10 and A11", "=A10 | =A11"),
        ("> 4.001 | < 4.005", "Thing: Versions 4.001 to 4.005", ">=4.001, <=4.005"),
        ("<=9.4 FP1 | >= 10.2.1", "Thing: Versions 10.1.1 and prior", "<=10.1.1"),
        ("< 4.8 | SP5", "Thing: All versions prior to v4.8 SP5", "<v4.8 SP5"),
        ("<= 9", "Thing: Versions 9 Rev.ZD and prior", "<=9 Rev.ZD"),
        ("<=2.22 | <=1.01", "Thing: FW Versions 2.22 and prior ETH-FW Versions 1.01 and prior", "<=2.22 | <=1.01"),
    ],
)
def test_the_text_wins(version: str, text: str, bounds: str) -> None:
    found = read(leaf(version, text))
    assert isinstance(found, Range)
    assert taken(leaf(version, text)) == bounds
    assert found.note.startswith("the text: the leaf")
    assert version.strip() in found.note
    assert found.quoted in text


@pytest.mark.parametrize(
    ("version", "text", "bounds"),
    [
        ("<=2017 Update 2", "Thing: 2017 Update 2", "<=2017 Update 2"),
        ("20-33", "Thing: Versions 2033", ">=20, <=33"),
        (">= 2.0 | <= 2.1", "Thing: Versions v2.0 and v2.1", ">=2.0, <=2.1"),
        ("8.8.12", "Thing: Release 7 Dec 2017", "=8.8.12"),
        ("3.1 SP1", "Thing: Service Pack 1 and prior", "<=3.1 SP1"),
    ],
)
def test_the_leaf_wins_over_less(version: str, text: str, bounds: str) -> None:
    found = read(leaf(version, text))
    assert isinstance(found, Range)
    assert taken(leaf(version, text)) == bounds
    assert "the leaf" in found.note


def test_a_text_of_all_versions_leaves_what_is_beyond_the_limit_in_doubt() -> None:
    found = read(leaf("<= 1.03D", "Thing: all versions"))
    assert isinstance(found, Range)
    assert (found.alternatives, found.doubt) == (((Bound("<=", "1.03D"),),), EVERY)


def test_a_leaf_without_an_upper_limit_beside_an_unreadable_text_of_earlier_versions_is_unread() -> None:
    found = read(leaf("> 1.5", "Thing: release ten and every earlier one"))
    assert found == Unread("> 1.5", "the leaf has no upper limit, the text speaks of earlier versions")


def test_the_number_of_a_condition_is_no_version_of_the_product() -> None:
    found = read(leaf("< 22.3.5.16", "Thing: All versions with Summit Client Utility prior to v22.3.5.16"))
    assert isinstance(found, Range)
    assert (found.alternatives, found.condition) == (EVERY, "with Summit Client Utility prior to v22.3.5.16")


def test_the_text_adds_a_condition_and_vulnerabilities() -> None:
    found = read(leaf("< 3.0", "Thing: prior to Version 3.0 without the built-in mechanism activated"))
    assert isinstance(found, Range)
    assert found.condition == "without the built-in mechanism activated"
    about = read(leaf("< 7.10", "Thing: All versions prior to 7.10 are affected by CVE-2020-16233"))
    assert isinstance(about, Range)
    assert about.cves == ("CVE-2020-16233",)


def test_the_text_names_the_component() -> None:
    found = read(leaf("< 6.2.61.3535", "Thing: ME prior to V6.2.61.3535"))
    assert isinstance(found, Range)
    assert found.subject == "ME"


@pytest.mark.parametrize(
    ("version", "text", "model"),
    [
        ("1763-L16BWA", "Thing: 1763-L16BWA", "1763-L16BWA"),
        ("DH-IPC-HDW1XXX,", "Thing - DH-IPC-HDW1XXX,", "DH-IPC-HDW1XXX"),
        ("HEN32204", "Thing: HEN32204", "HEN32204"),
        ("2700988", "Thing: Article number 2700988", "2700988"),
        ("PM554-TP-ETH", "Maker: 1SAP120600R0071 PM554-TP-ETH", "PM554-TP-ETH"),
        ("MMT-1715 | MMT-1754", "Thing: MMT-1715 MMT-1754", "MMT-1715 | MMT-1754"),
        ("CODESYS Control for Linux", "Thing - CODESYS Control for Linux,", "CODESYS Control for Linux"),
    ],
)
def test_a_model_in_the_versions_place(version: str, text: str, model: str) -> None:
    found = read(leaf(version, text, kind="product_version"))
    assert isinstance(found, Range)
    assert (found.alternatives, found.model, found.grammar) == (EVERY, model, "R")


@pytest.mark.parametrize("version", ["R16A", "V35.011", "6.1", "M2.1.6.05", "FW 01", "8.00-20140730"])
def test_a_version_is_no_model(version: str) -> None:
    found = read(leaf(version, f"Thing: {version}", kind="product_version"))
    assert isinstance(found, Range)
    assert not found.model
    assert [bound.op for bounds in found.alternatives for bound in bounds] == ["="]


def test_all_models_is_every_version() -> None:
    found = read(leaf("vers:all/*", "Thing: All Models", kind="product_version"))
    assert isinstance(found, Range)
    assert (found.alternatives, found.model) == (EVERY, "")


def test_a_leaf_that_is_a_product_name_is_a_model() -> None:
    found = read(leaf("M15-Thermal", "Maker Thing M15-Thermal", kind="product_name"))
    assert isinstance(found, Range)
    assert (found.alternatives, found.model) == (EVERY, "M15-Thermal")


def test_five_digits_of_mitsubishi_electric_are_a_serial_number() -> None:
    ours = read(leaf("<=20081", "Q03UDVCPU: <=20081", "Q03UDVCPU", vendor="Mitsubishi Electric Corporation"))
    other = read(leaf("<=20081", "Q03UDVCPU: <=20081", "Q03UDVCPU"))
    assert isinstance(ours, Range)
    assert isinstance(other, Range)
    assert (ours.subject, other.subject) == ("serial_number", "firmware")


def test_a_name_that_is_a_line_of_relay_releases_stands_before_the_version() -> None:
    assert taken(leaf(">=V0|<=V3", "SEL R118: >=V0|<=V3", "R118")) == ">=R118-V0, <=R118-V3"


@pytest.mark.parametrize(
    ("name", "version", "number", "also"),
    [
        ("Telemetry Server 2020 R2", "<= SP1", "SP1", "2020 R2 SP1"),
        ("Process Historian 2014", "< SP3 Update 6", "SP3 Update 6", "2014 SP3 Update 6"),
        ("Edge 2020", "<= R2", "2020 R2", ""),
        ("Edge 2020", "<= 2023 R2", "2023 R2", ""),
        ("Edge", "<= SP1", "SP1", ""),
        ("SINUMERIK 808D V4.7", "< V4.91", "V4.91", ""),
    ],
)
def test_a_limit_goes_on_from_the_version_in_the_name(name: str, version: str, number: str, also: str) -> None:
    found = read(leaf(version, name, name))
    assert isinstance(found, Range)
    assert [(bound.version, bound.also) for bounds in found.alternatives for bound in bounds] == [(number, also)]


def test_an_update_is_compared_with_and_without_the_version_in_the_name() -> None:
    found = read(leaf("<= SP1", "Server 2020 R2", "Server 2020 R2"))
    assert isinstance(found, Range)
    sides = {version: within(found, version, "components") for version in ("SP1", "2020 R2 SP1", "2020 R2", "SP2", "2020 R2 SP2", "2023")}
    assert sides == {"SP1": True, "2020 R2 SP1": True, "2020 R2": True, "SP2": False, "2020 R2 SP2": False, "2023": False}


def test_a_product_in_itself_is_no_condition() -> None:
    found = read(leaf("<=1.8.29", "Thing: Version 1.10 part of Thing 1.8.29 and prior"))
    assert isinstance(found, Range)
    assert not found.condition


def test_years_of_manufacture_are_no_versions() -> None:
    found = read(leaf("2015 and 2021", "Thing: Drives manufactured between 2015 and 2021", kind="product_version"))
    assert found == Unread("2015 and 2021", "years of manufacture, not versions")


# --------------------------------------------------------------------------------------------------------------------- the corpus


def leaves(branches: list[dict[str, object]], names: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], dict[str, object]]]:
    """(names from the vendor down, branch) of every leaf."""
    found = []
    for branch in branches:
        path = (*names, str(branch["name"]))
        inner = branch.get("branches")
        found += leaves(inner, path) if isinstance(inner, list) else [(path, branch)]
    return found


@pytest.mark.corpus
def test_of_the_public_advisories_99_percent_are_read(corpus: Path) -> None:
    counts: Counter[tuple[str, bool]] = Counter()
    with zipfile.ZipFile(corpus / "advisories" / "csaf-ot.zip") as archive:
        for member in archive.namelist():
            if not member.endswith(".json"):
                continue
            for path, branch in leaves(json.loads(archive.read(member))["product_tree"].get("branches", [])):
                product = branch["product"]
                assert isinstance(product, dict)
                name = path[-2] if len(path) > 1 else ""
                found = read(Product("", path[0], name, path[-1], str(branch["category"]), str(product["name"])))
                counts[str(branch["category"]), isinstance(found, Range)] += 1
    read_ranges, unread_ranges = counts["product_version_range", True], counts["product_version_range", False]
    assert read_ranges + unread_ranges == 13_617
    assert read_ranges / (read_ranges + unread_ranges) >= 0.994
    assert counts["product_version", True] > counts["product_version", False] * 10
