"""The findings in the summary: counted, in order, one line each, whatever the width."""

from __future__ import annotations

import re

import pytest

from fieldwatch.cli.findings import SHOWN, findings
from fieldwatch.cli.language import ENGLISH, Language
from fieldwatch.pipeline import Result
from fieldwatch.vulnerabilities.judgement import Verdict
from fieldwatch.vulnerabilities.priority import Priority


def lines(result: Result, width: int = 140, language: Language = ENGLISH) -> list[str]:
    return ["".join(cell.text for cell in line).rstrip() for line in findings(result, width, language)]


def test_the_example_plant_has_its_findings(works: Result) -> None:
    """What `make demo` shows, without a network: verdict, range, reason, and when to act."""
    said = lines(works)
    found = works.assessment
    assert found is not None
    now, following, never = found.priorities().values()
    affected, undetermined, cleared = (found.verdicts.get(one, 0) for one in (Verdict.AFFECTED, Verdict.UNDETERMINED, Verdict.NOT_AFFECTED))
    assert said[1] == (
        f"Findings  {now} now, {following} next, {never} never; {found.advisories} advisories: {affected} affected, "
        f"{undetermined} undetermined, {cleared} not affected ({found.sources[0]})"
    )
    assert min(now, following, never, affected, cleared) > 0
    (line,) = [one for one in said if "CVE-2018-19282" in one]
    assert line.split()[:3] == ["◆", "next", "10.61.8.13"]
    assert "affected  <= 5.001" in line
    assert "of high severity and reached from its own segment" in line
    (first,) = [one for one in said if one.startswith("▲ now     10.61.8.12")]
    assert "CVE-2021-22681" in first
    assert "known exploited (KEV" in first
    assert said[-1].startswith(f"... {len(found.findings) - SHOWN} more findings")


@pytest.mark.parametrize("width", [60, 80, 99, 100, 140, 200])
def test_lines_fit_the_terminal(works: Result, width: int) -> None:
    assert max(map(len, lines(works, width))) <= max(width, 80)


def test_what_was_cleared_is_not_listed(works: Result) -> None:
    found = works.assessment
    assert found is not None
    first, *others = found.findings
    cleared = works._replace(assessment=found._replace(findings=(first._replace(verdict=Verdict.NOT_AFFECTED), *others)))
    text = "\n".join(lines(cleared))
    assert first.cve not in text
    assert f"Findings  {found.priorities()[Priority.NOW] - 1} now" in text


def test_what_was_not_assessed_is_not_spoken_of(works: Result) -> None:
    assert lines(works._replace(assessment=None)) == []


def test_hostile_words_are_shown_not_obeyed(works: Result) -> None:
    found = works.assessment
    assert found is not None
    evil = found.findings[0]._replace(cve="\x1b[2JCVE", quoted="<\u202e1", reason="a\nb")
    text = "".join(lines(works._replace(assessment=found._replace(findings=(evil,), skipped=("x\x1b[0m",)))))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "Advisory that was not read: x\\x1b[0m" in text


def test_german(works: Result) -> None:
    said = lines(works, language=Language("de"))
    assert re.match(r"Befunde  \d+ jetzt, \d+ demnächst, \d+ nie; \d+ Sicherheitsmeldungen: \d+ betroffen, \d+ unbestimmt", said[1])
