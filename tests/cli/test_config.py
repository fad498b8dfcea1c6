"""`fieldwatch config`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from fieldwatch.cli import config
from fieldwatch.server.options import OPTIONS


def run(*words: str) -> None:
    program = argparse.ArgumentParser()
    config.declare(program.add_subparsers())
    given = program.parse_args(["config", *words])
    given.run(given)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDWATCH_CONFIG", "")
    monkeypatch.delenv("FIELDWATCH_SERVER_PORT", raising=False)


def test_explain_prints_every_option_with_value_origin_and_help(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fieldwatch.toml").write_text('[server]\nname = "plant"\n')
    monkeypatch.setenv("FIELDWATCH_SERVER_PORT", "9000")
    run("explain", "--data", str(tmp_path))
    out = capsys.readouterr().out
    assert all(f"{option.name} = " in out and option.help in out for option in OPTIONS)
    assert f'server.name = "plant"  ({tmp_path / "fieldwatch.toml"})' in out
    assert "server.port = 9000  (environment)" in out
    assert 'server.host = "127.0.0.1"  (usual)' in out
    assert "usual: 8484" in out


def test_explain_of_a_section_and_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("explain", "--data", str(tmp_path), "--json", "captures", "server.port")
    rows = json.loads(capsys.readouterr().out)
    assert {row["name"] for row in rows} == {"server.port", *(option.name for option in OPTIONS if option.name.startswith("captures."))}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[server]\nprot = 1\n", "server.prot: there is no such option; did you mean server.port?"),
        ('[server]\nport = "x"\n', "server.port = 'x': a value of type int is needed"),
        ("[server]\nport = 70000\n", "server.port = 70000: a port from 0 to 65535 is allowed"),
        ("[captures]\nhours = -1\n", "captures.hours = -1: 0 or more is allowed"),
        ('[server]\ncertificate = "/nowhere"\n', "server.certificate = /nowhere: it cannot be read"),
        ("x = [", "is no TOML file"),
    ],
)
def test_check_refuses_what_cannot_be_used(text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fieldwatch.toml").write_text(text)
    with pytest.raises(SystemExit) as end:
        run("check", "--data", str(tmp_path))
    assert end.value.code == 2
    assert words in capsys.readouterr().err


def test_check_needs_certificate_and_key_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.pem").write_text("x")
    (tmp_path / "fieldwatch.toml").write_text(f'[server]\ncertificate = "{tmp_path / "c.pem"}"\n')
    with pytest.raises(SystemExit):
        run("check", "--data", str(tmp_path))
    assert "both are needed" in capsys.readouterr().err


def test_check_is_silent_where_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("check", "--data", str(tmp_path))
    assert capsys.readouterr() == ("", "")


def test_an_unknown_name_or_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("explain", "--data", str(tmp_path), "nothing")
    assert "nothing: there is no such option" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run("check", "--data", str(tmp_path), "--config", str(tmp_path / "x.toml"))
    assert "there is no such file" in capsys.readouterr().err
