"""Sites whose facts changed: folded into assets and judged, not more often than it costs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.db.models import F

from fieldwatch.server.worker.basis import Shelf
from fieldwatch.store.folding import fold_site
from fieldwatch.store.folding.judging import Judge
from fieldwatch.store.models import Site

log = logging.getLogger(__name__)

SHARE = 5
"""A site is folded at most every fifth part of the time: a fold that takes 2 s waits 10 s for the next one, while facts keep coming."""


class Folder:
    """Folds and judges what waits."""

    def __init__(self, shelf: Shelf, digest: Callable[[bytes], str]) -> None:
        self.shelf = shelf
        self.judge = Judge(digest=digest)
        self._not_before: dict[int, float] = {}
        self._judged = 0

    def step(self, *, is_idle: bool) -> bool:
        """Folds one site that waits (all may be folded at once when nothing else is to be done). True where something was done."""
        for site in Site.objects.exclude(folded=F("facts")).order_by("id"):
            if is_idle or time.monotonic() >= self._not_before.get(site.pk, 0.0):
                self._fold(site)
                return True
        return self._judge_again() if is_idle else False

    def _fold(self, site: Site) -> None:
        began = time.monotonic()
        basis = self.shelf.current()
        self._judged = self._judged or self.shelf.version
        fold_site(site.pk, then=lambda folded: self.judge.site(folded, basis))
        took = time.monotonic() - began
        self._not_before[site.pk] = time.monotonic() + SHARE * took
        log.info("site %s folded and judged in %.2f s", site.slug, took)

    def _judge_again(self) -> bool:
        """Judges all sites when the advisories have changed."""
        basis = self.shelf.current()
        if self._judged == self.shelf.version:
            return False
        first = self._judged == 0
        self._judged = self.shelf.version
        if not first:
            for site in Site.objects.order_by("id"):
                self.judge.site(fold_site(site.pk), basis)
        return not first
