"""What could not be seen, read or decoded, in words: nothing is left out silently."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fieldwatch.cli.language import ENGLISH, Language, marked

if TYPE_CHECKING:
    from fieldwatch.pipeline import Result

LOSSES = {
    "capturer_drops": marked("packets that the capturing machine dropped"),
    "not_handed_out": marked("packets that the capture file holds and that could not be read"),
    "skipped_blocks": marked("blocks of a capture file that could not be read"),
    "snapped": marked("frames of which only the beginning was captured"),
    "cut_frames": marked("frames that end in the middle of a header"),
    "unknown_link": marked("frames of a link type that is not read"),
    "lying_headers": marked("headers whose length does not fit the frame"),
    "nested_too_deep": marked("frames with too many layers"),
    "fragments_expired": marked("fragments whose other parts never came"),
    "fragments_conflicting": marked("fragments that contradict each other"),
    "fragments_cut": marked("fragments that the capture cut short"),
    "fragments_lying": marked("fragments with an impossible place or length"),
    "fragments_shed": marked("fragments left out to bound memory"),
    "segments_conflicting": marked("segments that came twice, the second time with other bytes"),
    "messages_unfinished": marked("messages of which the beginning or the end was missing"),
    "buffers_shed": marked("streams left out to bound memory"),
    "flows_shed": marked("flows left out to bound memory"),
    "hosts_shed": marked("hosts left out to bound memory"),
    "conversations_shed": marked("conversations left out to bound memory"),
    "requests_shed": marked("requests that were not paired, to bound memory"),
    "contexts_refused": marked("contexts left out to bound memory"),
    "distinct_refused": marked("different objects that were not counted apart, to bound memory"),
    "claims_shed": marked("claims of devices left out to bound memory"),
    "objects_shed": marked("messages counted without their object, to bound memory"),
    "values_shed": marked("different contents of operations that were kept without their values, to bound memory"),
    "refused": marked("messages over the budget of new messages, counted and not read"),
    "faults": marked("messages that Fieldwatch failed to read (a fault of ours; please report it)"),
}
"""Counters of the core that mean that something was not seen, and what they count."""


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
