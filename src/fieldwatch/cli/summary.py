"""The summary that a person reads in ten seconds: what is there, what was done to it, and what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fieldwatch.cli.aligned import aligned
from fieldwatch.cli.blind import blind_spots
from fieldwatch.cli.dangers import dangers
from fieldwatch.cli.escape import visible
from fieldwatch.cli.line import Cell, Line, wrapped
from fieldwatch.cli.names import Names, address

if TYPE_CHECKING:
    from fieldwatch.inventory import Asset
    from fieldwatch.pipeline import Result

UNKNOWN = "░░"
"""The mark for what is not known: different from nothing and from no."""

ASSETS, DANGERS, LOGINS, TALKS, UNREAD = 20, 10, 6, 12, 6
"""Rows that the summary shows of each; what is left out is counted."""


def summary(result: Result, width: int) -> Iterator[Line]:
    """The lines of the summary, from top to bottom, for a terminal of this width."""
    names = Names(result)
    yield from wrapped(_headline(result), width)
    if not result.inventory.assets:
        yield (Cell("No device was seen. A capture with frames that devices sent will show them here."),)
    else:
        yield ()
        yield from _roles(result.inventory.assets, width)
        yield ()
        yield from _assets(result.inventory.assets, width)
        yield ()
        yield from wrapped(_talks(result), width)
    yield from _dangers(result, names, width)
    yield from _logins(result, names, width)
    yield from _unseen(result, width)


def _headline(result: Result) -> Line:
    facts, assets = result.facts, result.inventory.assets
    first = [one.first_ns for one in facts.captures if one.first_ns is not None]
    last = [one.last_ns for one in facts.captures if one.last_ns is not None]
    protocols = {protocol for asset in assets for protocol in asset.protocols}
    found = f"{_count(len(assets), 'asset')}, {_count(len(facts.conversations), 'conversation')}, {_count(len(protocols), 'protocol')}"
    where = f" in {_count(sum(one.packets for one in facts.captures), 'packet')} of {_count(len(facts.captures), 'capture')}"
    when = f", {_when(min(first))} to {_when(max(last))} UTC" if first and last else ""
    return Cell(found, "bold"), Cell(where + when)


def _roles(assets: tuple[Asset, ...], width: int) -> Iterator[Line]:
    """How many assets there are of each role, from which vendors, the field first."""
    rows = []
    groups: dict[tuple[str, str], Counter[str]] = {}
    for asset in assets:
        key = (asset.value("purdue_level"), asset.value("role"))
        groups.setdefault(key, Counter())[asset.value("vendor")] += 1
    for (level, role), vendors in sorted(groups.items(), key=lambda item: (not item[0][1], not item[0][0], item[0])):
        named = sorted((item for item in vendors.items() if item[0]), key=lambda item: (-item[1], item[0]))
        words = [f"{name} {count}" for name, count in named[:4]]
        if len(named) > 4:
            words.append(f"{len(named) - 4} more vendors")
        if vendors[""]:
            words.append(f"unknown {vendors['']}")
        rows.append((_cell(level), _cell(role), Cell(f"{vendors.total():,}"), Cell(visible(", ".join(words)))))
    return aligned(("Level", "Role", ">Assets", "~Vendors"), rows, width)


def _assets(assets: tuple[Asset, ...], width: int) -> Iterator[Line]:
    """The assets of which most is known."""
    rows = []
    for asset in sorted(assets, key=_by_interest)[:ASSETS]:
        values = [asset.value(name) for name in ("name", "role", "vendor", "model", "firmware", "serial_number")]
        values[3] = values[3] or asset.value("order_number")
        rows.append((Cell(visible(address(asset))), *map(_cell, values), Cell(str(len(asset.children) or ""))))
    yield from aligned(("Address", "~Name", "~Role", "~Vendor", "~Model", "~Firmware", "-~Serial number", "->Parts"), rows, width)
    yield from _more(len(assets) - ASSETS, "asset", "those of which most is known are above; --html and --csv have all")


KNOWN = ("model", "order_number", "firmware", "serial_number", "name", "hardware_version", "os", "vendor", "role")


def _by_interest(asset: Asset) -> tuple[object, ...]:
    known = sum(bool(asset.value(name)) for name in KNOWN)
    return -known, asset.value("purdue_level") or "9", -len(asset.protocols), asset.id


def _talks(result: Result) -> Line:
    """The protocols by what was said in them."""
    talks: dict[str, list[int]] = {}
    for one in result.facts.conversations:
        row = talks.setdefault(one.protocol, [0, 0, 0])
        row[0] += 1
        row[1] += one.packets
        row[2] += sum(message.times for message in one.messages)
    ordered = sorted(talks.items(), key=lambda item: (item[0] == "unknown", -item[1][1], item[0]))
    words = [f"{visible(name)} {row[0]:,}" for name, row in ordered[:TALKS] if name != "unknown"]
    if len(ordered) > TALKS:
        words.append("...")
    if "unknown" in talks:
        words.append(f"not recognised {talks['unknown'][0]:,}")
    return Cell("Conversations ", "bold"), Cell(" " + ", ".join(words))


def _dangers(result: Result, names: Names, width: int) -> Iterator[Line]:
    found = dangers(result.facts.operations, names)
    if not found:
        yield (Cell("No operation that changes the plant was seen."),)
        return
    rows = []
    days = {_when(one.first_ns)[:10] for one in found}
    for one in found[:DANGERS]:
        times = f"{one.times:,}" + (f" ({one.refused:,} refused)" if one.refused else "")
        when = _when(one.first_ns)
        cells = (
            Cell(f"{one.priority.shape} {one.effect.replace('_', ' ')}", one.priority.style),
            Cell(visible(names.of(one.actor))),
            Cell(visible(names.of(one.target))),
            Cell(one.protocol),
            Cell(visible(", ".join(one.names[:2]) + (f" +{len(one.names) - 2}" if len(one.names) > 2 else ""))),
            Cell(times),
            Cell(when[11:] if len(days) == 1 and len(when) == 19 else when),
            Cell(str(one.frame)),
        )
        rows.append(cells)
    yield ()
    yield from aligned(("Operations", "~Who", "~Does it to", "-Protocol", "~What", ">Times", "-First (UTC)", "->Frame"), rows, width)
    yield from _more(len(found) - DANGERS, "kind of operation", "--html, --csv and --json have all")


def _logins(result: Result, names: Names, width: int) -> Iterator[Line]:
    groups: dict[tuple[str, str, str], list[object]] = {}
    for one in result.facts.logins:
        if one.cleartext:
            row = groups.setdefault((one.protocol, names.of(one.server), one.username), [set(), 0])
            row[0].add(names.of(one.client))  # type: ignore[attr-defined]
            row[1] += one.times  # type: ignore[operator]
    if not groups:
        return
    rows = []
    order = sorted(groups.items(), key=lambda item: (-item[1][1], item[0]))  # type: ignore[operator]
    for (protocol, server, user), (clients, times) in order[:LOGINS]:
        some = sorted(clients)  # type: ignore[call-overload]
        words = some[0] if len(some) == 1 else f"{len(some)} clients"
        rows.append((Cell(visible(server)), _cell(user), Cell(visible(words)), Cell(protocol), Cell(f"{times:,}")))
    yield ()
    yield from aligned(("~Logins in clear", "~User", "~From", "Protocol", ">Times"), rows, width)
    yield from _more(len(groups) - LOGINS, "login", "--html, --csv and --json have all")


def _unseen(result: Result, width: int) -> Iterator[Line]:
    rows = [(f"{spot.times:,}", spot.what, spot.detail) for spot in blind_spots(result)]
    undecoded, broken = Counter[str](), Counter[str]()
    for one in result.facts.undecoded:
        undecoded[one.protocol] += one.times
    for bad in result.facts.malformed:
        broken[bad.protocol] += bad.times
    if undecoded:
        rows.append((f"{undecoded.total():,}", "packets or messages that are not decoded", _by_count(undecoded)))
    if broken:
        rows.append((f"{broken.total():,}", "messages that break a rule of their protocol", _by_count(broken)))
    if rows:
        cells = [(Cell(count), Cell(visible(what)), Cell(visible(detail), "dim")) for count, what, detail in rows]
        yield ()
        yield from aligned((">Times", "Not seen, not decoded, not right", "~Where, or how"), cells, width)


def _by_count(counts: Counter[str]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered[:UNREAD]) + (", ..." if len(ordered) > UNREAD else "")


def _cell(value: str) -> Cell:
    return Cell(visible(value)) if value else Cell(UNKNOWN, "dim")


def _more(count: int, what: str, where: str) -> Iterable[Line]:
    return [(Cell(f"... and {_count(count, what)} more; {where}", "dim"),)] if count > 0 else []


def _count(number: int, what: str) -> str:
    many = "kinds of operation" if what == "kind of operation" else f"{what}s"
    return f"{number:,} {what if number == 1 else many}"


def _when(seen_ns: int) -> str:
    try:
        return datetime.fromtimestamp(seen_ns // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return f"{seen_ns / 1e9:.0f} s"
