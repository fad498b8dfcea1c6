"""One search over everything, in any notation, within what somebody may see."""

from __future__ import annotations

import pytest

from fieldwatch.store.folding import indexing
from fieldwatch.store.models import Asset, End, Finding, Login, SearchEntry, Sensor, Site, Source, Zone
from fieldwatch.store.search import assets_matching, bare, find, folded, forms, words

pytestmark = pytest.mark.django_db
ALL = (True, (), ())


@pytest.fixture
def site(db: None) -> Site:
    made = Site.objects.create(slug="works", name="Water works")
    zone = Zone.objects.create(site=made, name="Pump hall")
    usual = {"site": made, "vendor": "Siemens", "model": "CPU 315-2 PN/DP"}
    one = Asset.objects.create(
        handle="00:30:a7:0f:42:21", name="PLC-MIX-2", ip="10.0.0.5", ips=["10.0.0.5"], macs=["00:30:a7:0f:42:21"],
        serial_number="S C-X4U4 21302", order_number="6ES7 315-2EH14-0AB0", role="PLC", zone=zone, labels=["Wet end"], **usual,
    )  # fmt: skip
    Asset.objects.create(handle="10.0.0.50", name="PLC-MIX-20", ip="10.0.0.50", ips=["10.0.0.50"], **usual)
    Asset.objects.create(handle="b", name="other", serial_number="10005", site=made)
    Sensor.objects.create(site=made, name="north mirror", serial="1")
    source = Source.objects.create(site=made, identity="sha256:abcdef", kind="capture", name="monday.pcap")
    end = End.objects.create(site=made, ip="10.0.0.5", mac="", vlan=0, component="", asset=one)
    Login.objects.create(
        site=made, source=source, client=end, server=end, protocol="ftp", username="Maintenance", secret="", cleartext=True, result="ok",
        times=1, frames=[], seen_ns=1, spans=[], digest=b"1",
    )  # fmt: skip
    Finding.objects.create(
        site=made, asset=one, key="k", kind="vulnerability", title="t", verdict="affected", priority=0, priority_reason="", reason="",
        details={}, evidence=[], cve="CVE-2019-13945", advisory="SSA-480230",
    )  # fmt: skip
    indexing.rebuild(made.pk)
    return made


def labels(text: str, scope: tuple[bool, tuple[int, ...], tuple[int, ...]] = ALL) -> dict[str, list[str]]:
    return {group.kind: [one.label for one in group.found] for group in find(scope, text)}


@pytest.mark.parametrize(
    "text",
    [
        "00:30:a7:0f:42:21", "00-30-A7-0F-42-21", "0030.a70f.4221", "0030a70f4221", "00-30-A7", "0030.a7", "S C-X4U4 21302", "sc-x4u421302",
        "SCX4U421302", "x4u4", "6ES7 315-2EH14-0AB0", "6es73152eh140ab0", "wet END", "plc pump", "PLC siemens 315",
    ],
)  # fmt: skip
def test_an_asset_is_found_in_any_notation(site: Site, text: str) -> None:
    wanted = ["PLC-MIX-2"] if text != "plc pump" else []
    assert labels(text).get("asset", [])[:1] == wanted


def test_the_exact_word_comes_first_then_its_beginning(site: Site) -> None:
    assert labels("PLC-MIX-2")["asset"] == ["PLC-MIX-2", "PLC-MIX-20"]
    assert labels("10.0.0.50")["asset"] == ["PLC-MIX-20"]
    assert labels("10.0.0.5")["asset"] == ["PLC-MIX-2", "PLC-MIX-20"]
    assert labels("10.0.0.")["asset"] == ["PLC-MIX-2", "PLC-MIX-20"]
    assert labels("10005")["asset"] == ["other"]


