"""Networks as lines."""

from __future__ import annotations

import pytest

from fieldwatch.server.accounts.lines import BadLine, Line, read


def test_lines_are_read_with_what_may_be_left_out() -> None:
    text = "10.10.1.0/24, Line 1, Cell A\r\n\n# the rest\n fd00::/64 ,Control\n192.168.0.1\n"
    assert read(text) == [Line("10.10.1.0/24", "Line 1", "Cell A"), Line("fd00::/64", "Control", ""), Line("192.168.0.1/32", "", "")]


@pytest.mark.parametrize("line", ["10.10.1.0/33", "10.10.1.1/24", "x", ",Line", "10.0.0.0/8,a,b,c", "10.0.0.0/8;a"])
def test_what_cannot_be_read_is_named_with_its_line(line: str) -> None:
    with pytest.raises(BadLine, match=r"^line 2: .*was read; .*allowed"):
        read(f"10.1.0.0/16\n{line}")


def test_the_number_of_lines_is_bounded() -> None:
    with pytest.raises(BadLine, match="line 501: "):
        read("10.0.0.0/8\n" * 501)
