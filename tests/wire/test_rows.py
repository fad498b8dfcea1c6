"""The core's rows have the fields that their names promise, in that order."""

from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.pipeline.declare import declarations
from fieldwatch.protocols import registry
from fieldwatch.wire import Session
from fieldwatch.wire.rows import ConversationRow, FileRow, SightingRow, TallyRow

if TYPE_CHECKING:
    from tests.conftest import Capture


def read(path: str) -> Session:
    session = Session(declarations(registry()))
    session.open(path, 0)
    while (step := session.run()) != "end":
        if step == "novel":
            session.teach([], True, None, [], [])
    session.finish()
    return session


def test_rows_by_name(plant: "Capture", tmp_path: Path) -> None:
    session = read(plant.write(tmp_path / "a.pcap"))
    (file,) = (FileRow(*row) for row in session.files())
    assert (file.packets, file.cut) == (len(plant.frames), None)
    rows = [ConversationRow(*row) for row in session.conversations()]
    (modbus,) = [row for row in rows if row.port == 502]
    assert (modbus.client, modbus.server) == (("10.0.0.5", "02:00:00:00:00:05"), ("10.0.0.10", "02:00:00:00:00:0a"))
    assert (modbus.carrier, modbus.packets, modbus.losses[3]) == ("tcp", (24, 23), 1)
    tallies = [TallyRow(*row) for row in session.tallies()]
    assert sum(tally.times for tally in tallies) == 23
    assert all(tally.kept is not None for tally in tallies)
    sightings = {(row.mac, row.ip): row.packets for row in (SightingRow(*row) for row in session.sightings())}
    assert sightings["02:00:00:00:00:05", "10.0.0.5"] == 24


def test_novel_exchanges_are_handed_out_once(plant: "Capture", tmp_path: Path) -> None:
    """With the register data as a value, twenty polls are one novel exchange."""
    session = Session(declarations(registry()))
    session.open(plant.write(tmp_path / "a.pcap"), 0)
    novel = 0
    while (step := session.run()) != "end":
        if step == "novel":
            exchange = session.novel()
            assert exchange is not None
            novel += exchange[1] is not None and exchange[1][7] == 3
            session.teach([(False, 0, 2, 0), (True, 0, 2, 0), (True, 9, 4, 1)], False, None, [], [])
    assert novel == 1
    polls = [TallyRow(*row) for row in session.tallies() if row[2] == 20]
    assert len(polls) == 1
    repetition = session.repetition([row[2] for row in session.tallies()].index(20))
    assert repetition is not None
    assert repetition[2] == [(0x0013_0001, 0x0000_0001, 0x0013_0001, 19)]
    assert sum(repetition[0]) == 19
