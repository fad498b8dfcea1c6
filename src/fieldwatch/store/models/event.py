"""What happened, for whoever waits for it: browsers, and the webhooks of other systems."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from fieldwatch.store.models.place import Site, Zone


class Event(models.Model):
    """Something that a page may want to show anew. Its id is the cursor of the stream. It holds no secret, no text from the network."""

    site = models.ForeignKey(Site, models.CASCADE, null=True, related_name="events")
    zone = models.ForeignKey(Zone, models.SET_NULL, null=True)
    kind = models.CharField(max_length=32)
    object = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("site", "id"), name="event_site"),)


class Webhook(models.Model):
    """An address that is told of events. `secret` keys the signature of what is sent; `cursor` is the last event that it took."""

    site = models.ForeignKey(Site, models.CASCADE, null=True, related_name="webhooks")
    name = models.CharField(max_length=200, unique=True)
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=128)
    kinds = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    cursor = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
