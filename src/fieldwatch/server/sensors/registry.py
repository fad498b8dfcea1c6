"""Who knows the sensors: what the door asks of the store, on plain data. The store's side implements it, tests have a small one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from fieldwatch.sensor.token import TOKEN
from fieldwatch.server.sensors.authority import Issued


class Token(NamedTuple):
    """An enrolment token as the store has it. `expires_ns`: ns, UTC; `sensor` is whom it let in."""

    name: str
    expires_ns: int
    is_used: bool
    sensor: str = ""


class Known(NamedTuple):
    """A sensor that is known; `config` is what it is told to do."""

    name: str
    is_revoked: bool
    config: Mapping[str, Any]


class Registry(Protocol):
    """The store's side. Sensors are named by `Issued.sensor` (after their first key)."""

    def token(self, digest: str) -> Token | None:
        """The token whose secret has this SHA-256 (hex)."""

    def admit(self, digest: str, issued: Issued, name: str, version: str) -> Known | None:
        """Spends the token and makes the sensor, in one transaction; None where it was spent in the meantime, or the sensor is known.

        `name` is what the sensor calls itself, for a token that names none.
        """

    def sensor(self, sensor: str) -> Known | None:
        """The sensor of this name."""

    def renewed(self, sensor: str, issued: Issued) -> None:
        """The sensor has a new certificate."""

    def heard(self, sensor: str, health: Mapping[str, Any]) -> None:
        """The sensor says how it is: checked, of `desk.MOST_HEALTH_BYTES` at most."""

    def secret_key(self) -> bytes:
        """The key of the hashes of credentials."""


def new_token(fingerprint: str) -> tuple[str, str]:
    """A token, which is shown once, and the digest of its secret, which is kept."""
    secret = secrets.token_urlsafe(32)
    return f"fw1.{fingerprint}.{secret}", digest(secret)


def digest(secret: str) -> str:
    """What is kept of a token's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


__all__ = ["TOKEN", "Known", "Registry", "Token", "digest", "new_token"]
