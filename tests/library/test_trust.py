"""Trust: the row of both protocol and attribute, else of the protocol, else of any."""

from __future__ import annotations

from fieldwatch.library.table import table
from fieldwatch.library.trust import trust


def test_the_most_special_row_is_used() -> None:
    assert trust("dhcp", "ip_address") == 0.9
    assert trust("dhcp", "host_name") == 0.7
    assert trust("never heard of", "vendor") == 0.7


def test_every_confidence_is_between_none_and_certain() -> None:
    assert all(0 < float(row[2]) <= 1 for row in table("trust.tsv").rows)


def test_a_device_about_itself_is_trusted_more_than_a_banner() -> None:
    assert trust("cip", "vendor") > trust("http", "vendor")
