"""An advisory that comes, changes or goes: what is said then is what a new matcher says, and what it does not change stays remembered."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwatch.library.identity import Identity
from fieldwatch.vulnerabilities.advisory import Advisory, Product, Vulnerability
from fieldwatch.vulnerabilities.catalogue import load
from fieldwatch.vulnerabilities.judge import judge
from fieldwatch.vulnerabilities.match import Matcher

NAMES = (
    ("Siemens", "SIMATIC S7-1500 CPU 1511-1 PN (6ES7511-1AK01-0AB0)", ()),
    ("Siemens", "SIMATIC S7-1500 CPU 1511-1 PN", ("6ES7511-1AK02-0AB0",)),
    ("Siemens", "SIMATIC CP 343-1 (incl. SIPLUS variants)", ()),
    ("Siemens AG", "SIMATIC CP 343-1 Lean", ("6GK7343-1CX10-0XE0",)),
    ("Siemens", "SIMATIC WinCC V7.5", ()),
    ("Siemens", "Name of a device that nobody guesses", ("6ES7511-1AK01-0AB0",)),
    ("Siemens, Moxa", "SCALANCE X-200 family", ()),
    ("Moxa", "EDS-408A series", ()),
    ("Moxa", "NPort 5110", ()),
    ("Moxa", "NPort 5100 Series", ()),
    ("Rockwell Automation", "1756-EN2T Series C", ()),
    ("Rockwell Automation", "ControlLogix 1756-EN2T", ()),
    ("B&R", "Automation Studio 4", ()),
    ("B&R", "Automation Studio", ()),
    ("Omron", "CJ2M-CPU □ □", ()),
    ("Schneider Electric", "Modicon M340 controllers", ()),
    ("", "EDS-408A", ()),
)
"""Vendor, name and order numbers of products whose names overlap."""

RANGES = ("vers:all/*", "< V3.0", "<= 4.2.1", ">= 2.0 | < 5.0", "no range at all")

DEVICES = tuple(
    Identity(vendor, product, number, firmware, hardware)
    for vendor, product, number, hardware in (
        ("SIEMENS AG", "CPU 1511-1 PN", "6ES7 511-1AK01-0AB0", ""),
        ("Siemens", "CPU 1511-1 PN", "6ES7 511-1AK02-0AB0", ""),
        ("", "", "6ES7 511-1AK03-0AB0", ""),
        ("Siemens", "CP 343-1 Lean", "", ""),
        ("Siemens", "CP 343-1", "", ""),
        ("Siemens", "SIMATIC WinCC", "", ""),
        ("Siemens", "SCALANCE X204", "", ""),
        ("Moxa", "EDS-408A", "", ""),
        ("", "EDS-408A-MM-SC", "", ""),
        ("Moxa", "NPort 5110", "", ""),
        ("Rockwell Automation", "1756-EN2T/C", "", ""),
        ("Rockwell Automation", "1756-EN2T", "", "B"),
        ("B&R", "Automation Studio", "", ""),
        ("Omron", "CJ2M-CPU33", "", ""),
        ("Schneider Electric", "BMX P34 2020", "", ""),
    )
    for firmware in ("", "V2.9", "4.2.1", "7.5")
)


@st.composite
def advisories(draw: st.DrawFn) -> Advisory:
    """A revision of one of five advisories, with up to three products and two CVEs."""
    chosen = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(RANGES)), min_size=1, max_size=3))
    products = tuple(
        Product(f"P{at}", vendor, name, version, "product_version_range", f"{name}: {version}", numbers)
        for at, ((vendor, name, numbers), version) in enumerate(chosen)
    )
    flaws = tuple(
        Vulnerability(cve, "", "", (), tuple(one.id for one in products if draw(st.booleans())), (), (products[0].id,))
        for cve in ("CVE-2024-0001", "CVE-2024-0002")[: draw(st.integers(1, 2))]
    )
    name, updated = draw(st.sampled_from("ABCDE")), draw(st.sampled_from(("2024-01-01", "2024-02-01")))
    return Advisory(name, name, "", "2024-01-01", updated, "", products, flaws)


STEPS = st.lists(
    st.one_of(advisories(), st.sampled_from("ABCDE"), st.lists(st.sampled_from(DEVICES), max_size=10), st.lists(advisories(), max_size=3)),
    max_size=14,
)
"""What is done one after the other: an advisory comes, one goes, devices are asked about, several advisories come at once."""


def take(matcher: Matcher, step: Advisory | str | list[Identity] | list[Advisory]) -> frozenset[Identity]:
    if isinstance(step, Advisory):
        return matcher.update(step)
    if isinstance(step, str):
        return matcher.withdraw(step)
    come = [one for one in step if isinstance(one, Advisory)]
    for one in step:
        if isinstance(one, Identity):
            matcher.match(one)
    return matcher.update(*come)


@settings(max_examples=60, deadline=None)
@given(start=st.lists(advisories(), max_size=5), steps=STEPS)
def test_it_equals_a_new_matcher_and_keeps_the_rest(
    start: list[Advisory], steps: list[Advisory | str | list[Identity] | list[Advisory]]
) -> None:
    matcher = Matcher(start)
    said = {one: matcher.match(one) for one in DEVICES[::2]}
    due: set[Identity] = set()
    for at, step in enumerate(steps):
        due |= take(matcher, step)
        assert all(matcher.match(one) is before for one, before in said.items() if one not in due)
        if at % 3 == 2:
            said = {one: matcher.match(one) for one in said}
            due.clear()
    fresh = Matcher(reversed(matcher.advisories))
    assert [matcher.match(one) for one in DEVICES] == [fresh.match(one) for one in DEVICES]


def advisory(
    product: str, version: str = "vers:all/*", *, name: str = "A", updated: str = "2024-01-01", numbers: tuple[str, ...] = ()
) -> Advisory:
    leaf = Product("P", "Siemens", product, version, "product_version_range", product, numbers)
    return Advisory(name, name, "", "2024-01-01", updated, "", (leaf,), (Vulnerability("CVE-2024-0001", "", "", (), ("P",)),))


LEAN = Identity("Siemens", "CP 343-1 Lean", "", "3.0")
PANEL = Identity("Siemens", "SIMATIC WinCC", "", "7.5")


def verdicts(matcher: Matcher, identity: Identity) -> list[tuple[str, str]]:
    return [(one.advisory.id, one.verdict.value) for one in matcher.match(identity).judgements]


def test_only_the_devices_that_an_advisory_speaks_of_are_returned() -> None:
    matcher = Matcher([advisory("SIMATIC CP 343-1 Lean")])
    assert (verdicts(matcher, LEAN), verdicts(matcher, PANEL)) == ([("A", "affected")], [])
    assert matcher.update(advisory("SIMATIC WinCC", name="B")) == {PANEL}
    assert (verdicts(matcher, LEAN), verdicts(matcher, PANEL)) == ([("A", "affected")], [("B", "affected")])


def test_a_later_revision_takes_the_place_of_the_earlier() -> None:
    matcher = Matcher([advisory("SIMATIC CP 343-1 Lean", "< V3.0")])
    assert verdicts(matcher, LEAN) == [("A", "not_affected")]
    assert matcher.update(advisory("SIMATIC CP 343-1 Lean", "< V3.1", updated="2024-02-01")) == {LEAN}
    assert verdicts(matcher, LEAN) == [("A", "affected")]


@pytest.mark.parametrize(("updated", "version"), [("2023-01-01", "vers:all/*"), ("2024-01-01", "< V3.0")])
def test_an_earlier_revision_and_the_same_again_change_nothing(updated: str, version: str) -> None:
    matcher = Matcher([advisory("SIMATIC CP 343-1 Lean", "< V3.0")])
    matcher.match(LEAN)
    assert matcher.update(advisory("SIMATIC CP 343-1 Lean", version, updated=updated)) == frozenset()
    assert verdicts(matcher, LEAN) == [("A", "not_affected")]


def test_what_is_withdrawn_is_said_no_more() -> None:
    matcher = Matcher([advisory("SIMATIC CP 343-1 Lean"), advisory("SIMATIC CP 343-1", name="B")])
    assert verdicts(matcher, LEAN) == [("A", "affected")], "the wider name is not what a Lean is called"
    assert matcher.withdraw("A") == {LEAN}
    assert verdicts(matcher, LEAN) == [("B", "affected")], "but where nothing narrower is there, it is"
    assert matcher.withdraw("A", "C") == frozenset()


def test_a_name_for_an_order_number_renames_the_devices_that_have_it() -> None:
    device = Identity("Siemens", "", "6ES7 511-1AK01-0AB0", "2.0")
    matcher = Matcher([advisory("SIMATIC Unheard", name="B")])
    assert verdicts(matcher, device) == []
    assert matcher.update(advisory("SIMATIC Unheard", "< V1.0", name="C", numbers=("6ES7511-1AK01-0AB0",))) == {device}
    assert "SIMATIC Unheard" in matcher.match(device).resolution.names
    assert ("B", "affected") in verdicts(matcher, device)


def test_a_new_fact_about_a_device_has_only_it_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = Matcher([advisory("SIMATIC CP 343-1 Lean", "< V3.0")])
    matcher.match(LEAN)
    judged: list[Identity] = []

    def counted(*given: Any) -> Any:
        judged.append(given[2])
        return judge(*given)

    monkeypatch.setattr("fieldwatch.vulnerabilities.match.judge", counted)
    assert verdicts(matcher, LEAN._replace(firmware="2.9")) == [("A", "affected")]
    assert verdicts(matcher, LEAN) == [("A", "not_affected")]
    assert judged == [LEAN._replace(firmware="2.9")]


def seeded(given: Iterable[Advisory], count: int) -> list[Identity]:
    """Devices called as the documents call their products, or by some of the words."""
    draw = random.Random(5)
    products = sorted({(one.vendor, one.name) for each in given for one in each.products})
    devices = []
    for vendor, name in draw.sample(products, count):
        words = name.split()
        said = name if draw.random() < 0.7 else " ".join(draw.sample(words, max(1, len(words) // 2)))
        devices.append(Identity(vendor, said, "", f"V{draw.randrange(12)}.{draw.randrange(10)}"))
    return devices


@pytest.mark.corpus
def test_the_archive_with_forty_advisories_that_come_late(corpus: Path) -> None:
    every = load(corpus / "advisories" / "csaf-ot.zip").advisories
    late = random.Random(7).sample(every, 40)
    ids = {one.id for one in late}
    matcher = Matcher(one for one in every if one.id not in ids)
    devices = seeded(every, 2000)
    said = {one: matcher.match(one) for one in devices}
    changed: set[Identity] = set()
    for one in late:
        changed |= matcher.update(one)
    assert 0 < len(changed) < len(devices) / 2
    assert all(matcher.match(one) is said[one] for one in devices if one not in changed)
    fresh = Matcher(every)
    assert [one for one in devices if matcher.match(one) != fresh.match(one)] == []
