"""What holds for every list: how many queries a page costs, and that every offered order of a large one has an index that is used."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.listing.query import query
from fieldwatch.server.records._record import Record
from fieldwatch.server.records.registry import records
from fieldwatch.store.models import Membership, User

pytestmark = pytest.mark.django_db

LARGE = ("assets", "conversations", "operations", "findings", "identity-changes", "logins", "malformed", "undecoded", "gaps")
"""Lists that have 10,000 rows and more."""

QUERIES = {"people": 8, "sensors": 8, "findings": 8}
"""Queries of a page of a list, where it is not `USUAL`: the memberships of people, the files that sensors could not read."""

USUAL = 7
"""Session, person, rights, sites, views, rows, their count."""


@pytest.fixture
def administrator(db: None) -> User:
    user = User.objects.create_user("a", "a@example.org", None)
    Membership.objects.create(user=user, role="administrator")
    return user


def _browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


@pytest.mark.parametrize("plural", list(records()))
def test_a_page_costs_so_many_queries(plural: str, administrator: User) -> None:
    client = _browser(administrator)
    client.get(f"/{plural}/?site=")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/{plural}/?site=").status_code == 200
    assert len(asked) == QUERIES.get(plural, USUAL), "\n".join(one["sql"][:160] for one in asked.captured_queries)


def _orders() -> list[tuple[str, str]]:
    return [(plural, sign + one.name) for plural in LARGE for one in records()[plural].columns if one.sort for sign in ("", "-")]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is read as SQLite gives it")
@pytest.mark.parametrize(("plural", "order"), _orders())
def test_every_order_of_a_large_list_has_an_index(plural: str, order: str, administrator: User) -> None:
    plan = _plan(records()[plural], administrator, f"sort={order}")
    assert "TEMP B-TREE" not in plan, plan


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is read as SQLite gives it")
@pytest.mark.parametrize(
    ("plural", "asked"),
    [
        ("operations", "effect=stop"),
        ("operations", "changing=yes"),
        ("operations", "protocol=s7comm"),
        ("operations", "since=7d"),
        ("conversations", "protocol=modbus"),
        ("conversations", "port=502"),
        ("findings", "state=open"),
        ("findings", "cve=CVE-2021-22681"),
        ("logins", "username=admin"),
    ],
)
def test_filters_of_large_lists_search_and_do_not_scan(plural: str, asked: str, administrator: User) -> None:
    plan = _plan(records()[plural], administrator, asked)
    assert "SEARCH" in plan.split("\n")[0], plan
    assert "TEMP B-TREE" not in plan or asked in FEW, plan


FEW = ("cve=CVE-2021-22681",)
"""Filters that leave so little that it may be put in order afterwards."""


def _plan(record: Record, user: User, asked: str) -> str:
    made: Any = query(record, QueryDict(asked), Access(user))
    return str(made.ordered(made.rows())[:51].explain())
