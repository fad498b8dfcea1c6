"""One search over all that has a name: addresses, serial numbers, CVEs, logins, zones, sensors, captures - exact ones first.

Words are compared folded (case, width) and, where they are codes, bare: `00-30-A7`, `0030.a70f.4221` and `00:30:a7:0f:42:21` are one
MAC address, a serial number is found with and without its spaces. What is kept is in `SearchEntry`; the databases hold its trigrams.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import reduce
from operator import and_, or_
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber, StrIndex
from django.db.models.lookups import GreaterThan

from fieldwatch.store.models import SearchEntry

Scope = tuple[bool, Collection[int], Collection[int]]
"""Where something may be seen: everywhere; at these sites; in these zones (by primary key)."""

LONGEST = 200
"""Characters of a search that are looked at, and of a word that is kept."""

TRIGRAM = 3
"""Characters that the index needs; less is looked for at the beginning of words only."""

ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{0,3}){1,3}/?[0-9]{0,2}")
"""The beginning of an IPv4 address or network: its dots mean something."""

IN_A_CODE = re.compile(r"[\s:.\-_/]+")
ORDER = ("site", "asset", "cve", "advisory", "login", "zone", "sensor", "capture")
"""The kinds of things that are found, as they are shown."""


class Group(NamedTuple):
    """What was found of one kind, the closest first; `is_more`: there is more than this."""

    kind: str
    found: tuple[SearchEntry, ...]
    is_more: bool


def folded(text: str) -> str:
    """Text as it is compared: one width, one case, one kind of blank, no control characters."""
    plain = unicodedata.normalize("NFKC", text[: LONGEST * 2]).casefold()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())[:LONGEST]


def bare(text: str) -> str:
    """A code without what people put between its characters; an IPv4 address stays as it is."""
    return text if ADDRESS.fullmatch(text) else IN_A_CODE.sub("", text)


def words(values: Iterable[str], codes: Iterable[str] = ()) -> str:
    """The words of an entry: all values, and the codes among them bare as well."""
    said = [folded(value) for value in values]
    marks = [folded(code) for code in codes]
    found = dict.fromkeys(filter(None, (*said, *marks, *map(bare, marks))))
    return "\n" + "\n".join(found) + "\n" if found else "\n"


def forms(text: str) -> tuple[str, ...]:
    """The ways in which a search is looked for."""
    plain = folded(text)
    tight = bare(plain)
    return tuple(dict.fromkeys(form for form in (plain, tight if len(tight) >= TRIGRAM else "") if form))


def find(scope: Scope, text: str, limit: int = 6, kinds: Collection[str] = ORDER) -> tuple[Group, ...]:
    """What may be seen and matches, by kind; of each kind at most `limit`."""
    asked = forms(text)
    if not asked:
        return ()
    rows = SearchEntry.objects.filter(_visible(scope)).select_related("site", "asset")
    found = _closest(rows.filter(_matching(text), kind__in=[kind for kind in kinds if kind != "asset"]), asked, limit)
    if "asset" in kinds and (assets := _assets(rows.filter(kind="asset"), text, asked, limit)):
        found["asset"] = assets
    return tuple(Group(kind, tuple(found[kind][:limit]), len(found[kind]) > limit) for kind in ORDER if kind in found)


def _closest(rows: QuerySet[SearchEntry], asked: tuple[str, ...], limit: int) -> dict[str, list[SearchEntry]]:
    """By kind, the closest ones, and one more where there is one."""
    place = Window(RowNumber(), partition_by=F("kind"), order_by=(closeness(asked).asc(), F("label").asc(), F("pk").asc()))
    found: dict[str, list[SearchEntry]] = {}
    for row in rows.annotate(place=place).filter(place__lte=limit + 1).order_by("place"):
        found.setdefault(row.kind, []).append(row)
    return found


def _assets(rows: QuerySet[SearchEntry], text: str, asked: tuple[str, ...], limit: int) -> list[SearchEntry]:
    """The closest assets. There are many: what is closer is asked for first, and what is farther only where there is room."""
    found: dict[int, SearchEntry] = {}
    exact, begins = (reduce(or_, (_holds_as_is(f"\n{form}{end}") for form in asked)) for end in ("\n", ""))
    for which in (exact, begins, _matching(text)):
        if len(found) <= limit:
            some = rows.filter(which).exclude(pk__in=list(found)).order_by("pk")[: limit + 1 - len(found)]
            found |= {row.pk: row for row in sorted(some, key=lambda row: (row.label, row.pk))}
    return list(found.values())


def assets_matching(text: str, path: str = "pk") -> Q:
    """The condition for rows whose asset (at `path`) is found by this text; none are found by nothing."""
    if not forms(text):
        return Q(pk__in=())
    rows = SearchEntry.objects.filter(_matching(text), kind="asset")
    return Q(**{f"{path}__in": rows.values("asset")})


def closeness(asked: Iterable[str]) -> Case:
    """0 where a word is what was asked for, 1 where one begins so, 2 where it is in one."""
    cases = []
    for rank, end in ((0, "\n"), (1, "")):
        for form in asked:
            here: Any = StrIndex(F("words"), Value(f"\n{form}{end}"))
            cases.append(When(GreaterThan(here, Value(0)), then=Value(rank)))
    return Case(*cases, default=Value(2), output_field=IntegerField())


def _visible(scope: Scope) -> Q:
    everywhere, sites, zones = scope
    if everywhere:
        return Q()
    return Q(site__in=list(sites)) | Q(zone__in=list(zones))


def _matching(text: str) -> Q:
    """One of the forms; or all of the words, where there are several."""
    found = reduce(or_, map(_holds, forms(text)))
    single = folded(text).split()
    return found | reduce(and_, map(_holds, single)) if 1 < len(single) <= 8 else found


def _holds(form: str) -> Q:
    """The entries with this text in one of their words; at the beginning of one, where it is short."""
    return _holds_as_is(form if len(form) >= TRIGRAM else "\n" + form)


def _holds_as_is(asked: str) -> Q:
    if connection.vendor != "sqlite" or len(asked) < TRIGRAM:
        return Q(words__contains=asked)
    phrase = '"' + asked.replace('"', '""') + '"'
    return Q(pk__in=RawSQL("SELECT rowid FROM store_search_words WHERE words MATCH %s", (phrase,)))
