"""The facts of a source that are about one end: claims, sightings, logins, broken rules, what was not decoded, gaps.

`spans` are lists of frame, offset and length: the bytes of the source that prove the row. `digest` is BLAKE2b (128 bits) of what the row is
about (`facts.batch.key`): text of any length from the network cannot stand in an index.
"""

from __future__ import annotations

from django.db import models

from fieldwatch.store.models.place import Site
from fieldwatch.store.models.source import Source


class End(models.Model):
    """Somebody or something that facts of a site are about (see `facts.Subject`), and the asset that it was folded into."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="ends", db_index=False)
    ip = models.CharField(max_length=45)
    mac = models.CharField(max_length=17)
    vlan = models.IntegerField()
    component = models.TextField()
    asset = models.ForeignKey("store.Asset", models.SET_NULL, null=True, related_name="ends")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "ip", "mac", "vlan", "component"), name="end_subject"),)


class Claim(models.Model):
    """Something that was said about an end. Where it was said first, in its source."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="claims", db_index=False)
    end = models.ForeignKey(End, models.CASCADE, related_name="claims")
    protocol = models.CharField(max_length=32)
    attribute = models.CharField(max_length=64)
    value = models.TextField()
    seen_ns = models.BigIntegerField()
    spans = models.JSONField()
    digest = models.BinaryField(max_length=16)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "digest"), name="claim_said"),)


class Sighting(models.Model):
    """Packets were sent by an end; `frame` is the first of them."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="sightings", db_index=False)
    end = models.ForeignKey(End, models.CASCADE, related_name="sightings")
    packets = models.BigIntegerField()
    first_ns = models.BigIntegerField()
    last_ns = models.BigIntegerField()
    frame = models.BigIntegerField()
    greatest_ttl = models.SmallIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "end"), name="sighting_end"),)


class Login(models.Model):
    """Credentials that crossed the wire; `secret` is a keyed hash, "" where there was none in clear."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="logins", db_index=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="logins")
    client = models.ForeignKey(End, models.CASCADE, related_name="logins_made")
    server = models.ForeignKey(End, models.CASCADE, related_name="logins_taken")
    protocol = models.CharField(max_length=32)
    username = models.TextField()
    secret = models.CharField(max_length=64)
    cleartext = models.BooleanField()
    result = models.CharField(max_length=32)
    times = models.BigIntegerField()
    frames = models.JSONField()
    seen_ns = models.BigIntegerField()
    spans = models.JSONField()
    digest = models.BinaryField(max_length=16)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "digest"), name="login_made"),)
        indexes = (
            models.Index(fields=("seen_ns", "id"), name="login_time"),
            models.Index(fields=("username", "seen_ns", "id"), name="login_user"),
        )


class Malformed(models.Model):
    """Bytes that break a rule of their protocol."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="malformed", db_index=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="malformed")
    speaker = models.ForeignKey(End, models.CASCADE, related_name="malformed")
    protocol = models.CharField(max_length=32)
    reason = models.TextField()
    clause = models.TextField()
    have = models.TextField()
    allowed = models.TextField()
    times = models.BigIntegerField()
    seen_ns = models.BigIntegerField()
    spans = models.JSONField()
    digest = models.BinaryField(max_length=16)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "digest"), name="malformed_rule"),)
        indexes = (models.Index(fields=("seen_ns", "id"), name="malformed_time"),)


class Undecoded(models.Model):
    """Messages that were recognised and not read, by protocol, function and reason; `seen_ns` and `spans` are of the first."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="undecoded", db_index=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="undecoded")
    protocol = models.CharField(max_length=32)
    function = models.TextField()
    reason = models.TextField()
    times = models.BigIntegerField()
    seen_ns = models.BigIntegerField()
    spans = models.JSONField()
    digest = models.BinaryField(max_length=16)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "digest"), name="undecoded_function"),)
        indexes = (
            models.Index(fields=("times", "id"), name="undecoded_times"),
            models.Index(fields=("protocol", "id"), name="undecoded_protocol"),
        )


class Gap(models.Model):
    """Bytes of a conversation that a source does not hold; of protocol `capture`: a time in which a sensor saw nothing."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="gaps", db_index=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="gaps")
    client = models.ForeignKey(End, models.CASCADE, related_name="gaps_asking")
    server = models.ForeignKey(End, models.CASCADE, related_name="gaps_answering")
    protocol = models.CharField(max_length=32)
    times = models.BigIntegerField()
    size_bytes = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "client", "server", "protocol"), name="gap_conversation"),)
        indexes = (
            models.Index(fields=("size_bytes", "id"), name="gap_bytes"),
            models.Index(fields=("protocol", "id"), name="gap_protocol"),
        )
