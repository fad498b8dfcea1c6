"""A server that goes away and comes back, as a browser sees it: uploads go on, pages follow the plant again, nobody presses anything."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bench._faults_large import below
from bench._large import large
from tests.web.served import Served, free_port, served
from tests.web.test_pages import BUILT, CHROMIUM, fill

pytestmark = pytest.mark.skipif(not (CHROMIUM.exists() and BUILT.exists()), reason="chromium or web/ is not there")

MIB = 1 << 20
ROW = "form[data-upload] li"
MARK = "[data-live]"


@contextmanager
def page_at(origin: str, key: str) -> Iterator[Any]:
    """A page of a browser that is signed in, on a line that takes half a second for a piece of an upload."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies([{"name": "fieldwatch", "value": key, "url": origin}])
        context.set_default_timeout(60_000)
        page = context.new_page()
        slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 16 * MIB}
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
        yield page
        browser.close()


def until(seen: Callable[[], bool], words: str) -> None:
    end = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < end, words
        time.sleep(0.05)


def pieces(data: Path) -> int:
    """Bytes of uploads that are not at their end."""
    return sum(one.stat().st_size for one in (data / "uploads").rglob("*") if one.is_file()) if (data / "uploads").exists() else 0


def kill(server: Served) -> None:
    """The process and those that it started, at once."""
    for number in [server.process.pid, *below(server.process.pid)]:
        os.kill(number, signal.SIGKILL)
    server.process.wait()


def test_an_upload_goes_on_and_the_page_hears_again(tmp_path: Path) -> None:
    data, port, path = tmp_path / "data", free_port(), tmp_path / "large.pcap"
    packets = large(path, 40 * MIB)
    with served(data, port) as first:
        key = fill(data).cookies["ada"]
        with page_at(first.origin, key) as page:
            page.goto(f"{first.origin}/captures/?site=site")
            page.wait_for_selector(f"{MARK}[data-state=live]")
            page.set_input_files("form[data-upload] input[type=file]", str(path))
            until(lambda: pieces(data) > 8 * MIB, "a piece is there")
            kill(first)
            page.wait_for_selector(f"{MARK}[data-state=stale]")
            page.wait_for_selector(f"{ROW}:has-text('It is tried again by itself.')")
            with served(data, port):
                page.wait_for_selector(f"{ROW}[data-state=done]")
                page.wait_for_selector(f"{MARK}[data-state=live]")
                page.wait_for_selector(f"tbody tr:has-text('{path.name}'):has-text('Done')")
                page.goto(first.origin + page.get_attribute(f"{ROW} a", "href").removeprefix(first.origin))
                page.wait_for_selector("text=read to its end")
                assert str(packets) in page.inner_text("main")


def test_an_upload_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    data, path = tmp_path / "data", tmp_path / "large.pcap"
    large(path, 40 * MIB)
    with served(data) as server:
        key = fill(data).cookies["ada"]
        with page_at(server.origin, key) as page:
            page.goto(f"{server.origin}/captures/?site=site")
            page.set_input_files("form[data-upload] input[type=file]", str(path))
            until(lambda: pieces(data) > 8 * MIB, "a piece is there")
            page.click(f"{ROW} button")
            page.wait_for_selector(f"{ROW}[data-state=cancelled]")
            until(lambda: pieces(data) == 0, "nothing is left")
            page.reload()
            assert path.name not in page.inner_text("main")
