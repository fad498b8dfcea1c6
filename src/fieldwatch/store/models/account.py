"""People and programs that use Fieldwatch, what they may do, and what they keep for themselves."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fieldwatch.store.models.place import Site, Zone


class Role(models.TextChoices):
    """What somebody is to a plant. What each may do is in `server.accounts.roles`."""

    VIEWER = "viewer", _("Viewer")
    ENGINEER = "engineer", _("Engineer")
    ANALYST = "analyst", _("Analyst")
    AUDITOR = "auditor", _("Auditor")
    VENDOR = "vendor", pgettext_lazy("role of a person", "Vendor")
    ADMINISTRATOR = "administrator", _("Administrator")


class User(AbstractUser):
    """A person. Accounts are made by an administrator, or by the organisation's directory; nobody signs up."""

    email = models.EmailField(unique=True)
    language = models.CharField(max_length=8, blank=True, default="")
    theme = models.CharField(max_length=16, blank=True, default="")


class Membership(models.Model):
    """A role of a person: everywhere (no site), at one site, or in one zone of it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    site = models.ForeignKey(Site, models.CASCADE, null=True, blank=True)
    zone = models.ForeignKey(Zone, models.CASCADE, null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "role"), condition=models.Q(site=None, zone=None), name="membership_everywhere"),
            models.UniqueConstraint(fields=("user", "role", "site"), condition=models.Q(zone=None), name="membership_site"),
            models.UniqueConstraint(fields=("user", "role", "zone"), name="membership_zone"),
        )


class ApiToken(models.Model):
    """Lets a program act for a person, within a scope and a time. Only the SHA-256 of the token is kept; `hint` is its beginning."""

    class Scope(models.TextChoices):
        """What it is for."""

        READ = "read", pgettext_lazy("scope of a token", "Read")
        WRITE = "write", pgettext_lazy("scope of a token", "Write")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=16)
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.READ)
    site = models.ForeignKey(Site, models.CASCADE, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class SavedView(models.Model):
    """A list as somebody wants it: its filters, columns and order. Shared with all who may see the list, where `is_shared`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    record = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    query = models.TextField()
    is_shared = models.BooleanField(default=False)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("user", "record", "name"), name="saved_view"),)


class Setting(models.Model):
    """A choice of this installation that people make on its pages, by name."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()


class MapPin(models.Model):
    """Where somebody put an asset on the map of its site."""

    asset = models.OneToOneField("store.Asset", models.CASCADE, related_name="pin")
    x = models.FloatField()
    y = models.FloatField()
