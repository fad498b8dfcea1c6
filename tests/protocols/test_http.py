"""HTTP: what is asked for, of which software, by whom. Goldens: `http.hex`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.facts import Effect
from fieldwatch.pipeline import inspect
from fieldwatch.protocols import Reading, http, registry
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Distinct, Exchange, Side, Value

if TYPE_CHECKING:
    from tests.conftest import Capture

GOLDENS = Goldens(Path(__file__).with_name("http.hex"), http.PROTOCOL)


def test_a_path_is_class_but_its_numbers_and_the_query_are_values() -> None:
    reading = GOLDENS.read("get a page")
    ((_, done),) = reading.done
    assert (done.name, done.effect, done.object, done.result) == ("GET", Effect.READ, "/plc/{}/status?{}", "ok")
    assert Value(Side.REQUEST, 9, 1, "decimal") in reading.marks
    assert Value(Side.REQUEST, 18, 5) in reading.marks
    assert reading.distinct == Distinct(Side.REQUEST, 4, 19)


def test_both_sides_say_what_they_run() -> None:
    claims = {claim.attribute: (claim.value, claim.who.name) for _, claim in GOLDENS.read("get a page").claims}
    assert claims == {
        "user_agent": ("Check/1.2", "ASKER"),
        "server_banner": ("Web/2.1", "ANSWERER"),
        "page_title": ("Mixer & pump", "ANSWERER"),
    }


def test_a_refusal_is_the_result() -> None:
    assert [done.result for _, done in GOLDENS.read("not found").done] == ["404 Not Found"]


def test_credentials_are_seen_with_their_result() -> None:
    reading = GOLDENS.read("basic credentials")
    ((_, login),) = reading.logins
    assert (login.username, login.secret, login.cleartext, login.result) == ("operator", b"pump", True, "401 Unauthorized")
    assert ("auth_realm", "line 2") in [(claim.attribute, claim.value) for _, claim in reading.claims]
    ((_, digest),) = GOLDENS.read("digest credentials").logins
    assert (digest.username, digest.secret, digest.cleartext) == ("ann", b"", False)


def test_a_form_logs_in_or_sets() -> None:
    ((_, login),) = GOLDENS.read("a form that logs in").logins
    assert (login.username, login.secret) == ("ann", b"pw1")
    assert [done.values for _, done in GOLDENS.read("a form that logs in").done] == [()]
    ((_, done),) = GOLDENS.read("a form that sets").done
    assert (done.effect, done.values) == (Effect.WRITE, (("form", "speed=9"),))


def test_broken_rules_are_facts() -> None:
    broken = {
        golden: [rule.reason for _, rule in GOLDENS.read(golden).broken]
        for golden in ("without a host", "two lengths", "no request line", "no status line", "a header without a colon")
    }
    assert broken == {
        "without a host": ["no Host header"],
        "two lengths": ["two lengths"],
        "no request line": ["request line"],
        "no status line": ["status line"],
        "a header without a colon": ["header line"],
    }


def test_an_answer_alone_still_says_what_the_server_runs() -> None:
    assert [claim.value for _, claim in GOLDENS.read("an answer alone").claims] == ["Web/2.1"]


def test_after_an_upgrade_neither_side_speaks_http(capture: Capture, tmp_path: Path) -> None:
    browser, server = ("10.0.0.5", 40000), ("10.0.0.9", 80)
    capture.connect(browser, server)
    capture.tcp(browser, server, b"GET /live HTTP/1.1\r\nHost: plant\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    capture.tcp(server, browser, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    for _ in range(3):
        capture.tcp(browser, server, bytes.fromhex("818537fa213d7f9f4d5158"))
        capture.tcp(server, browser, bytes.fromhex("810548656c6c6f"))
    facts = inspect([capture.write(tmp_path / "a.pcap")], fenced=False).facts
    assert facts.malformed == []
    (conversation,) = [one for one in facts.conversations if one.transport == "tcp"]
    assert [(one.operation, one.times) for one in conversation.messages] == [("GET", 1)]


def test_the_answer_to_a_head_has_no_body(capture: Capture, tmp_path: Path) -> None:
    browser, server = ("10.0.0.5", 40000), ("10.0.0.9", 80)
    capture.connect(browser, server)
    head = b"HTTP/1.1 200 OK\r\nServer: thing/1\r\nContent-Length: 5000\r\n\r\n"
    capture.tcp(browser, server, b"HEAD /big HTTP/1.1\r\nHost: plant\r\n\r\n")
    capture.tcp(server, browser, head)
    for number in range(5):
        capture.tcp(browser, server, b"GET /%d HTTP/1.1\r\nHost: plant\r\n\r\n" % number)
        capture.tcp(server, browser, b"HTTP/1.1 200 OK\r\nServer: thing/2\r\nContent-Length: 3\r\n\r\nabc")
    facts = inspect([capture.write(tmp_path / "a.pcap")], fenced=False).facts
    (conversation,) = [one for one in facts.conversations if one.transport == "tcp"]
    assert sum(one.times for one in conversation.messages) == 6
    assert sum(one.unanswered for one in conversation.messages) == 0
    assert {claim.value for claim in facts.claims if claim.attribute == "server_banner"} == {"thing/1", "thing/2"}


def test_a_length_is_digits() -> None:
    def read(length: bytes) -> Reading:
        return registry().read(http.PROTOCOL, Exchange(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + b"\r\n\r\n", None))

    assert [broken.have for _, broken in read(b"-1").broken] == ["-1"]
    good = read(b"12")
    assert good.broken == []
    assert Value(Side.REQUEST, 42, 2, "decimal") in good.marks
