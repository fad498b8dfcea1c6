"""What is fixed of sessions and cookies, and what follows from TLS."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as held
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from fieldwatch.store.models import Role, User

Person = Callable[..., User]
Browser = Callable[[User], Client]
ASKED = """
import json
from fieldwatch.server import settings as s
names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE",
         "SECURE_HSTS_SECONDS", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "ORIGIN")
print(json.dumps({name: getattr(s, name) for name in names}))
"""


def _settings(data: Path, **told: str) -> dict[str, Any]:
    """What a server with these options has."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIELDWATCH_")}
    env = kept | {"FIELDWATCH_DATA": str(data), "PYTHONPATH": os.pathsep.join(sys.path)}
    env |= {f"FIELDWATCH_{name.upper()}": value for name, value in told.items()}
    answer = subprocess.run([sys.executable, "-c", ASKED], env=env, capture_output=True, text=True, check=True)
    return dict(json.loads(answer.stdout))


@pytest.mark.parametrize("told", [{"server_certificate": "/etc/fieldwatch/cert.pem"}, {"server_behind_proxy": "true"}])
def test_with_tls_cookies_go_nowhere_without_it(tmp_path: Path, told: dict[str, str]) -> None:
    found = _settings(tmp_path, **told, server_name="ot.works.example")
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False
    assert found["ORIGIN"] == "https://ot.works.example:8484"


def test_without_tls_only_this_machine_is_served_and_the_rest_stays(tmp_path: Path) -> None:
    found = _settings(tmp_path)
    assert found["SESSION_COOKIE_SECURE"] is False, "a browser would not send it back"
    assert found["SESSION_COOKIE_HTTPONLY"] is True
    assert (found["SESSION_COOKIE_SAMESITE"], found["CSRF_COOKIE_SAMESITE"]) == ("Lax", "Strict")


def test_the_cookies_that_are_sent(person: Person, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    user = person(Role.VIEWER)
    user.theme = "dark"
    user.set_password("Quiet-River-77")
    user.save()
    client = Client()
    client.get("/accounts/login/", secure=True)
    client.post("/accounts/login/", {"login": user.username, "password": "Quiet-River-77"}, secure=True)
    sent = client.cookies
    assert {"fieldwatch", "csrftoken", "fieldwatch_theme"} <= set(sent)
    assert [name for name, cookie in sent.items() if not cookie["secure"]] == []
    assert [name for name, cookie in sent.items() if cookie["samesite"] not in {"Lax", "Strict"}] == []
    assert sent["fieldwatch"]["httponly"]
    assert not sent["fieldwatch"]["domain"], "for this host alone"


def test_an_idle_session_is_over_at_the_server_too(person: Person, browser: Browser) -> None:
    client = browser(person(Role.VIEWER))
    assert client.get("/account/").status_code == 200
    row = Session.objects.get(session_key=client.session.session_key)
    idle = datetime.timedelta(minutes=held.OPTIONS["accounts.idle_minutes"])
    assert abs(row.expire_date - timezone.now() - idle) < datetime.timedelta(minutes=1)
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))
    assert client.get("/account/")["Location"].startswith("/accounts/login/")


def test_sessions_that_ended_are_not_kept(person: Person) -> None:
    Session.objects.create(session_key="ended", session_data="", expire_date=timezone.now() - datetime.timedelta(seconds=1))
    Session.objects.create(session_key="lasts", session_data="", expire_date=timezone.now() + datetime.timedelta(hours=1))
    user = person(Role.VIEWER)
    user.set_password("Quiet-River-77")
    user.save()
    Client().post("/accounts/login/", {"login": user.username, "password": "Quiet-River-77"})
    assert set(Session.objects.filter(session_key__in=("ended", "lasts")).values_list("session_key", flat=True)) == {"lasts"}
