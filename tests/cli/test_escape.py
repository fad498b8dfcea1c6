"""What a device sent is shown, never obeyed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.cli.escape import is_unseen, visible


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("PLC-7 [red]x[/red]", "PLC-7 [red]x[/red]"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2066b\u2069", "a\\u2066b\\u2069"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("line\u2028end\n", "line\\u2028end\\x0a"),
        ("\x9b31m", "\\x9b31m"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("Ventil Süd 水", "Ventil Süd 水"),
        ("", ""),
    ],
)
def test_each_kind_of_character(sent: str, shown: str) -> None:
    assert visible(sent) == shown


@given(st.text())
def test_nothing_unseen_is_left(sent: str) -> None:
    shown = visible(sent)
    assert not any(is_unseen(one) for one in shown)
    assert all(unicodedata.category(one)[0] != "C" for one in shown)
    assert visible(shown) == shown
