"""`fieldwatch ingest`: brings captures into the store of the platform, as an upload does, and waits until they are read."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.escape import visible
from fieldwatch.cli.platform import add_data, opened
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.server.options import Options
    from fieldwatch.store.models import Site, Source


def declare(verbs: Any) -> None:
    """The verb and its arguments."""
    text = "Brings captures into the store, as an upload does, and waits until they are read."
    verb = verbs.add_parser("ingest", help=text, description=__doc__)
    verb.add_argument("paths", nargs="+", metavar="PATH", help="captures, or folders of them")
    verb.add_argument("--site", metavar="NAME", help="short name of the site (usual: the only one there is; made, where there is none)")
    verb.add_argument("--no-wait", action="store_true", help="leave the reading to the worker that runs")
    add_data(verb)
    verb.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Ends with 0 when all were read, with 1 where one could not be."""
    from fieldwatch.pipeline.sources import UnusableInput, find

    try:
        paths = [Path(one) for one in find(given.paths)]
    except UnusableInput as error:
        refuse(str(error))
    chosen = opened(given)
    site = _site(given.site)
    sources = list(_brought(chosen, site, paths))
    if given.no_wait:
        return
    _wait(chosen, sources)
    failed = [source for source in sources if not _report(source)]
    if failed:
        raise SystemExit(1)


def _site(name: str | None) -> Site:
    from fieldwatch.store.models import Site

    if name is None:
        sites = list(Site.objects.all()[:2])
        if len(sites) > 1:
            refuse(f"there are several sites; name one with --site: {', '.join(Site.objects.values_list('slug', flat=True))}")
        return sites[0] if sites else Site.objects.create(slug="site", name="Site")
    site = Site.objects.filter(slug=name).first()
    if site is None:
        refuse(f"--site {name}: there is no such site; there are: {', '.join(Site.objects.values_list('slug', flat=True)) or 'none'}")
    return site


def _brought(chosen: Options, site: Site, paths: Iterable[Path]) -> Iterable[Source]:
    from fieldwatch.store.captures import bring, queue

    for path in paths:
        try:
            identity, size = bring(chosen.data, path)
        except OSError as error:
            refuse(f"{path}: cannot be brought into {chosen.data}: {error.strerror}")
        yield queue(site, identity, path.name, size)


def _wait(chosen: Options, sources: list[Source]) -> None:
    """Until all are read: by the worker that runs, or by this process where none does."""
    from fieldwatch.server.worker.lock import Lock
    from fieldwatch.server.worker.loop import Worker

    lock = Lock(chosen.data)
    while not _all_done(sources):
        if lock.take():
            Worker(chosen).run_until_idle()
        else:
            time.sleep(0.3)
    lock.give_back()


def _all_done(sources: list[Source]) -> bool:
    from fieldwatch.store.models import Site, Source

    wanted = Source.objects.filter(pk__in=[one.pk for one in sources])
    if wanted.exclude(state__in=(Source.State.DONE, Source.State.FAILED)).exists():
        return False
    from django.db.models import F

    return not Site.objects.filter(pk__in={one.site_id for one in sources}).exclude(folded=F("facts")).exists()


def _report(source: Source) -> bool:
    """One line a capture: what was read, what was not, and why."""
    source.refresh_from_db()
    if source.state == source.State.FAILED:
        print(visible(f"{source.name}: not read: {source.reason}"))
        return False
    shed = sum(count for name, count in source.counters.items() if name.endswith(("_shed", "_refused", "faults")))
    words = [f"{source.packets:,} packets", f"{source.claims.count():,} claims", f"{source.operations.count():,} operations"]
    words += [f"cut: {source.truncated}"] if source.truncated else []
    words += [f"{shed:,} shed"] if shed else []
    print(visible(f"{source.name}: {', '.join(words)}"))
    return True
