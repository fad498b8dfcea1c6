"""What facts are from: captures and the epochs of sensors, with the frames that are kept of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fieldwatch.store.models.place import Site
from fieldwatch.store.models.sensor import Sensor


class Source(models.Model):
    """One capture file, or one epoch of a sensor (see `facts.batch.Source`). `batches` is the number of the last one that was taken.

    `kept` says that the bytes of a capture are in the folder of captures, by their SHA-256.
    """

    class State(models.TextChoices):
        """Where the reading is."""

        QUEUED = "queued", _("Queued")
        READING = "reading", _("Reading")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    site = models.ForeignKey(Site, models.CASCADE, related_name="sources", db_index=False)
    sensor = models.ForeignKey(Sensor, models.SET_NULL, null=True, related_name="sources")
    identity = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    name = models.TextField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    reason = models.TextField(blank=True, default="")
    packets = models.BigIntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    first_ns = models.BigIntegerField(null=True)
    last_ns = models.BigIntegerField(null=True)
    truncated = models.TextField(blank=True, default="")
    counters = models.JSONField(default=dict)
    batches = models.IntegerField(default=0)
    told_ns = models.BigIntegerField(default=0)
    kept = models.BooleanField(default=False)
    file_bytes = models.BigIntegerField(default=0)
    """Size of the capture file on disk; `size_bytes` counts the bytes of its packets."""
    progress = models.FloatField(default=0)
    """Share of the file that was read, 0 to 1."""
    taken = models.FloatField(default=0)
    """Share of what was read that is in the store, 0 to 1."""
    stage_at = models.DateTimeField(null=True)
    """When what goes on now began: reading, then taking."""
    tries = models.SmallIntegerField(default=0)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("site", "identity"), name="source_identity"),)
        indexes = (models.Index(fields=("state", "id"), name="source_state"),)

    def __str__(self) -> str:
        return self.name


class Proof(models.Model):
    """A frame that proves facts of a source whose packets cannot be read again here (see `facts.batch.Proof`)."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="proofs", db_index=False)
    frame = models.BigIntegerField()
    link = models.IntegerField()
    seen_ns = models.BigIntegerField()
    data = models.BinaryField()
    wire_length = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "frame"), name="proof_frame"),)


class Skipped(models.Model):
    """Something that was brought and not read, and why: shown until somebody puts it away."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="skipped")
    name = models.TextField()
    reason = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
