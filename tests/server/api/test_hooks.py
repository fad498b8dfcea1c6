"""Webhooks by REST."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import AuditEvent, Site, User, Webhook

Person = Callable[..., User]
Program = Callable[..., Client]
JSON = "application/json"
ADDRESS = "/api/v1/webhooks"
GIVEN = {"name": "soc", "url": "https://soc.example.org/in?x=1", "kinds": ["finding", "asset"]}


def test_a_webhook_is_made_changed_and_removed(site: Site, administrator: User, program: Program) -> None:
    client = program(administrator)
    event = emit(Kind.ASSET, "x", site=site.pk)
    made = client.post(ADDRESS, GIVEN | {"site": site.slug}, content_type=JSON)
    assert made.status_code == 201, made.content
    row = Webhook.objects.get()
    assert (row.cursor, row.site, row.kinds) == (event.pk, site, ["asset", "finding"])
    assert made.json()["secret"] == row.secret
    one = f"{ADDRESS}/{row.pk}"
    assert "secret" not in client.get(one).json()
    assert client.post(ADDRESS, GIVEN, content_type=JSON).status_code == 409
    changed = client.patch(one, {"is_active": False, "new_secret": True}, content_type=JSON).json()
    assert changed["is_active"] is False
    assert changed["secret"] not in {row.secret, ""}
    Webhook.objects.update(failures=9, last_error="x")
    assert client.patch(one, {"is_active": True}, content_type=JSON).json()["failures"] == 0
    assert client.delete(one).status_code == 204
    assert row.secret not in repr(list(AuditEvent.objects.values()))
    assert AuditEvent.objects.filter(action__startswith="webhook").count() == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://x/"}, {"url": "https://"}, {"url": "https://me:pw@x/"}, {"url": "https://x:99999/"}, {"url": "https://x/ y"},
        {"url": "https://ä/"}, {"url": "https://[::1"}, {"kinds": ["nothing"]}, {"site": "nowhere"}, {"name": " "}, {"cursor": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_allowed_is_refused(wrong: dict[str, object], administrator: User, program: Program) -> None:
    answer = program(administrator).post(ADDRESS, GIVEN | wrong, content_type=JSON)
    assert answer.status_code == 422, answer.content
    assert not Webhook.objects.exists()


def test_only_who_administers_everything_sees_or_makes_them(site: Site, person: Person, program: Program) -> None:
    row = Webhook.objects.create(name="x", url="https://x/", site=site, secret="hush")
    for role, where in (("engineer", None), ("auditor", None), ("administrator", site)):
        client = program(person(role, where))
        assert client.post(ADDRESS, GIVEN, content_type=JSON).status_code == 403
        assert client.delete(f"{ADDRESS}/{row.pk}").status_code in {403, 404}
        assert "hush" not in client.get(ADDRESS).content.decode()
    assert Webhook.objects.count() == 1
