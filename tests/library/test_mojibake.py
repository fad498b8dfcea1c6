"""Mojibake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.library.mojibake import mended


@pytest.mark.parametrize(
    ("broken", "written"),
    [
        ("GeutebrÃ¼ck", "Geutebrück"),
        ("LeÃ£o Consultoria", "Leão Consultoria"),
        ("ArmorStratixâ„¢ 5700", "ArmorStratix™ 5700"),
        ("Câ€¢CURE 9000", "C•CURE 9000"),
        ("â€œNexusâ€\x9d", "“Nexus”"),
        ("Geutebrück GeutebrÃ¼ck", "Geutebrück Geutebrück"),
    ],
)
def test_broken_characters(broken: str, written: str) -> None:
    assert mended(broken) == written


@pytest.mark.parametrize("text", ["", "SIMATIC S7-1500", "Geutebrück", "中兴", "≤ 3.1", "Ã", "â€", "\x9d\x9d", "naïveté"])
def test_the_rest_stays(text: str) -> None:
    assert mended(text) == text


@given(st.text(alphabet=st.characters(min_codepoint=0xA0, max_codepoint=0x2FFF), min_size=1, max_size=12))
def test_what_was_broken_once_comes_back(text: str) -> None:
    signs = text.encode("utf-8")
    broken = "".join(bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte) for byte in signs)
    assert mended(broken) == text


@given(st.text(max_size=40))
def test_ascii_is_never_touched(text: str) -> None:
    found = mended(text)
    assert [sign for sign in found if sign.isascii()] == [sign for sign in text if sign.isascii()]
