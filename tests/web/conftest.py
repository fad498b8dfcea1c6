"""A browser that shows the page."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
ASSETS = Path(__file__).resolve().parents[2] / "src" / "fieldwatch" / "cli" / "assets"


class Browser:
    """A headless Chromium with one page, driven through its debugging pipe.

    Standards: Chrome DevTools Protocol 1.3; messages are JSON, each ended by a zero byte, read from descriptor 3 and written to 4.
    """

    OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe")
    WATCHED = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Page.javascriptDialogOpening")

    def __init__(self, program: str) -> None:
        self.folder = tempfile.mkdtemp()
        (there, self.out), (self.into, back) = os.pipe(), os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (there, back)]
        nowhere = os.open(os.devnull, os.O_RDWR)
        wires = [(os.POSIX_SPAWN_DUP2, end, number) for end, number in ((nowhere, 1), (nowhere, 2), (ends[0], 3), (ends[1], 4))]
        words = [program, *self.OPTIONS, f"--user-data-dir={self.folder}", "about:blank"]
        self.process = os.posix_spawn(program, words, os.environ, file_actions=wires, setpgroup=0)
        for end in (there, back, *ends, nowhere):
            os.close(end)
        self.number, self.unread, self.events = 0, b"", list[dict[str, Any]]()
        self.session = ""
        target = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=1280, height=800, deviceScaleFactor=1, mobile=False)

    def call(self, method: str, **parameters: Any) -> Any:
        """Asks the browser for something and waits for its answer."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters} | ({"sessionId": self.session} if self.session else {})
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while (got := self._read()).get("id") != self.number:
            self.events.append(got)
        assert "error" not in got, (method, got)
        return got["result"]

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self.unread:
            more = os.read(self.into, 1 << 20)
            assert more, "the browser ended"
            self.unread += more
        one, _, self.unread = self.unread.partition(b"\0")
        message: dict[str, Any] = json.loads(one)
        return message

    def open(self, file: Path, place: str) -> None:
        """Loads the page anew at this place, and waits until it is drawn."""
        for address in ("about:blank", f"{file.as_uri()}#/{place}"):
            self.events.clear()
            self.call("Page.navigate", url=address)
            while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
                self.events.append(self._read())
        self.drawn()

    def go(self, place: str) -> None:
        """Goes to another place in the page."""
        self.js(f"location.hash = {json.dumps('#/' + place)}")
        self.drawn()

    def drawn(self) -> None:
        """Waits until what was done is to be seen."""
        self.js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def js(self, code: str) -> Any:
        """What an expression gives in the page."""
        answer = self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def keys(self, *names: str) -> None:
        """Presses keys, one after the other."""
        codes = {"Enter": 13, "Escape": 27, "ArrowDown": 40}
        for name in names:
            text = {"text": "\r" if name == "Enter" else name} if len(name) == 1 or name == "Enter" else {}
            key = {"key": name, "windowsVirtualKeyCode": codes.get(name, 0)}
            self.call("Input.dispatchKeyEvent", type="keyDown", **key, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", **key)
        self.drawn()

    def said(self) -> list[dict[str, Any]]:
        """Everything that the page put on the console, threw, or asked in a dialog since it was opened."""
        return [one for one in self.events if one.get("method") in self.WATCHED]

    def loaded(self) -> list[str]:
        """Every address that was asked for since the page was opened."""
        return [one["params"]["request"]["url"] for one in self.events if one.get("method") == "Network.requestWillBeSent"]

    def close(self) -> None:
        """Ends the browser and all its processes."""
        for end in (self.out, self.into):
            os.close(end)
        os.killpg(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; skipped, and said so, where there is none, or where the page's script was not built."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    if not (ASSETS / "report.js").exists():
        pytest.skip("the page's script is not built")
    found = Browser(CHROMIUM)
    yield found
    found.close()
