"""An advisory, whatever format it came in: products with their ranges of versions, and what is said of each for each vulnerability.

Standards: the words are those of CSAF 2.0 (OASIS, 2022), 3.2.2 product tree and 3.2.3.9 product status.
"""

from __future__ import annotations

from typing import NamedTuple


class Product(NamedTuple):
    """A leaf of a product tree, unchanged.

    `vendor` and `name` are the branches above the leaf; `version` is the leaf's name and `kind` its category (product_version_range and
    so on); `text` is the full product name, a second account of the same; `order_numbers` are model numbers that the document gives for
    it; `platform` is the product that it is installed on, where the document says so.
    """

    id: str
    vendor: str
    name: str
    version: str
    kind: str
    text: str
    order_numbers: tuple[str, ...] = ()
    serial_numbers: tuple[str, ...] = ()
    platform: str = ""


class Score(NamedTuple):
    """A CVSS vector as published; `version` is 2.0, 3.0, 3.1 or 4.0; `base` the published base score."""

    version: str
    vector: str
    base: float


class Vulnerability(NamedTuple):
    """One CVE of an advisory. The four tuples hold product ids, by what is said of them (known_affected and so on)."""

    cve: str
    title: str
    cwe: str
    scores: tuple[Score, ...]
    affected: tuple[str, ...]
    not_affected: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    under_investigation: tuple[str, ...] = ()
    remediations: tuple[tuple[str, str, str], ...] = ()
    """(category, details, url) as published."""


class Advisory(NamedTuple):
    """A document. `source` says where it was read (a file, a member of an archive, a feed); dates are ISO 8601 as published."""

    id: str
    title: str
    publisher: str
    released: str
    updated: str
    url: str
    products: tuple[Product, ...]
    vulnerabilities: tuple[Vulnerability, ...]
    source: str = ""
    category: str = "csaf_security_advisory"
