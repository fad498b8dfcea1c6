"""Evidence names its frame."""

from fieldwatch.facts import Evidence, Span


def test_the_frame_is_that_of_the_first_span() -> None:
    assert Evidence("a.pcap", (Span(7, 54, 2), Span(8, 54, 2)), 0, "modbus").frame == 7
    assert Evidence("a.pcap", (), 0, "modbus").frame == 0
