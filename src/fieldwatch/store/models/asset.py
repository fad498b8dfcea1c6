"""Devices: what was folded from the facts, what people know better, and how both changed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fieldwatch.store.models.place import Site, Zone
from fieldwatch.store.models.source import Source

SORTED = (
    "name", "findings_now", "findings_next", "role", "vendor", "model", "firmware", "serial_number", "order_number", "ip_order", "mac",
    "level", "last_ns", "first_ns", "criticality",
)  # fmt: skip
"""Columns by which lists of assets are ordered."""


class Asset(models.Model):
    """A device, or a part of one. Its row lives as long as the device does, whatever its addresses; `handle` is the fold's id of today.

    Shown values stand here for lists; all values with their evidence are in `AssetAttribute`. `level` is the Purdue level in tenths,
    -1 where it is not known (a column that is sorted by has a value in every row).
    """

    class Standing(models.TextChoices):
        """Whether people know it."""

        NEW = "new", _("New")
        AUTHORISED = "authorised", _("Authorised")
        UNAUTHORISED = "unauthorised", _("Unauthorised")

    class Criticality(models.IntegerChoices):
        """What its failure means, in a person's word."""

        UNKNOWN = 0, _("Unknown")
        LOW = 1, _("Low")
        MEDIUM = 2, _("Medium")
        HIGH = 3, _("High")
        CRITICAL = 4, _("Critical")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="assets", db_index=False)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children", db_index=False)
    component = models.TextField(blank=True, default="")
    handle = models.TextField()
    name = models.TextField(blank=True, default="")
    role = models.CharField(max_length=64, blank=True, default="")
    kind = models.CharField(max_length=16, blank=True, default="")
    """OT, IT, IoT or network."""
    level = models.SmallIntegerField(default=-1)
    vendor = models.TextField(blank=True, default="")
    family = models.TextField(blank=True, default="")
    model = models.TextField(blank=True, default="")
    order_number = models.TextField(blank=True, default="")
    hardware = models.TextField(blank=True, default="")
    firmware = models.TextField(blank=True, default="")
    serial_number = models.TextField(blank=True, default="")
    os = models.TextField(blank=True, default="")
    run_state = models.CharField(max_length=64, blank=True, default="")
    ip = models.CharField(max_length=45, blank=True, default="")
    ip_order = models.CharField(max_length=48, blank=True, default="")
    """The first IP address so that text sorts as numbers do."""
    mac = models.CharField(max_length=17, blank=True, default="")
    nic_vendor = models.TextField(blank=True, default="")
    ips = models.JSONField(default=list)
    macs = models.JSONField(default=list)
    vlans = models.JSONField(default=list)
    protocols = models.JSONField(default=list)
    services = models.JSONField(default=list)
    """Ports that answered, as `tcp/502`."""
    sensors = models.JSONField(default=list)
    first_ns = models.BigIntegerField(default=0)
    last_ns = models.BigIntegerField(default=0)
    zone = models.ForeignKey(Zone, models.SET_NULL, null=True, related_name="assets")
    is_placed = models.BooleanField(default=False)
    """A person chose the zone."""
    standing = models.CharField(max_length=16, choices=Standing.choices, default=Standing.NEW)
    criticality = models.SmallIntegerField(choices=Criticality.choices, default=Criticality.UNKNOWN)
    labels = models.JSONField(default=list)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    findings_now = models.IntegerField(default=0)
    findings_next = models.IntegerField(default=0)
    findings_never = models.IntegerField(default=0)
    has_kev = models.BooleanField(default=False)
    conflicts = models.IntegerField(default=0)
    """Overrides that the network contradicts."""
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="merged")
    gone_at = models.DateTimeField(null=True)
    """When it stopped to follow from the facts (merged, or its facts are gone)."""
    digest = models.BinaryField(max_length=16, default=b"", editable=False)
    """Of the attributes that were folded last: where it is the same, they need not be compared."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (
            models.Index(fields=("site", "handle"), name="asset_handle"),
            models.Index(fields=("parent",), name="asset_parent"),
            *(models.Index(fields=(name, "id"), name=f"asset_{name}"[:30]) for name in SORTED),
        )

    def __str__(self) -> str:
        return self.name or self.ip or self.mac or self.handle


class AssetAddress(models.Model):
    """An IP or MAC address that an asset has, or had: how a device is found again when it moves."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="addresses", db_index=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=45)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("asset", "address"), name="asset_address"),)
        indexes = (models.Index(fields=("site", "address"), name="asset_address_site"),)


class AssetAttribute(models.Model):
    """One value that is claimed of an attribute; `rank` 0 is the best. `evidence`: source id, seen_ns, protocol, spans - the first ones."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="attributes", db_index=False)
    name = models.CharField(max_length=64)
    rank = models.SmallIntegerField()
    value = models.TextField()
    confidence = models.FloatField()
    reason = models.TextField()
    evidence = models.JSONField()
    proofs = models.IntegerField()
    """How many proofs there are; `evidence` has the first and the last ones."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("asset", "name", "rank"), name="asset_attribute"),)


class Override(models.Model):
    """What a person says an attribute is. It wins over the facts, until it is taken back. `over` is the value that it was set against."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="overrides", db_index=False)
    attribute = models.CharField(max_length=64)
    value = models.TextField()
    over = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    conflicts = models.BooleanField(default=False)
    """Since it was set, the network says something else than `over` and `value`."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("asset", "attribute"), name="override"),)


class CustomField(models.Model):
    """An attribute that an organisation adds to its assets."""

    class Kind(models.TextChoices):
        """What its values are."""

        TEXT = "text"
        NUMBER = "number"
        DATE = "date"
        YES_NO = "yes/no"

    name = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.TEXT)

    class Meta:
        ordering = ("title",)


class CustomValue(models.Model):
    """The value of a custom field of an asset."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="custom_values", db_index=False)
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="values")
    value = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("asset", "field"), name="custom_value"),)


class Note(models.Model):
    """What a person writes about an asset."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)


class Change(models.Model):
    """A change of what is known of an asset: it appeared, a value became another, it was merged. `seen_ns`: when the new state was seen."""

    class Kind(models.TextChoices):
        """What changed."""

        APPEARED = "appeared", _("Appeared")
        IDENTITY = "identity", _("Identity")
        ADDRESS = "address", _("Address")
        MERGED = "merged", _("Merged")
        GONE = "gone", _("Gone")

    site = models.ForeignKey(Site, models.CASCADE, related_name="changes", db_index=False)
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="changes", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    attribute = models.CharField(max_length=64, blank=True, default="")
    before = models.TextField(blank=True, default="")
    after = models.TextField(blank=True, default="")
    seen_ns = models.BigIntegerField()
    source = models.ForeignKey(Source, models.SET_NULL, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (
            models.Index(fields=("seen_ns", "id"), name="change_time"),
            models.Index(fields=("site", "seen_ns", "id"), name="change_site"),
            models.Index(fields=("asset", "seen_ns", "id"), name="change_asset"),
        )
