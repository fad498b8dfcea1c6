"""What is wrong with assets, and what people do about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fieldwatch.store.models.asset import Asset
from fieldwatch.store.models.place import Site


class Finding(models.Model):
    """A finding (see `vulnerabilities.finding`), with its workflow: what people decide stays when the facts are judged again.

    `priority` is 0 now, 1 next, 2 never. A finding that the facts no longer give is closed, and opens again when they do.
    """

    class State(models.TextChoices):
        """Where its handling is."""

        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        CLOSED = "closed", _("Closed")

    site = models.ForeignKey(Site, models.CASCADE, related_name="findings")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="findings", db_index=False)
    key = models.TextField()
    kind = models.CharField(max_length=16)
    title = models.TextField()
    verdict = models.CharField(max_length=16)
    priority = models.SmallIntegerField()
    priority_reason = models.TextField()
    score = models.FloatField(default=-1)
    """CVSS base score; -1 without one (a column that is sorted by has a value in every row)."""
    severity = models.CharField(max_length=16, blank=True, default="")
    kev = models.BooleanField(default=False)
    rank = models.FloatField(default=0)
    """Order in which to act: the least first."""
    epss = models.FloatField(default=-1)
    cve = models.CharField(max_length=32, blank=True, default="")
    advisory = models.CharField(max_length=128, blank=True, default="")
    reason = models.TextField()
    settle = models.TextField(blank=True, default="")
    details = models.JSONField()
    """All else that the finding says: range, field and value that decided, vectors, mitigations, trail, CWE, address of the advisory."""
    evidence = models.JSONField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="findings")
    due = models.DateField(null=True)
    accepted_until = models.DateField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    accepted_why = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    digest = models.BinaryField(max_length=16, default=b"", editable=False)
    """Of what was judged last: where it is the same, nothing is written."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("asset", "key"), name="finding_key"),)
        indexes = (
            models.Index(fields=("rank", "id"), name="finding_rank"),
            models.Index(fields=("state", "rank", "id"), name="finding_state"),
            models.Index(fields=("state", "priority", "rank", "id"), name="finding_priority"),
            models.Index(fields=("score", "id"), name="finding_score"),
            models.Index(fields=("epss", "id"), name="finding_epss"),
            models.Index(fields=("cve", "id"), name="finding_cve"),
            models.Index(fields=("advisory", "id"), name="finding_advisory"),
            models.Index(fields=("opened_at", "id"), name="finding_opened"),
        )


class FindingStep(models.Model):
    """One step of the handling of a finding: a note, an assignment, an acceptance, its end, a new opening."""

    class Kind(models.TextChoices):
        """What was done."""

        OPENED = "opened", _("Opened")
        NOTE = "note", _("Note")
        ASSIGNED = "assigned", _("Assigned")
        DUE = "due", _("Due")
        ACCEPTED = "accepted", _("Accepted")
        EXPIRED = "expired", _("Expired")
        REOPENED = "reopened", _("Reopened")
        CLOSED = "closed", _("Closed")

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    text = models.TextField(blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
