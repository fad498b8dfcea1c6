"""Whether a document is what its publisher made: its hash file and its OpenPGP signature.

Standards: CSAF 2.0 7.1.18 (integrity: `.sha256` and `.sha512` files), 7.1.19 (OpenPGP signature `.asc`), 7.1.20 (public OpenPGP key);
RFC 9580 OpenPGP (by Sequoia, with its rules on weak algorithms).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pysequoia import Cert

HASH = re.compile(r"\s*([0-9a-fA-F]{64,128})(?=\s|$)")
"""The hash stands first in the file, before the name of the document (7.1.18, example 112)."""

LENGTHS = {64: "sha256", 128: "sha512"}


class State(Enum):
    """What is known of a document's origin. A wrong one is refused."""

    VERIFIED = "verified"
    WRONG = "wrong"
    ABSENT = "absent"


class Check(NamedTuple):
    """A state, and in words why."""

    state: State
    why: str = ""


def hashed(data: bytes, file: bytes) -> Check:
    """Compares the document with its hash file."""
    found = HASH.match(file[:4096].decode("ascii", "replace"))
    if found is None or len(found[1]) not in LENGTHS:
        return Check(State.WRONG, "the hash file holds no hash")
    name = LENGTHS[len(found[1])]
    have = hashlib.new(name, data).hexdigest()
    if have != found[1].lower():
        return Check(State.WRONG, f"its {name} is {have[:16]}..., the hash file says {found[1][:16].lower()}...")
    return Check(State.VERIFIED)


def signed(data: bytes, signature: bytes, keys: Sequence[Cert]) -> Check:
    """Verifies the detached signature with the provider's keys; absent where the provider publishes no key to verify it with."""
    from pysequoia import Sig, verify

    if not keys:
        return Check(State.ABSENT, "the provider publishes no key")
    try:
        verify(bytes=data, store=lambda _: list(keys), signature=Sig.from_bytes(signature))
    except (RuntimeError, ValueError, TypeError) as error:
        return Check(State.WRONG, _first_line(error))
    return Check(State.VERIFIED)


class UnusableKey(Exception):
    """The bytes are not the key that was announced."""


def key(data: bytes, fingerprint: str) -> Cert:
    """The OpenPGP certificate with this fingerprint. Raises UnusableKey when the bytes hold another, or none."""
    from pysequoia import Cert

    wanted = fingerprint.replace(" ", "").lower()
    try:
        certificates = Cert.split_bytes(data)
    except (RuntimeError, ValueError) as error:
        raise UnusableKey(f"no OpenPGP key ({_first_line(error)})") from None
    for one in certificates:
        if wanted in ("", one.fingerprint.lower()):
            return one
    raise UnusableKey(f"key {', '.join(one.fingerprint for one in certificates)}, announced is {wanted}")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")
