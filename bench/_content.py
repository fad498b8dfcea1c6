"""What a store knows of a site, apart from keys of rows, names of sources and times of people's actions: sites that are alike are equal.

Read straight from the tables, beside whoever writes them. With `timeless`, times are left out, and what is counted by time is summed up.
Changes of what was known, and findings that are closed, are not compared: they tell what each fold knew, and folds come at moments of
their own. But each change of a value begins where the one before it ended, and the last one ends at the value of today: `broken_chains` are
those of which that is not so.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

Content = dict[str, list[str]]
"""The rows of each subject, as text, in order."""

A, B = (" ".join(f"{name}.{part}" for part in ("ip", "mac", "vlan", "component")) for name in ("a", "b"))
"""The columns of an end."""

ONE = "JOIN store_end a ON a.id = t.{} WHERE a.site_id = {{site}}"
TWO = "JOIN store_end a ON a.id = {} JOIN store_end b ON b.id = {} WHERE a.site_id = {{site}}"
TALK = TWO.format("t.client_id", "t.server_id")
DONE = TWO.format("o.actor_id", "o.target_id")
SAID = "JOIN store_conversation c ON c.id = t.conversation_id " + TWO.format("c.client_id", "c.server_id")
OF_SITE = "WHERE t.site_id = {site}"
OF_ASSET = "JOIN store_asset s ON s.id = t.asset_id WHERE s.site_id = {site} AND s.gone_at IS NULL"

TIMES = frozenset({"t.seen_ns", "t.first_ns", "t.last_ns"})

SUBJECTS: dict[str, tuple[str, str, str]] = {
    "claims": ("store_claim t", f"{A} t.protocol t.attribute t.value t.seen_ns t.spans", ONE.format("end_id")),
    "sightings": ("store_sighting t", f"{A} t.packets t.first_ns t.last_ns t.frame t.greatest_ttl", ONE.format("end_id")),
    "logins": (
        "store_login t",
        f"{A} {B} t.protocol t.username t.secret t.cleartext t.result t.times t.frames t.seen_ns t.spans",
        TALK,
    ),
    "broken rules": (
        "store_malformed t",
        f"{A} t.protocol t.reason t.clause t.have t.allowed t.times t.seen_ns t.spans",
        ONE.format("speaker_id"),
    ),
    "not decoded": ("store_undecoded t", "t.protocol t.function t.reason t.times t.seen_ns t.spans", OF_SITE),
    "gaps": ("store_gap t", f"{A} {B} t.protocol t.times t.size_bytes", TALK),
    "operations": (
        "store_operation t",
        f"{A} {B} t.protocol t.name t.effect t.object t.technique t.times t.seen_ns t.spans",
        DONE.replace("o.", "t."),
    ),
    "occurrences": (
        "store_occurrence t JOIN store_operation o ON o.id = t.operation_id",
        f'{A} {B} o.protocol o.name o.object t.frame t.ordinal t.seen_ns t."values" t.result',
        DONE,
    ),
    "conversations": (
        "store_conversation t",
        f"{A} {B} t.transport t.port t.protocol t.packets t.size_bytes t.messages t.unanswered t.effects t.first_ns t.last_ns",
        TALK,
    ),
    "message classes": (
        "store_messageclass t",
        f'{A} {B} c.transport c.port t.operation t.effect t.object t.times t.unanswered t."distinct" t.first_ns t.last_ns',
        SAID,
    ),
    "assets": (
        "store_asset t LEFT JOIN store_asset p ON p.id = t.parent_id",
        "t.handle p.handle t.component t.name t.role t.kind t.level t.vendor t.model t.order_number t.firmware t.serial_number t.os t.ips"
        " t.macs t.vlans t.protocols t.services t.findings_now t.findings_next t.findings_never t.first_ns t.last_ns",
        f"{OF_SITE} AND t.gone_at IS NULL",
    ),
    "attributes": ("store_assetattribute t", "s.handle t.name t.rank t.value t.confidence t.reason t.proofs", OF_ASSET),
    "addresses": ("store_assetaddress t", "s.handle t.address", OF_ASSET),
    "findings": ("store_finding t", "s.handle t.key t.verdict t.priority t.reason t.state", f"{OF_ASSET} AND t.state <> 'closed'"),
    "sources": ("store_source t", "t.packets t.state t.reason t.truncated t.first_ns t.last_ns", OF_SITE),
}
"""Of each subject: its tables, its columns, and how they belong together."""

SLICES = """
SELECT t.id, {columns} FROM store_messageclass t JOIN store_conversation c ON c.id = t.conversation_id {two}
"""


def content(data: Path, site: str, *, url: str = "", timeless: bool = False) -> Content:
    """What the store of a data folder (or, with `url`, its PostgreSQL) knows of the site of this short name."""
    with closing(_opened(data, url)) as store:
        number = int(_rows(store, f"SELECT id FROM store_site WHERE slug = '{_plain(site)}'")[0][0])
        found = {subject: _subject(store, subject, number, timeless) for subject in SUBJECTS}
        return found | {"slices": _slices(store, data, number, timeless)}


def broken_chains(data: Path, *, url: str = "") -> list[str]:
    """Changes that do not begin at the value that the one before them left, or after which the value is another one today."""
    changed = "SELECT asset_id, attribute, before, after FROM store_change WHERE kind = 'identity' ORDER BY id"
    today = "SELECT asset_id, name, value FROM store_assetattribute WHERE rank = 0"
    with closing(_opened(data, url)) as store:
        values = {(asset, name): value for asset, name, value in _rows(store, today)}
        last: dict[tuple[int, str], str] = {}
        broken = []
        for asset, attribute, before, after in _rows(store, changed):
            if last.get((asset, attribute), before) != before:
                broken.append(f"asset {asset}: {attribute} was {last[asset, attribute]!r}, and changed from {before!r}")
            last[asset, attribute] = after
        ends = ((key, after, values[key]) for key, after in last.items() if key in values)
        return broken + [f"asset {key[0]}: {key[1]} became {after!r}, and is {now!r}" for key, after, now in ends if after != now]


def differences(one: Content, other: Content) -> dict[str, tuple[list[str], list[str]]]:
    """Of each subject that is not the same: what only the first has, and what only the other has."""
    found = {}
    for subject, rows in one.items():
        ours, theirs = Counter(rows), Counter(other[subject])
        if ours != theirs:
            found[subject] = sorted((ours - theirs).elements()), sorted((theirs - ours).elements())
    return found


def _opened(data: Path, url: str) -> Any:
    if url:
        import psycopg

        return psycopg.connect(url)
    return sqlite3.connect(f"file:{data / 'fieldwatch.sqlite3'}?mode=ro", uri=True, timeout=60)


def _rows(store: Any, query: str) -> list[Sequence[Any]]:
    asked = store.cursor()
    asked.execute(query)
    found: list[Sequence[Any]] = asked.fetchall()
    return found


def _plain(site: str) -> str:
    assert re.fullmatch(r"[a-z0-9-]+", site), site
    return site


def _subject(store: Any, subject: str, site: int, timeless: bool) -> list[str]:
    tables, columns, how = SUBJECTS[subject]
    wanted = [column for column in columns.split() if not (timeless and column in TIMES)]
    return sorted(repr(tuple(row)) for row in _rows(store, f"SELECT {', '.join(wanted)} FROM {tables} {how.format(site=site)}"))


def _slices(store: Any, data: Path, site: int, timeless: bool) -> list[str]:
    """How often each message class was seen, by time."""
    columns = f"{A} {B} c.transport c.port t.operation t.effect t.object".split()
    two = TWO.format("c.client_id", "c.server_id").format(site=site)
    classes = {row[0]: tuple(row[1:]) for row in _rows(store, SLICES.format(columns=", ".join(columns), two=two))}
    paths = [str(data / "history" / row[0]) for row in _rows(store, f"SELECT path FROM store_historyfile WHERE site_id = {site}")]
    if not paths:
        return []
    when = "0" if timeless else "slice_ns"
    counted = f"SELECT message_class, {when} AS at, sum(times), sum(unanswered) FROM read_parquet($1) GROUP BY ALL"
    with duckdb.connect() as files:  # one of its own: several stores are compared side by side
        rows = files.execute(counted, [paths]).fetchall()
    return sorted(repr((*classes[one], *map(int, rest))) for one, *rest in rows)


def brief(found: dict[str, tuple[list[str], list[str]]]) -> str:
    """Differences in few words, for who has to look for their cause."""
    lines = [
        f"{subject}: {len(ours)} only here, {len(theirs)} only there: {json.dumps((ours + theirs)[:2])}"
        for subject, (ours, theirs) in found.items()
    ]
    return "\n".join(lines)
