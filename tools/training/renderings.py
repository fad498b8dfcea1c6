"""Names of products as devices and lists of devices write them: without brand, run together, the order number alone, and so on."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from fieldwatch.library.designation import Designation, kinds
from fieldwatch.library.identity import Identity
from fieldwatch.library.ranker.ngrams import uncoded
from fieldwatch.library.wording import plain

DROPPED = frozenset({"brand", "generic", "family", "article"})
"""Kinds of words that devices leave out."""

LEGAL = (" AG", " GmbH", ", Inc.", " Corporation", " Ltd.", " Co., Ltd.", " S.p.A.")


class Rendering(NamedTuple):
    """A device, as it may say itself, and the text that it truly is."""

    identity: Identity
    truth: str


def one_of(name: str, what: Designation, chance: random.Random) -> str:
    """The name of one product of a list or a pattern (`AFF660/665`, `750-8xx`); the name without its order numbers where it is neither."""
    bare = uncoded(name)
    if all(len(wanted.words) + len(wanted.patterns) < 2 and not wanted.patterns for wanted in what.wanted):
        return re.sub(r"[(\[][^)\]]*[)\]]", " ", bare) if chance.random() < 0.5 else bare
    chosen = []
    for wanted in what.wanted:
        if wanted.soft:
            continue
        words = [*wanted.words, *(instance(pattern, chance) for pattern in wanted.patterns)]
        chosen.append(chance.choice(words))
    return " ".join(chosen).upper() if chosen else bare


def instance(pattern: str, chance: random.Random) -> str:
    """A code that a wildcard of an advisory stands for."""
    run = pattern.removesuffix("[a-z]{0,2}")
    run = run.replace("[a-z0-9-]*", chance.choice(("32m", "2", "48t", "")))
    while "[a-z0-9]" in run:
        run = run.replace("[a-z0-9]", chance.choice("0123456789"), 1)
    return run.replace("\\", "")


def shortened(name: str, chance: random.Random) -> str:
    """Without words that tell nothing."""
    words = [word for word in name.split() if kinds().get(plain(word).strip("(),.;-"), "") not in DROPPED]
    if len(words) > 2 and chance.random() < 0.3 and not any(sign.isdigit() for sign in words[0]):
        words = words[1:]
    return " ".join(words) or name


def rewritten(name: str, chance: random.Random) -> str:
    """In another spelling."""
    way = chance.randrange(9)
    if way < 2:
        return name
    if way == 2:
        return re.sub(r"[\s-]+", "", name)
    if way == 3:
        return re.sub(r"\s+", "-", name)
    if way == 4:
        return re.sub(r"(?<=[A-Za-z])(?=\d)", chance.choice((" ", "-")), name)
    if way == 5:
        return name.upper()
    if way == 6:
        return f"{name} {chance.choice(('V', 'v', 'firmware ', 'FW ', 'Ver.'))}{chance.randrange(1, 9)}.{chance.randrange(0, 20)}"
    if way == 7:
        return f"{name}{chance.choice((' rev B', '/B', ' Series A', '-T', ' (24V DC)', ' Ethernet', ' controller', ' device'))}"
    words = name.split()
    return " ".join(word for word in words if any(sign.isdigit() for sign in word)) or name


def other(text: str, chance: random.Random) -> str:
    """A sibling that may not be in any list: one digit is another one."""
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    if not places:
        return ""
    at = chance.choice(places)
    return text[:at] + chance.choice([digit for digit in "0123456789" if digit != text[at]]) + text[at + 1 :]


def spelled(vendor: str, spellings: list[str], chance: random.Random) -> str:
    """The maker in a spelling of the feeds, with a legal form, or not at all."""
    way = chance.random()
    if way < 0.1:
        return ""
    if way < 0.2:
        return vendor + chance.choice(LEGAL)
    return chance.choice(spellings) if way < 0.6 else vendor


def rendered(name: str, code: str, vendor: str, what: Designation, chance: random.Random) -> Rendering:
    """One device that is the product of this name and order number."""
    truth = one_of(name, what, chance)
    said = rewritten(shortened(truth, chance) if chance.random() < 0.7 else truth, chance)
    way = chance.random()
    if code and way < 0.3:
        return Rendering(Identity(vendor, "", code), truth)
    if code and way < 0.5:
        return Rendering(Identity(vendor, said, code), truth)
    return Rendering(Identity(vendor, said), truth)
