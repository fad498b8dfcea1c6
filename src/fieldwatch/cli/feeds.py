"""`fieldwatch feeds`: advisories and facts about vulnerabilities, fetched or brought in by hand. Only `feeds sync` reaches the network."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.line import terminal_width
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from rich.table import Table

    from fieldwatch.vulnerabilities.feeds._feed import Report, Source
    from fieldwatch.vulnerabilities.feeds.secret import Secret
    from fieldwatch.vulnerabilities.feeds.shelf import Shelf
    from fieldwatch.vulnerabilities.feeds.status import Standing

INCOMPLETE = 1
"""Exit code where something was not taken: the old data stay in force."""

NVD_KEY = "FIELDWATCH_NVD_KEY"
"""The environment's word for the key of the NVD's interface. A key is never an argument: arguments are seen by everybody on a machine."""


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Fetches advisories and facts about vulnerabilities, or takes them from files; says how old they are."
    parser = verbs.add_parser("feeds", help=text, description=text, allow_abbrev=False)
    below = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    _declare_sync(below)
    _declare_import(below)
    _declare_bundle(below)
    _declare_status(below)
    _declare_unread(below)


def _verb(below: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = below.add_parser(name, help=text, description=text, allow_abbrev=False)
    parser.add_argument("--shelf", type=Path, metavar="FOLDER", help="where feeds are kept ($XDG_DATA_HOME/fieldwatch/feeds)")
    parser.set_defaults(run=run)
    return parser


def _declare_sync(below: Any) -> None:
    text = "Fetches what is new. The only verb that reaches the network; faulty documents change nothing."
    parser = _verb(below, "sync", text, sync)
    parser.add_argument("names", nargs="*", metavar="NAME", help="feeds by name (feeds status lists them); the usual ones without")
    parser.add_argument("--proxy", metavar="URL", help="the proxy to go through (what HTTPS_PROXY says)")
    parser.add_argument("--nvd-key", type=Path, metavar="FILE", help=f"file with the key of the NVD's interface (or {NVD_KEY})")
    parser.add_argument("--providers", type=Path, metavar="FILE", help="a table of feeds in place of the one that comes along")


def _declare_import(below: Any) -> None:
    text = "Takes documents from files, folders, zip archives or a signed bundle, for sites without a network."
    parser = _verb(below, "import", text, bring_in)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="CSAF documents, KEV, EPSS, SSVC, or a bundle")
    parser.add_argument("--key", type=Path, metavar="FILE", help="public key (*.pub.pem) of who made the bundle")
    parser.add_argument("--unsigned", action="store_true", help="take a bundle that is not signed, or that cannot be verified")


def _declare_bundle(below: Any) -> None:
    text = "Writes all feeds as one signed file, to carry to a site without a network."
    parser = _verb(below, "bundle", text, bundle)
    parser.add_argument("out", type=Path, metavar="FILE", help="the bundle to write")
    parser.add_argument("--key", type=Path, metavar="FILE", help="private key (Ed25519, PEM) to sign with")
    parser.add_argument("--new-key", action="store_true", help="make the key first; its public half stands beside it as *.pub.pem")
    parser.add_argument("--unsigned", action="store_true", help="do not sign; whoever imports it must ask for that, too")


def _declare_status(below: Any) -> None:
    parser = _verb(below, "status", "Says of each feed how old it is, what it holds, and what went wrong last.", status)
    parser.add_argument("--json", action="store_true", help="write the table as JSON")


def _declare_unread(below: Any) -> None:
    parser = _verb(below, "unread", "Lists the version ranges that cannot be read: they make no device affected.", unread)
    parser.add_argument("--json", action="store_true", help="write the list as JSON")
    parser.add_argument("--advisories", type=Path, metavar="PATH", help="look at these in place of the shelf's")


def shelf_of(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Shelf:
    """The shelf that is asked for."""
    from fieldwatch.vulnerabilities.feeds.shelf import Shelf, default_root

    return Shelf(given.shelf if given.shelf is not None else default_root(environment))


def sync(given: argparse.Namespace) -> None:
    """Brings the feeds up to date and says what came of it."""
    from fieldwatch.vulnerabilities.feeds._feed import UnknownSource, UnusableProviders, chosen, sources
    from fieldwatch.vulnerabilities.feeds.fetch import Fetcher, Unfetched
    from fieldwatch.vulnerabilities.feeds.shelf import UnusableShelf
    from fieldwatch.vulnerabilities.feeds.sync import sync as bring_up_to_date

    try:
        wanted = chosen(given.names, sources(given.providers))
        fetcher = Fetcher(proxy=given.proxy)
        key = _key(given.nvd_key, os.environ)
        reports = bring_up_to_date(shelf_of(given), wanted, fetcher, key=key, begun=_progress if sys.stderr.isatty() else _quiet)
    except (UnknownSource, UnusableProviders, UnusableShelf, Unfetched) as error:
        refuse(str(error))
    fetcher.close()
    _say(reports)


def bring_in(given: argparse.Namespace) -> None:
    """Takes what is at the paths and says what came of it."""
    from fieldwatch.vulnerabilities.feeds import bundle as bundles
    from fieldwatch.vulnerabilities.feeds import importing
    from fieldwatch.vulnerabilities.feeds.shelf import UnusableShelf
    from fieldwatch.vulnerabilities.feeds.sync import now

    shelf = shelf_of(given)
    try:
        with shelf.held():
            keys = [bundles.public_key(given.key)] if given.key is not None else bundles.trusted_keys(shelf)
            packed = [path for path in given.paths if bundles.is_bundle(path)]
            reports = [bundles.bring_in(shelf, path, keys, unsigned=given.unsigned) for path in packed]
            others = [path for path in given.paths if path not in packed]
            if others:
                reports.append(importing.bring_in(shelf, others, now()))
    except (UnusableShelf, bundles.UnusableBundle, importing.UnusableImport) as error:
        refuse(str(error))
    _say(reports)


def bundle(given: argparse.Namespace) -> None:
    """Writes the bundle."""
    from fieldwatch.vulnerabilities.feeds import bundle as bundles
    from fieldwatch.vulnerabilities.feeds.shelf import UnusableShelf
    from fieldwatch.vulnerabilities.feeds.sync import now

    if (given.key is None) == (not given.unsigned):
        refuse("feeds bundle: neither or both of --key and --unsigned given; one is needed: --key FILE --new-key makes a key, too")
    shelf = shelf_of(given)
    try:
        with shelf.held():
            if given.new_key:
                public = bundles.new_key(given.key)
                print(f"The key was made. Those who import the bundle need {public}; {given.key} stays with you.")
            key = bundles.private_key(given.key) if given.key is not None else None
            count = bundles.write(shelf, given.out, key, now())
    except (UnusableShelf, bundles.UnusableBundle) as error:
        refuse(str(error))
    print(f"{given.out}: {count:,} documents, {'signed' if key is not None else 'not signed'}.")


def status(given: argparse.Namespace) -> None:
    """Shows how each feed stands."""
    from fieldwatch.vulnerabilities.feeds._feed import sources
    from fieldwatch.vulnerabilities.feeds.status import standings
    from fieldwatch.vulnerabilities.feeds.sync import now

    found = standings(shelf_of(given), sources(), now())
    if given.json:
        _json([one._asdict() for one in found])
        return
    table = _table("Feed", "State", "As of", "Documents", "Verified", "What went wrong last")
    for one in found:
        table.add_row(*map(_safe, _row(one)))
    _print(table)


def _row(one: Standing) -> tuple[str, ...]:
    faults = f"{one.faults[0]}{f' (and {len(one.faults) - 1:,} more)' if len(one.faults) > 1 else ''}" if one.faults else ""
    age = f"{one.as_of[:10]}, {one.age_days} days; stale after {one.stale_after_days}" if one.as_of else ""
    if one.documents and not age:
        age = "age not known"
    return f"{one.name}\n{one.title}", one.state, age, f"{one.documents:,}", f"{one.verified:,}", faults


def unread(given: argparse.Namespace) -> None:
    """Lists the ranges that cannot be read."""
    from fieldwatch.vulnerabilities.catalogue import UnusableAdvisories, load
    from fieldwatch.vulnerabilities.feeds.unread import unread as look

    place = given.advisories if given.advisories is not None else shelf_of(given).advisories
    try:
        found = look(load(place).advisories)
    except UnusableAdvisories as error:
        refuse(str(error))
    if given.json:
        _json({"total": found.total, "unread": [one._asdict() for one in found.leaves]})
        return
    table = _table("Advisory", "Maker", "Range as written", "Why", "Products")
    for one in found.leaves:
        table.add_row(*map(_safe, (one.advisory, one.vendor, one.quoted, one.why, ", ".join(one.products))))
    _print(table)
    print(f"Ranges that cannot be read: {len(found.leaves):,}, of {found.total:,} products. Devices with these are undetermined.")


def _key(file: Path | None, environment: Mapping[str, str]) -> Secret[str] | None:
    """The key of the NVD's interface, from a file or from the environment."""
    from fieldwatch.vulnerabilities.feeds.secret import Secret

    if file is None:
        said = environment.get(NVD_KEY, "").strip()
        return Secret(said) if said else None
    try:
        said = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file}: cannot be read ({getattr(error, 'strerror', None) or 'no text'}); a file with the key and nothing else is needed")
    return Secret(said)


