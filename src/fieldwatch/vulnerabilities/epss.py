"""EPSS: the probability that a vulnerability is exploited in the next 30 days.

Standards: FIRST, EPSS: daily CSV (first line `#model_version:...,score_date:...`, then `cve,epss,percentile`), also gzipped, and the
answers of its interface (`/data/v1/epss`). A table with columns named otherwise (`CVE`, `EPSS`, `EPSS Percentile`) is read too.
"""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import orjson

LARGEST = 256 * 1024 * 1024
"""Bytes of the unpacked table; it has some 300,000 lines of 35 bytes."""

CVE = re.compile(r"CVE-\d{4}-\d{4,19}\Z")
DATE = re.compile(r"score_date:(\d{4}-\d\d-\d\d)")
SCORE, PERCENTILE = "epss", ("percentile", "epss percentile")
GZIP = b"\x1f\x8b"
WINDOW = zlib.MAX_WBITS | 16
"""zlib's word for: expect a gzip header and check its CRC (RFC 1952)."""


class Likelihood(NamedTuple):
    """`score` is the probability, `percentile` the share of all vulnerabilities with this score or less; "" where no `date` is given."""

    score: float
    percentile: float
    date: str


class UnreadableScores(Exception):
    """The bytes hold no EPSS scores; the text says what was read, what is allowed, and what to do."""


def read(data: bytes, source: str) -> dict[str, Likelihood]:
    """The scores by CVE. Raises UnreadableScores, with `source` first: also for a table that was cut."""
    plain = _unpacked(data, source) if data.startswith(GZIP) else data
    try:
        text = plain.decode("utf-8-sig")
        lines = _answers(orjson.loads(plain)) if text.lstrip().startswith("{") else _table(text)
        scores = {cve: one for cve, one in lines if CVE.match(cve)}
    except (UnicodeDecodeError, orjson.JSONDecodeError, csv.Error, KeyError, TypeError, ValueError, AttributeError) as error:
        have = f"{type(error).__name__}: {error}"
        raise UnreadableScores(f"{source}: no EPSS scores ({have}); columns cve, epss and percentile are needed: fetch it again") from None
    wrong = next((cve for cve, one in scores.items() if not 0 <= one.score <= 1 or not 0 <= one.percentile <= 1), "")
    if not scores or wrong:
        raise UnreadableScores(
            f"{source}: {f'{wrong} lies outside' if wrong else 'no line'}; scores from 0 to 1 are needed: fetch it again"
        )
    return scores


def _unpacked(data: bytes, source: str) -> bytes:
    """The table in gzip; its CRC says whether it is whole."""
    unpacker = zlib.decompressobj(WINDOW)
    try:
        plain = unpacker.decompress(data, LARGEST)
    except zlib.error as error:
        raise UnreadableScores(f"{source}: damaged gzip ({error}); fetch it again") from None
    if unpacker.unconsumed_tail or not unpacker.eof:
        what = f"more than {LARGEST // 2**20} MB unpacked" if unpacker.unconsumed_tail else "a gzip file that was cut"
        raise UnreadableScores(f"{source}: {what}; the daily EPSS table is needed: fetch it again")
    return plain


def _table(text: str) -> Iterator[tuple[str, Likelihood]]:
    first = text[: text.find("\n")] if text.startswith("#") else ""
    date = DATE.search(first)
    rows = csv.DictReader(io.StringIO(text[len(first) :].lstrip()))
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    percentile = next(names[name] for name in PERCENTILE if name in names) if names.keys() & set(PERCENTILE) else names["percentile"]
    for row in rows:
        if None in row.values():
            raise ValueError(f"a line that was cut at its end: {row[names['cve']]}")
        yield row[names["cve"]], Likelihood(float(row[names[SCORE]]), float(row[percentile]), date[1] if date else "")


def _answers(whole: Mapping[str, list[Mapping[str, str]]]) -> Iterator[tuple[str, Likelihood]]:
    for one in whole["data"]:
        yield str(one["cve"]), Likelihood(float(one["epss"]), float(one["percentile"]), str(one.get("date", "")))
