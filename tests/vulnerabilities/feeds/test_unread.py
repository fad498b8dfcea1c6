"""Ranges that cannot be read are listed, each once for an advisory."""

from __future__ import annotations

from fieldwatch.vulnerabilities.advisory import Advisory, Product
from fieldwatch.vulnerabilities.feeds.unread import unread


def advisory(identity: str, *ranges: str) -> Advisory:
    products = tuple(Product(str(at), "Acme", f"Pump {at}", text, "product_version_range", "Acme Pump") for at, text in enumerate(ranges))
    return Advisory(identity, "", "", "", "", "", products, ())


def test_what_cannot_be_read_is_listed_once_with_its_products() -> None:
    strange = "somewhat older than the blue one"
    found = unread([advisory("A-1", "<V2.0", strange, strange), advisory("A-2", "vers:all/*", strange)])
    assert found.total == 5
    assert [(one.advisory, one.vendor, one.quoted, one.products) for one in found.leaves] == [
        ("A-1", "Acme", strange, ("Pump 1", "Pump 2")),
        ("A-2", "Acme", strange, ("Pump 1",)),
    ]
    assert all(one.why for one in found.leaves)
