"""The description of REST."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
from django.test import Client

from fieldwatch.server.api.docs import groups, text
from fieldwatch.server.api.problem import Type
from fieldwatch.server.records.registry import records
from fieldwatch.store.models import User

FILE = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_file_in_docs_is_current() -> None:
    assert FILE.read_bytes() == text(), "make it anew: python -m fieldwatch.server.api.docs > docs/openapi.json"


def test_every_record_and_every_operation_is_described() -> None:
    made = orjson.loads(text())
    assert {f"/api/v1/{plural}" for plural in records()} <= set(made["paths"])
    found = [(address, operation) for address, operations in made["paths"].items() for operation in operations.values()]
    for address, operation in found:
        assert operation["summary"], address
        assert operation["security"] == [{"ByToken": []}, {"BySession": []}], address
        assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}
    assert len({operation["operationId"] for _, operation in found}) == len(found)


def test_choices_and_types_stand_in_the_document() -> None:
    made = orjson.loads(text())
    asset = made["components"]["schemas"]["Asset"]["properties"]
    assert made["components"]["schemas"]["Finding"]["properties"]["priority"]["enum"] == ["now", "next", "never", None]
    assert {"type": "string", "format": "date-time"} in asset["last_seen"]["anyOf"]
    given = {one["name"]: one for one in made["paths"]["/api/v1/assets"]["get"]["parameters"]}
    assert given["standing"]["schema"]["items"]["enum"] == ["new", "authorised", "unauthorised"]
    assert "-last_seen" in given["sort"]["schema"]["enum"]


def test_the_page_lists_every_operation_and_problem_and_asks_no_other_host(administrator: User, browser: Callable[[User], Client]) -> None:
    page = browser(administrator).get("/api/docs").content.decode()
    for group in groups(orjson.loads(text())):
        for operation in group["operations"]:
            assert f'id="{operation["id"]}"' in page
            assert operation["address"] in page
    assert all(f'id="{type_}"' in page for type_ in Type)
    assert "://" not in page.replace("http://www.w3.org", "")
    assert "<script>" not in page
    assert " style=" not in page


def test_the_page_is_for_who_signed_in_and_the_document_for_all(db: None) -> None:
    assert Client().get("/api/docs").status_code == 302
    assert Client().get("/api/v1/openapi.json").content == text()
