"""The story of a first day, in a browser: from the link of the first start to the audit log."""

from __future__ import annotations

import base64
import csv
import datetime
import hashlib
import hmac
import io
import re
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.served import ROOT, Served, environment, served

CHROMIUM = Path("/usr/bin/chromium")
PLANT = ROOT / "examples" / "plant" / "plant.pcap"
SERIAL = "S C-E7VH19862014"
PASSWORD = "Quiet-River-77"

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")


def code(secret: str) -> str:
    """The code of a second factor (RFC 6238)."""
    step = struct.pack(">Q", int(time.time() // 30))
    digest = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), step, hashlib.sha1).digest()
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("platform") / "data") as made:
        yield made


class Visit:
    """A page of a browser that notes what must not happen."""

    def __init__(self, page: Any, origin: str) -> None:
        self.page, self.origin = page, origin
        self.wrong: list[str] = []
        page.on("console", lambda message: self.wrong.append(f"console: {message.text}") if message.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.add_init_script("document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective))")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "blob:")):
            self.wrong.append(f"asked {url}")

    def go(self, path: str) -> None:
        answer = self.page.goto(path if path.startswith("http") else self.origin + path, wait_until="load")
        assert answer is not None
        policy = answer.headers.get("content-security-policy", "")
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.locator(f"main [name='{name}']").first.fill(value)

    def submit(self) -> None:
        self.page.locator("main form button[type=submit]").first.click()
        self.page.wait_for_load_state("load")


@pytest.fixture
def visit(platform: Served) -> Iterator[Visit]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
        context.set_default_timeout(20_000)
        yield Visit(context.new_page(), platform.origin)
        browser.close()


def test_the_first_day(platform: Served, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    secret = _first_account(visit, platform)
    _site(visit)
    _signs_in_again(visit, secret)
    _uploads(visit, PLANT)
    asset = _finds_by_serial(visit)
    _opens_evidence(visit)
    _corrects(visit, asset)
    _uploads(visit, _another(tmp_path))
    visit.go(asset)
    assert "CPU 314C-2 as on the plate" in page.content(), "the correction survives the second capture"
    _accepts(visit)
    _exports(visit)
    _is_in_the_log(visit, platform)
    assert visit.wrong == []


def _first_account(visit: Visit, platform: Served) -> str:
    visit.go(platform.link)
    visit.fill(username="ada", email="ada@example.org", password=PASSWORD, again=PASSWORD)
    visit.submit()
    visit.go("/accounts/2fa/totp/activate/")
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", visit.page.content())
    assert secret is not None
    visit.fill(code=code(secret[1]))
    visit.submit()
    return secret[1]


def _site(visit: Visit) -> None:
    visit.go("/setup/site/")
    visit.fill(name="Water works", slug="works")
    visit.submit()
    visit.page.locator("#way_upload").check()
    visit.submit()
    visit.fill(networks="10.61.8.0/26, controllers, Process control")
    visit.submit()
    assert "Overview" in visit.page.title()


def _signs_in_again(visit: Visit, secret: str) -> None:
    page = visit.page
    page.locator("summary[aria-label^='Account']").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_load_state("load")
    visit.go("/accounts/login/")
    visit.fill(login="ada", password=PASSWORD)
    visit.submit()
    page.wait_for_timeout(1000 * (30.2 - time.time() % 30))  # a code works once: the next one
    visit.fill(code=code(secret))
    visit.submit()
    visit.go("/assets/")
    assert "Nothing is here yet" in page.content()


def _uploads(visit: Visit, file: Path) -> None:
    page = visit.page
    visit.go("/captures/?site=works")
    page.locator("input[type=file]").set_input_files(str(file))
    page.wait_for_selector("li[data-state=done] a", timeout=30_000)
    page.locator("li[data-state=done] a").first.click()
    page.wait_for_load_state("load")
    for _ in range(120):
        if "read to its end" in page.content():
            break
        page.wait_for_timeout(250)
        page.reload()
    assert "read to its end" in page.content()
    for _ in range(80):  # the worker folds what it has read
        visit.go("/assets/?site=works&parts=no")
        if re.search(r'role="status">17 ', page.content()):
            return
        page.wait_for_timeout(250)
    raise AssertionError("the assets do not come")


def _finds_by_serial(visit: Visit) -> str:
    page = visit.page
    page.keyboard.press("/")
    page.keyboard.type(SERIAL)
    page.keyboard.press("Enter")
    page.wait_for_url("**/assets/*-*/")
    assert "CPU 314C-2 PN/DP" in page.content()
    return str(page.url).removeprefix(visit.origin).split("?")[0]


def _opens_evidence(visit: Visit) -> None:
    page = visit.page
    page.locator("dt:has-text('Firmware') + dd .mark-evidence").first.click()
    page.wait_for_selector("#drawer .hexdump .byte.value")
    assert "V3.3.14" in page.locator("#drawer").inner_text()
    with page.expect_download() as held:
        page.locator("#drawer a[download]").click()
    assert held.value.path().stat().st_size > 200
    page.keyboard.press("Escape")


def _corrects(visit: Visit, asset: str) -> None:
    visit.go(f"{asset}edit/")
    visit.page.locator("#attribute").select_option("model")
    visit.fill(value="CPU 314C-2 as on the plate", note="read on the plate")
    visit.page.get_by_role("button", name="Correct it").click()
    visit.page.wait_for_load_state("load")
    assert "CPU 314C-2 as on the plate" in visit.page.content()


def _another(folder: Path) -> Path:
    """A capture of the same plant with other bytes: the last frame is missing."""
    data = PLANT.read_bytes()
    at, last = 24, 24
    while at < len(data):
        last = at
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
    made = folder / "second.pcap"
    made.write_bytes(data[:last])
    return made


def _accepts(visit: Visit) -> None:
    visit.go("/findings/?priority=now&site=works")
    visit.page.locator("td a.first, td a[href^='/findings/']").first.click()
    visit.page.wait_for_load_state("load")
    until = (datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30)).isoformat()
    visit.page.locator("#why").fill("the spare part is ordered")
    visit.page.locator("#until").fill(until)
    visit.page.get_by_role("button", name="Accept the risk").click()
    visit.page.wait_for_load_state("load")
    assert f"accepted until {until}" in visit.page.content()


def _exports(visit: Visit) -> None:
    visit.go("/assets/?site=works&parts=no&columns=name,model,serial_number")
    with visit.page.expect_download() as held:
        visit.page.locator("summary[title^='Export']").click()
        visit.page.get_by_role("link", name="CSV").click()
    rows = list(csv.reader(io.StringIO(Path(held.value.path()).read_text(encoding="utf-8-sig"))))
    assert rows[0] == ["name", "model", "serial_number"]
    assert len(rows) == 18
    assert ["INTAKE_STATION", "CPU 314C-2 as on the plate", SERIAL] in rows


def _is_in_the_log(visit: Visit, platform: Served) -> None:
    visit.go("/audit-events/?limit=500")
    said = visit.page.locator("table").inner_text()
    for action in (
        "sign_in",
        "second_factor_added",
        "upload",
        "evidence_opened",
        "bundle_downloaded",
        "asset_override",
        "finding_accepted",
        "export",
    ):
        assert action in said, action
    verify = [sys.executable, "-m", "fieldwatch", "audit", "verify", "--data", str(platform.data)]
    told = subprocess.run(verify, env=environment(platform.data), capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
