"""The door and the desk behind it, without a network: who gets in where, what is refused, what is bounded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.facts import Batch, Gap, Source, Subject
from fieldwatch.pipeline.codec import MOST_BYTES, encode, pack
from fieldwatch.server.sensors.authority import Authority, Issued
from fieldwatch.server.sensors.desk import MOST_HEALTH_BYTES, Desk
from fieldwatch.server.sensors.door import Door
from fieldwatch.server.sensors.inbox import Inbox
from fieldwatch.server.sensors.registry import Known, Token, digest, new_token

NOW_NS = 1_700_000_000 * 10**9


class Register:
    """One sensor, `ab`, is known; one token is there."""

    def __init__(self) -> None:
        self.text, self.digest = new_token("0" * 64)
        self.spent = False
        self.races = False
        self.known = Known("north", False, {"colour": 1})
        self.healths: list[Mapping[str, Any]] = []

    def token(self, digest: str) -> Token | None:
        return Token("north", NOW_NS + 1, self.spent and not self.races) if digest == self.digest else None

    def admit(self, digest: str, issued: Issued, name: str, version: str) -> Known | None:
        if self.spent:
            return None
        self.spent = True
        return self.known

    def sensor(self, sensor: str) -> Known | None:
        return self.known if sensor == "ab" else None

    def renewed(self, sensor: str, issued: Issued) -> None:
        raise OSError("the store is away")

    def heard(self, sensor: str, health: Mapping[str, Any]) -> None:
        self.healths.append(health)

    def secret_key(self) -> bytes:
        return b"\x01" * 32


class At:
    """A door, and how it is knocked at."""

    def __init__(self, folder: Path) -> None:
        self.register, self.authority, self.inbox = Register(), Authority(folder / "keys"), Inbox(folder / "inbox", 1 << 20)
        self.now_ns = NOW_NS
        self.desk = Desk(self.register, self.authority, self.inbox, lambda: self.now_ns)

    def ask(self, method: str, path: str, body: bytes = b"", sensor: str | None = "ab") -> tuple[int, dict[str, Any], dict[str, str]]:
        sent: list[dict[str, Any]] = []
        parts = [body[at : at + 65536] for at in range(0, len(body), 65536)] or [b""]

        async def receive() -> dict[str, Any]:
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope: dict[str, Any] = {"type": "http", "method": method, "path": path}
        if sensor is not None:
            scope["extensions"] = {"tls": {"sensor": sensor, "serial": "5"}}

        async def knock() -> None:
            await Door(self.desk)(scope, receive, send)

        asyncio.run(knock())
        head, content = sent
        return head["status"], json.loads(content["body"]), {name.decode(): value.decode() for name, value in head["headers"]}


@pytest.fixture
def at(tmp_path: Path) -> At:
    return At(tmp_path)


def batch(identity: str, number: int = 1) -> bytes:
    gap = Gap("modbus", Subject("", ""), Subject("", ""), 1, 1)
    kind = "live" if identity.startswith("live") else "capture"
    return pack(encode(Batch(Source(identity, kind, "a", 1, 1, None, None, "", ()), number, 0, (gap,), False)))


def test_without_a_certificate_only_two_paths_are_open(at: At) -> None:
    assert at.ask("GET", "/sensor/v1/authority", sensor=None)[0] == 200
    for method, path in (("GET", "config"), ("POST", "batches"), ("POST", "health"), ("POST", "renew")):
        for nobody in (None, ""):
            assert at.ask(method, f"/sensor/v1/{path}", sensor=nobody)[0] == 401
        assert at.ask(method, f"/sensor/v1/{path}", sensor="cd")[0] == 403
    for method, path in (("GET", "/"), ("GET", "/sensor/v1/batches"), ("PUT", "/sensor/v1/health"), ("POST", "/sensor/v1/config/")):
        assert at.ask(method, path)[0] == 404


def test_the_configuration_is_told_with_the_time(at: At) -> None:
    status, told, headers = at.ask("GET", "/sensor/v1/config")
    assert (status, told) == (200, {"config": {"colour": 1}, "secret_key": "01" * 32, "now_ns": NOW_NS})
    assert headers["cache-control"] == "no-store"


def test_a_batch_is_in_the_inbox_when_it_is_acknowledged(at: At) -> None:
    one, own = "sha256:" + "0" * 64, "live:ab:eth1:5"
    assert at.ask("POST", "/sensor/v1/batches", batch(one))[:2] == (200, {"taken": 1, "now_ns": NOW_NS})
    assert at.ask("POST", "/sensor/v1/batches", batch(one, 3))[:2] == (409, {"taken": 1, "expected": 2, "now_ns": NOW_NS})
    assert at.ask("POST", "/sensor/v1/batches", batch(own))[0] == 200
    assert [(waiting.sensor, waiting.packed) for waiting in at.inbox.take()] == [("ab", batch(one)), ("ab", batch(own))]


@pytest.mark.parametrize("identity", ["live:cd:eth1:5", "live:a", "live:abc:eth1:5", "md5:5", ""])
def test_a_sensor_speaks_for_no_other(at: At, identity: str) -> None:
    status, told, _ = at.ask("POST", "/sensor/v1/batches", batch(identity))
    assert status == 400
    assert "is allowed" in told["error"]
    assert list(at.inbox.take()) == []


def test_what_is_no_batch_is_refused_and_bodies_are_bounded(at: At) -> None:
    assert at.ask("POST", "/sensor/v1/batches", b"noise")[0] == 400
    status, _, headers = at.ask("POST", "/sensor/v1/batches", b"x" * (MOST_BYTES + 1))
    assert (status, headers["connection"]) == (413, "close")
    assert at.ask("POST", "/sensor/v1/health", b"x" * (MOST_HEALTH_BYTES + 1))[0] == 413
    assert at.ask("GET", "/sensor/v1/config", b"x")[0] == 413


def test_a_full_inbox_says_when_to_come_again(at: At) -> None:
    at.inbox.most_bytes = 10
    status, told, headers = at.ask("POST", "/sensor/v1/batches", batch("sha256:1"))
    assert (status, headers["retry-after"]) == (429, "5")
    assert "wait" in told["error"]


def test_health_is_an_object(at: At) -> None:
    assert at.ask("POST", "/sensor/v1/health", b'{"packets": 5}')[:2] == (200, {"now_ns": NOW_NS})
    for body in (b"", b"[]", b"5", b"{"):
        assert at.ask("POST", "/sensor/v1/health", body)[0] == 400
    assert at.register.healths == [{"packets": 5}]


def enrolment(at: At, **changes: Any) -> bytes:
    from fieldwatch.sensor.enrol import _new_key, _request

    return json.dumps({"token": at.register.text, "csr": _request(_new_key()), "name": "n", "version": "v"} | changes).encode()


def test_a_token_is_spent_only_by_a_request_that_can_be_signed(at: At) -> None:
    assert at.ask("POST", "/sensor/v1/enrol", enrolment(at, csr="hello"), None)[0] == 400
    assert at.ask("POST", "/sensor/v1/enrol", enrolment(at, token="hello"), None)[0] == 403
    for body in (b"", b"[]", b'{"token": 5}', enrolment(at, csr=None)):
        assert at.ask("POST", "/sensor/v1/enrol", body, None)[0] == 400
    assert not at.register.spent
    status, told, _ = at.ask("POST", "/sensor/v1/enrol", enrolment(at), None)
    assert (status, told["authority"], told["config"]) == (200, at.authority.pem, {"colour": 1})
    assert at.ask("POST", "/sensor/v1/enrol", enrolment(at), None)[0] == 403


def test_of_two_that_come_with_one_token_one_gets_in(at: At) -> None:
    at.register.races = True
    assert [at.ask("POST", "/sensor/v1/enrol", enrolment(at), None)[0] for _ in range(2)] == [200, 403]


def test_a_token_is_no_longer_good_at_the_moment_it_ends(at: At) -> None:
    at.now_ns = NOW_NS + 1
    assert at.ask("POST", "/sensor/v1/enrol", enrolment(at), None)[0] == 403
    at.now_ns = NOW_NS
    assert at.ask("POST", "/sensor/v1/enrol", enrolment(at), None)[0] == 200


def test_a_store_that_fails_is_one_answer(at: At) -> None:
    assert at.ask("POST", "/sensor/v1/renew", enrolment(at))[:2] == (500, {"error": "the centre failed; its log says why"})


def test_of_a_token_only_a_digest_of_its_secret_is_kept() -> None:
    text, kept = new_token("a" * 64)
    assert digest(text.split(".")[2]) == kept
    assert text.split(".")[:2] == ["fw1", "a" * 64]
