"""Ends are called by the asset that they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.cli.names import Names, address
from fieldwatch.facts import Subject
from fieldwatch.pipeline import inspect

if TYPE_CHECKING:
    from tests.conftest import Capture


def test_names_and_addresses(plant: Capture, tmp_path: Path) -> None:
    result = inspect([plant.write(tmp_path / "a.pcap")], fenced=False)
    names = Names(result)
    (talk,) = [one for one in result.facts.conversations if one.port == 502]
    assert names.of(talk.server) == "10.0.0.10"
    assert names.of(talk.server._replace(component="unit 3")) == "10.0.0.10 unit 3"
    asset = names.asset(talk.server)
    assert asset is not None
    assert names.key(talk.server) == asset.id
    assert address(asset) == "10.0.0.10"


def test_what_belongs_to_no_asset_keeps_its_address(plant: Capture, tmp_path: Path) -> None:
    names = Names(inspect([plant.write(tmp_path / "a.pcap")], fenced=False))
    stranger = Subject("10.9.9.9", "")
    assert names.asset(stranger) is None
    assert (names.key(stranger), names.of(stranger)) == ("10.9.9.9", "10.9.9.9")
