"""The summary that a person reads in ten seconds: what is there, what was done to it, and what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from fieldwatch.cli.aligned import aligned
from fieldwatch.cli.blind import blind_spots
from fieldwatch.cli.dangers import dangers
from fieldwatch.cli.escape import visible
from fieldwatch.cli.findings import findings
from fieldwatch.cli.language import ENGLISH, Language
from fieldwatch.cli.line import Cell, Line, wrapped
from fieldwatch.cli.names import Names, address
from fieldwatch.wire import time_text

if TYPE_CHECKING:
    from fieldwatch.inventory import Asset
    from fieldwatch.pipeline import Result

UNKNOWN = "░░"
"""The mark for what is not known: different from nothing and from no."""

ASSETS, DANGERS, LOGINS, TALKS, UNREAD = 20, 10, 6, 12, 6
"""Rows that the summary shows of each; what is left out is counted."""


def summary(result: Result, width: int, language: Language = ENGLISH) -> Iterator[Line]:
    """The lines of the summary, from top to bottom, for a terminal of this width."""
    names = Names(result)
    yield from wrapped(_headline(result, language), width)
    if not result.inventory.assets:
        yield (Cell(language.say("No device was seen. A capture with frames that devices sent will show them here.")),)
    else:
        yield ()
        yield from _roles(result.inventory.assets, width, language)
        yield ()
        yield from _assets(result.inventory.assets, width, language)
        yield ()
        yield from wrapped(_talks(result, language), width)
    yield from findings(result, width, language)
    yield from _dangers(result, names, width, language)
    yield from _logins(result, names, width, language)
    yield from _unseen(result, width, language)


def _headline(result: Result, language: Language) -> Line:
    facts, assets, many = result.facts, result.inventory.assets, language.many
    first = [one.first_ns for one in facts.captures if one.first_ns is not None]
    last = [one.last_ns for one in facts.captures if one.last_ns is not None]
    protocols = {protocol for asset in assets for protocol in asset.protocols}
    found = (
        many(len(assets), "{n} asset", "{n} assets"),
        many(len(facts.conversations), "{n} conversation", "{n} conversations"),
        many(len(protocols), "{n} protocol", "{n} protocols"),
    )
    packets = many(sum(one.packets for one in facts.captures), "{n} packet", "{n} packets")
    captures = many(len(facts.captures), "{n} capture", "{n} captures")
    where = language.say("in {packets} of {captures}").format(packets=packets, captures=captures)
    when = language.say(", {first} to {last} UTC").format(first=_when(min(first)), last=_when(max(last))) if first and last else ""
    return Cell(", ".join(found), "bold"), Cell(f" {where}{when}")


def _roles(assets: tuple[Asset, ...], width: int, language: Language) -> Iterator[Line]:
    """How many assets there are of each role, from which vendors, the field first."""
    rows, say, number = [], language.say, language.number
    groups: dict[tuple[str, str], Counter[str]] = {}
    for asset in assets:
        key = (asset.value("purdue_level"), asset.value("role"))
        groups.setdefault(key, Counter())[asset.value("vendor")] += 1
    for (level, role), vendors in sorted(groups.items(), key=lambda item: (not item[0][1], not item[0][0], item[0])):
        named = sorted((item for item in vendors.items() if item[0]), key=lambda item: (-item[1], item[0]))
        words = [f"{name} {number(count)}" for name, count in named[:4]]
        if len(named) > 4:
            words.append(language.many(len(named) - 4, "{n} more vendor", "{n} more vendors"))
        if vendors[""]:
            words.append(f"{say('unknown')} {number(vendors[''])}")
        rows.append((_cell(level), _cell(language.term("role", role)), Cell(number(vendors.total())), Cell(visible(", ".join(words)))))
    return aligned((say("Level"), say("Role"), ">" + say("Assets"), "~" + say("Vendors")), rows, width)


def _assets(assets: tuple[Asset, ...], width: int, language: Language) -> Iterator[Line]:
    """The assets of which most is known."""
    rows, say = [], language.say
    for asset in sorted(assets, key=_by_interest)[:ASSETS]:
        values = [asset.value(name) for name in ("name", "role", "vendor", "model", "firmware", "serial_number")]
        values[1] = language.term("role", values[1])
        values[3] = values[3] or asset.value("order_number")
        rows.append((Cell(visible(address(asset))), *map(_cell, values), Cell(str(len(asset.children) or ""))))
    texts = ("~" + say("Name"), "~" + say("Role"), "~" + say("Vendor"), "~" + say("Model"), "~" + say("Firmware"))
    yield from aligned((say("Address"), *texts, "-~" + say("Serial number"), "->" + say("Parts")), rows, width)
    left, where = len(assets) - ASSETS, say("those of which most is known are above; --html and --csv have all")
    yield from _more(left, language.many(left, "{n} more asset", "{n} more assets"), where)


KNOWN = ("model", "order_number", "firmware", "serial_number", "name", "hardware_version", "os", "vendor", "role")


def _by_interest(asset: Asset) -> tuple[object, ...]:
    known = sum(bool(asset.value(name)) for name in KNOWN)
    return -known, asset.value("purdue_level") or "9", -len(asset.protocols), asset.id


def _talks(result: Result, language: Language) -> Line:
    """The protocols by what was said in them."""
    talks: dict[str, list[int]] = {}
    for one in result.facts.conversations:
        row = talks.setdefault(one.protocol, [0, 0, 0])
        row[0] += 1
        row[1] += one.packets
        row[2] += sum(message.times for message in one.messages)
    ordered = sorted(talks.items(), key=lambda item: (item[0] == "unknown", -item[1][1], item[0]))
    words = [f"{visible(name)} {language.number(row[0])}" for name, row in ordered[:TALKS] if name != "unknown"]
    if len(ordered) > TALKS:
        words.append("...")
    if "unknown" in talks:
        words.append(f"{language.say('not recognised')} {language.number(talks['unknown'][0])}")
    return Cell(f"{language.say('Conversations')} ", "bold"), Cell(" " + ", ".join(words))


def _dangers(result: Result, names: Names, width: int, language: Language) -> Iterator[Line]:
    say = language.say
    found = dangers(result.facts.operations, names)
    if not found:
        yield (Cell(say("No operation that changes the plant was seen.")),)
        return
    rows = []
    days = {_when(one.first_ns)[:10] for one in found}
    for one in found[:DANGERS]:
        refused = f" ({language.many(one.refused, '{n} refused', '{n} refused')})" if one.refused else ""
        when = _when(one.first_ns)
        cells = (
            Cell(f"{one.priority.shape} {language.term('effect', one.effect.replace('_', ' '))}", one.priority.style),
            Cell(visible(names.of(one.actor))),
            Cell(visible(names.of(one.target))),
            Cell(one.protocol),
            Cell(visible(", ".join(one.names[:2]) + (f" +{len(one.names) - 2}" if len(one.names) > 2 else ""))),
            Cell(language.number(one.times) + refused),
            Cell(when[11:] if len(days) == 1 and len(when) == 19 else when),
            Cell(str(one.frame)),
        )
        rows.append(cells)
    yield ()
    done = (say("Operations"), "~" + say("Who"), "~" + say("Does it to"), "-" + say("Protocol"), "~" + say("What"))
    yield from aligned((*done, ">" + say("Times"), "-" + say("First (UTC)"), "->" + say("Frame")), rows, width)
    left = len(found) - DANGERS
    what = language.many(left, "{n} more kind of operation", "{n} more kinds of operation")
    yield from _more(left, what, say("--html, --csv and --json have all"))


def _logins(result: Result, names: Names, width: int, language: Language) -> Iterator[Line]:
    groups: dict[tuple[str, str, str], set[str]] = {}
    seen = Counter[tuple[str, str, str]]()
    for one in result.facts.logins:
        if one.cleartext:
            key = one.protocol, names.of(one.server), one.username
            groups.setdefault(key, set()).add(names.of(one.client))
            seen[key] += one.times
    if not groups:
        return
    rows, say = [], language.say
    for key in sorted(groups, key=lambda key: (-seen[key], key))[:LOGINS]:
        protocol, server, user = key
        clients = groups[key]
        words = min(clients) if len(clients) == 1 else language.many(len(clients), "{n} client", "{n} clients")
        cells = Cell(visible(server)), _cell(user), Cell(visible(words)), Cell(protocol), Cell(language.number(seen[key]))
        rows.append(cells)
    yield ()
    heads = ("~" + say("Logins in clear"), "~" + say("User"), "~" + say("From"), say("Protocol"), ">" + say("Times"))
    yield from aligned(heads, rows, width)
    left = len(groups) - LOGINS
    yield from _more(left, language.many(left, "{n} more login", "{n} more logins"), say("--html, --csv and --json have all"))


def _unseen(result: Result, width: int, language: Language) -> Iterator[Line]:
    say, number = language.say, language.number
    rows = [(number(spot.times), spot.what, spot.detail) for spot in blind_spots(result, language)]
    undecoded, broken = Counter[str](), Counter[str]()
    for one in result.facts.undecoded:
        undecoded[one.protocol] += one.times
    for bad in result.facts.malformed:
        broken[bad.protocol] += bad.times
    if undecoded:
        rows.append((number(undecoded.total()), say("packets or messages that are not decoded"), _by_count(undecoded, language)))
    if broken:
        rows.append((number(broken.total()), say("messages that break a rule of their protocol"), _by_count(broken, language)))
    if rows:
        cells = [(Cell(count), Cell(visible(what)), Cell(visible(detail), "dim")) for count, what, detail in rows]
        yield ()
        yield from aligned((">" + say("Times"), say("Not seen, not decoded, not right"), "~" + say("Where, or how")), cells, width)


def _by_count(counts: Counter[str], language: Language) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {language.number(count)}" for name, count in ordered[:UNREAD]) + (", ..." if len(ordered) > UNREAD else "")


def _cell(value: str) -> Cell:
    return Cell(visible(value)) if value else Cell(UNKNOWN, "dim")


def _more(count: int, what: str, where: str) -> Iterable[Line]:
    return [(Cell(f"... {what}; {where}", "dim"),)] if count > 0 else []


def _when(seen_ns: int) -> str:
    return time_text(seen_ns)[:19].replace("T", " ")
