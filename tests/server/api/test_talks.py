"""Message classes of a conversation, and its history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from fieldwatch.server.api import talks
from fieldwatch.store.history.read import Asked, HistoryBusy, Series
from fieldwatch.store.models import Conversation, Site, User

Person = Callable[..., User]
Program = Callable[..., Client]
Fill = Callable[..., None]


@pytest.fixture()
def address(site: Site, fill: Fill) -> str:
    fill(site, 2)
    return f"/api/v1/conversations/{Conversation.objects.order_by('pk')[0].pk}"


def test_the_classes_of_one_conversation_page_by_page(address: str, administrator: User, program: Program) -> None:
    client = program(administrator)
    assert client.get(address).json()["classes"] == 3
    first = client.get(f"{address}/classes", {"limit": 2}).json()
    second = client.get(f"{address}/classes", {"limit": 2, "cursor": first["next"]}).json()
    names = [row["operation"] for row in first["items"] + second["items"]]
    assert sorted(names) == ["read 0", "read 1", "read 2"]
    assert names[0] == "read 2"
    assert client.get(f"{address}/classes", {"effect": "write"}).json()["items"] == []
    assert client.get(f"{address}/classes", {"effect": "nothing"}).status_code == 400


def test_an_empty_history_is_one(address: str, administrator: User, program: Program) -> None:
    body = program(administrator).get(f"{address}/history", {"buckets": 5}).json()
    assert (body["times"], body["unanswered"], body["unreadable"]) == ([0] * 5, [0] * 5, 0)


def test_the_history_that_is_asked_for(address: str, administrator: User, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Asked] = []

    class Some:
        def times(self, given: Asked, buckets: int) -> Series:
            asked.append(given)
            return Series(given.from_ns, 10**9, (1, 2), (0, 1), 3 * 10**11, ("x.parquet",))

    monkeypatch.setattr(talks, "_history", Some)
    body = program(administrator).get(f"{address}/history", {"since": "2026-01-01", "until": "2026-01-02", "buckets": "2"}).json()
    assert body["first"].startswith("2026-01-01T00:00:00")
    assert (body["seconds"], body["grain_s"], body["times"], body["unreadable"]) == (1.0, 300.0, [1, 2], 1)
    assert asked[0].to_ns - asked[0].from_ns == 86_400 * 10**9


def test_a_busy_history_says_so(address: str, administrator: User, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy:
        def times(self, given: Asked, buckets: int) -> Series:
            raise HistoryBusy("too many ask")

    monkeypatch.setattr(talks, "_history", Busy)
    answer = program(administrator).get(f"{address}/history")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    "given",
    [{"buckets": "0"}, {"buckets": "2001"}, {"buckets": "x"}, {"since": "x"}, {"since": "2026-01-02", "until": "2026-01-01"}],
    ids=str,
)
def test_a_question_that_is_wrong_is_refused(given: dict[str, str], address: str, administrator: User, program: Program) -> None:
    assert program(administrator).get(f"{address}/history", given).status_code == 400


def test_a_conversation_of_another_site_is_not_found(address: str, other_site: Site, person: Person, program: Program) -> None:
    client = program(person("engineer", other_site))
    for end in ("", "/classes", "/history"):
        assert client.get(address + end).status_code == 404
