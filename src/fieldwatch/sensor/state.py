"""What a sensor keeps of its enrolment, in its state folder (0700): whom it believes, who it is, what it was told.

`enrolling.pem` has the key with which a token is tried, while it is. `identity.pem` holds key and certificate in one file, so that a
renewal is there whole or not at all. `centre.json` is written last: with it, the sensor is enrolled.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson


class BrokenState(Exception):
    """The state folder cannot be used: says what was read and what to do."""


class Enrolled(NamedTuple):
    """A sensor that the centre knows as `sensor`. `secret_key` keys the hashes of credentials."""

    url: str
    sensor: str
    authority: str
    config: Mapping[str, Any]
    secret_key: bytes


class State:
    """The state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BrokenState(f"{folder}: cannot be made ({error.strerror}); name a folder that this user may write with --state") from None

    @property
    def identity(self) -> Path:
        """The file with the sensor's key and certificate."""
        return self.folder / "identity.pem"

    @property
    def spool(self) -> Path:
        """The folder of the spool."""
        return self.folder / "spool"

    def enrolled(self) -> Enrolled | None:
        """The enrolment; None where there is none. Raises BrokenState."""
        path = self.folder / "centre.json"
        if not path.exists():
            return None
        try:
            told = orjson.loads(path.read_bytes())
            key = bytes.fromhex(told["secret_key"])
            return Enrolled(str(told["url"]), str(told["sensor"]), str(told["authority"]), dict(told["config"]), key)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BrokenState(f"{path}: is no enrolment ({type(error).__name__}); remove it and enrol with a new token") from None

    def tried(self, token: str) -> bytes:
        """The key (PEM) with which the token of this digest was tried; "" where it was not."""
        try:
            named, _, key = self._enrolling.read_bytes().partition(b"\n")
        except OSError:
            return b""
        return key if named == token.encode() else b""

    def trying(self, token: str, key: bytes) -> None:
        """Keeps the key (PEM) with which the token of this digest is tried from now on."""
        self.write(self._enrolling.name, token.encode() + b"\n" + key)

    @property
    def _enrolling(self) -> Path:
        return self.folder / "enrolling.pem"

    def keep(self, enrolled: Enrolled) -> None:
        """Writes the enrolment down; what was tried is over."""
        told = enrolled._asdict() | {"config": dict(enrolled.config), "secret_key": enrolled.secret_key.hex()}
        self.write("centre.json", orjson.dumps(told))
        self._enrolling.unlink(missing_ok=True)

    def write(self, name: str, data: bytes) -> None:
        """A file of the folder, whole or not at all, readable by this user alone."""
        made = self.folder / f".{name}"
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        made.replace(self.folder / name)
        opened = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


__all__ = ["BrokenState", "Enrolled", "State"]
