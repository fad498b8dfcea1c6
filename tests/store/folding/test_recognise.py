"""Which row a folded asset is: by the surest handle, each row once."""

from __future__ import annotations

from typing import Any

import pytest

from fieldwatch.inventory import Asset, Attribute, Rival
from fieldwatch.store.folding.recognise import Known, parts, recognise

A, B, C = "00:1d:9c:00:00:01", "00:1d:9c:00:00:02", "00:1d:9c:00:00:03"
SN = "00A1B2C3"


def asset(handle: str, *, ips: tuple[str, ...] = (), macs: tuple[str, ...] = (), serial: str = "", component: str = "") -> Asset:
    known = (Attribute("serial_number", (Rival(serial, 1.0, (), ""),)),) if serial else ()
    return Asset(handle, "", component, known, ips, macs, (), (), (), 0, 0)


def row(pk: int, handle: str, **said: Any) -> Known:
    usual: dict[str, Any] = {"macs": (), "ips": (), "past": (), "serial": "", "vendor": "", "is_gone": False}
    known: dict[str, Any] = {name: frozenset(value) if isinstance(value, tuple) else value for name, value in (usual | said).items()}
    return Known(pk, handle, **known)


@pytest.mark.parametrize(
    ("found", "rows", "wanted"),
    [
        ([asset(A, macs=(A,))], [], {}),
        ([asset(A, macs=(A,), ips=("10.0.0.9",))], [row(1, A, macs=(A,), ips=("10.0.0.5",))], {A: (1,)}),
        ([asset(A, macs=(A,), ips=("10.0.0.5",))], [row(1, "10.0.0.5", ips=("10.0.0.5",))], {A: (1,)}),
        ([asset(B, macs=(B,), ips=("10.0.0.5",))], [row(1, A, macs=(A,), ips=("10.0.0.5",))], {}),
        ([asset("10.0.0.5", ips=("10.0.0.5",))], [row(1, A, macs=(A,), ips=("10.0.0.5",))], {"10.0.0.5": (1,)}),
        ([asset(A, macs=(A, B))], [row(2, B, macs=(B,)), row(1, A, macs=(A,))], {A: (1, 2)}),
        ([asset(A, macs=(A,)), asset(B, macs=(B,))], [row(1, A, macs=(A, B))], {A: (1,)}),
        ([asset(C, macs=(C,), serial=SN)], [row(1, A, macs=(A,), serial=SN)], {C: (1,)}),
        ([asset(C, macs=(C,), serial=SN)], [row(1, A, macs=(A,), serial=SN), row(2, C, macs=(C,))], {C: (2,)}),
        ([asset(C, macs=(C,), serial="0000")], [row(1, A, macs=(A,), serial="0000")], {}),
        ([asset(C, macs=(C,), serial=SN), asset(B, macs=(B,), serial=SN)], [row(1, A, macs=(A,), serial=SN)], {}),
        ([asset(B, macs=(B,))], [row(1, A, macs=(A,), past=(A, B))], {B: (1,)}),
        ([asset(A, macs=(A,), ips=("10.0.0.5",))], [row(1, A, macs=(A,)), row(2, "10.0.0.5", ips=("10.0.0.5",))], {A: (1, 2)}),
        ([asset(A, macs=(A,))], [row(1, A, macs=(A,), is_gone=True)], {A: (1,)}),
        ([asset(A, macs=(A,))], [row(1, A, macs=(A,), is_gone=True), row(2, A, macs=(A,))], {A: (2,)}),
        ([asset(A, macs=(A,), ips=("10.0.0.5",))], [row(1, "10.0.0.5", ips=("10.0.0.5",), is_gone=True)], {}),
    ],
)
def test_a_row_goes_to_the_asset_with_its_surest_handle(found: list[Asset], rows: list[Known], wanted: dict[str, tuple[int, ...]]) -> None:
    assert recognise(found, rows) == wanted
    assert recognise(found[::-1], rows[::-1]) == wanted


def test_a_way_becomes_the_device_that_was_reached_by_it() -> None:
    children = [asset("x", component="device 8 via net 3:8"), asset("y", component="slot 2"), asset("z", component="slot 3")]
    found = parts(children, [(5, "net 3:8"), (4, "slot 2"), (9, "slot 2"), (7, "slot 9")])
    assert found == {"device 8 via net 3:8": (5,), "slot 2": (4, 9)}
