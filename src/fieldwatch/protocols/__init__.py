"""One file a protocol. `registry()` finds them: every module here without a leading underscore that has a `PROTOCOL`, and entry points."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import sys
from pathlib import Path

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
    return Registry(found + _of_others())


def _of_others() -> list[Protocol]:
    """The protocols of outside packages. Most installations have none, and can do without the library that reads what packages say."""
    if not any(_names_group(path) for folder in sys.path for path in Path(folder or ".").glob("*-info/entry_points.txt")):
        return []
    import importlib.metadata

    return [point.load() for point in importlib.metadata.entry_points(group=ENTRY_POINTS)]


def _names_group(path: Path) -> bool:
    try:
        return f"[{ENTRY_POINTS}]" in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
