"""Golden files: their format, and what is said about a line that is not understood."""

from pathlib import Path

import pytest

from fieldwatch.protocols._golden import Goldens, load
from fieldwatch.protocols._protocol import Context, Exchange, Facts, Open, Protocol


def written(folder: Path, text: str) -> Path:
    path = folder / "some.hex"
    path.write_text(text, "utf-8")
    return path


def test_hex_text_repetition_and_comments(tmp_path: Path) -> None:
    path = written(tmp_path, '# a\n[one]\n> 01 0203 "a#\\r\\n\\"" 00*3 # b\n> ff\n< "x"*2\n\n[two]\n< 00#c\n')
    one, two = load(path)
    assert (one.name, one.exchange.request, one.exchange.answer) == ("one", b'\x01\x02\x03a#\r\n"\0\0\0\xff', b"xx")
    assert two.exchange == Exchange(None, b"\0")


def test_options(tmp_path: Path) -> None:
    (one,) = load(written(tmp_path, "[one]\ntransport: udp\nport: 0x88b8\nfrom_server: yes\ncontext: (1, 'a')\n> 00\n"))
    assert one.exchange == Exchange(b"\0", None, from_server=True, transport="udp", port=0x88B8)
    assert one.context == (1, "a")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("> 00\n", "some.hex:1: a line stands before the first"),
        ("[one]\n> 0\n", "some.hex:2: '0' is neither hex"),
        ("[one]\n> 00 zz\n", "some.hex:2: 'zz' is neither hex"),
        ("[one]\nsize: 3\n", "some.hex:2: 'size: 3' is neither"),
        ("[one]\n> 00\n[one]\n> 00\n", "two goldens have one name"),
    ],
)
def test_a_line_that_is_not_understood_is_named(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(ValueError, match=where):
        load(written(tmp_path, text))


def test_after_reads_in_the_context_that_another_golden_opened(tmp_path: Path) -> None:
    def parse(exchange: Exchange, context: Context) -> Facts:
        yield Open((context, exchange.request))

    protocol = Protocol("some", "Some", parse, ())
    goldens = Goldens(written(tmp_path, "[one]\n> 01\n[two]\nafter: one\n> 02\n"), protocol)
    assert goldens.context("one") is None
    assert goldens.context("two") == (None, b"\x01")
    assert goldens.read("two").opens[0][1].value == ((None, b"\x01"), b"\x02")