def test_other_things_that_have_a_name_are_found(site: Site) -> None:
    assert labels("cve-2019-13945") == {"cve": ["CVE-2019-13945"]}
    assert labels("13945") == {"cve": ["CVE-2019-13945"]}
    assert labels("ssa-480") == {"advisory": ["SSA-480230"]}
    assert labels("maint") == {"login": ["Maintenance"]}
    assert labels("pump") == {"zone": ["Pump hall"]}
    assert labels("mirror") == {"sensor": ["north mirror"]}
    assert labels("monday") == labels("abcdef") == {"capture": ["monday.pcap"]}
    assert labels("water") == {"site": ["Water works"]}


def test_a_search_tells_of_nothing_that_may_not_be_seen(site: Site) -> None:
    zone = Zone.objects.get()
    assert labels("plc", (False, (), ())) == {}
    assert labels("plc", (False, (site.pk + 1,), (zone.pk + 1,))) == {}
    assert labels("plc", (False, (site.pk,), ()))["asset"] == ["PLC-MIX-2", "PLC-MIX-20"]
    assert labels("plc", (False, (), (zone.pk,)))["asset"] == ["PLC-MIX-2"]
    assert labels("cve-2019", (False, (), (zone.pk,))) == {"cve": ["CVE-2019-13945"]}
    assert labels("water", (False, (), (zone.pk,))) == labels("monday", (False, (), (zone.pk,))) == {}
    Asset.objects.update(zone=None)
    indexing.index_findings(site.pk)
    assert labels("cve-2019", (False, (), (zone.pk,))) == {}


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\0", "'", '"', '""', "%", "_", "*", "a*", '" OR 1=1 --', "NEAR(", "AND", "\\", "\n", "\U0001f4a5", "x" * 100_000,
        "() : ^", "%%%", "___",
    ],
)  # fmt: skip
def test_hostile_text_finds_nothing_and_breaks_nothing(site: Site, text: str) -> None:
    assert find(ALL, text) == ()
    assert list(Asset.objects.filter(assets_matching(text))) == []


@pytest.mark.parametrize("text", ["p", "pl", "PL", "1", "10"])
def test_short_text_is_looked_for_at_the_beginning_of_words(site: Site, text: str) -> None:
    assert "PLC-MIX-2" in labels(text)["asset"]


def test_a_list_is_filtered_by_the_same_words(site: Site) -> None:
    assert set(Asset.objects.filter(assets_matching("plc-mix")).values_list("name", flat=True)) == {"PLC-MIX-2", "PLC-MIX-20"}
    assert Finding.objects.filter(assets_matching("0030.a70f", "asset")).count() == 1


def test_no_more_than_the_limit_is_told(site: Site) -> None:
    (group,) = find(ALL, "plc-mix", 1)
    assert ([one.label for one in group.found], group.is_more) == (["PLC-MIX-2"], True)


def test_the_index_follows_its_things(site: Site) -> None:
    one = Asset.objects.get(name="PLC-MIX-20")
    one.name = "Mixer"
    one.save()
    indexing.index_assets([one])
    assert labels("mixer") == {"asset": ["Mixer"]}
    assert "PLC-MIX-20" not in labels("plc-mix")["asset"]
    one.merged_into = Asset.objects.get(name="other")
    one.save()
    indexing.index_assets([one])
    assert labels("mixer") == {}
    before = sorted(SearchEntry.objects.values_list("kind", "key", "words"))
    indexing.rebuild(site.pk)
    assert sorted(SearchEntry.objects.values_list("kind", "key", "words")) == before
    site.delete()
    assert labels("plc") == {}


def test_words_are_folded_and_bare() -> None:
    assert folded("  \uff21\u212bB\t\x07c ") == "aåb c"
    assert bare("00-30-A7") == "0030A7"
    assert bare("10.0.0.5") == "10.0.0.5"
    assert forms("0030.a70f.4221") == ("0030.a70f.4221", "0030a70f4221")
    assert words(["Name", "Name"], ["A B"]) == "\nname\na b\nab\n"
    assert words([]) == "\n"