def _progress(source: Source) -> None:
    """One line that is written over: which feed is asked."""
    sys.stderr.write(f"\r{source.name}: {source.title} ...\x1b[K")
    sys.stderr.flush()


def _quiet(source: Source) -> None:
    """Says nothing: standard error is no terminal."""


def _say(reports: Iterable[Report]) -> None:
    """What came of it, one line a feed; what was not taken goes to standard error, and the exit code says that there was such."""
    from fieldwatch.cli.escape import visible

    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    wrong = 0
    for one in reports:
        parts = [f"{one.fetched:,} new", f"{one.unchanged:,} unchanged"]
        parts += [f"{one.older:,} older than ours"] if one.older else []
        parts += [f"{one.cosmetic:,} with flaws that do no harm"] if one.cosmetic else []
        parts += [f"{len(one.faults):,} not taken"] if one.faults else []
        print(f"{visible(one.name)}: {', '.join(parts)}")
        for line in one.faults:
            print(f"fieldwatch: {visible(line)}", file=sys.stderr)
        wrong += len(one.faults)
    if wrong:
        raise SystemExit(INCOMPLETE)


def _safe(text: str) -> str:
    """The text, its lines apart, made harmless for the terminal."""
    from fieldwatch.cli.escape import visible

    return "\n".join(map(visible, text.split("\n")))


def _table(*heads: str) -> Table:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 1, 0), expand=True)
    for head in heads:
        table.add_column(head)
    return table


def _print(table: Table) -> None:
    from rich.console import Console

    Console(width=terminal_width(), highlight=False, markup=False, emoji=False).print(table)


def _json(value: Any) -> None:
    import orjson

    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())
