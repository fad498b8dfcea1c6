"""Times as text."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.wire import time_text


@given(st.integers(-(2**62), 2**62 - 1))
def test_every_time_that_a_packet_can_have_is_that_of_the_calendar(seen_ns: int) -> None:
    seconds, ns = divmod(seen_ns, 1_000_000_000)
    calendar = (datetime(1970, 1, 1) + timedelta(seconds=seconds)).isoformat(timespec="seconds")
    assert time_text(seen_ns) == f"{calendar}.{ns:09d}Z"
