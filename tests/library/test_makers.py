"""One name for one maker."""

from __future__ import annotations

import pytest

from fieldwatch.library.makers import maker
from fieldwatch.library.table import table


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("SIEMENS AG", "Siemens"),
        ("Siemens AG,", "Siemens"),
        ("Siemens", "Siemens"),
        ("Siemens Healthcare Diagnostics, Inc", "Siemens Healthineers"),
        ("Rockwell Automation/Allen-Bradley", "Rockwell Automation"),
        ("Allen-Bradley", "Rockwell Automation"),
        ("B&R Industrial Automation GmbH", "B&R"),
        ("Endress + Hauser", "Endress+Hauser"),
        ("Endress+Hauser AG", "Endress+Hauser"),
        ("Schneider-Electric(China)Co.Ltd,Shenzhen Branch", "Schneider Electric"),
        ("ABB (Formerly Cylon Controls, Ltd)", "ABB"),
        ("WEIDMÜLLER Interface GmbH", "Weidmüller"),
        ("Rockwell", "Rockwell Automation"),
        ("Original Siemens Equipment", "Siemens"),
        ("GE Fanuc", "Emerson"),
        ("GE Digital", "GE Digital"),
        ("Becton, Dickinson and Company (BD)", "BD"),
        ("Hitachi ABB Power Grids", "Hitachi Energy"),
        ("Contec Medical Systems", "Contec Health"),
        ("Contec Co., Ltd.", "Contec"),
        ("Johnson Contols Inc.", "Johnson Controls"),
    ],
)
def test_known_spellings(words: str, name: str) -> None:
    assert maker(words) == name


@pytest.mark.parametrize(
    "words", ["Abbott Diagnostics", "Uwe Schneider GmbH", "Rockwell Collins", "Dellner", "Acme!", "中兴", "&", "", ","]
)
def test_whole_words_decide_and_others_stay(words: str) -> None:
    assert maker(words) == words


def test_a_comma_at_the_end_is_nobodys_name() -> None:
    assert maker("Somebody AG,") == "Somebody AG"


def test_every_name_is_its_own_spelling_and_no_spelling_stands_twice() -> None:
    rows = table("makers.tsv").rows
    assert len({begins for _, begins in rows}) == len(rows)
    assert {name: maker(name) for name, _ in rows} == {name: name for name, _ in rows}
