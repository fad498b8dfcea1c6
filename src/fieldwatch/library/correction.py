"""What a person knows better: for an identity as it was shown, the product that it is. Stronger than any rule; the operator keeps the file.

The file is tab-separated text with a line of column names: `vendor_raw`, `product_raw`, `order_number_raw` as shown (empty: any), the
canonical `vendor`, `product`, `order_number` and `firmware` (empty: as the device says; `-`: nothing), `who`, `date` and `note`. Lines that
begin with # are passed over. Of several that fit an identity, the one that names most cells is taken; of these, the last.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from fieldwatch.library.banner import split
from fieldwatch.library.identity import Identity
from fieldwatch.library.ranker.rank import Alias
from fieldwatch.library.resolution import Step

NEEDED = ("vendor_raw", "product_raw", "order_number_raw", "vendor", "product", "order_number", "who", "date")
OPTIONAL = ("firmware", "note")

NOTHING = "-"
"""In a cell: the device has no such thing, whatever it says."""

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that is read."""


class UnusableCorrections(Exception):
    """The file cannot be used; the text says where, what was read, what is allowed, and what to do."""


class Correction(NamedTuple):
    """One line of the file."""

    vendor_raw: str
    product_raw: str
    order_number_raw: str
    vendor: str
    product: str
    order_number: str
    firmware: str
    who: str
    date: str
    note: str

    @property
    def source(self) -> str:
        """Who said it, and when."""
        return f"correction by {self.who} on {self.date}"


Shown = tuple[str, str, str]
"""Vendor, product and order number, without the difference of capitals and blanks."""


class Corrections:
    """Corrections, ready to be asked about identities."""

    def __init__(self, corrections: Iterable[Correction] = ()) -> None:
        self.all = tuple(corrections)
        self._by_shown: dict[Shown, Correction] = {_shown(*one[:3]): one for one in self.all}

    @classmethod
    def load(cls, path: Path) -> Corrections:
        """The corrections in a file. Raises UnusableCorrections where it cannot be used."""
        try:
            if path.stat().st_size > LARGEST:
                raise UnusableCorrections(f"{path}: larger than {LARGEST // 2**20} MB; give a file of corrections")
            text = path.read_text("utf-8-sig")
        except OSError as error:
            raise UnusableCorrections(f"{path}: cannot be read: {error.strerror}; give a file that can be") from None
        except UnicodeDecodeError as error:
            raise UnusableCorrections(f"{path}: byte {error.start}: not UTF-8; save it as UTF-8") from None
        return cls(_lines(path, text))

    def find(self, identity: Identity) -> Correction | None:
        """The correction of an identity as it was shown; None for none."""
        vendor, product, number = _shown(identity.vendor, identity.product, identity.order_number)
        patterns = [(v, p, n) for v in (vendor, "") for p in (product, "") for n in (number, "")]
        found = [self._by_shown[one] for one in dict.fromkeys(patterns) if one in self._by_shown]
        return max(found, key=lambda one: sum(map(bool, one[:3])), default=None)

    def apply(self, identity: Identity) -> tuple[Identity, Step | None]:
        """The identity as a person corrected it, with the reason; as it is, and None, where nobody did.

        Firmware, hardware and serial number that stand in a banner are kept.
        """
        found = self.find(identity)
        if found is None:
            return identity, None
        cells, _ = split(identity)
        cells = cells._replace(
            vendor=_or(found.vendor, cells.vendor),
            product=_or(found.product, cells.product),
            order_number=_or(found.order_number, cells.order_number),
            firmware=_or(found.firmware, cells.firmware),
        )
        read = " ".join(filter(None, identity[:3]))
        return cells, Step("correction", read, " ".join(filter(None, cells[:3])), found.source)

    def aliases(self) -> Iterator[Alias]:
        """What the ranker learns from them: other names of the products, as the devices say them when they are taken apart."""
        for one in self.all:
            name = next((text for text in (one.product, one.order_number) if text not in {"", NOTHING}), "")
            if name and (one.product_raw or one.order_number_raw):
                said, _ = split(Identity(*one[:3]))
                vendor = _or(one.vendor, said.vendor)
                yield Alias(said.vendor or vendor, said.product, said.order_number, vendor, name)


def _shown(vendor: str, product: str, number: str) -> Shown:
    return _same(vendor), _same(product), _same(number)


def _same(text: str) -> str:
    return " ".join(text.casefold().split())


def _or(corrected: str, said: str) -> str:
    return "" if corrected == NOTHING else corrected or said


def _lines(path: Path, text: str) -> Iterator[Correction]:
    columns: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if not columns:
            columns = _columns(cells, f"{path}: line {number}")
        else:
            yield _correction(columns, cells, f"{path}: line {number}")
    if not columns:
        raise UnusableCorrections(f"{path}: no line of column names; begin with {', '.join(NEEDED)}, with tabs between")


def _columns(cells: list[str], where: str) -> list[str]:
    missing = [name for name in NEEDED if name not in cells]
    if missing:
        raise UnusableCorrections(f"{where}: the columns are {', '.join(cells)}; {', '.join(missing)} missing: add them, with tabs between")
    other = [name for name in cells if name not in NEEDED + OPTIONAL]
    if other or len(set(cells)) < len(cells):
        raise UnusableCorrections(
            f"{where}: column {(other or cells)[0]!r} is not known or stands twice; allowed once each: {', '.join(NEEDED + OPTIONAL)}"
        )
    return cells


def _correction(columns: list[str], cells: list[str], where: str) -> Correction:
    if len(cells) > len(columns):
        raise UnusableCorrections(f"{where}: {len(cells)} cells; at most {len(columns)} are allowed: take out tabs")
    row = dict.fromkeys(NEEDED + OPTIONAL, "") | dict(zip(columns, cells, strict=False))
    one = Correction(*(row[name] for name in Correction._fields))
    if not any(one[:3]):
        raise UnusableCorrections(f"{where}: vendor_raw, product_raw and order_number_raw are empty; fill in one at least")
    if not any((one.vendor, one.product, one.order_number, one.firmware)):
        raise UnusableCorrections(f"{where}: nothing is corrected; fill in vendor, product, order_number or firmware")
    if not one.who:
        raise UnusableCorrections(f"{where}: who is empty; write who corrects")
    try:
        datetime.date.fromisoformat(one.date)
    except ValueError:
        raise UnusableCorrections(f"{where}: date {one.date!r}; allowed is YYYY-MM-DD: write the day of the correction so") from None
    return one
