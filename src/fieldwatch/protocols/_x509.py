"""What a certificate says of its holder: names, issuer, the end of its validity.

Standards: [X509] RFC 5280, 4.1 (certificate), 4.1.2.4 (names), 4.1.2.5 (validity). Extensions and keys are not read.
"""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.protocols import _ber as ber
from fieldwatch.protocols._cursor import text
from fieldwatch.protocols._protocol import At, Side

COMMON_NAME, ORGANIZATION = "2.5.4.3", "2.5.4.10"
VERSION, UTC_TIME, GENERALIZED_TIME = 0xA0, 0x17, 0x18
BMP_STRING = 0x1E


class Certificate(NamedTuple):
    """The subject's common name with its place, the issuer's, whether both are one, and the last day of validity (YYYY-MM-DD)."""

    name: str
    at: At
    issuer: str
    self_signed: bool
    ends: str


def certificate(raw: bytes, at: int, stop: int, side: Side) -> Certificate:
    """Reads the certificate that fills `raw` from `at` to `stop`. Raises `Short` where its elements do not fit."""
    whole = ber.element(raw, at, stop, side)
    signed = ber.element(raw, whole.start, whole.stop, side)
    parts = ber.elements(raw, signed.start, signed.stop, side)
    if parts and parts[0].tag == VERSION:
        parts = parts[1:]
    if len(parts) < 5:
        return Certificate("", At(side, at, 0), "", False, "")
    _, _, issuer, validity, subject = parts[:5]
    name, place = _name(raw, subject, side)
    maker, _ = _name(raw, issuer, side)
    times = ber.elements(raw, validity.start, validity.stop, side)
    ends = _day(raw, times[1]) if len(times) == 2 else ""
    same = raw[issuer.start : issuer.stop] == raw[subject.start : subject.stop]
    return Certificate(name, place, maker, same, ends)


def _name(raw: bytes, name: ber.Element, side: Side) -> tuple[str, At]:
    """The common name of a distinguished name, else its organization."""
    found: dict[str, tuple[str, At]] = {}
    for part in ber.elements(raw, name.start, name.stop, side):
        for pair in ber.elements(raw, part.start, part.stop, side):
            kind = ber.element(raw, pair.start, pair.stop, side)
            value = ber.element(raw, kind.stop, pair.stop, side)
            encoding = "utf-16-be" if value.tag == BMP_STRING else "utf-8"
            said = raw[value.start : value.stop]
            words = said.decode(encoding, "replace") if value.tag == BMP_STRING else text(said)
            found.setdefault(ber.oid(raw, kind), (words, At(side, value.start, value.stop - value.start)))
    return found.get(COMMON_NAME) or found.get(ORGANIZATION) or ("", At(side, name.start, 0))


def _day(raw: bytes, time: ber.Element) -> str:
    """[X509] 4.1.2.5: UTCTime has two digits of the year (50 and more is 19xx), GeneralizedTime four."""
    said = raw[time.start : time.stop].decode("ascii", "replace")
    if time.tag == UTC_TIME and len(said) >= 6:
        said = ("19" if said[:2] >= "50" else "20") + said
    return f"{said[:4]}-{said[4:6]}-{said[6:8]}" if len(said) >= 8 and said[:8].isdigit() else ""
