"""The page is one file that loads nothing, and nothing that a device sent becomes markup or script."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from fieldwatch.cli import page as pages
from fieldwatch.cli.page import MissingAssets, embedded, page
from fieldwatch.pipeline import inspect

if TYPE_CHECKING:
    from tests.conftest import Capture

EVIL = "</script><script>alert(1)</script><!--"
LOADS = {"src", "href", "action", "data", "poster", "srcset", "formaction", "xlink:href", "background"}


class Markup(HTMLParser):
    """The elements of a page, and the text of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in self.texts:
            self.texts[self.inside][-1] += data


@pytest.fixture(autouse=True)
def _built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the page's script was not built (no npm), the tests of everything around it use a small one."""
    if not (Path(pages.__file__).parent / "assets" / "report.js").exists():
        monkeypatch.setattr(pages, "_asset", lambda name: f"/* {name} */")


@pytest.fixture
def evil(plant: Capture, tmp_path: Path) -> str:
    """The page of a plant in which a device calls itself `EVIL`."""
    answer = bytes.fromhex("ff2b0e010100000100") + bytes([len(EVIL)]) + EVIL.encode()
    plant.modbus(("10.0.0.5", 40000), ("10.0.0.10", 502), 500, bytes.fromhex("ff2b0e0100"), answer)
    return page(inspect([plant.write(tmp_path / "a.pcap")], fenced=False))


def test_it_loads_nothing(evil: str) -> None:
    markup = Markup(evil)
    assert [(tag, attributes) for tag, attributes in markup.elements if LOADS & set(attributes)] == []
    assert not {"link", "iframe", "img", "object", "embed", "base"} & {tag for tag, _ in markup.elements}
    code = markup.texts["script"][1] + markup.texts["style"][0]
    assert set(re.findall(r"https?://[^\s\"'`)]+", code)) <= {"http://www.w3.org/2000/svg"}, "the name of SVG, which nothing loads"
    assert not re.search(r"@import|url\((?!#)|\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\bimport\(", code)


def test_the_policy_allows_its_own_script_and_style_only(evil: str) -> None:
    markup = Markup(evil)
    (policy,) = [attributes["content"] or "" for tag, attributes in markup.elements if "http-equiv" in attributes]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind, text in (("script", markup.texts["script"][1]), ("style", markup.texts["style"][0])):
        assert f"{kind}-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert not any("style" in attributes or any(name.startswith("on") for name in attributes) for _, attributes in markup.elements)


def test_what_a_device_sent_stays_data(evil: str) -> None:
    markup = Markup(evil)
    assert [tag for tag, _ in markup.elements].count("script") == 2
    data = orjson.loads(markup.texts["script"][0])
    assert any(rival[0] == EVIL for asset in data["assets"] for rival in asset["attributes"].get("vendor", []))


@pytest.mark.parametrize("text", [EVIL, "<!--<script>", "\u2028\u2029", '"\\', "{style}{script}{data}"])
def test_embedded_data_come_back_whole(text: str) -> None:
    assert "<" not in embedded({"text": text})
    assert orjson.loads(embedded({"text": text})) == {"text": text}


def test_missing_assets_are_said_clearly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(pages, "files", lambda _: tmp_path)
    with pytest.raises(MissingAssets, match="npm run build"):
        pages._asset("report.js")
