"""`fieldwatch explain`: the whole reasoning for one device and one CVE: its own words, what it is taken for, each product, the rule."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fieldwatch.cli import advisories
from fieldwatch.cli.escape import visible
from fieldwatch.cli.line import Cell, Line, show, size, terminal_width, wrapped
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.inventory import Asset, Inventory, Rival
    from fieldwatch.pipeline import Result
    from fieldwatch.vulnerabilities.assess import Examined
    from fieldwatch.vulnerabilities.basis import Basis
    from fieldwatch.vulnerabilities.finding import Finding
    from fieldwatch.vulnerabilities.judgement import Judgement
    from fieldwatch.vulnerabilities.mitigation import Mitigation
    from fieldwatch.vulnerabilities.reach import Contact
    from fieldwatch.vulnerabilities.vex import Applied

UNKNOWN = "░░"
GAP, LEAST = 2, 24
"""Columns between columns; and for the last of them, at least."""

MOST_NEAR = 6
"""Assets that are named where none is called as asked."""

Row = Sequence[str]


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Says why a CVE applies to a device or does not: identity, product, ranges, priority, with the frames."
    parser = verbs.add_parser("explain", help=text, description=text, allow_abbrev=False)
    parser.add_argument(
        "asset", metavar="ASSET", help="the device: its name, an address, or the id that the JSON has (`ID/slot 2` for a part)"
    )
    parser.add_argument("cve", metavar="CVE", help="the vulnerability: CVE-2021-22681")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="captures, or folders of them, as `fieldwatch inspect` takes them")
    advisories.declare(parser)
    parser.set_defaults(run=explain)


def explain(given: argparse.Namespace) -> None:
    """Says why a CVE applies to a device or does not."""
    from fieldwatch.pipeline import UnusableInput, inspect

    if not advisories.named(given):
        refuse("explain: a CVE is looked up in advisories; give --advisories PATH or --starter")
    basis, cve = advisories.asked(given), given.cve.upper()
    try:
        result = inspect(given.paths)
    except UnusableInput as error:
        refuse(str(error))
    devices = _called(given.asset, result.inventory)
    if not any(one.cve == cve for advisory in basis.advisories for one in advisory.vulnerabilities):
        refuse(f"{given.cve}: none of the {len(basis.advisories)} advisories speaks of it; name a CVE as they do, or give other advisories")
    shown = list(_explained(devices, cve, basis, result))
    if not shown:
        names = ", ".join(one.id for one in devices[:MOST_NEAR])
        refuse(f"{given.asset}: {names}: no model and no order number is known, so no advisory can name it; query it or read the nameplate")
    width = terminal_width()
    show(each for number, lines in enumerate(shown) for line in ([(), *lines] if number else lines) for each in _fitted(line, width))


def _called(word: str, inventory: Inventory) -> list[Asset]:
    """The asset with this id, name or address, and its parts; a part alone where its id is given. Ends the program where there is none."""
    from fieldwatch.cli.names import address
    from fieldwatch.vulnerabilities.assess import everything

    whole = list(everything(inventory.assets))
    wanted = word.casefold()
    found = [one for one in whole if one.id.casefold() == wanted]
    for kind in ("ips", "macs"):
        found = found or [one for one in whole if wanted in {each.casefold() for each in getattr(one, kind)}]
    found = found or [one for one in whole if one.value("name").casefold() == wanted]
    if not found:
        near = [one.value("name") or address(one) for one in inventory.assets if wanted in f"{one.id} {one.value('name')}".casefold()]
        some = near or [one.value("name") or address(one) for one in inventory.assets]
        listed = ", ".join(some[:MOST_NEAR]) + (", ..." if len(some) > MOST_NEAR else "")
        refuse(f"{word}: no asset of these captures is called so; there are {listed or 'none'}: give a name, an address or an id")
    return [each for one in found for each in everything([one])]


def _explained(devices: Sequence[Asset], cve: str, basis: Basis, result: Result) -> Iterator[list[Line]]:
    """For each device that says what it is, the lines about it; of several, those that an advisory on the CVE may mean."""
    from fieldwatch.vulnerabilities.assess import examined, held_by, judgements
    from fieldwatch.vulnerabilities.reach import contacts

    held = contacts(result.inventory, result.facts.conversations)
    looked_at = list(examined(result.inventory, basis, frozenset(one.id for one in devices)))
    meant = [one for one in looked_at if any(each.vulnerability.cve == cve for each in one.matched.judgements)]
    for one in meant or looked_at[:1]:
        applied = [each for each in judgements(one, basis) if each.judgement.vulnerability.cve == cve]
        lines = [*_head(one, cve), *_identity(one, result.inventory), *_resolution(one)]
        if not applied:
            lines += _not_named(cve, basis)
        for each in applied:
            lines += _verdict(one, each, basis, held_by(one.asset, held))
        yield lines


# ---------------------------------------------------------------------------------------------------------------- the parts


def _head(one: Examined, cve: str) -> Iterator[Line]:
    from fieldwatch.cli.names import address

    asset = one.asset
    name = asset.value("name") or (address(asset) if asset.ips or asset.macs else asset.id)
    where = f" {asset.component}" if asset.component else f" ({address(asset)})" if name != address(asset) else ""
    yield (Cell(visible(f"{name}{where}"), "bold"), Cell(f"  {asset.id}", "dim"), Cell(f"  {visible(cve)}", "bold"))


def _identity(one: Examined, inventory: Inventory) -> Iterator[Line]:
    """Each field that was asked about, with the frame that it was read from."""
    from fieldwatch.vulnerabilities.assess import FIELDS

    rows = []
    for field, value in one.matched.identity._asdict().items():
        rival = _said(one.asset, FIELDS[field], value, inventory)
        proof = f"{rival.confidence:.0%} {rival.reason}{_frame(rival)}" if rival else "" if value else "nothing in the captures says it"
        rows.append((field.replace("_", " "), value or UNKNOWN, proof))
    yield from _table("What it says of itself", rows)


def _said(asset: Asset, names: tuple[str, ...], value: str, inventory: Inventory) -> Rival | None:
    """The claim that gave the value: of the asset, or of its whole."""
    whole = [each for each in inventory.assets if each.id == asset.parent]
    for each in (asset, *whole):
        for found in filter(None, map(each.attribute, names)):
            if found.value == value:
                return found.rivals[0]
    return None


def _frame(rival: Rival) -> str:
    for proof in rival.evidence:
        if proof.spans:
            return f", frame {proof.frame} of {proof.source}"
    return ""


def _resolution(one: Examined) -> Iterator[Line]:
    found = one.matched.resolution
    before = ("", *(step.source for step in found.trail))
    steps = [
        (f"{number}", step.stage, f"{step.read} -> {step.concluded}", step.source if step.source != before[number - 1] else '"')
        for number, step in enumerate(found.trail, 1)
    ]
    yield from _table("What it is taken for", steps or [("", "nothing in our tables fits its words", "", "")])
    names = ", ".join(found.names) or found.model or UNKNOWN
    hardware = f", hardware {found.hardware}" if found.hardware else ""
    firmware = f"firmware {found.firmware or UNKNOWN}{hardware}"
    yield from _table("", [("product", f"{found.vendor or UNKNOWN}: {names}"), ("version", firmware), ("score", f"{found.score:.2f}")])
    if found.score < SURE:
        yield from _table("What it may be instead", [(f"{other.score:.2f}", other.vendor, other.name) for other in found.alternatives])


SURE = 0.9
"""Score from which the alternatives are not shown."""


def _not_named(cve: str, basis: Basis) -> Iterator[Line]:
    told = [one for one in basis.advisories if any(each.cve == cve for each in one.vulnerabilities)]
    rows = [(one.id, ", ".join(dict.fromkeys(each.name for each in one.products))) for one in told]
    yield from _table(f"No product that an advisory names for {cve} can be this device", rows)


def _verdict(one: Examined, applied: Applied, basis: Basis, held: Iterable[Contact]) -> Iterator[Line]:
    from fieldwatch.vulnerabilities.assess import vulnerability

    judged, contacts = applied.judgement, tuple(held)
    found = vulnerability(one, applied, basis, contacts)
    yield ()
    yield (Cell(f"{found.advisory_id}: {visible(found.title)}", "bold"), Cell(f"  {visible(found.advisory_url)}", "dim"))
    decided = next(each for each in one.matched.judgements if _same(each, judged))
    others = one.matched.also.get((judged.advisory.id, judged.vulnerability.cve), ())
    rows = [
        ("> " if each is decided else "  ", each.verdict.value.replace("_", " "), each.product.name, each.quoted, each.reason)
        for each in (decided, *others)
    ]
    yield from _table("Products considered (> decides)", rows)
    if applied.told:
        yield from _table("What VEX says", [(applied.told,)])
    yield from _priority(found, contacts)
    if found.settle:
        yield from _table("What would settle it", [(found.settle,)])
    measures = [row for number, each in enumerate(found.mitigations, 1) for row in ((f"{number}", each.action), ("", _rule(each)))]
    yield from _table("Where no patch can be", measures)


def _rule(one: Mitigation) -> str:
    return f"({one.rule}: {one.because})"


def _same(each: Judgement, judged: Judgement) -> bool:
    return (each.advisory.id, each.vulnerability.cve) == (judged.advisory.id, judged.vulnerability.cve)


def _priority(found: Finding, held: tuple[Contact, ...]) -> Iterator[Line]:
    """The rule's four questions with what answered each."""
    from fieldwatch.vulnerabilities.priority import answers, threat, vulnerable_protocols
    from fieldwatch.vulnerabilities.reach import reach

    spoken = vulnerable_protocols(found.cwe, found.title)
    reached = reach(held, spoken)
    told = threat(found.kev, found.epss, found.ssvc)
    asked = answers(found.verdict, told, found.score, reached)
    score = found.score
    cvss = f"CVSS {score.version} {score.base} {score.word}, {score.vector or 'no vector'}" if score else "no CVSS score is given"
    by = f"{reached.protocol} from {reached.peer}" if reached.peer else "nobody was seen to begin"
    protocols = f"; counted: {', '.join(sorted(spoken))}" if spoken else "; every protocol counts"
    rows = [
        ("verdict", asked.verdict.replace("_", " "), found.reason),
        ("threat", asked.threat, "; ".join([told.words, *_ratings(found)])),
        ("reach", asked.reach, by + protocols),
        ("harm", asked.harm, cvss),
    ]
    from fieldwatch.cli.findings import MARKS

    word = found.priority.name.lower()
    yield from _table("Priority", rows)
    yield from _table("", [(f"{MARKS[word].shape} {word.capitalize()}", found.priority_reason)])


