"""Every page of the platform as pictures: the demo's plant, dark and light, at 1280 and 1920 wide, into `build/screenshots`.

`--readme` also takes those that README shows, into `docs/pictures`. Needs Chromium.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PLANT = ROOT / "examples" / "plant" / "plant.pcap"
CHROMIUM = "/usr/bin/chromium"
PORT = 8493
WIDTHS = (1280, 1920)
THEMES = ("dark", "light")

README = {
    "overview": "/", "assets": "/assets/", "asset": "{asset}", "evidence": "{asset}?drawer={asset}evidence/firmware/",
    "vulnerabilities": "/vulnerabilities/", "changes": "/changes/", "map": "/map/",
}  # fmt: skip
"""Pictures of the README by name, with the address of each."""

PREPARE = """
import django; django.setup()
from django.contrib.sessions.backends.db import SessionStore
from fieldwatch.store.models import Asset, Conversation, Finding, Membership, Site, Source, User
user, _ = User.objects.get_or_create(username="demo", defaults={"email": "demo@example.org"})
Membership.objects.get_or_create(user=user, role="administrator")
session = SessionStore()
session["_auth_user_id"] = str(user.pk)
session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
session["_auth_user_hash"] = user.get_session_auth_hash()
session["second_factor"] = True
session.save()
print("session", session.session_key)
print("asset", f"/assets/{Asset.objects.get(name='INTAKE_STATION').uid}/")
print("conversation", f"/conversations/{Conversation.objects.filter(protocol='s7comm').order_by('-messages').first().pk}/")
print("finding", f"/findings/{Finding.objects.order_by('rank').first().pk}/")
print("capture", f"/captures/{Source.objects.first().pk}/")
print("site", f"/sites/{Site.objects.first().slug}/")
from fieldwatch.server.records.registry import records
from fieldwatch.server.urls import pages
plain = [page.address for page in pages() if "GET" in page.methods and "<" not in page.address and "json" not in page.address]
print("pages", *(f"/{one}" for one in plain), *(f"/{one}/" for one in records()))
"""


def main() -> int:
    """Exit code 0 where all pictures were taken, 1 where a page is wider than the window."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=ROOT / "build" / "screenshots")
    options.add_argument("--readme", action="store_true", help="take the pictures of the README again, too")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="fieldwatch-pictures-") as folder:
        environment = os.environ | {
            "FIELDWATCH_DATA": folder, "FIELDWATCH_SENSORS_PORT": "0", "DJANGO_SETTINGS_MODULE": "fieldwatch.server.settings",
            "PYTHONPATH": str(ROOT / "src"),
        }  # fmt: skip
        known = prepared(Path(folder), environment)
        with running(folder, environment):
            wide = list(pictures(known, given.out, readme=given.readme))
    for one in wide:
        print(f"screenshots: {one} is wider than the window", file=sys.stderr)
    return 1 if wide else 0


def prepared(data: Path, environment: dict[str, str]) -> dict[str, list[str]]:
    """The demo's plant in a store. Returns the session, and addresses by name."""
    plan = re.search(r'PLAN = """(.*?)"""', (ROOT / "tools" / "demo.py").read_text(encoding="utf-8"), re.S)
    assert plan is not None
    (data / "plan.json").write_text(plan[1], encoding="utf-8")
    for words in (["site", "plan", "elmsbrook", str(data / "plan.json")], ["ingest", str(PLANT), "--site", "elmsbrook"]):
        subprocess.run([sys.executable, "-m", "fieldwatch", *words, "--data", str(data)], env=environment, check=True, capture_output=True)
    told = subprocess.run([sys.executable, "-c", PREPARE], env=environment, check=True, capture_output=True, text=True).stdout
    return {line.split()[0]: line.split()[1:] for line in told.splitlines()}


@contextmanager
def running(data: str, environment: dict[str, str]) -> Iterator[None]:
    """Serves the store."""
    words = [sys.executable, "-m", "fieldwatch", "serve", "--data", data, "--port", str(PORT)]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://localhost:{PORT}/accounts/login/", timeout=10).close()
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def pictures(known: dict[str, list[str]], out: Path, *, readme: bool) -> Iterator[str]:
    """Takes them all. Yields the names of pages that are wider than the window."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    details = [known[name][0] for name in ("asset", "conversation", "finding", "capture", "site")]
    tabs = [f"{known['asset'][0]}{tab}/" for tab in ("conversations", "findings", "operations", "timeline", "edit")]
    addresses = list(dict.fromkeys([*known["pages"], *details, *tabs, "/search/?q=siemens&all=1"]))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for theme in THEMES:
            for width in WIDTHS:
                page = opened(browser, known["session"][0], theme, width)
                for address in addresses:
                    shot(page, address, out / f"{named(address)}-{theme}-{width}.png")
                    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                        yield f"{address} ({theme}, {width})"
                page.context.close()
            if readme:
                page = opened(browser, known["session"][0], theme, 1280)
                for name, address in README.items():
                    path = ROOT / "docs" / "pictures" / f"platform-{name}-{theme}.png"
                    shot(page, address.format(asset=known["asset"][0]), path, wait_ms=2500)
                page.context.close()
        browser.close()


def opened(browser: Any, session: str, theme: str, width: int) -> Any:
    """A page of a browser in which somebody is signed in."""
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": round(width * 0.62)})
    context.add_cookies([{"name": "fieldwatch", "value": session, "url": f"http://localhost:{PORT}"}])
    return context.new_page()


def shot(page: Any, address: str, path: Path, wait_ms: int = 300) -> None:
    """Takes one picture."""
    page.goto(f"http://localhost:{PORT}{address}", wait_until="load")
    page.wait_for_timeout(wait_ms)
    page.screenshot(path=str(path))


def named(address: str) -> str:
    """A file name for an address."""
    plain = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b\d+\b", "one", address)
    return re.sub(r"\W+", "-", plain).strip("-") or "overview"


if __name__ == "__main__":
    sys.exit(main())
