"""Every page of the server in a browser: read by axe-core in both colours, with no inline script or style, and no request to another host.

The pages are Django's own table of addresses (tests/web/filled.py): a new one is visited without being written down here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.web.filled import PASSWORD
from tests.web.served import ROOT, Served, environment, served

CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
BUILT = ROOT / "src" / "fieldwatch" / "server" / "static" / "fieldwatch" / "shell.js"
PLANT = ROOT / "examples" / "plant" / "plant.pcap"

pytestmark = pytest.mark.skipif(
    not (CHROMIUM.exists() and AXE.exists() and BUILT.exists()), reason="chromium, axe-core or web/ is not there"
)

SPOKEN = {"events": "a stream that does not end", "health": "for programs", "map-data": "JSON of a site that is named"}
"""Routes that answer with no page, and why."""

PARTS = {"audit-state": "/audit-events/", "state": "/", "capture-progress": "/captures/"}
"""Parts of pages, and a page into which they are fetched."""

BOB = {
    "mfa_activate_totp": "only who has no code generator",
    "mfa_generate_recovery_codes": "asks who has no recovery codes",
}
"""Pages that are visited as bob, who has no second factor, and why."""

NO_PAGE = {
    "account_reset_password": 404,  # no mail server is known here: an administrator makes a link
    "account_reset_password_done": 404,
    "socialaccount_login_error": 401,
}
"""Pages that say no to everybody, and how."""

LEADS_ON = {
    "account_login": "who is signed in goes to the overview: visited signed out",
    "mfa_authenticate": "visited between password and code",
    "mfa_login_webauthn": "data for the passkey's script",
}
"""Routes that lead elsewhere when asked by ada, and why."""

VIOLATIONS = """axe.run(document, {resultTypes: ['violations'], %s}).then(r => r.violations
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => v.id + ' ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.failureSummary.slice(0, 160)).join(' | ')))"""
OF_COLOUR = "runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}"
"""The rules of axe-core that look at colours: the others find the same in both."""

POLICY = "document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective))"
WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SETTLED = "!document.querySelector('.loading.on, .htmx-request, .htmx-swapping, .htmx-settling') && document.readyState === 'complete'"
OPENED = f"{SETTLED} && document.querySelector('#drawer-body')?.children.length > 0"
INLINE = (
    (r"<script(?![^>]* src=)[^>]*>", "inline script"),
    (r"<style\b", "inline style"),
    (r"<[a-z][^<>]*\s(?:style|on[a-z]+|hx-on[^=]*)=[\"'][^<>]*>", "style or event in an attribute"),
    (r"(?:href|src|action)=[\"']?\s*javascript:", "javascript: address"),
    (r"(?:src|href|action)=[\"'](?:https?:)?//(?!localhost:\d+/)[^<>]*>", "address of another host"),
)


class Filled(NamedTuple):
    """A folder with people in it, and where its pages are."""

    cookies: dict[str, str]
    routes: list[tuple[str, str]]


def fill(data: Path, *more: str) -> Filled:
    command = [sys.executable, "-m", "tests.web.filled", str(data), *more]
    told = environment(data) | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    said = subprocess.run(command, env=told, check=True, capture_output=True, text=True, cwd=ROOT)
    return Filled(**json.loads(said.stdout))


class Look:
    """A browser's page, and what is wrong with what it shows."""

    def __init__(self, context: Any, origin: str) -> None:
        self.context, self.origin = context, origin
        self.wrong: list[str] = []
        self.expected = 200
        self.answers: list[Any] = []
        context.on("request", lambda request: self._asked(request.url))
        context.set_default_timeout(20_000)
        context.add_init_script(POLICY)
        context.add_init_script(AXE.read_text(encoding="utf-8"))
        self.page = context.new_page()
        self.page.on("request", self._goes)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self._note(f"script: {error}"))

    def _note(self, words: str) -> None:
        self.wrong.append(f"{self.page.url.removeprefix(self.origin)}: {words}")

    def _said(self, message: Any) -> None:
        if message.type == "error" and f"a status of {self.expected} " not in message.text:
            self._note(f"console: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin + "/", "data:", "blob:")):
            self._note(f"asked {url}")

    def _goes(self, request: Any) -> None:
        if request.is_navigation_request():
            self.answers.clear()

    def _answered(self, answer: Any) -> None:
        self.answers.append(answer)

    def sign_in(self, key: str) -> None:
        self.context.clear_cookies()
        self.context.add_cookies([{"name": "fieldwatch", "value": key, "url": self.origin}])

    def visit(self, address: str, status: int = 200) -> bool:
        """Looks at the page there; False where the address leads to another one (a list that adds the chosen site is the same)."""
        self.expected = status
        answer = self.page.goto(self.origin + address, wait_until="load")
        if self.page.url.split("?")[0] != self.origin + address.split("?", maxsplit=1)[0]:
            return False
        if answer.status != status or not answer.headers.get("content-type", "").startswith("text/html"):
            self._note(f"{answer.status} {answer.headers.get('content-type')}")
        else:
            self.look()
        return True

    def fetch(self, address: str) -> None:
        """Fetches a part into the page that is shown, as htmx does, and looks at both."""
        self.answers.clear()
        self.page.evaluate("address => htmx.ajax('GET', address, {target: '#main', swap: 'beforeend'})", address)
        self.look()
        if not any(answer.url == self.origin + address and answer.ok for answer in self.answers):
            self._note(f"{address} was not answered")

    def is_page(self, address: str) -> bool:
        """Whether there is no file and no data: a page, or a way to one."""
        answer = self.context.request.get(self.origin + address, max_redirects=0)
        is_file = answer.headers.get("content-disposition", "").startswith("attachment")
        return answer.status >= 300 or (answer.headers["content-type"].startswith("text/html") and not is_file)

    def _read(self) -> None:
        """Notes what is wrong with the source of all that was answered as HTML: the page, and what it fetched."""
        for answer in self.answers:
            if answer.ok and answer.headers.get("content-type", "").startswith("text/html"):
                self._read_source(answer.url, answer.text())

    def _read_source(self, url: str, source: str) -> None:
        for pattern, words in INLINE:
            for found in re.finditer(pattern, source):
                self._note(f"{url}: {words}: {found[0][:120]}")

    def look(self) -> None:
        """Notes what is wrong with what is shown now."""
        end = time.monotonic() + 10
        settled = OPENED if "drawer=" in self.page.url else SETTLED
        while not self.page.evaluate(settled) and time.monotonic() < end:
            time.sleep(0.02)
        if not self.page.evaluate(settled):
            self._note("is not drawn after 10 s")
        self._read()
        for scheme, rules in (("dark", OF_COLOUR), ("light", "")):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for words in self.page.evaluate(VIOLATIONS % rules):
                self._note(f"{scheme}: {words}")
        if (over := self.page.evaluate(WIDTH)) > 0:
            self._note(f"{over} pixels wider than the window")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield made
        made.close()


def look_at(browser: Any, platform: Served) -> Look:
    return Look(browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=False), platform.origin)


