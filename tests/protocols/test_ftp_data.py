"""FTP data connections. Goldens: `ftp-data.hex`."""

from pathlib import Path

from fieldwatch.protocols import ftp_data
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Ignored, Side

GOLDENS = Goldens(Path(__file__).with_name("ftp-data.hex"), ftp_data.PROTOCOL)


def test_the_direction_is_told_and_the_content_is_not_looked_at() -> None:
    assert [done.name for _, done in GOLDENS.read("sent by the server").done] == ["Data to the client"]
    reading = GOLDENS.read("sent by the client")
    assert [done.name for _, done in reading.done] == ["Data to the server"]
    assert reading.marks == [Ignored(Side.REQUEST, 0, 4)]
