"""Devices for the bench of matching: the products of the advisories, called as devices call themselves, with firmware drawn by chance."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

from fieldwatch.library.identity import Identity
from fieldwatch.vulnerabilities.advisory import Advisory

SEED = 11

BRACKETS = re.compile(r"\s*\([^()]*\)")
SIEMENS = re.compile(r"\b(6[A-Z]{2}\d|7[A-Z]{2}\d)(\d{3})[ -]*(\d[A-Z0-9]{4})-?([A-Z0-9]{4})\b")
LEGAL = re.compile(r",?\s+(?:AG|GmbH|Inc\.?|Corporation|Co\., Ltd\.?|LLC|Ltd\.?|AB|SE)$")
EDITION = re.compile(r"\s+V?\d+(?:\.\d+)+\S*$|\s+V\d+$")
WILD = re.compile(r"[*□?]|(?<=\d)x+")

FIRMWARE = ("V{}.{}.{}", "{}.{}.{}", "{}.{:03d}", "V{:02d}.{:02d}.{:02d}", "{}.{}.{} build {}", "v{}.{}", "R{}.{}.{}")
"""How firmware is written; each device model has one way."""


def devices(advisories: Iterable[Advisory], count: int) -> list[Identity]:
    """`count` different devices, drawn from all models alike."""
    draw = random.Random(SEED)
    models = [(model, draw.choice(FIRMWARE)) for model in dict.fromkeys(_models(advisories, draw))]
    found: dict[Identity, None] = {}
    while len(found) < count:
        model, way = draw.choice(models)
        numbers = draw.randrange(1, 12), draw.randrange(10), draw.randrange(30), draw.randrange(1000)
        found[model._replace(firmware=way.format(*numbers))] = None
    return list(found)


def models(given: Iterable[Identity]) -> int:
    """How many models they are: what is left of the identities without firmware."""
    return len({one._replace(firmware="") for one in given})


def _models(advisories: Iterable[Advisory], draw: random.Random) -> Iterator[Identity]:
    """Each product that an advisory names, in one of the ways in which devices name themselves."""
    numbers: dict[tuple[str, str], str] = {}
    for advisory in advisories:
        for product in advisory.products:
            numbers.setdefault((product.vendor, product.name), next(iter(product.order_numbers), ""))
    for (vendor, name), number in sorted(numbers.items()):
        yield _shown(LEGAL.sub("", vendor), name, number, draw)


def _shown(vendor: str, name: str, number: str, draw: random.Random) -> Identity:
    """One model: name, order number or both; the maker in its cell, before the name, in capitals, or not said."""
    found = SIEMENS.search(name) or SIEMENS.search(number)
    code = f"{found[1]} {found[2]}-{found[3]}-{found[4]}" if found else number
    bare = WILD.sub(lambda wild: str(draw.randrange(1, 5)) * len(wild[0]), EDITION.sub("", BRACKETS.sub("", name))).strip() or name
    maker = draw.choice((vendor, vendor, vendor, vendor.upper(), f"{vendor} AG"))
    way = draw.random()
    if code and way < 0.6:
        return draw.choice((Identity(maker, bare, code), Identity(maker, "", code), Identity("", f"{vendor} {bare} {code}")))
    return Identity("", f"{vendor} {bare}") if way > 0.9 else Identity(maker, bare)
