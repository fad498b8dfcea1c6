"""All records: the constant `RECORD` of every file in this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fieldwatch.server.records._record import Record


@cache
def records() -> Mapping[str, Record]:
    """The records by plural, in order."""
    here = str(Path(__file__).parent)
    names = sorted(one.name for one in pkgutil.iter_modules([here]) if not one.name.startswith("_") and one.name != "registry")
    found = [importlib.import_module(f"fieldwatch.server.records.{name}").RECORD for name in names]
    return {record.plural: record for record in sorted(found, key=lambda record: record.plural)}
