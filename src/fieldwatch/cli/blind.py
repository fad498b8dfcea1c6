"""What could not be seen, read or decoded, in words: nothing is left out silently."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fieldwatch.cli.language import ENGLISH, Language
from fieldwatch.pipeline.losses import LOSSES

if TYPE_CHECKING:
    from fieldwatch.pipeline import Result


class Blind(NamedTuple):
    """Something that was not seen: how often, and where, or why, as far as known."""

    what: str
    times: int
    detail: str


def blind_spots(result: Result, language: Language = ENGLISH) -> list[Blind]:
    """Everything that the result could not see, in a fixed order; nothing that is zero."""
    facts, say = result.facts, language.say
    found = [Blind(say("file that was not read"), 1, f"{one.path}: {one.why}") for one in result.skipped]
    found += [Blind(say("capture that ends too early"), 1, f"{one.path}: {one.truncated}") for one in facts.captures if one.truncated]
    totals: dict[str, int] = {}
    for capture in facts.captures:
        for name, count in capture.counters:
            totals[name] = totals.get(name, 0) + count
    found += [Blind(say(words), totals[name], name) for name, words in LOSSES.items() if totals.get(name)]
    lost = sum(gap.size_bytes for gap in facts.gaps)
    if facts.gaps:
        detail = language.many(lost, "{n} byte that the captures do not hold", "{n} bytes that the captures do not hold")
        found.append(Blind(say("gaps in conversations"), sum(gap.times for gap in facts.gaps), detail))
    silent = result.inventory.silent
    if silent:
        some = ", ".join(end.ip or end.mac for end in silent[:4]) + (", ..." if len(silent) > 4 else "")
        found.append(Blind(say("addresses that were spoken to and never heard"), len(silent), some))
    forged = result.inventory.forged
    if forged:
        senders = ", ".join(sorted({end.mac for end in forged}))
        found.append(Blind(say("forged addresses of a flood, no devices"), len(forged), senders))
    if result.inventory.unplaced:
        detail = say("about groups, or about no address at all")
        found.append(Blind(say("claims that belong to no asset"), len(result.inventory.unplaced), detail))
    return found
