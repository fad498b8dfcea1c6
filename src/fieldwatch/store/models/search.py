"""What the global search finds: one row a thing, with the words that it is found by. Made from the other tables by `store.search`."""

from __future__ import annotations

from django.db import models

from fieldwatch.store.models.asset import Asset
from fieldwatch.store.models.place import Site, Zone


class SearchEntry(models.Model):
    """`key` names the thing within its kind. `words`: each on its own line, a line break before the first and after the last.

    A CVE or a login that is found in many assets has one row for each zone (and one for no zone), so that a search never tells of a zone
    that somebody may not see.
    """

    site = models.ForeignKey(Site, models.CASCADE, null=True, related_name="+")
    zone = models.ForeignKey(Zone, models.CASCADE, null=True, related_name="+")
    asset = models.ForeignKey(Asset, models.CASCADE, null=True, related_name="search_entries")
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    label = models.TextField()
    detail = models.TextField(blank=True, default="")
    words = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="search_entry"),)
        indexes = (models.Index(fields=("site", "kind"), name="search_site"),)
