"""What brings facts: sensors, the tokens that enrol them, and what they say of themselves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fieldwatch.store.models.place import Site


class Sensor(models.Model):
    """A machine that reads a mirror port or a folder of captures. Known by `serial`, which is named after its first key."""

    class State(models.TextChoices):
        """What the centre takes from it."""

        ENROLLED = "enrolled", _("Enrolled")
        REVOKED = "revoked", _("Revoked")

    site = models.ForeignKey(Site, models.CASCADE, related_name="sensors")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=State.choices, default=State.ENROLLED)
    serial = models.CharField(max_length=64, unique=True)
    version = models.CharField(max_length=64, blank=True, default="")
    config = models.JSONField(default=dict)
    health = models.JSONField(default=dict)
    enrolled_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("site", "name"), name="sensor_name"),)

    def __str__(self) -> str:
        return self.name


class EnrolmentToken(models.Model):
    """Lets one sensor in, once. Only the SHA-256 of its secret is kept."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="enrolment_tokens")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    sensor = models.ForeignKey(Sensor, models.SET_NULL, null=True)


class SensorAlert(models.Model):
    """Something that a sensor says is wrong with what it sees, or that the centre notices about it. Open until `closed_at`."""

    sensor = models.ForeignKey(Sensor, models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=32)
    words = models.TextField()
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("sensor", "closed_at", "kind"), name="sensor_alert_open"),)
