"""Saved views come back as the list that was saved, to their owner alone."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from fieldwatch.store.models import SavedView, Site, User


def test_a_view_is_the_query_of_its_list(site: Site, person: Callable[..., User], browser: Callable[[User], Client]) -> None:
    mine, other = browser(person("viewer", site)), browser(person("viewer", site))
    told = {"name": " My  PLCs ", "keep_role": "plc", "keep_sort": "-last_seen", "keep_site": "works"}
    answer = mine.post("/views/assets/", told)
    assert answer["Location"] == "/assets/?role=plc&sort=-last_seen&site=works"
    assert SavedView.objects.get().name == "My PLCs"
    assert b"My PLCs" in mine.get("/assets/?site=works").content
    assert b"My PLCs" not in other.get("/assets/?site=works").content
    mine.post("/views/assets/remove/", {"name": "My PLCs"})
    assert not SavedView.objects.exists()


def test_what_no_list_can_show_is_no_view(site: Site, person: Callable[..., User], browser: Callable[[User], Client]) -> None:
    client = browser(person("viewer", site))
    client.post("/views/assets/", {"name": "x", "keep_nonsense": "1"})
    client.post("/views/assets/", {"name": "  ", "keep_role": "plc"})
    assert client.post("/views/nonsense/", {"name": "x"}).status_code == 404
    assert client.post("/views/people/", {"name": "x"}).status_code == 403
    assert not SavedView.objects.exists()
