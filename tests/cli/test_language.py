"""Texts in the language that was asked for, or that the environment says; English where there is nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.cli import language as languages
from fieldwatch.cli.language import ENGLISH, Language, MissingCatalogue, language

if TYPE_CHECKING:
    from tests.cli.conftest import Done
    from tests.conftest import Capture


@pytest.fixture(scope="module")
def german() -> Language:
    return Language("de")


@pytest.mark.parametrize(
    ("asked", "environment", "code"),
    [
        (None, {}, "en"),
        ("de", {"LANG": "en_GB.UTF-8"}, "de"),
        ("en", {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LANG": "de_AT.UTF-8"}, "de"),
        (None, {"LANG": "de"}, "de"),
        (None, {"LANG": "deu"}, "en"),
        (None, {"LANG": "fr_FR.UTF-8"}, "en"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE"}, "de"),
        (None, {"LC_ALL": "C", "LC_MESSAGES": "de_DE", "LANG": "de_DE"}, "en"),
        (None, {"LC_ALL": "", "LANG": "de_DE"}, "de"),
    ],
)
def test_the_strongest_wish_wins(asked: str | None, environment: dict[str, str], code: str) -> None:
    assert language(asked, environment).code == code


def test_texts_terms_and_numbers(german: Language) -> None:
    assert german.say("Vendor") == "Hersteller"
    assert german.say("{n} of nothing") == "{n} of nothing", "what is in no catalogue stays as it is"
    assert german.term("effect", "stop") == "stoppen"
    assert german.term("role", "PLC") == "SPS"
    assert german.term("role", "a role of its own") == "a role of its own"
    assert [german.many(n, "{n} row", "{n} rows") for n in (0, 1, 1204)] == ["0 Zeilen", "1 Zeile", "1.204 Zeilen"]
    assert [ENGLISH.many(n, "{n} row", "{n} rows") for n in (0, 1, 1204)] == ["0 rows", "1 row", "1,204 rows"]


def test_the_page_gets_every_text_and_no_term(german: Language) -> None:
    texts = german.texts()
    assert texts["Vendor"] == "Hersteller"
    assert texts["{n} row"] == ["{n} Zeile", "{n} Zeilen"]
    assert "" not in texts
    assert "stop" not in texts
    assert ENGLISH.texts() == {}


def test_a_language_that_was_not_compiled_is_refused_only_where_it_was_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(languages, "LOCALE", tmp_path)
    with pytest.raises(MissingCatalogue, match="make setup"):
        language("de", {})
    assert language(None, {"LANG": "de_DE"}) is ENGLISH


def test_the_summary_speaks_it_and_the_data_do_not(run_cli: Callable[..., Done], plant: Capture, tmp_path: Path) -> None:
    path = plant.write(tmp_path / "a.pcap")
    english, german = (run_cli("inspect", path, "--lang", code, "--json", str(tmp_path / code)) for code in ("en", "de"))
    assert english.output.startswith("2 assets, ")
    assert german.output.startswith("2 Geräte, ")
    assert "Hersteller" in german.output
    assert "○ schreiben" in german.output
    assert (tmp_path / "en").read_bytes() == (tmp_path / "de").read_bytes()


def test_an_unknown_language_is_refused(run_cli: Callable[..., Done], plant: Capture, tmp_path: Path) -> None:
    done = run_cli("inspect", plant.write(tmp_path / "a.pcap"), "--lang", "xx")
    assert done.exit_code == 2
    assert "'en', 'de'" in done.errors or "en, de" in done.errors
