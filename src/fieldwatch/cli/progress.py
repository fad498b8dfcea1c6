"""The bar that shows how far the reading is: on a terminal only, on standard error, gone when it is done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.cli.escape import visible

if TYPE_CHECKING:
    from fieldwatch.pipeline.inspect import Progress


@contextmanager
def shown(paths: list[str]) -> Iterator[Progress | None]:
    """What `inspect` may call as it reads `paths`; None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("looking at the files", total=_size(paths) or None)
        read: dict[str, int] = {}

        def progress(path: str, done: int, size: int) -> None:
            read[path] = min(done, size) if size else done
            bar.update(task, completed=sum(read.values()), description=visible(Path(path).name))

        yield progress


def _size(paths: list[str]) -> int:
    """The bytes of all files that will be read; 0 where that cannot be told (standard input, or nothing usable)."""
    from fieldwatch.pipeline.sources import UnusableInput, find

    try:
        return 0 if "-" in paths else sum(Path(path).stat().st_size for path in find(paths))
    except (UnusableInput, OSError):
        return 0
