"""The findings in the summary: how many there are of each priority, and those to act on first, one line each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fieldwatch.cli.aligned import aligned
from fieldwatch.cli.dangers import HIGH, JOURNAL, MEDIUM
from fieldwatch.cli.escape import visible
from fieldwatch.cli.language import Language, marked
from fieldwatch.cli.line import Cell, Line, cut, wrapped
from fieldwatch.cli.names import address

if TYPE_CHECKING:
    from fieldwatch.inventory import Asset
    from fieldwatch.pipeline import Result
    from fieldwatch.vulnerabilities.assess import Assessment
    from fieldwatch.vulnerabilities.finding import Finding

SHOWN = 15
"""Findings that the summary shows; the others are counted."""

WIDEST = 24
"""Columns of a device, a finding and a range; what room is left is the reason's."""

MARKS = {"now": HIGH, "next": MEDIUM, "never": JOURNAL}
"""Shape and colour of each priority of a finding."""

VERDICTS = ("affected", "undetermined", "not_affected")

NONE_GIVEN = marked("No advisories were given (--advisories PATH, --starter): only exposures were looked for.")


def findings(result: Result, width: int, language: Language) -> Iterator[Line]:
    """The lines about the findings; none where nothing was assessed."""
    found = result.assessment
    if found is None:
        return
    yield ()
    yield from wrapped(_counts(found, language), width)
    listed = [one for one in found.findings if one.verdict.value != "not_affected"]
    if listed:
        yield from _table(listed, result, width, language)
    for reason in found.skipped:
        yield (Cell(language.say("Advisory that was not read: {reason}").format(reason=visible(reason)), "dim"),)
    if not found.advisories:
        yield (Cell(language.say(NONE_GIVEN), "dim"),)


def _counts(found: Assessment, language: Language) -> Line:
    say, number = language.say, language.number
    counted = found.priorities()
    words = [f"{number(count)} {language.term('when', one.name.lower())}" for one, count in counted.items()]
    line = [Cell(f"{say('Findings')} ", "bold"), Cell(" " + ", ".join(words))]
    if found.advisories:
        of = {one.value: count for one, count in found.verdicts.items()}
        verdicts = [f"{number(of.get(name, 0))} {language.term('verdict', name.replace('_', ' '))}" for name in VERDICTS]
        against = language.many(found.advisories, "{n} advisory", "{n} advisories")
        line.append(Cell(f"; {against}: {', '.join(verdicts)} ({visible('; '.join(found.sources))})", "dim"))
    return tuple(line)


def _table(listed: list[Finding], result: Result, width: int, language: Language) -> Iterator[Line]:
    say = language.say
    assets = {one.id: one for one in result.inventory.assets}
    rows = []
    for one in listed[:SHOWN]:
        word = one.priority.name.lower()
        mark = MARKS[word]
        cells = (
            Cell(f"{mark.shape} {language.term('when', word)}", mark.style),
            Cell(cut(visible(called(one, assets)), WIDEST)),
            Cell(cut(visible(one.cve or one.title), WIDEST)),
            Cell(language.term("verdict", one.verdict.value.replace("_", " "))),
            Cell(cut(visible(one.quoted), WIDEST)),
            Cell(visible(f"{one.priority_reason.removeprefix(f'{one.title}: ')}; {_brief(one)}")),
        )
        rows.append(cells)
    heads = (say("Priority"), say("Asset"), say("Finding"), "-" + say("Verdict"), "-" + say("Range"), "~" + say("Why"))
    yield from aligned(heads, rows, width)
    left = len(listed) - SHOWN
    if left > 0:
        what = language.many(left, "{n} more finding", "{n} more findings")
        yield (Cell(f"... {what}; {say('--html, --csv and --json have all')}", "dim"),)


def _brief(one: Finding) -> str:
    """Why the verdict; without the value and the range of one that is affected, since the range has its own column."""
    product, _, compared = one.reason.partition(": ")
    return product if one.verdict.value == "affected" and one.quoted and one.quoted in compared else one.reason


def called(one: Finding, assets: dict[str, Asset]) -> str:
    """The device of a finding by its name, else its address, with the part."""
    asset = assets.get(one.asset) or next((each for name, each in assets.items() if one.asset.startswith(f"{name}/")), None)
    if asset is None:
        return one.asset
    words = asset.value("name") or address(asset)
    return f"{words} {one.component}" if one.component else words
