"""Cursors: any place of a list and back, and nothing else."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.server.listing.cursor import LONGEST, BadCursor, Cursor, read

VALUES = (
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(datetime.UTC))
    | st.dates()
)


@given(VALUES, st.integers(0, 2**63 - 1), st.booleans())
def test_a_cursor_is_read_as_it_was_written(value: Any, key: int, is_back: bool) -> None:
    assert read(Cursor(value, key, is_back).text()) == Cursor(value, key, is_back)


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda data: data.decode("latin-1")))
def test_whatever_stands_there_is_a_cursor_or_refused(text: str) -> None:
    try:
        read(text)
    except BadCursor as error:
        assert "none of this list" in str(error)


@pytest.mark.parametrize(
    "packed",
    ["W10", "WzEsMl0", "WzEsLTEsMF0", "WzEsInRleHQiLDBd", "W3sidCI6MX0sMSwwXQ", "W1sxXSwxLDBd", "WzFlOTk5LDEsMF0", "A" * (LONGEST + 1)],
)
def test_what_looks_like_one_is_refused(packed: str) -> None:
    with pytest.raises(BadCursor):
        read(packed)
