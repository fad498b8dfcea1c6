"""`fieldwatch site`: the plan of a site (its zones and subnets) as a JSON document, read from the store or put into it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from fieldwatch.cli.escape import visible
from fieldwatch.cli.platform import add_data, opened
from fieldwatch.cli.refuse import refuse


def declare(verbs: Any) -> None:
    """The verb and its arguments."""
    verb = verbs.add_parser("site", help="Prints the plan of a site (zones and subnets) as JSON, or puts one.", description=__doc__)
    verb.add_argument("what", choices=("plan",), help="the plan of the site")
    verb.add_argument("site", metavar="SITE", help="short name of the site; made, where there is none")
    verb.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a plan to put; without it the plan in force is printed")
    verb.add_argument("--try", dest="is_trial", action="store_true", help="only say what would become other")
    add_data(verb)
    verb.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Prints the plan, or what became other."""
    opened(given)
    if given.file is None:
        _print(given.site)
    else:
        _put(given.site, _read(given.file), given.is_trial)


def _print(slug: str) -> None:
    from fieldwatch.store.models import Site
    from fieldwatch.store.plan import plan

    site = Site.objects.filter(slug=slug).first()
    if site is None:
        refuse(f"{slug}: there is no such site; there are: {', '.join(Site.objects.values_list('slug', flat=True)) or 'none'}")
    json.dump(plan(site), sys.stdout, indent=1, ensure_ascii=False)
    print()


def _read(path: Path) -> Any:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        refuse(f"{path}: cannot be read: {error.strerror}")
    except ValueError as error:
        refuse(f"{path}: is no JSON document: {error}")
    if not isinstance(found, dict):
        refuse(f"{path}: {type(found).__name__} was read; an object with site, zones and subnets is allowed")
    return found


def _put(slug: str, document: Any, is_trial: bool) -> None:
    from fieldwatch.store.deciding import By, Refused
    from fieldwatch.store.models import Site
    from fieldwatch.store.places import set_site
    from fieldwatch.store.plan import put

    try:
        site = Site.objects.filter(slug=slug).first() or set_site(
            None, {"name": slug, **document.get("site", {}), "slug": slug}, by=By(None)
        )
        made = put(site, document, by=By(None), is_trial=is_trial)
    except (Refused, KeyError, TypeError) as error:
        refuse(f"plan of {slug}: {error}")
    for word, names in (("added", made.added), ("changed", made.changed), ("removed", made.removed)):
        for name in names:
            print(visible(f"{word}: {name}"))
