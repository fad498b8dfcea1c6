"""Which Parquet files make the history: a file counts when it is listed here, in the transaction of the batch that brought its rows."""

from __future__ import annotations

from django.db import models

from fieldwatch.store.models.place import Site


class HistoryFile(models.Model):
    """One file, by its path below the folder of the history. `grain_ns` is how long its slices are; times are of the first and last."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="history_files", db_index=False)
    path = models.TextField(unique=True)
    grain_ns = models.BigIntegerField()
    first_ns = models.BigIntegerField()
    last_ns = models.BigIntegerField()
    rows = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("site", "grain_ns", "first_ns"), name="history_file_time"),)
