"""The list of protocols is made from the protocol files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson

from fieldwatch.cli.protocols import row
from fieldwatch.protocols import registry

if TYPE_CHECKING:
    from tests.cli.conftest import Done

ANNOUNCED = {"ftp-data"}
"""Protocols whose flows another protocol announces; they have no place of their own."""


def test_every_protocol_is_listed(run_cli: Callable[..., Done]) -> None:
    done = run_cli("protocols")
    assert done.exit_code == 0, done.output
    assert all(protocol.name in done.output for protocol in registry().protocols)


def test_as_json(run_cli: Callable[..., Done]) -> None:
    rows = {one["name"]: one for one in orjson.loads(run_cli("protocols", "--json").output)}
    assert set(rows) == set(registry().by_name)
    assert rows["modbus"]["where"] == ["tcp 502"]
    assert rows["lldp"]["where"] == ["EtherType 0x88cc"]
    assert rows["cip"]["not_decoded"]


def test_every_protocol_says_where_and_what() -> None:
    for protocol in registry().protocols:
        one = row(protocol)
        assert one["title"], protocol.name
        assert one["where"] or protocol.name in ANNOUNCED
        assert one["decoded"], protocol.name
