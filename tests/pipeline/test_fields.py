"""Facts as fields of a frame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.pipeline.fields import Field, owners, read_fields
from fieldwatch.pipeline.slice import frame

if TYPE_CHECKING:
    from tests.conftest import Capture

    from fieldwatch.pipeline.fields import Field


def fields(path: str, number: int) -> list[Field]:
    return read_fields(path, frame(path, number))


def test_claims_and_operations_stand_where_their_bytes_are(plant: Capture, tmp_path: Path) -> None:
    path = plant.write(tmp_path / "a.pcap")
    number = next(number for number, (_, data) in enumerate(plant.frames, 1) if b"Acme!" in data)
    (vendor,) = [one for one in fields(path, number) if one.name == "modbus vendor"]
    assert plant.frames[number - 1][1][vendor.offset : vendor.offset + vendor.length] == b"Acme!"
    assert (vendor.value, vendor.alone, vendor.secret) == ("Acme!", False, False)
    (write,) = [one for one in fields(path, len(plant.frames) - 1) if one.name == "modbus Write Single Register"]
    assert write.value.startswith("write holding register 7")


def test_a_repetition_is_read_alone(plant: Capture, tmp_path: Path) -> None:
    first = next(number for number, (_, data) in enumerate(plant.frames, 1) if b"Acme!" in data)
    repeated = plant.frames[first - 1][1]
    vendor = repeated[repeated.index(b"\xff\x2b") :]
    _, again = plant.modbus(("10.0.0.5", 40000), ("10.0.0.10", 502), 900, bytes.fromhex("ff2b0e0100"), vendor)
    found = fields(plant.write(tmp_path / "a.pcap"), again)
    assert [(one.name, one.alone) for one in found if one.value == "Acme!"] == [("modbus vendor", True)]


def test_credentials_are_secret_in_every_frame_that_repeats_them(capture: Capture, tmp_path: Path) -> None:
    numbers = []
    for port in (40000, 40001):
        client, server = ("10.0.0.5", port), ("10.0.0.20", 21)
        capture.connect(client, server)
        for asks, line in ((False, "220 ready"), (True, "USER anna"), (False, "331 password"), (True, "PASS geh3im!"), (False, "230 ok")):
            number = capture.tcp(*((client, server) if asks else (server, client)), line.encode() + b"\r\n")
            if line.startswith("PASS"):
                numbers.append(number)
    path = capture.write(tmp_path / "a.pcap")
    for number in numbers:
        data = capture.frames[number - 1][1]
        at = data.index(b"geh3im!")
        hidden = {byte for one in fields(path, number) if one.secret for byte in range(one.offset, one.offset + one.length)}
        assert set(range(at, at + 7)) <= hidden
        assert not any("geh3im!" in one.value for one in fields(path, number))


def test_a_frame_without_facts_has_no_fields(capture: Capture, tmp_path: Path) -> None:
    capture.connect(("10.0.0.5", 40000), ("10.0.0.10", 502))
    assert fields(capture.write(tmp_path / "a.pcap"), 2) == []


def test_the_smallest_field_owns_a_byte_but_credentials_own_all_theirs() -> None:
    outer, inner, secret = Field(0, 8, "outer", ""), Field(2, 2, "inner", ""), Field(3, 5, "login", "", secret=True)
    assert owners(10, [outer, inner, secret]) == [0, 0, 1, 2, 2, 2, 2, 2, None, None]
    assert owners(2, [Field(1, 9, "beyond", "")]) == [None, 0]
