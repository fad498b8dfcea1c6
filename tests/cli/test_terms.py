"""The closed sets of words are whole: nothing that the data can say is without its word."""

from __future__ import annotations

import re
from pathlib import Path

from fieldwatch.cli.language import Language
from fieldwatch.cli.terms import english, terms
from fieldwatch.facts import Effect
from fieldwatch.inventory import SHOWN
from fieldwatch.library.roles import purdue_levels

WORDS = Path(__file__).resolve().parents[2] / "docs" / "words.md"


def test_effects_roles_and_attributes_are_whole() -> None:
    words = english()
    assert set(words["effect"]) == set(Effect)
    assert set(words["role"]) == set(purdue_levels())
    assert set(SHOWN) <= set(words["attribute"])
    section = WORDS.read_text(encoding="utf-8").partition("## Attributes")[2].partition("\n## ")[0]
    documented = {name for row in re.findall(r"^\| ([a-z0-9_, ]+) \|", section, re.MULTILINE) for name in row.split(", ")} - {"attribute"}
    assert documented
    assert documented <= set(words["attribute"])


def test_names_of_the_data_lead_to_words_of_the_language() -> None:
    words = terms(Language("de"))
    assert words["effect"]["program_download"] == "Programm laden"
    assert words["attribute"]["os"] == "Betriebssystem"
    assert words["priority"] == {"high": "hoch", "medium": "mittel", "low": "niedrig", "journal": "Journal"}