def _ratings(found: Finding) -> Iterator[str]:
    if found.epss:
        yield f"EPSS {found.epss.score:.1%}"
    if found.ssvc:
        yield f"SSVC exploitation {found.ssvc.exploitation}, automatable {found.ssvc.automatable}"


# ---------------------------------------------------------------------------------------------------------------- the lines


def _table(head: str, rows: Iterable[Row]) -> Iterator[Line]:
    """A heading, and rows whose columns begin below each other; the last one is broken at spaces, and goes on below itself."""
    kept = [[visible(cell) for cell in row] for row in rows]
    if head and kept:
        yield ()
        yield (Cell(head, "bold"),)
    widths = [max(size(row[at]) for row in kept) for at in range(len(kept[0]))] if kept else []
    for row in kept:
        *before, last = row
        text = "  " + "".join(cell + " " * (width - size(cell) + GAP) for cell, width in zip(before, widths, strict=False))
        style = "dim" if len(row) > 2 else ""
        room = terminal_width() - size(text)
        if room < min(LEAST, size(last)) and before:
            yield (Cell(text.rstrip()),)
            text, room = " " * (GAP + widths[0] + GAP), terminal_width() - widths[0] - 2 * GAP
        for number, line in enumerate(wrapped((Cell(last, style),), max(LEAST, room))):
            yield (Cell(" " * size(text) if number else text), *line)


def _fitted(line: Line, width: int) -> Iterator[Line]:
    """The line, broken where the terminal ends."""
    return iter((line,)) if sum(size(cell.text) for cell in line) <= width else wrapped(line, width)
