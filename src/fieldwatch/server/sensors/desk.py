"""What the centre answers to sensors, on plain data: enrol, configuration, batches, health, renewal.

The centre sends configuration and acknowledgements, nothing else. Whatever a sensor sends, the answer is one of those below; a sensor that
is revoked, or not known any more, gets 403 for everything.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from fieldwatch.pipeline.codec import BadBatch, read_packed
from fieldwatch.server.sensors.authority import Authority, BadRequest, Issued
from fieldwatch.server.sensors.inbox import Full, Inbox, OutOfOrder
from fieldwatch.server.sensors.peer import Peer
from fieldwatch.server.sensors.registry import TOKEN, Known, Registry, Token, digest

log = logging.getLogger(__name__)

MOST_HEALTH_BYTES = 64 * 1024
MOST_ENROL_BYTES = 32 * 1024
MOST_TEXT = 200

NO_TOKEN = "token: not one that lets a sensor in (used, expired or unknown); make a new one on the page of sensors"
NOT_KNOWN = "this sensor is revoked or not known; enrol it again with a new token"


class Answer(NamedTuple):
    """Status, body (JSON) and further headers."""

    status: int
    body: Mapping[str, Any]
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Desk:
    """Where sensors are answered. `now_ns` is the clock (ns, UTC)."""

    registry: Registry
    authority: Authority
    inbox: Inbox
    now_ns: Any = field(repr=False)

    def enrol(self, body: bytes) -> Answer:
        """{token, csr, name, version} -> {certificate, authority, sensor, config}; 403 where the token does not let it in.

        A token works once, for one key: who asks again with both did not get the answer, and gets another certificate.
        """
        asked = _object(body, MOST_ENROL_BYTES, ("token", "csr", "name", "version"))
        if isinstance(asked, Answer):
            return asked
        told = TOKEN.fullmatch(asked["token"])
        spent = digest(told["secret"]) if told else ""
        token = self.registry.token(spent) if told else None
        if token is None or token.expires_ns <= self.now_ns():
            return Answer(403, {"error": NO_TOKEN})
        try:
            issued = self.authority.sign(asked["csr"])
        except BadRequest as bad:
            return Answer(400, {"error": str(bad)})
        if token.is_used:
            known = self._again(token, issued)
        else:
            known = self.registry.admit(spent, issued, asked["name"][:MOST_TEXT], asked["version"][:64])
        if known is None:
            return Answer(403, {"error": NO_TOKEN})
        log.info("sensor %s enrolled as %s%s", known.name, issued.sensor, ", again" if token.is_used else "")
        return Answer(200, {
            "certificate": issued.certificate, "authority": self.authority.pem, "sensor": issued.sensor, "config": known.config,
        })  # fmt: skip

    def config(self, peer: Peer) -> Answer:
        """{config, secret_key, now_ns}."""
        known = self._known(peer)
        if isinstance(known, Answer):
            return known
        return Answer(200, {"config": known.config, "secret_key": self.registry.secret_key().hex(), "now_ns": self.now_ns()})

    def batch(self, peer: Peer, packed: bytes) -> Answer:
        """A packed batch -> {taken}; 409 where another is expected, 429 where there is no room, 400 where it is none."""
        known = self._known(peer)
        if isinstance(known, Answer):
            return known
        try:
            batch = read_packed(packed)
            _owned(batch.source.kind, batch.source.identity, peer)
            taken = self.inbox.put(peer.sensor, batch.source.identity, batch.number, packed)
        except BadBatch as bad:
            log.warning("sensor %s sent no batch: %s", known.name, bad)
            return Answer(400, {"error": str(bad), "now_ns": self.now_ns()})
        except OutOfOrder as wrong:
            return Answer(409, {"taken": wrong.taken, "expected": wrong.taken + 1, "now_ns": self.now_ns()})
        except Full as full:
            return Answer(429, {"error": str(full), "now_ns": self.now_ns()}, (("Retry-After", str(full.retry_after_s)),))
        return Answer(200, {"taken": taken, "now_ns": self.now_ns()})

    def health(self, peer: Peer, body: bytes) -> Answer:
        """How the sensor is -> {now_ns}."""
        known = self._known(peer)
        if isinstance(known, Answer):
            return known
        told = _object(body, MOST_HEALTH_BYTES, ())
        if isinstance(told, Answer):
            return told
        self.registry.heard(peer.sensor, told)
        return Answer(200, {"now_ns": self.now_ns()})

    def renew(self, peer: Peer, body: bytes) -> Answer:
        """{csr} -> {certificate}: a new certificate for the same sensor."""
        known = self._known(peer)
        if isinstance(known, Answer):
            return known
        asked = _object(body, MOST_ENROL_BYTES, ("csr",))
        if isinstance(asked, Answer):
            return asked
        try:
            issued = self.authority.sign(asked["csr"], peer.sensor)
        except BadRequest as bad:
            return Answer(400, {"error": str(bad)})
        self.registry.renewed(peer.sensor, issued)
        return Answer(200, {"certificate": issued.certificate})

    def _again(self, token: Token, issued: Issued) -> Known | None:
        """The sensor that the token let in, where it asks with the same key; None for anybody else, and where it is revoked."""
        known = self.registry.sensor(issued.sensor) if token.sensor == issued.sensor else None
        if known is None or known.is_revoked:
            return None
        self.registry.renewed(issued.sensor, issued)
        return known

    def _known(self, peer: Peer) -> Known | Answer:
        known = self.registry.sensor(peer.sensor)
        return Answer(403, {"error": NOT_KNOWN}) if known is None or known.is_revoked else known


def _owned(kind: str, identity: str, peer: Peer) -> None:
    """A sensor speaks of captures, and of its own interfaces."""
    if kind == "live" and not identity.startswith(f"live:{peer.sensor}:"):
        raise BadBatch(f"source.identity: {identity[:80]!r} was read, an interface of this sensor (live:{peer.sensor}:...) is allowed")
    if kind == "capture" and not identity.startswith("sha256:"):
        raise BadBatch(f"source.identity: {identity[:80]!r} was read, sha256: and the digest of the file is allowed")


def _object(body: bytes, most: int, texts: tuple[str, ...]) -> dict[str, Any] | Answer:
    """The JSON object of a request that has these texts; else the answer that refuses it."""
    if len(body) > most:
        return Answer(413, {"error": f"{len(body):,} bytes were read, at most {most:,} are allowed"})
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Answer(400, {"error": "no JSON was read, an object is allowed"})
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in texts):
        return Answer(400, {"error": f"an object with these texts is allowed: {', '.join(texts) or 'any'}"})
    return told


__all__ = ["Answer", "Desk"]
