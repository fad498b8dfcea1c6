"""Enrolment over real TLS: only the authority of the token is believed, a token works once, a certificate is needed from then on."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.sensor import enrol as enrolment
from fieldwatch.sensor.centre import Away, Centre, trusting, unverified
from fieldwatch.sensor.enrol import NotEnrolled, enrol, is_due, renew, told_again
from fieldwatch.sensor.state import State
from fieldwatch.server.sensors.authority import Authority


def test_a_token_lets_a_sensor_in_once(centre: Any, tmp_path: Path) -> None:
    state, token = State(tmp_path / "one"), centre.token()
    enrolled = enrol(state, centre.url, token + "\n", "north")
    assert centre.register.known[enrolled.sensor].name == "north"
    assert enrolled.secret_key == b"k" * 32
    assert state.enrolled() == enrolled
    for name in ("identity.pem", "centre.json"):
        assert stat.S_IMODE(os.stat(state.folder / name).st_mode) == 0o600
    with pytest.raises(NotEnrolled, match="used, expired or unknown"):
        enrol(State(tmp_path / "two"), centre.url, token, "north")
    assert State(tmp_path / "two").enrolled() is None


def test_a_sensor_that_missed_the_answer_is_let_in_again(centre: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The centre has spent the token; the sensor died before it could write down what it was answered, or before the answer came."""
    state, token = State(tmp_path / "one"), centre.token()
    for missed in ("write", "told_again"):
        with monkeypatch.context() as patched:
            if missed == "write":
                patched.setattr(State, "write", _dies_at_the_identity)
            else:
                patched.setattr(enrolment, "told_again", _die)
            with pytest.raises(Died):
                enrol(state, centre.url, token, "north")
        assert state.enrolled() is None
        assert stat.S_IMODE(os.stat(state.folder / "enrolling.pem").st_mode) == 0o600
    enrolled = enrol(state, centre.url, token, "north")
    assert list(centre.register.known) == [enrolled.sensor]
    assert [one.sensor for one in centre.register.renewals] == [enrolled.sensor] * 2
    assert state.enrolled() == enrolled
    assert sorted(path.name for path in state.folder.iterdir()) == ["centre.json", "identity.pem"]


def test_a_key_is_tried_with_one_token_only(centre: Any, tmp_path: Path) -> None:
    state = State(tmp_path / "one")
    late = centre.token(expires_s=-1)
    with pytest.raises(NotEnrolled):
        enrol(state, centre.url, late, "north")
    tried = (state.folder / "enrolling.pem").read_bytes()
    with pytest.raises(NotEnrolled):
        enrol(state, centre.url, late, "north")
    assert (state.folder / "enrolling.pem").read_bytes() == tried
    key = tried.partition(b"\n")[2]
    enrol(state, centre.url, centre.token(), "north")
    assert key not in state.identity.read_bytes()


def test_a_broken_key_of_a_try_is_made_anew(centre: Any, tmp_path: Path) -> None:
    state, token = State(tmp_path / "one"), centre.token()
    state.trying(hashlib.sha256(token.encode()).hexdigest(), b"half a k")
    assert enrol(state, centre.url, token, "north") == state.enrolled()


def test_a_revoked_sensor_is_not_let_in_again(centre: Any, tmp_path: Path) -> None:
    state, token = State(tmp_path / "one"), centre.token()
    enrolled = enrol(state, centre.url, token, "north")
    key = state.identity.read_bytes().split(b"-----BEGIN CERTIFICATE")[0]
    (state.folder / "centre.json").unlink()
    state.trying(hashlib.sha256(token.encode()).hexdigest(), key)
    known = centre.register.known
    known[enrolled.sensor] = known[enrolled.sensor]._replace(is_revoked=True)
    with pytest.raises(NotEnrolled, match="used, expired or unknown"):
        enrol(state, centre.url, token, "north")
    known[enrolled.sensor] = known[enrolled.sensor]._replace(is_revoked=False)
    assert enrol(state, centre.url, token, "north").sensor == enrolled.sensor


class Died(Exception):
    """Stands for a process that is killed."""


def _die(*_: object) -> None:
    raise Died


def _dies_at_the_identity(state: State, name: str, data: bytes, write: Callable[[State, str, bytes], None] = State.write) -> None:
    if name == "identity.pem":
        raise Died
    write(state, name, data)


def test_an_expired_token_and_an_unknown_one_let_nobody_in(centre: Any, tmp_path: Path) -> None:
    late = centre.token(expires_s=-1)
    for token in (late, f"fw1.{centre.authority.fingerprint}.{'A' * 43}"):
        with pytest.raises(NotEnrolled, match="used, expired or unknown"):
            enrol(State(tmp_path / "one"), centre.url, token, "north")
    with pytest.raises(NotEnrolled, match=r"begins with fw1\."):
        enrol(State(tmp_path / "one"), centre.url, "hello", "north")
    assert centre.register.known == {}


def test_nothing_is_told_to_another_authority(centre: Any, tmp_path: Path) -> None:
    heard: list[tuple[str, str]] = []
    other = Authority(tmp_path / "other")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append((scope["method"], scope["path"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps({"authority": other.pem}).encode()})

    centre.answer = app
    with pytest.raises(NotEnrolled, match="another centre, or somebody in between"):
        enrol(State(tmp_path / "one"), centre.url, centre.token(), "north")
    assert heard == [("GET", "/sensor/v1/authority")]


def test_the_right_authority_behind_another_server_is_not_enough(centre: Any, tmp_path: Path) -> None:
    """Somebody in between may hand on the authority's certificate, which is public: the connection with the secret still fails."""
    heard: list[str] = []
    pem, fingerprint = centre.authority.pem, centre.authority.fingerprint

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps({"authority": pem}).encode()})

    centre.stop()
    centre.authority, centre.answer = Authority(tmp_path / "other"), app
    centre.start()
    with pytest.raises(Away, match="not the centre's"):
        enrol(State(tmp_path / "one"), centre.url, f"fw1.{fingerprint}.{'A' * 43}", "north")
    assert heard == ["/sensor/v1/authority"]


