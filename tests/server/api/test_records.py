"""REST of every record: what the list page promises holds here, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import orjson
import pytest
from django.test import Client

from fieldwatch.server.api.docs import text
from fieldwatch.server.records.registry import records
from fieldwatch.store.models import Membership, Site, User, Zone

Person = Callable[..., User]
Program = Callable[..., Client]
Fill = Callable[..., None]

PLURALS = sorted(records())
SAMPLES = {
    "capture": "1",
    "since": "2020-01-01",
    "until": "30d",
    "asset": "0" * 32,
    "from": "0" * 32,
    "to": "0" * 32,
    "by": "0" * 32,
    "on": "0" * 32,
    "port": "502",
}
EVERYWHERE_ONLY = sorted(plural for plural, record in records().items() if not record.site)


def walk(client: Client, address: str, **given: Any) -> list[dict[str, Any]]:
    """All rows by `next`."""
    rows, cursor = [], None
    while True:
        answer = client.get(address, given | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.content
        body = answer.json()
        rows += body["items"]
        cursor = body["next"]
        if cursor is None:
            return rows


@pytest.mark.parametrize("plural", PLURALS)
def test_a_list_shows_every_row_with_every_column_and_each_row_answers(
    plural: str, site: Site, fill: Fill, administrator: User, program: Program
) -> None:
    fill(site)
    record, client = records()[plural], program(administrator)
    body = client.get(f"/api/v1/{plural}").json()
    assert body["count"] == len(body["items"]) >= 1
    assert body["more"] is False
    assert body["next"] is None
    assert body["previous"] is None
    for row in body["items"]:
        assert set(row) == {"id", *(column.name for column in record.columns)}
        one = client.get(f"/api/v1/{plural}/{row['id']}")
        assert one.status_code == 200
        assert one.json().items() >= row.items()


@pytest.mark.parametrize("plural", PLURALS)
def test_a_walk_by_cursor_sees_every_row_once_in_every_order(
    plural: str, site: Site, fill: Fill, administrator: User, program: Program
) -> None:
    fill(site, 5)
    client, address = program(administrator), f"/api/v1/{plural}"
    for column in [column.name for column in records()[plural].columns if column.sort]:
        upwards = client.get(address, {"sort": column}).json()["items"]
        assert len({row["id"] for row in upwards}) == len(upwards) >= 1
        for order, whole in ((column, upwards), (f"-{column}", upwards[::-1])):
            first = client.get(address, {"sort": order, "limit": "3"}).json()
            assert first["items"] == whole[:3], order
            if first["next"]:
                second = client.get(address, {"sort": order, "limit": "3", "cursor": first["next"]}).json()
                assert first["items"] + second["items"] == whole[:6], order
                before = client.get(address, {"sort": order, "limit": "3", "cursor": second["previous"]}).json()
                assert before["items"] == first["items"], order


@pytest.mark.parametrize("plural", PLURALS)
def test_a_walk_sees_every_old_row_once_while_rows_come(plural: str, site: Site, fill: Fill, administrator: User, program: Program) -> None:
    fill(site, 4)
    client, address = program(administrator), f"/api/v1/{plural}"
    old = [row["id"] for row in walk(client, address)]
    seen, cursor, first = [], None, 4
    while True:
        body = client.get(address, {"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in body["items"]]
        if first < 6:
            fill(site, 1, first=first)
            first += 1
        cursor = body["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert [one for one in seen if one in set(old)] == old


@pytest.mark.parametrize("plural", PLURALS)
def test_every_filter_is_taken(plural: str, site: Site, fill: Fill, administrator: User, program: Program) -> None:
    fill(site, 2)
    client, address = program(administrator), f"/api/v1/{plural}"
    count = client.get(address).json()["count"]
    for one in records()[plural].filters:
        values = [value for value, _words in one.choices()] if one.choices else [SAMPLES.get(one.name, "no such thing")]
        for value in (values[0], values[-1]):
            answer = client.get(address, {one.name: value})
            assert answer.status_code == 200, (one.name, answer.content)
            assert answer.json()["count"] <= count


WRONG = (
    {"nothing": "1"}, {"sort": "nothing"}, {"limit": "0"}, {"limit": "501"}, {"columns": "nothing"}, {"cursor": "!"}, {"q": "x" * 501},
)  # fmt: skip


@pytest.mark.parametrize("plural", PLURALS)
def test_a_query_that_is_wrong_is_refused_with_what_is_allowed(plural: str, administrator: User, program: Program) -> None:
    client = program(administrator)
    for given in WRONG:
        answer = client.get(f"/api/v1/{plural}", given)
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        body = answer.json()
        assert body["status"] == 400
        assert body["type"] == "/api/docs#bad-request"
        assert next(iter(given)) in body["detail"]


@pytest.mark.parametrize("plural", PLURALS)
def test_what_is_not_there_is_not_found(plural: str, administrator: User, program: Program) -> None:
    client = program(administrator)
    for key in ("0", "nothing", "9" * 30, "-1", "00000000-0000-0000-0000-000000000000", "%20", "x" * 500):
        answer = client.get(f"/api/v1/{plural}/{key}")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("plural", PLURALS)
def test_rows_of_another_site_are_in_no_list_and_not_found(
    plural: str, site: Site, other_site: Site, fill: Fill, person: Person, program: Program, administrator: User
) -> None:
    fill(site, 2)
    own = {row["id"] for row in walk(program(administrator), f"/api/v1/{plural}")}
    fill(other_site, 2, first=20)
    foreign = {row["id"] for row in walk(program(administrator), f"/api/v1/{plural}")} - own
    for role in ("engineer", "auditor"):
        client = program(person(role, site))
        answer = client.get(f"/api/v1/{plural}")
        assert answer.status_code in {200, 403}
        if answer.status_code == 200:
            assert not {row["id"] for row in answer.json()["items"]} & foreign
            assert answer.json()["count"] == len(answer.json()["items"])
        for key in foreign:
            assert client.get(f"/api/v1/{plural}/{key}").status_code in {404, 403}


@pytest.mark.parametrize("plural", EVERYWHERE_ONLY)
def test_what_is_of_no_site_is_only_for_who_may_everywhere(
    plural: str, site: Site, fill: Fill, administrator: User, program: Program, person: Person
) -> None:
    fill(site, 1)
    key = program(administrator).get(f"/api/v1/{plural}").json()["items"][0]["id"]
    client = program(person("administrator", site))
    assert client.get(f"/api/v1/{plural}").json()["items"] == []
    assert client.get(f"/api/v1/{plural}/{key}").status_code == 404


def test_somebody_of_two_zones_sees_a_site_once(site: Site, person: Person, program: Program) -> None:
    zones = [Zone.objects.create(site=site, name=name) for name in ("cell 1", "cell 2")]
    user = person("viewer", site, zones[0])
    Membership.objects.create(user=user, role="viewer", site=site, zone=zones[1])
    assert [row["id"] for row in program(user).get("/api/v1/sites").json()["items"]] == [site.slug]


@pytest.mark.parametrize("plural", PLURALS)
def test_columns_are_shown_as_asked_and_all_as_the_schemas_say(
    plural: str, site: Site, fill: Fill, administrator: User, program: Program
) -> None:
    fill(site, 2)
    name = records()[plural].columns[1].name
    row = program(administrator).get(f"/api/v1/{plural}", {"columns": name}).json()["items"][0]
    assert set(row) == {"id", name}
    client, made = program(administrator), orjson.loads(text())
    for address in (f"/api/v1/{plural}", f"/api/v1/{plural}/{{key}}"):
        schema = made["paths"][address]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        key = client.get(f"/api/v1/{plural}").json()["items"][0]["id"]
        body = client.get(address.format(key=key)).json()
        jsonschema.validate(body, {"components": made["components"], **schema})


def test_details_of_an_asset_show_rivals_parts_and_what_people_said(site: Site, fill: Fill, administrator: User, program: Program) -> None:
    fill(site, 1)
    client = program(administrator)
    key = client.get("/api/v1/assets").json()["items"][0]["id"]
    body = client.get(f"/api/v1/assets/{key}").json()
    assert body["attributes"] == [
        {"name": "model", "values": [{"value": "PM-5", "confidence": 0.9, "reason": "said so", "evidence": [{"frame": 7}], "proofs": 1}]}
    ]
    assert body["notes"][0]["text"] == "a note"
    assert body["notes"][0]["by"] == "somebody"
    assert body["children"] == body["overrides"] == []
