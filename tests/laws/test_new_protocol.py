"""A new protocol is one file: the example of CONTRIBUTING.md is built from nothing, and everything that reads protocols knows it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.facts import Effect
from fieldwatch.pipeline.assemble import Assembler
from fieldwatch.pipeline.stream import Reader
from fieldwatch.protocols import registry
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Protocol
from fieldwatch.protocols._reading import Registry

if TYPE_CHECKING:
    from tests.conftest import Capture

PAGE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def protocol(tmp_path: Path) -> Protocol:
    """The example, loaded from a file of its own."""
    (source,) = [text for language, text in BLOCKS if language == "python"]
    path = tmp_path / "example_echo.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("example_echo", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Protocol = module.PROTOCOL
    return found


@pytest.fixture
def house(protocol: Protocol) -> Registry:
    return Registry([*registry().protocols, protocol])


@pytest.fixture
def goldens(protocol: Protocol, house: Registry, tmp_path: Path) -> Goldens:
    (text,) = [text for language, text in BLOCKS if not language]
    path = tmp_path / "example-echo.hex"
    path.write_text(text, encoding="utf-8")
    return Goldens(path, protocol, house)


def test_its_goldens_read_as_the_page_says(goldens: Goldens) -> None:
    assert [claim.value for _, claim in goldens.read("hello").claims] == ["pump1"]
    ((_, done),) = goldens.read("set").done
    assert (done.effect, done.values) == (Effect.WRITE, (("level", "42"),))


def test_inspect_reads_it(house: Registry, capture: Capture, tmp_path: Path) -> None:
    client, server = ("10.0.0.5", 40000), ("10.0.0.11", 7007)
    capture.connect(client, server)
    for number in range(5):
        capture.tcp(client, server, bytes([2, 1, number]))
        capture.tcp(server, client, bytes([2, 0]))
    hello = capture.tcp(client, server, b"\1\0")
    capture.tcp(server, client, b"\1\5pump1")
    stream = Reader(house, fenced=False).read([capture.write(tmp_path / "a.pcap")])
    facts = Assembler(stream, b"key").assemble()
    assert len(stream.templates) == 2
    (claim,) = facts.claims
    assert (claim.value, claim.subject.ip, claim.evidence.frame) == ("pump1", "10.0.0.11", hello + 1)
    (write,) = facts.operations
    assert [dict(one.values)["level"] for one in write.occurrences] == list("01234")


def test_its_file_needs_no_registration(house: Registry) -> None:
    assert house.by_name["example-echo"].title == "Example Echo Protocol"
    assert "example-echo" not in registry().by_name
