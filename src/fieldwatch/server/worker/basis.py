"""The advisories that findings stand on: read once, and again when the folder of the feeds has changed."""

from __future__ import annotations

import logging
from pathlib import Path

from fieldwatch.vulnerabilities.basis import Basis, UnusableBasis, basis

log = logging.getLogger(__name__)


class Shelf:
    """The folder that `fieldwatch feeds` keeps, or the starter pack where there is none."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder) if folder else None
        self._stamp: object = None
        self._basis: Basis | None = None
        self.version = 0

    def current(self) -> Basis:
        """The advisories in force; the last good ones where the folder cannot be read now."""
        stamp = self._state()
        if self._basis is None or stamp != self._stamp:
            self._stamp = stamp
            self._load()
        assert self._basis is not None
        return self._basis

    def _load(self) -> None:
        try:
            self._basis = basis(self.folder, with_starter=True)
            self.version += 1
        except UnusableBasis as error:
            log.error("%s; the advisories that were read before stay in force", error)
            if self._basis is None:
                self._basis = basis(None, with_starter=True)
                self.version += 1

    def _state(self) -> object:
        """What changes when the feeds were synchronised: the times of the manifests."""
        if self.folder is None:
            return ""
        manifests = self.folder / "manifests"
        return (
            tuple(sorted((one.name, one.stat().st_mtime_ns) for one in manifests.glob("*")))
            if manifests.is_dir()
            else self.folder.stat().st_mtime_ns
        )
