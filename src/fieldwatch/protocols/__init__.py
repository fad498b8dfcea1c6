"""One file a protocol. `registry()` finds them: every module here without a leading underscore that has a `PROTOCOL`, and entry points."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import pkgutil

from fieldwatch.protocols._protocol import Protocol
from fieldwatch.protocols._reading import Reading, Registry

ENTRY_POINTS = "fieldwatch.protocols"
"""Outside packages add a protocol by an entry point of this group that names its `PROTOCOL`."""

__all__ = ["Protocol", "Reading", "Registry", "registry"]


@functools.cache
def registry() -> Registry:
    """All protocols of this installation."""
    own = (
        importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")
    )
    found: list[Protocol] = [module.PROTOCOL for module in own if hasattr(module, "PROTOCOL")]
    found += [point.load() for point in importlib.metadata.entry_points(group=ENTRY_POINTS)]
    return Registry(found)
