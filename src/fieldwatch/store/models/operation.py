"""The ledger: what was done to the plant, every time."""

from __future__ import annotations

from django.db import models

from fieldwatch.store.models.fact import End
from fieldwatch.store.models.place import Site
from fieldwatch.store.models.source import Source


class Operation(models.Model):
    """Something that an actor did, or tried to do, to a target, as one source has it. `times` may exceed the occurrences that were kept."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="operations", db_index=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="operations")
    actor = models.ForeignKey(End, models.CASCADE, related_name="operations_done")
    target = models.ForeignKey(End, models.CASCADE, related_name="operations_taken")
    protocol = models.CharField(max_length=32)
    name = models.TextField()
    effect = models.CharField(max_length=20)
    object = models.TextField()
    technique = models.CharField(max_length=16)
    times = models.BigIntegerField()
    seen_ns = models.BigIntegerField()
    spans = models.JSONField()
    digest = models.BinaryField(max_length=16)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "digest"), name="operation_done"),)


class Occurrence(models.Model):
    """One time that an operation was seen: the `ordinal`-th of its kind in its frame. `site`, `effect` and `protocol`: the operation's.

    `is_change`: the effect is one that changes what the plant does, or will do (`facts.DANGEROUS`).
    """

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="occurrences", db_index=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="occurrences", db_index=False)
    effect = models.CharField(max_length=20)
    protocol = models.CharField(max_length=32)
    is_change = models.BooleanField(default=False)
    frame = models.BigIntegerField()
    ordinal = models.IntegerField()
    seen_ns = models.BigIntegerField()
    values = models.JSONField()
    result = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("operation", "frame", "ordinal"), name="occurrence_time"),)
        indexes = (
            models.Index(fields=("seen_ns", "id"), name="occurrence_time_all"),
            models.Index(fields=("site", "seen_ns", "id"), name="occurrence_site"),
            models.Index(fields=("is_change", "seen_ns", "id"), name="occurrence_change"),
            models.Index(fields=("effect", "seen_ns", "id"), name="occurrence_effect"),
            models.Index(fields=("protocol", "seen_ns", "id"), name="occurrence_protocol"),
        )
