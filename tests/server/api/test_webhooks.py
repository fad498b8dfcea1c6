"""Webhooks: signed, in order, at least once, again and again until they give up; and nowhere that nobody meant."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import ipaddress
from typing import Any

import pytest
from django.utils import timezone
from tests.server.receiver import Receiver

from fieldwatch.server.api import webhooks
from fieldwatch.server.api.webhooks import deliver, has_given_up, is_local, signature, wait_s
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import AuditEvent, Event, Site, Webhook


@pytest.fixture()
def hook(receiver: Receiver, db: None) -> Webhook:
    return Webhook.objects.create(name="soc", url=receiver.url, secret="hush")


def emitted(number: int, **given: Any) -> list[int]:
    return [emit(Kind.ASSET, f"{at}", **given).pk for at in range(number)]


def test_events_come_in_order_signed_and_once_where_they_are_taken(
    hook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST", 3)
    made = emitted(7)
    while deliver(allow_local=True):
        pass
    assert receiver.events() == [made[:3], made[3:6], made[6:]]
    for path, headers, body in receiver.asked:
        assert path == "/in?x=1"
        at_s, told = headers["Fieldwatch-Signature"].removeprefix("t=").split(",v1=")
        assert hmac.new(b"hush", f"{at_s}.".encode() + body, hashlib.sha256).hexdigest() == told
        assert abs(int(at_s) - datetime.datetime.now().timestamp()) < 600
        assert headers["Host"] == f"127.0.0.1:{receiver.server.server_port}"
        assert b"hush" not in body
    hook.refresh_from_db()
    assert (hook.cursor, hook.failures, hook.last_error) == (made[-1], 0, "")


def test_only_events_of_its_site_and_kinds_are_told_and_the_others_passed(
    hook: Webhook, receiver: Receiver, site: Site, other_site: Site
) -> None:
    Webhook.objects.update(site=site, kinds=["asset"])
    emitted(2, site=other_site.pk)
    own = emitted(1, site=site.pk)
    last = emit(Kind.FINDING, "x", site=site.pk).pk
    assert deliver(allow_local=True) == 1
    assert deliver(allow_local=True) == 0
    assert receiver.events() == [own]
    hook.refresh_from_db()
    assert hook.cursor == last


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_what_is_not_taken_is_sent_again_later(status: int, hook: Webhook, receiver: Receiver) -> None:
    made, now = emitted(2), timezone.now()
    receiver.status = status
    assert deliver(allow_local=True, now=now) == 0
    hook.refresh_from_db()
    assert hook.failures == 1
    assert str(status) in hook.last_error
    assert hook.next_at == now + datetime.timedelta(seconds=wait_s(1))
    assert deliver(allow_local=True, now=now + datetime.timedelta(seconds=wait_s(1) - 1)) == 0
    receiver.status = 204
    assert deliver(allow_local=True, now=now + datetime.timedelta(seconds=wait_s(1))) == 1
    assert receiver.events() == [made, made]
    assert [path for path, *_ in receiver.asked] == ["/in?x=1", "/in?x=1"], "redirects are not followed"
    hook.refresh_from_db()
    assert Webhook.objects.filter(failures=0, next_at=None, last_error="").exists()


def test_a_receiver_that_does_not_answer_is_not_waited_for(hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(webhooks, "TIMEOUT_S", 0.2)
    emitted(1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        Webhook.objects.update(url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        assert deliver(allow_local=True) == 0
    hook.refresh_from_db()
    assert "no answer within" in hook.last_error


def test_it_waits_longer_each_time_and_gives_up_after_two_days() -> None:
    assert [wait_s(number) for number in (1, 2, 3, 4, 9, 10, 1000)] == [10, 20, 40, 80, 2560, 3600, 3600]
    last = next(number for number in range(1, 1000) if has_given_up(number))
    tried_for = sum(wait_s(number) for number in range(1, last))
    assert 2 * 86_400 <= tried_for < 2 * 86_400 + 3600
    assert not has_given_up(last - 1)


def test_one_that_gives_up_is_switched_off_with_an_event_and_an_entry(hook: Webhook, receiver: Receiver, site: Site) -> None:
    receiver.status = 500
    last = next(number for number in range(1, 1000) if has_given_up(number))
    Webhook.objects.update(failures=last - 1, site=site)
    emitted(1, site=site.pk)
    assert deliver(allow_local=True) == 0
    hook.refresh_from_db()
    assert hook.is_active is False
    assert Event.objects.filter(kind="webhook", object=str(hook.pk), site=site).count() == 1
    entry = AuditEvent.objects.get()
    assert (entry.action, entry.object, entry.site, entry.actor) == ("webhook_changed", "soc", "works", "")
    assert deliver(allow_local=True, now=timezone.now() + datetime.timedelta(days=30)) == 0
    assert len(receiver.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://0.0.0.0:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/", "http://127.1:{port}/", "http://169.254.169.254/latest/", "http://[fe80::1]/",
    ],
)  # fmt: skip
def test_this_machine_and_its_link_are_told_nothing(url: str, hook: Webhook, receiver: Receiver) -> None:
    Webhook.objects.update(url=url.format(port=receiver.server.server_port))
    emitted(1)
    assert deliver() == 0
    assert receiver.asked == []
    hook.refresh_from_db()
    assert "webhooks.allow_local" in hook.last_error


@pytest.mark.parametrize(
    "url", ["http://nowhere.invalid/", "http://127.0.0.1:1/", "http://x:99999/", "http://[::1", "gopher://127.0.0.1/", ""]
)
def test_an_address_that_leads_nowhere_is_a_failure(url: str, hook: Webhook) -> None:
    Webhook.objects.update(url=url)
    emitted(1)
    assert deliver(allow_local=True) == 0
    hook.refresh_from_db()
    assert hook.last_error


def test_one_that_fails_does_not_hold_the_others(hook: Webhook, receiver: Receiver) -> None:
    Webhook.objects.create(name="broken", url="http://127.0.0.1:1/", secret="x")
    emitted(1)
    assert deliver(allow_local=True) == 1
    assert Webhook.objects.get(name="broken").failures == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("0.0.0.0", True), ("169.254.1.1", True), ("224.0.0.1", True), ("::1", True),
        ("::", True),
        ("fe80::1", True), ("::ffff:127.0.0.1", True), ("2002:7f00:1::", True), ("10.0.0.1", False), ("192.168.1.1", False),
        ("8.8.8.8", False),
        ("2001:db8::1", False), ("fd00::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_local(text: str, expected: bool) -> None:
    assert is_local(ipaddress.ip_address(text)) is expected


def test_the_signature_of_a_known_body() -> None:
    """Computed with `printf '7.{}' | openssl dgst -sha256 -hmac key`."""
    assert signature("key", b"{}", 7) == "t=7,v1=77bc83bd1f40422311e47918b203449aecf84b02c1568bb1b570ac2a474cc2d8"
