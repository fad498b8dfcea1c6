"""The verdict on one device, one advisory, one CVE; with what it stands on."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from fieldwatch.vulnerabilities.advisory import Advisory, Product, Vulnerability


class Verdict(Enum):
    """What is said of a device. Undetermined is an answer: it names what would settle it."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not_affected"
    UNDETERMINED = "undetermined"


class Judgement(NamedTuple):
    """`verdict` on `product` for `vulnerability`.

    `quoted` is the range as the document writes it; `field` the attribute of the device that decided (firmware, hardware, serial_number,
    product) and `value` what it held; `reason` one line for a person; `settle` what would settle an undetermined verdict; `certainty` the
    probability that the device is this product.
    """

    verdict: Verdict
    advisory: Advisory
    vulnerability: Vulnerability
    product: Product
    quoted: str
    field: str
    value: str
    reason: str
    settle: str = ""
    certainty: float = 1.0
