"""The round trip of what people know of assets through a table."""

from __future__ import annotations

import pytest

from fieldwatch.store.assets_csv import csv_export, csv_import
from fieldwatch.store.deciding import By
from fieldwatch.store.models import Asset, AssetAddress, AuditEvent, CustomField, CustomValue, Override, Site, User, Zone

pytestmark = pytest.mark.django_db
MAC = "00:1d:9c:00:00:01"


@pytest.fixture
def by(db: None) -> By:
    return By(User.objects.create_user(username="ada", email="ada@example.org", password=None))


@pytest.fixture
def two(site: Site) -> tuple[Asset, Asset]:
    made = []
    for number in (1, 2):
        mac, ip = f"00:1d:9c:00:00:0{number}", f"10.0.0.{number}"
        one = Asset.objects.create(
            site=site, handle=mac, macs=[mac], ips=[ip], ip=ip, mac=mac, serial_number=f"SN {number}00", labels=["a"]
        )
        AssetAddress.objects.bulk_create([AssetAddress(site=site, asset=one, address=address) for address in (mac, ip)])
        made.append(one)
    return made[0], made[1]


def table() -> list[dict[str, str]]:
    head, *rows = csv_export(Asset.objects.all())
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_what_was_written_is_taken_in_again_and_changes_nothing(two: tuple[Asset, Asset], by: By) -> None:
    field = CustomField.objects.create(name="rack", title="Rack")
    row = {"uid": str(two[0].uid), "set.name": "=cmd|' /C calc'!A0", "custom.rack": "-1", "labels": "wet; line 4", "criticality": "3"}
    changed = csv_import([row], by=by)
    assert [(line.line, line.changed, line.error) for line in changed] == [(2, 4, "")]
    assert Override.objects.get().value == "=cmd|' /C calc'!A0"
    assert CustomValue.objects.get(field=field).value == "-1"
    rows = table()
    assert rows[0]["set.name"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["custom.rack"] == "'-1"
    count = AuditEvent.objects.count()
    assert [(line.changed, line.error) for line in csv_import(rows, by=by)] == [(0, ""), (0, "")]
    assert AuditEvent.objects.count() == count
    rows[0] |= {"set.name": "", "custom.rack": "", "labels": ""}
    assert csv_import(rows, by=by)[0].changed == 3
    assert not Override.objects.exists()
    assert not CustomValue.objects.exists()


@pytest.mark.parametrize("name", [{"serial_number": "SN 200"}, {"mac": "00-1D-9C-00-00-02"}, {"ip": "10.0.0.2"}])
def test_an_asset_is_found_by_what_it_is_known_by_at_its_site(two: tuple[Asset, Asset], by: By, name: dict[str, str]) -> None:
    (line,) = csv_import([{"site": "works", **name, "standing": "authorised"}], by=by)
    assert (line.uid, line.error) == (str(two[1].uid), "")
    (line,) = csv_import([{"site": "elsewhere", **name, "standing": "authorised"}], by=by)
    assert "no asset was found" in line.error


def test_a_row_is_taken_whole_or_not_at_all(two: tuple[Asset, Asset], by: By) -> None:
    bad = {"uid": str(two[0].uid), "set.name": "press", "criticality": "9"}
    good = {"uid": str(two[1].uid), "set.name": "saw"}
    lines = csv_import([bad, good], by=by)
    assert [line.line for line in lines] == [2, 3]
    assert "criticality: 9 was read" in lines[0].error
    assert [one.value for one in Override.objects.all()] == ["saw"]
    assert AuditEvent.objects.count() == 1


def test_a_trial_run_says_the_same_and_leaves_nothing(two: tuple[Asset, Asset], by: By) -> None:
    rows = [{"uid": str(two[0].uid), "set.name": "press"}, {"uid": "x"}]
    tried = csv_import(rows, by=by, is_trial=True)
    assert not Override.objects.exists()
    assert not AuditEvent.objects.exists()
    assert csv_import(rows, by=by) == tried
    assert Override.objects.get().value == "press"


def test_what_cannot_be_taken_says_why(two: tuple[Asset, Asset], site: Site, by: By) -> None:
    Asset.objects.filter(pk=two[1].pk).update(serial_number="SN 100")
    Zone.objects.create(site=Site.objects.create(slug="o", name="O"), name="yard")
    own = {"uid": str(two[0].uid)}
    wrong = {
        "more than one asset": {"site": "works", "serial_number": "SN 100"},
        "site: nothing was read": {"ip": "10.0.0.1"},
        "a uid as the list": {"uid": "'; DROP TABLE"},
        "an empty row": {"site": "works"},
        "no such attribute": own | {"custom.x": "1"},
        "a zone of Water works is allowed": own | {"zone": "yard"},
        "a number from 0": own | {"criticality": "-1"},
        "standing: friend": own | {"standing": "friend"},
    }
    for words, row in wrong.items():
        (line,) = csv_import([row], by=by)
        assert words in line.error
        assert line.changed == 0


def test_assets_that_somebody_may_not_change_are_not_found(two: tuple[Asset, Asset], by: By) -> None:
    rows = [{"uid": str(one.uid), "standing": "authorised"} for one in two]
    first, second = csv_import(rows, by=by, may=lambda asset: asset.pk == two[0].pk)
    assert (first.error, second.uid) == ("", "")
    assert "no asset was found" in second.error
