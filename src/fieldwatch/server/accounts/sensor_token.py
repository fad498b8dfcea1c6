"""Tokens that let one sensor in, made on a page."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from fieldwatch.server.sensors.authority import Authority
from fieldwatch.server.sensors.registry import new_token
from fieldwatch.store.models import EnrolmentToken, Site

LASTS = datetime.timedelta(days=1)


def make_token(site: Site, name: str, user: Any, lasts: datetime.timedelta = LASTS) -> str:
    """The token's text, which is not kept."""
    text, digest = new_token(Authority(settings.DATA / "keys").fingerprint)
    EnrolmentToken.objects.create(site=site, name=name[:200], digest=digest, created_by=user, expires_at=timezone.now() + lasts)
    return text
