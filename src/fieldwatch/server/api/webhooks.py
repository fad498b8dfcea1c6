"""Tells other systems of events: at least once, in their order, signed.

A delivery is a POST of JSON `{"webhook", "events": [...], "cursor"}` with at most 100 events. Its header

    Fieldwatch-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA-256 of "<t>." and the body, keyed with the webhook's secret>

lets the receiver tell that it is from here and not old. 2xx takes it; all else is tried again, later each time, for two days; then the
webhook is switched off, with an event and an entry of the audit log. Redirects are not followed. The address is looked up once, checked,
and connected to as it was checked: loopback and link-local addresses are refused, unless `webhooks.allow_local` says otherwise.

Standards: RFC 2104 (HMAC); RFC 9110. This is one of the few files that reach out.
"""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import hmac
import ipaddress
import logging
import socket
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import orjson
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from fieldwatch import __version__
from fieldwatch.server.api.events import told
from fieldwatch.store.audit import AuditAction, append
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import Event, Webhook

log = logging.getLogger(__name__)

MOST = 100
"""Events of one delivery."""

AT_ONCE = 20
"""Webhooks that are told at the same time."""

TIMEOUT_S = 10.0
FIRST_S, LONGEST_S = 10, 3600
"""Seconds after the first failure; and at most, for each doubles the time before it."""

GIVES_UP_S = 2 * 86_400

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Delivery(NamedTuple):
    """What one webhook is sent. `cursor` is where it stands, once it has taken it."""

    hook: Webhook
    body: bytes
    cursor: int


class Refused(Exception):
    """Nothing is sent to this address: says why."""


def deliver(*, allow_local: bool = False, now: datetime.datetime | None = None) -> int:
    """One delivery to each webhook that has something to hear and whose time has come; how many took theirs."""
    when = now or timezone.now()
    due = Webhook.objects.filter(Q(next_at=None) | Q(next_at__lte=when), is_active=True).select_related("site").order_by("pk")
    deliveries = [made for hook in due if (made := _delivery(hook)) is not None]
    if not deliveries:
        return 0
    answers = asyncio.run(_send_all(deliveries, int(when.timestamp()), allow_local))
    for made, error in zip(deliveries, answers, strict=True):
        _took(made) if not error else _failed(made.hook, error, when)
    return sum(not error for error in answers)


def probe(hook: Webhook, *, allow_local: bool = False) -> str:
    """Sends a delivery without events, now: why it was not taken, "" where it was. It changes nothing of what the webhook still hears."""
    body = orjson.dumps({"webhook": hook.name, "events": [], "cursor": hook.cursor})
    return asyncio.run(_send(Delivery(hook, body, hook.cursor), int(timezone.now().timestamp()), allow_local))


def signature(secret: str, body: bytes, at_s: int) -> str:
    """The header that proves a body at a time."""
    told = hmac.new(secret.encode(), b"%d." % at_s + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={told}"


def wait_s(failures: int) -> int:
    """Seconds until the next try after so many failures."""
    return int(min(FIRST_S * 2 ** min(failures - 1, 20), LONGEST_S))


def has_given_up(failures: int) -> bool:
    """True where so many failures, with the times between them, lasted for two days."""
    return sum(wait_s(number) for number in range(1, failures)) >= GIVES_UP_S


def _delivery(hook: Webhook) -> Delivery | None:
    """What this webhook has to hear; None where that is nothing: its cursor goes on then."""
    rows = Event.objects.filter(pk__gt=hook.cursor).select_related("site").order_by("pk")
    meant = rows.filter(site=hook.site_id) if hook.site_id else rows
    meant = meant.filter(kind__in=hook.kinds) if hook.kinds else meant
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    found = list(meant.filter(pk__lte=last)[:MOST])
    if not found:
        if last > hook.cursor:
            Webhook.objects.filter(pk=hook.pk).update(cursor=last)
        return None
    cursor = found[-1].pk
    body = {"webhook": hook.name, "events": [told(event) for event in found], "cursor": cursor}
    return Delivery(hook, orjson.dumps(body), cursor)


async def _send_all(deliveries: list[Delivery], at_s: int, allow_local: bool) -> list[str]:
    """Why each was not taken; "" where it was."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(made: Delivery) -> str:
        async with places:
            return await _send(made, at_s, allow_local)

    return list(await asyncio.gather(*(one(made) for made in deliveries)))


async def _send(made: Delivery, at_s: int, allow_local: bool) -> str:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            status = await _post(made, at_s, allow_local)
    except (Refused, httpx.InvalidURL) as error:
        return str(error)
    except ValueError as error:
        return f"url: {error}"[:500]
    except (TimeoutError, httpx.TimeoutException):
        return f"no answer within {TIMEOUT_S:.0f} s"
    except (httpx.HTTPError, OSError) as error:
        return f"{type(error).__name__}: {error}"[:500]
    return "" if 200 <= status < 300 else f"the answer was {status}; 2xx takes a delivery"


async def _post(made: Delivery, at_s: int, allow_local: bool) -> int:
    """The status of the answer. Its body is not read."""
    parts = urlsplit(made.hook.url)
    host = parts.hostname or ""
    address = await _address(host, parts.port or (443 if parts.scheme == "https" else 80), allow_local)
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": f"Fieldwatch/{__version__}",
        "Fieldwatch-Signature": signature(made.hook.secret, made.body, at_s),
    }
    url = httpx.URL(made.hook.url).copy_with(host=str(address))
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client,
        client.stream("POST", url, content=made.body, headers=headers, extensions={"sni_hostname": host}) as answer,
    ):
        return answer.status_code


async def _address(host: str, port: int, allow_local: bool) -> Address:
    """The address of a host. Raises Refused where one of its addresses is not to be spoken to."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Refused(f"{host}: its address is not found: {error.strerror}") from None
    addresses = [ipaddress.ip_address(one[4][0].partition("%")[0]) for one in found]  # type: ignore[union-attr]
    for address in addresses:
        if not allow_local and is_local(address):
            raise Refused(f"{host}: it leads to {address}, an address of this machine or its link; webhooks.allow_local would allow it")
    if not addresses:
        raise Refused(f"{host}: it has no address")
    return addresses[0]


def is_local(address: Address) -> bool:
    """True for this machine, its link, groups, and addresses of no host: also where one of them is wrapped in IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None and is_local(inner):
            return True
    return address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast or address.is_reserved


def _took(made: Delivery) -> None:
    """Goes on behind what was taken. Whoever changed the webhook since has the last word."""
    rows = Webhook.objects.filter(pk=made.hook.pk, cursor=made.hook.cursor)
    rows.update(cursor=made.cursor, failures=0, next_at=None, last_error="")


def _failed(hook: Webhook, error: str, now: datetime.datetime) -> None:
    failures = hook.failures + 1
    is_last = has_given_up(failures)
    changes: dict[str, Any] = {"failures": failures, "last_error": error, "next_at": now + datetime.timedelta(seconds=wait_s(failures))}
    with transaction.atomic():
        rows = Webhook.objects.filter(pk=hook.pk, failures=hook.failures, is_active=True)
        if not rows.update(**changes, is_active=not is_last) or not is_last:
            return
        log.warning("webhook %s is switched off: %s", hook.name, error)
        detail = {"is_active": False, "failures": failures, "error": error}
        append(
            actor="",
            address="",
            action=AuditAction.WEBHOOK_CHANGED,
            object=hook.name,
            site=hook.site.slug if hook.site else "",
            detail=detail,
        )
        emit(Kind.WEBHOOK, str(hook.pk), site=hook.site_id, data={"failures": failures})
