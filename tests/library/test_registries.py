"""Numbers and names as the registries give them."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from fieldwatch.library.registries import bacnet_vendor, cip_device_type, cip_vendor, oui, profinet_vendor
from fieldwatch.library.table import names

CORPUS = Path(os.environ.get("FIELDWATCH_CORPUS") or Path(__file__).resolve().parents[3] / "shared") / "captures"


def test_names_are_as_registered() -> None:
    assert cip_vendor(1) == "Rockwell Automation/Allen-Bradley"
    assert cip_device_type(0x0E) == "Programmable Logic Controller"
    assert cip_device_type(0x0C) == "Communications Adapter"
    assert bacnet_vendor(0) == "ASHRAE"
    assert bacnet_vendor(18) == "Alerton / Honeywell"
    assert profinet_vendor(0x002A) == "SIEMENS AG"
    assert oui("00:00:bc:3e:eb:e4") == "Rockwell Automation"


@pytest.mark.parametrize("find", [cip_vendor, cip_device_type, bacnet_vendor, profinet_vendor])
def test_a_number_given_to_nobody_has_no_name(find: object) -> None:
    assert callable(find)
    for number in (-1, 65535, 1 << 40):
        assert find(number) is None


def test_reserved_is_no_vendor() -> None:
    assert names("cip_vendors.tsv")[0] == "Reserved"
    assert cip_vendor(0) is None


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of captures is not there")
def test_vendors_of_the_corpus_have_registry_names() -> None:
    known = {
        name.casefold()
        for file in ("cip_vendors", "bacnet_vendors", "cip_device_types", "profinet_vendors")
        for name in names(f"{file}.tsv").values()
    }
    with (CORPUS / "truth" / "identity.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["attribute"] in {"vendor", "device_type"}]
    by_number = [
        row["value"] for row in rows if row["protocol"] in {"bacnet", "cip", "enip", "s7comm", "pn_dcp"} and row["check"] == "enum"
    ]
    assert by_number
    assert [value for value in by_number if value.casefold() not in known] == []
