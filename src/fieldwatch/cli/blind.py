"""What could not be seen, read or decoded, in words: nothing is left out silently."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fieldwatch.pipeline import Result

LOSSES = {
    "capturer_drops": "packets that the capturing machine dropped",
    "not_handed_out": "packets that the capture file holds and that could not be read",
    "skipped_blocks": "blocks of a capture file that could not be read",
    "snapped": "frames of which only the beginning was captured",
    "cut_frames": "frames that end in the middle of a header",
    "unknown_link": "frames of a link type that is not read",
    "lying_headers": "headers whose length does not fit the frame",
    "nested_too_deep": "frames with too many layers",
    "fragments_expired": "fragments whose other parts never came",
    "fragments_conflicting": "fragments that contradict each other",
    "fragments_shed": "fragments left out to bound memory",
    "messages_unfinished": "messages in pieces of which the first or the last was missing",
    "buffers_shed": "streams left out to bound memory",
    "flows_shed": "flows left out to bound memory",
    "hosts_shed": "hosts left out to bound memory",
    "conversations_shed": "conversations left out to bound memory",
    "requests_shed": "requests that were not paired, to bound memory",
    "contexts_refused": "contexts left out to bound memory",
    "distinct_refused": "different objects that were not counted apart, to bound memory",
    "refused": "messages over the budget of new messages, counted and not read",
    "faults": "messages that Fieldwatch failed to read (a fault of ours; please report it)",
}
"""Counters of the core that mean that something was not seen, and what they count."""


class Blind(NamedTuple):
    """Something that was not seen: how often, and where, or why, as far as known."""

    what: str
    times: int
    detail: str


def blind_spots(result: Result) -> list[Blind]:
    """Everything that the result could not see, in a fixed order; nothing that is zero."""
    facts = result.facts
    found = [Blind("file that was not read", 1, f"{one.path}: {one.why}") for one in result.skipped]
    found += [Blind("capture that ends too early", 1, f"{one.path}: {one.truncated}") for one in facts.captures if one.truncated]
    totals: dict[str, int] = {}
    for capture in facts.captures:
        for name, count in capture.counters:
            totals[name] = totals.get(name, 0) + count
    found += [Blind(words, totals[name], name) for name, words in LOSSES.items() if totals.get(name)]
    lost = sum(gap.size_bytes for gap in facts.gaps)
    if facts.gaps:
        found.append(Blind("gaps in conversations", sum(gap.times for gap in facts.gaps), f"{lost:,} bytes that the captures do not hold"))
    silent = result.inventory.silent
    if silent:
        some = ", ".join(end.ip or end.mac for end in silent[:4]) + (", ..." if len(silent) > 4 else "")
        found.append(Blind("addresses that were spoken to and never heard", len(silent), some))
    if result.inventory.unplaced:
        found.append(Blind("claims that belong to no asset", len(result.inventory.unplaced), "about groups, or about no address at all"))
    return found
