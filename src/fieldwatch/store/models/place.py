"""Where things are: sites, the subnets and the zones of a site."""

from __future__ import annotations

from django.db import models


class Site(models.Model):
    """A plant, a building, a works: addresses mean something within one site only.

    `facts` counts what ingest changed, `folded` is the count up to which the assets follow from it: where they differ, the site waits.
    """

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200, unique=True)
    timezone = models.CharField(max_length=64, default="UTC")
    description = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    facts = models.BigIntegerField(default=0)
    folded = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Zone(models.Model):
    """Assets of one site with common security requirements (IEC 62443-3-2). `level` is the Purdue level in tenths (35 is 3.5)."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="zones")
    name = models.CharField(max_length=200)
    level = models.SmallIntegerField(null=True, blank=True)
    description = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("site", "name"), name="zone_name"),)

    def __str__(self) -> str:
        return self.name


class Subnet(models.Model):
    """A network of a site, in the words of the people there. Assets with an address in it, that nobody placed, are in its zone."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="subnets")
    network = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True, default="")
    zone = models.ForeignKey(Zone, models.SET_NULL, null=True, blank=True, related_name="subnets")

    class Meta:
        ordering = ("network",)
        constraints = (models.UniqueConstraint(fields=("site", "network"), name="subnet_network"),)

    def __str__(self) -> str:
        return self.network
