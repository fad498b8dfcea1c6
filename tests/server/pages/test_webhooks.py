"""Webhooks by the page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from tests.server.receiver import Receiver

from fieldwatch.server.api.webhooks import signature
from fieldwatch.server.options import Options
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import AuditEvent, Role, User, Webhook

Person = Callable[..., User]
Browser = Callable[[User], Client]
SIEM = {"name": "siem", "url": "https://siem.example.org/in", "kinds": ["finding"], "is_active": "on", "site": ""}


@pytest.fixture()
def client(person: Person, browser: Browser) -> Client:
    return browser(person(Role.ADMINISTRATOR))


def test_its_secret_is_shown_once(client: Client) -> None:
    emit(Kind.BASIS, "")
    answer = client.post("/webhooks/new/", SIEM)
    made = Webhook.objects.get()
    assert re.search(r'id="secret">[\w-]{43}<', answer.content.decode()) and answer["Cache-Control"] == "no-store"
    assert made.kinds == ["finding"] and made.is_active
    assert made.cursor > 0, "what happened before is not told"
    for address in ("/webhooks/", f"/webhooks/{made.pk}/", "/audit-events/"):
        assert made.secret.encode() not in client.get(address).content
    old = made.secret
    client.post(f"/webhooks/{made.pk}/secret/")
    made.refresh_from_db()
    assert made.secret != old
    assert old not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/", "javascript:alert(1)", "https://me:secret@siem.example.org/", "file:///etc/passwd"]
)
def test_other_addresses_are_refused(client: Client, url: str) -> None:
    assert client.post("/webhooks/new/", SIEM | {"url": url}).status_code == 400
    assert not Webhook.objects.exists()


def test_a_test_says_what_came_of_it(client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed and without events, now; what the webhook still has to hear stays."""
    client.post("/webhooks/new/", SIEM | {"url": receiver.url})
    made = Webhook.objects.get()
    address = f"/webhooks/{made.pk}/test/"
    assert "It was not taken" in client.post(address, follow=True).content.decode(), "it leads to this machine"
    assert receiver.asked == []
    held: Options = settings.OPTIONS
    monkeypatch.setattr(settings, "OPTIONS", Options({**held.values, "webhooks.allow_local": True}, held.origins, held.data))
    receiver.status = 500
    assert "the answer was 500" in client.post(address, follow=True).content.decode()
    receiver.status = 204
    assert "It was taken" in client.post(address, follow=True).content.decode()
    assert receiver.events() == [[], []]
    _, headers, body = receiver.asked[-1]
    at_s = int(headers["Fieldwatch-Signature"].split(",")[0].removeprefix("t="))
    assert headers["Fieldwatch-Signature"] == signature(made.secret, body, at_s)
    made.refresh_from_db()
    assert (made.failures, made.last_error) == (0, "")
    assert AuditEvent.objects.filter(action="webhook_tested").count() == 3


def test_it_is_switched_off_and_on_again_without_what_was_missed(client: Client) -> None:
    client.post("/webhooks/new/", SIEM)
    made = Webhook.objects.get()
    Webhook.objects.update(failures=7, last_error="no answer")
    client.post(f"/webhooks/{made.pk}/", SIEM | {"is_active": ""})
    made.refresh_from_db()
    assert not made.is_active and (made.failures, made.last_error) == (0, "")
    last = emit(Kind.BASIS, "").pk
    client.post(f"/webhooks/{made.pk}/", SIEM)
    made.refresh_from_db()
    assert made.is_active and made.cursor == last


def test_it_is_removed(client: Client) -> None:
    client.post("/webhooks/new/", SIEM)
    assert client.post(f"/webhooks/{Webhook.objects.get().pk}/remove/").status_code == 303
    assert not Webhook.objects.exists()
    actions = AuditEvent.objects.exclude(action="sign_in").order_by("number").values_list("action", flat=True)
    assert list(actions) == ["webhook_created", "webhook_removed"]
