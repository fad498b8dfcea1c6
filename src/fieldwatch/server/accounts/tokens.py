"""Tokens with which programs act for a person: made once, shown once, kept as a digest.

A token has 256 random bits: its SHA-256 needs no salt, and how long it takes to look that up tells nothing about the token.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets

from django.utils import timezone

from fieldwatch.store.models import ApiToken, Site, User

START = "fwt_"
"""How every token begins, so that scanners for leaked secrets know it."""

LONGEST = datetime.timedelta(days=366)
SHOWN = 10
"""Characters of a token that are kept in clear, to tell it from others."""

FRESH = datetime.timedelta(minutes=1)
"""`used_at` is written at most this often."""

MOST_CHARACTERS = 128


class BadToken(ValueError):
    """Such a token is not made: says what was read, and what is allowed."""


def make(user: User, name: str, scope: str, site: Site | None, expires: datetime.datetime) -> str:
    """The text of a new token, which is not kept. Raises BadToken."""
    now = timezone.now()
    if not now < expires <= now + LONGEST:
        raise BadToken(f"until: {expires:%Y-%m-%d}; a day from tomorrow to a year from now is allowed")
    if scope not in ApiToken.Scope.values:
        raise BadToken(f"scope: {scope}; {', '.join(ApiToken.Scope.values)} is allowed")
    text = START + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name[:200], digest=digest(text), hint=text[:SHOWN], scope=scope, site=site, expires_at=expires)
    return text


def authenticate(text: str) -> ApiToken | None:
    """The token of this text, with its person; None where it is unknown, has expired, or its person was switched off."""
    if not text.startswith(START) or len(text) > MOST_CHARACTERS:
        return None
    now = timezone.now()
    found = ApiToken.objects.select_related("user", "site").filter(digest=digest(text), expires_at__gt=now, user__is_active=True).first()
    if found is not None and (found.used_at is None or now - found.used_at >= FRESH):
        found.used_at = now
        ApiToken.objects.filter(pk=found.pk).update(used_at=now)
    return found


def digest(text: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
