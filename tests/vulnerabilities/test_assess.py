"""The assessment: devices and their parts are asked about, VEX statements count, exposures come along, the order is the order to act in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fieldwatch.facts import Conversation, Effect, MessageClass, Subject
from fieldwatch.inventory import Asset, Attribute, Inventory, Rival
from fieldwatch.vulnerabilities.advisory import Advisory, Product, Score, Vulnerability
from fieldwatch.vulnerabilities.assess import Assessment, assess, examined, identity
from fieldwatch.vulnerabilities.basis import Basis
from fieldwatch.vulnerabilities.epss import Likelihood
from fieldwatch.vulnerabilities.finding import EXPOSURE, VULNERABILITY
from fieldwatch.vulnerabilities.judgement import Verdict
from fieldwatch.vulnerabilities.kev import Exploited
from fieldwatch.vulnerabilities.priority import Priority
from fieldwatch.vulnerabilities.vex import Named, Statement, Status, by_cve

Device = Callable[..., Asset]
PLC, HMI = Subject("10.61.8.11", "00:1b:1b:3e:70:11"), Subject("10.61.8.61", "00:0c:26:40:7d:61")
CRITICAL = Score("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8)


def advisory(id: str, cve: str, vendor: str, name: str, range: str, orders: tuple[str, ...] = ()) -> Advisory:
    product = Product(f"{id}/1", vendor, name, range, "product_version_range", name, orders)
    return Advisory(
        id,
        f"{vendor}: weakness",
        "CISA",
        "2024-01-01",
        "2024-01-01",
        "",
        (product,),
        (Vulnerability(cve, "", "", (CRITICAL,), (f"{id}/1",)),),
    )


OLD = advisory("A-1", "CVE-2024-0001", "Siemens", "SIMATIC S7-300 CPU family", "< V3.X.17")
FIXED = advisory("A-2", "CVE-2024-0002", "Siemens", "SIMATIC S7-300 CPU family", "< V3.X.10")
CARD = advisory("A-3", "CVE-2024-0003", "Siemens", "SIMATIC CP 343-1 Lean", "vers:all/*", ("6GK7343-1CX10-0XE0",))


@pytest.fixture
def station(device: Device) -> Asset:
    """A controller with a communication module, which says no vendor of its own."""
    card = device(
        "00:1b:1b:3e:70:11/slot 4",
        "",
        "00:1b:1b:3e:70:11",
        "slot 4",
        model="CP 343-1 Lean",
        order_number="6GK7 343-1CX10-0XE0",
        firmware="V3.1.1",
    )
    whole = device(
        vendor="Siemens", model="CPU 314C-2 PN/DP", order_number="6ES7 314-6EH04-0AB0", firmware="V3.3.14", serial_number="S C-X4"
    )
    return whole._replace(children=(card._replace(ips=(), macs=()),))


def talk(client: Subject, server: Subject, protocol: str = "s7comm", port: int = 102) -> Conversation:
    messages = (MessageClass("Read", Effect.READ, "DB1", 9, 0, 1, 1, 2),)
    return Conversation(client, server, "tcp", port, protocol, 20, 900, 1_700_000_000_000_000_000, 1_700_000_001_000_000_000, messages)


def assessed(*assets: Asset, basis: Basis, **more: Any) -> Assessment:
    inventory = Inventory(assets, {PLC: "00:1b:1b:3e:70:11"}, (), ())
    return assess(inventory, [talk(HMI, PLC)], (), (), basis, **more)


def test_devices_and_their_parts_are_held_against_all_advisories(station: Asset) -> None:
    found = assessed(station, basis=Basis((OLD, FIXED, CARD), ("here",)))
    told = {(one.asset, one.component, one.cve): one for one in found.findings}
    assert set(told) == {("00:1b:1b:3e:70:11", "", "CVE-2024-0001"), ("00:1b:1b:3e:70:11/slot 4", "slot 4", "CVE-2024-0003")}
    whole, part = told["00:1b:1b:3e:70:11", "", "CVE-2024-0001"], told["00:1b:1b:3e:70:11/slot 4", "slot 4", "CVE-2024-0003"]
    assert (whole.verdict, whole.quoted, whole.field, whole.value) == (Verdict.AFFECTED, "< V3.X.17", "firmware", "V3.3.14")
    assert whole.evidence, "the frame in which the firmware was seen"
    assert "10.61.8.61" in part.priority_reason, "a part is reached where its whole is"
    assert found.verdicts == {Verdict.AFFECTED: 2, Verdict.NOT_AFFECTED: 1}, "what is not affected is counted and not listed"
    assert found.resolutions["00:1b:1b:3e:70:11/slot 4"].vendor == "Siemens", "the vendor of the whole"
    assert (found.advisories, found.sources) == (3, ("here",))


def test_what_is_known_of_exploitation_decides_the_priority_and_the_order(station: Asset) -> None:
    known = Basis((OLD, CARD), exploited={"CVE-2024-0003": Exploited("CVE-2024-0003", "2024-02-02", "", False)})
    found = assessed(station, basis=known)
    assert [(one.cve, one.priority) for one in found.findings] == [("CVE-2024-0003", Priority.NOW), ("CVE-2024-0001", Priority.NEXT)]
    assert found.priorities() == {Priority.NOW: 1, Priority.NEXT: 1, Priority.NEVER: 0}
    likely = known._replace(exploited={}, likelihoods={"CVE-2024-0001": Likelihood(0.5, 0.9, "")})
    assert assessed(station, basis=likely).findings[0].cve == "CVE-2024-0001"


def statement(status: Status, *identifiers: str, justification: str = "") -> Statement:
    return Statement("CVE-2024-0001", (Named("", "", "", identifiers),), status, justification, "", "our.json", "Works", "2024-05-01")


def test_a_vex_statement_clears_a_finding_which_stays_listed(station: Asset) -> None:
    said = by_cve([statement(Status.NOT_AFFECTED, "serial:S C-X4", justification="component_not_present")])
    found = assessed(station, basis=Basis((OLD,), statements=said))
    (cleared,) = found.findings
    assert (cleared.verdict, cleared.priority) == (Verdict.NOT_AFFECTED, Priority.NEVER)
    assert cleared.justification == "component_not_present"
    assert cleared.trail[-1].stage == "VEX"
    assert cleared.trail[-1].source == "our.json"
    assert found.priorities() == {Priority.NOW: 0, Priority.NEXT: 0, Priority.NEVER: 0}, "it asks for nothing"


def test_a_vex_statement_in_words_fits_the_names_of_the_device(station: Asset) -> None:
    named = Named("Siemens AG", "SIMATIC S7-300", "3.3.14")
    said = statement(Status.NOT_AFFECTED, justification="vulnerable_code_not_present")._replace(products=(named,))
    (cleared,) = assessed(station, basis=Basis((OLD,), statements=by_cve([said]))).findings
    assert cleared.verdict is Verdict.NOT_AFFECTED
    other = said._replace(products=(named._replace(version="3.3.15"),))
    (kept,) = assessed(station, basis=Basis((OLD,), statements=by_cve([other]))).findings
    assert kept.verdict is Verdict.AFFECTED, "it speaks of another version"


def test_a_statement_without_justification_clears_nothing_and_is_told(station: Asset) -> None:
    (found,) = assessed(station, basis=Basis((OLD,), statements=by_cve([statement(Status.NOT_AFFECTED, "ip:10.61.8.11")]))).findings
    assert found.verdict is Verdict.AFFECTED
    assert "without a justification" in found.trail[-1].read


def test_without_advisories_there_are_exposures_only(station: Asset) -> None:
    old = station._replace(
        attributes=(*station.attributes, Attribute("mode", (Rival("PROGRAM", 0.9, station.attributes[0].evidence, ""),)))
    )
    found = assessed(old, basis=Basis())
    assert {one.kind for one in found.findings} <= {EXPOSURE}
    assert (found.advisories, found.resolutions, found.verdicts) == (0, {}, {})


@pytest.mark.parametrize(
    ("said", "about"),
    [({"vendor": "VMware", "model": "ESXi 6.5"}, "ESXi 6.5"), ({"os": "Windows XP"}, "Windows XP")],
)
def test_the_end_of_support_needs_no_advisory(device: Device, said: dict[str, str], about: str) -> None:
    def over(today: str) -> list[str]:
        found = assessed(device(**said), basis=Basis(), today=today).findings
        assert all(one.evidence for one in found)
        return [one.key for one in found if one.key.startswith("end-of-support")]

    assert over("2026-01-01") == [f"end-of-support/{about}"]
    assert over("2010-01-01") == []


def test_the_maker_of_a_network_card_is_no_vendor(device: Device) -> None:
    asset = device(vendor="Wistron", model="SIMATIC S7-300 CPU family", firmware="V3.3.14")
    (vendor,) = [one for one in asset.attributes if one.name == "vendor"]
    guessed = asset._replace(
        attributes=(
            *(one for one in asset.attributes if one.name != "vendor"),
            Attribute("vendor", (vendor.rivals[0]._replace(confidence=0.4),)),
        )
    )
    inventory = Inventory((guessed,), {}, (), ())
    assert identity(guessed, inventory).vendor == ""
    assert [one.verdict for one in assessed(guessed, basis=Basis((OLD,))).findings if one.kind == VULNERABILITY] == [Verdict.AFFECTED]


def test_the_description_stands_in_for_a_model(device: Device) -> None:
    asset = device(vendor="Siemens", system_description="Siemens, SIMATIC S7, CPU314C-2 PN/DP")
    assert identity(asset, Inventory((asset,), {}, (), ())).product == "Siemens, SIMATIC S7, CPU314C-2 PN/DP"
    anybody = device(system_description="Linux ubuntu 4.4.0-31-generic #50~14.04.1-Ubuntu SMP x86_64")
    assert identity(anybody, Inventory((anybody,), {}, (), ())).product == "", "without a vendor its words would fit anything"
    silent = device(id="00:00:00:00:00:09", vendor="Siemens", firmware="V1")
    assert list(examined(Inventory((silent,), {}, (), ()), Basis((OLD,)))) == [], "nothing says what it is: nothing is asked"


def test_only_what_is_wanted_is_looked_at(station: Asset) -> None:
    inventory = Inventory((station,), {}, (), ())
    (one,) = examined(inventory, Basis((OLD, CARD)), frozenset({"00:1b:1b:3e:70:11/slot 4"}))
    assert one.asset.component == "slot 4"


def test_what_is_not_affected_is_told_where_it_is_asked_for(station: Asset) -> None:
    basis = Basis((OLD, FIXED))
    assert assessed(station, basis=basis).cleared == ()
    (cleared,) = assessed(station, basis=basis, with_cleared=True).cleared
    assert (cleared.cve, cleared.verdict) == ("CVE-2024-0002", Verdict.NOT_AFFECTED)


def test_a_score_of_the_nvd_where_the_advisory_has_none(station: Asset) -> None:
    bare = OLD._replace(vulnerabilities=(OLD.vulnerabilities[0]._replace(scores=()),))
    assert [one.score for one in assessed(station, basis=Basis((bare,))).findings if one.kind == VULNERABILITY] == [None]
    known = Basis((bare,), scores={"CVE-2024-0001": (CRITICAL,)})
    (found,) = [one for one in assessed(station, basis=known).findings if one.kind == VULNERABILITY]
    assert found.score is not None
    assert (found.score.base, found.score.word) == (9.8, "critical")
