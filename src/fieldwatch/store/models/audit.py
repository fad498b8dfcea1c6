"""Who did what: append-only, each entry sealed with the one before it (see `store.audit`)."""

from __future__ import annotations

from django.db import models


class AuditEvent(models.Model):
    """One entry. `actor` and `site` are words, not keys: the entry outlives its objects. `seal`: SHA-256 over the one before and this."""

    number = models.BigIntegerField(unique=True)
    at_ns = models.BigIntegerField()
    actor = models.TextField()
    address = models.TextField()
    action = models.CharField(max_length=64)
    object = models.TextField()
    site = models.TextField()
    detail = models.JSONField()
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ("-number",)
        indexes = (
            models.Index(fields=("site", "-number"), name="audit_site"),
            models.Index(fields=("action", "-number"), name="audit_action"),
            models.Index(fields=("actor", "-number"), name="audit_actor"),
        )
