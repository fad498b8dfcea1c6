"""The first start: a link, good once and for a day, with which the first administrator is made. There is no default password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

from django.db import transaction

from fieldwatch.store.models import Membership, Role, Setting, User

NAME = "setup"
"""The setting that keeps the SHA-256 of the link's secret."""

LASTS_S = 24 * 3600


class NoSetup(Exception):
    """The link does not make an administrator: it is not the one, it is too old, or there is an administrator already."""


def has_administrator() -> bool:
    """True where somebody can administer everything."""
    return Membership.objects.filter(role=Role.ADMINISTRATOR, site=None, zone=None, user__is_active=True).exists()


def setup_link(origin: str) -> str | None:
    """A new link (earlier ones are void); None where there is an administrator."""
    if has_administrator():
        return None
    secret = secrets.token_urlsafe(32)
    Setting.objects.update_or_create(name=NAME, defaults={"value": {"digest": _digest(secret), "until": time.time() + LASTS_S}})
    return f"{origin}/setup/{secret}/"


def opens(secret: str) -> bool:
    """True where the link with this secret makes the first administrator now."""
    kept = Setting.objects.filter(name=NAME).first()
    if kept is None or not 0 <= kept.value["until"] - time.time() <= LASTS_S:
        return False
    return hmac.compare_digest(kept.value["digest"], _digest(secret)) and not has_administrator()


def make_first(secret: str, name: str, email: str, password: str) -> User:
    """The first administrator; the link is spent. Raises NoSetup."""
    with transaction.atomic():
        list(Setting.objects.select_for_update().filter(name=NAME))  # of two that come at once, one finds the link spent
        if not opens(secret):
            raise NoSetup
        Setting.objects.filter(name=NAME).delete()
        user = User.objects.create_user(username=name, email=email, password=password)
        Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
    return user


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