def address_of(name: str, address: str) -> str:
    """Evidence is looked at in the drawer of the page that it belongs to."""
    if not name.endswith("-evidence"):
        return address
    page = address.split("evidence/", maxsplit=1)[0] if name == "asset-evidence" else f"/{address.split('/')[1]}/"
    return f"{page}?drawer={address}"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Filled]]:
    data = tmp_path_factory.mktemp("pages") / "data"
    command = [sys.executable, "-m", "fieldwatch", "ingest", str(PLANT), "--data", str(data)]
    subprocess.run(command, env=environment(data), check=True, stdout=subprocess.DEVNULL)
    filled = fill(data, "filled")
    with served(data) as platform:
        yield platform, filled


def test_every_page_of_a_filled_store(browser: Any, plant: tuple[Served, Filled]) -> None:
    platform, filled = plant
    look = look_at(browser, platform)
    look.sign_in(filled.cookies["ada"])
    named = {name for name, _ in filled.routes}
    assert set(SPOKEN) | set(PARTS) | set(LEADS_ON) | set(BOB) | set(NO_PAGE) <= named, "a route that is named here is not there any more"
    asked = [(name, address) for name, address in filled.routes if name not in SPOKEN.keys() | PARTS.keys() | NO_PAGE.keys()]
    pages = [(name, address_of(name, address)) for name, address in asked if look.is_page(address)]
    pages += [(name, address) for name, address in filled.routes if name in NO_PAGE]
    led = {name for name, address in pages if name not in BOB and not look.visit(address, NO_PAGE.get(name, 200))}
    assert led == set(LEADS_ON)
    for name, address in filled.routes:
        if name in PARTS:
            assert look.visit(PARTS[name])
            look.fetch(address)
    assert not look.wrong, "\n".join(look.wrong)
    assert len(pages) > 70


def test_the_pages_before_the_overview(browser: Any, plant: tuple[Served, Filled]) -> None:
    """Signed out, between password and code, and while the second factor is still to be made."""
    platform, filled = plant
    look = look_at(browser, platform)
    for address in ("/accounts/login/", "/accounts/inactive/"):
        assert look.visit(address), address
    look.page.goto(f"{platform.origin}/accounts/login/")
    look.page.locator("[name=login]").fill("eve")
    look.page.locator("[name=password]").fill(PASSWORD)
    look.page.locator("[name=password]").press("Enter")
    look.page.wait_for_url("**/2fa/authenticate/**")
    look.look()
    look.sign_in(filled.cookies["bob"])
    addresses = dict(filled.routes)
    for name in BOB:
        assert look.visit(addresses[name]), f"{name}: led to {look.page.url}"
    assert not look.wrong, "\n".join(look.wrong)


def test_every_page_before_the_first_capture(browser: Any, tmp_path: Path) -> None:
    """The link of the first start, and all pages of a store with a site and nothing in it."""
    with served(tmp_path / "data") as platform:
        look = look_at(browser, platform)
        assert look.visit(platform.link.removeprefix(platform.origin))
        filled = fill(platform.data)
        look.sign_in(filled.cookies["ada"])
        own = [(name, address) for name, address in filled.routes if not name.startswith(("account_", "mfa_", "social"))]
        pages = [address for name, address in own if name not in SPOKEN.keys() | PARTS.keys() and look.is_page(address)]
        led = [address for address in pages if not look.visit(address)]
    assert led == []
    assert not look.wrong, "\n".join(look.wrong)
    assert len(pages) > 35