def test_a_sensor_cannot_pass_for_the_centre(centre: Any, tmp_path: Path) -> None:
    state = State(tmp_path / "one")
    enrolled = enrol(state, centre.url, centre.token(), "north")
    centre.stop()
    centre.authority.centre = lambda: state.identity
    centre.start()
    with Centre(centre.url, trusting(enrolled.authority)) as asked, pytest.raises(Away, match="not the centre's"):
        asked.get("/sensor/v1/authority")


def test_without_a_certificate_only_enrolment_is_answered(centre: Any) -> None:
    asked = Centre(centre.url, unverified())
    assert asked.get("/sensor/v1/authority").body == {"authority": centre.authority.pem}
    assert asked.get("/sensor/v1/config").status == 401
    assert asked.batch(b"").status == 401
    for path in ("/sensor/v1/health", "/sensor/v1/renew"):
        assert asked.post(path, {"csr": ""}).status == 401
    assert asked.get("/admin").status == 404
    asked.close()


def test_a_certificate_of_another_authority_is_refused_in_the_handshake(centre: Any, tmp_path: Path) -> None:
    state = State(tmp_path / "one")
    enrolled = enrol(state, centre.url, centre.token(), "north")
    other = Authority(tmp_path / "other")
    key = enrolment._new_key()
    request = enrolment._request(key)
    state.write("identity.pem", enrolment._pem(key) + other.sign(request, enrolled.sensor).certificate.encode())
    with Centre(centre.url, trusting(enrolled.authority, state.identity)) as asked, pytest.raises(Away):
        asked.get("/sensor/v1/config")


def test_an_expired_certificate_is_refused_in_the_handshake(centre: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldwatch.server.sensors.authority.SENSOR_LIFE", timedelta(hours=-1))
    with pytest.raises(Away):
        enrol(State(tmp_path / "one"), centre.url, centre.token(), "north")
    assert State(tmp_path / "one").enrolled() is None


def test_a_revoked_sensor_gets_nothing(centre: Any, tmp_path: Path, packed: Any) -> None:
    state = State(tmp_path / "one")
    enrolled = enrol(state, centre.url, centre.token(), "north")
    asked = Centre(centre.url, trusting(enrolled.authority, state.identity))
    assert asked.get("/sensor/v1/config").status == 200
    centre.register.known[enrolled.sensor] = centre.register.known[enrolled.sensor]._replace(is_revoked=True)
    assert asked.get("/sensor/v1/config").status == 403
    assert asked.batch(packed()).status == 403
    assert asked.post("/sensor/v1/health", {}).status == 403
    assert asked.post("/sensor/v1/renew", {"csr": enrolment._request(enrolment._new_key())}).status == 403
    assert centre.taken() == []
    asked.close()


def test_a_renewed_certificate_is_the_same_sensor_and_the_old_one_still_works(centre: Any, tmp_path: Path) -> None:
    state = State(tmp_path / "one")
    enrolled = enrol(state, centre.url, centre.token(), "north")
    assert not is_due(state)
    assert is_due(state, datetime.now(UTC) + timedelta(days=61))
    asked = Centre(centre.url, trusting(enrolled.authority, state.identity))
    before = state.identity.read_bytes()
    renew(state, asked)
    assert state.identity.read_bytes() != before
    again = Centre(centre.url, trusting(enrolled.authority, state.identity))
    for each in (asked, again):
        assert each.post("/sensor/v1/health", {"version": "1"}).status == 200
        each.close()
    assert [sensor for sensor, _ in centre.register.healths] == [enrolled.sensor] * 2
    assert centre.register.renewals[0].serial != enrolled.sensor == centre.register.renewals[0].sensor


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"authority": 5}', b'{"authority": "x"}', b"<html>", b'{"authority": "' + b"x" * 2**21]
)
def test_garbage_is_no_centre(centre: Any, tmp_path: Path, body: bytes) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    centre.answer = app
    with pytest.raises(Away):
        enrol(State(tmp_path / "one"), centre.url, centre.token(), "north")


@pytest.mark.parametrize(
    "config", [{}, {"config": [], "secret_key": "00" * 32}, {"config": {}, "secret_key": "xx"}, {"config": {}, "secret_key": ""}]
)
def test_an_answer_without_configuration_is_none(centre: Any, tmp_path: Path, config: dict[str, Any]) -> None:
    enrolled = enrol(State(tmp_path / "one"), centre.url, centre.token(), "north")
    with Centre(centre.url, trusting(enrolled.authority, tmp_path / "one" / "identity.pem")) as asked:
        reply = asked.get("/sensor/v1/config")
    assert told_again(enrolled, reply).secret_key == b"k" * 32
    for answered, key in ((None, "00" * 32), ([], "00" * 32), ({}, "xx"), ({}, ""), ({}, 5)):
        with pytest.raises(Away, match="no configuration"):
            told_again(enrolled, reply._replace(body={"config": answered, "secret_key": key}))
