"""Which numbering a maker uses for a product."""

from __future__ import annotations

import pytest

from fieldwatch.library.makers import maker
from fieldwatch.library.scheme import scheme
from fieldwatch.library.table import table
from fieldwatch.library.version import schemes


@pytest.mark.parametrize(
    ("vendor", "product", "name"),
    [
        ("Schneider Electric", "Modicon M340 CPU (part numbers BMXP34*)", "decimal"),
        ("Schneider Electric", "BMEP584040", "decimal"),
        ("Schneider Electric", "140 CPU 65150", "decimal"),
        ("Schneider Electric", "Modicon M221", "components"),
        ("Rockwell Automation", "Allen-Bradley Stratix 5400", "ios"),
        ("Rockwell Automation", "1783-HMS4C4CGN", "ios"),
        ("Rockwell Automation", "1756-L61 LOGIX5561", "components"),
        ("Cisco", "IE-4000-8T4G-E", "ios"),
        ("SEL", "SEL-751A", "relay"),
        ("WAGO", "750-881", "firmware_index"),
        ("Siemens", "SIMATIC S7-1500", "components"),
        ("Nobody", "Thing", "components"),
        ("", "", "components"),
    ],
)
def test_schemes(vendor: str, product: str, name: str) -> None:
    assert scheme(vendor, product) == name


def test_every_row_names_a_known_scheme_and_a_canonical_maker() -> None:
    for vendor, _, name, source, date in table("schemes.tsv").rows:
        assert name in set(schemes())
        assert maker(vendor) == vendor
        assert source
        assert date == "2026-11-26"
