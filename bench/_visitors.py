"""Twenty people over all lists, as locust runs them: usual order and others, filters, searches, first pages and far ones.

`FIELDWATCH_SESSIONS` names a file with one session key a line; each visitor has the next one.
"""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path
from typing import Any

from locust import FastHttpUser, constant, task

SESSIONS = itertools.cycle(Path(os.environ["FIELDWATCH_SESSIONS"]).read_text(encoding="utf-8").split())
FAR = 10
"""Pages that lie between the first and the far one: cursor 500 at 50 rows a page."""

LISTS: dict[str, tuple[str, ...]] = {
    "assets": ("", "sort=vendor", "sort=-last_seen", "vendor=Siemens", "role=plc", "q=PLC-0", "q=10.40.3", "parts=no&sort=-now"),
    "conversations": ("", "protocol=modbus", "effect=write", "sort=-bytes", "changing=yes", "q=10.40.3.7"),
    "operations": ("", "effect=stop", "changing=yes&since=7d", "protocol=s7comm", "sort=time"),
    "findings": ("", "priority=now", "state=open&sort=-score", "kev=yes", "q=CVE-2021"),
    "identity-changes": ("", "kind=appeared", "sort=time"),
    "logins": ("", "cleartext=yes", "username=admin"),
    "captures": ("", "state=done"),
    "undecoded": ("", "sort=protocol"),
    "gaps": ("",),
    "malformed": ("",),
}


class Visitor(FastHttpUser):
    """One person who looks at one list after the other, a second at each."""

    wait_time = constant(1)

    def on_start(self) -> None:
        """Takes a session."""
        self.cookie = {"Cookie": f"fieldwatch={next(SESSIONS)}"}

    @task
    def look(self) -> None:
        """One list, in one of the ways, on one of its pages."""
        plural = random.choice(list(LISTS))
        way = random.choice(LISTS[plural])
        page = self._get(f"/api/v1/{plural}?{way}&limit=50", f"rest {plural}")
        if page is not None and random.random() < 0.3 and page.get("next"):
            self._get(f"/api/v1/{plural}?{way}&limit=50&cursor={page['next']}", f"rest {plural} next")
        with self.client.get(f"/{plural}/?{way}&site=", name=f"page {plural}", headers=self.cookie, catch_response=True) as answer:
            if answer.status_code != 200 or b"table-" not in (answer.content or b""):
                answer.failure(f"{answer.status_code}")

    def _get(self, url: str, name: str) -> dict[str, Any] | None:
        with self.client.get(url, name=name, headers=self.cookie, catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code}: {(answer.text or '')[:200]}")
                return None
            found: dict[str, Any] = answer.json()
            return found
