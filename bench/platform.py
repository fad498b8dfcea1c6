"""What the platform promises and CI has no time to measure."""

from __future__ import annotations

from bench._part import Group

GROUP = Group("platform", "The platform: load, ingest, kills, faults, and its API", ("load", "ingest", "killed", "faults", "contract"))
