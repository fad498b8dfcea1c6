"""Somebody who looks at the pages of a stage: signed in, or on the way there; what a page says in words, without its frame."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.client import HTTPException
from typing import NamedTuple

from bench._stage import Stage
from bench._wire import entered

NAME, PASSWORD = "looker", "a password of nobody else 7"
SIGNED_IN = """
import json, sys, django
django.setup()
from django.conf import settings
from django.test import Client
from fieldwatch.server.accounts import people
from fieldwatch.store.models import User
person = User.objects.filter(username=sys.argv[1]).first()
if person is None:
    person = people.create(sys.argv[1], "looker@plant.example")
    person.set_password(sys.argv[2])
    person.save()
    people.give(person, "administrator")
client = Client()
client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
session = client.session
session["second_factor"] = True
session.save()
print(json.dumps([settings.SESSION_COOKIE_NAME, session.session_key]))
"""
"""Makes an administrator, where there is none, and a session as after both steps of a sign-in."""

UNSEEN = frozenset({"script", "style", "template", "svg", "title"})
ALERT = re.compile(r'<div class="failed" role="alert">.*?</dl>', re.DOTALL)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Seen(NamedTuple):
    """An answer: its status (0: none came), the main part of the page in words (of what is no page: all), and what alerts there say."""

    status: int
    text: str
    whole: str = ""
    alert: str = ""

    def __str__(self) -> str:
        return f"{self.status or 'no answer'}: {(self.alert or self.text)[:420]}"


class Visitor:
    """An administrator at the pages of a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.cookie = self._csrf = ""
        self.enters()

    def enters(self) -> None:
        """Has a new session from now on."""
        name, key = json.loads(self.stage.python(SIGNED_IN, NAME, PASSWORD))
        self.cookie = f"{name}={key}"

    def sees(self, path: str) -> Seen:
        """The page at this path, as the signed-in browser gets it; a way to the sign-in is 302."""
        return self._ask(urllib.request.Request(self._url(path), headers={"Cookie": self.cookie}))

    def signs_in(self) -> Seen:
        """What a new browser gets for name and password: 302 where they are taken (the second factor comes then)."""
        url = self._url("/accounts/login/")
        page = self._ask(urllib.request.Request(url))
        token = TOKEN.search(page.whole)
        if page.status != 200 or token is None:
            return page
        given = {"login": NAME, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        head = {"Cookie": f"csrftoken={self._csrf}", "Referer": url}
        return self._ask(urllib.request.Request(url, urllib.parse.urlencode(given).encode(), head))

    def program(self, method: str, path: str, body: bytes | None = None, **head: str) -> Seen:
        """What a program with the stage's token gets."""
        names = {"Authorization": f"Bearer {self.stage.tokens.api}"} | {name.replace("_", "-"): value for name, value in head.items()}
        names |= {"Content-Type": "application/json"} if body and "Content-Range" not in names else {}
        return self._ask(urllib.request.Request(self._url(path), body, names, method=method))

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.stage.pages}{path}"

    def _ask(self, request: urllib.request.Request) -> Seen:
        try:
            with entered(self.stage.inside), OPENER.open(request, timeout=60) as answer:
                status, body, head = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            status, body, head = error.code, error.read(), error.headers
        except (OSError, HTTPException) as error:
            return Seen(0, str(error))
        cookies = re.findall(r"csrftoken=([^;]+)", " ".join(head.get_all("Set-Cookie", [])))
        self._csrf = cookies[0] if cookies else ""
        whole = body.decode(errors="replace")
        if "html" not in head.get("Content-Type", ""):
            return Seen(status, whole, whole)
        return Seen(status, _said(whole), whole, " ".join(map(_said, ALERT.findall(whole))))


class _Stays(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else: a redirect is an answer."""

    def redirect_request(self, *_: object) -> None:
        """None: the redirect is given as it is."""
        return


OPENER = urllib.request.build_opener(_Stays)


class _Text(HTMLParser):
    """The words of the main part; of what has none, all."""

    def __init__(self, *, is_within: bool) -> None:
        super().__init__()
        self.words: list[str] = []
        self._depth, self._unseen = int(is_within), 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._depth += tag == "main"
        self._unseen += tag in UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "main"
        self._unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if self._depth and not self._unseen:
            self.words.append(data)


def _said(page: str) -> str:
    read = _Text(is_within="<main" not in page)
    read.feed(page)
    return " ".join(" ".join(read.words).split())
