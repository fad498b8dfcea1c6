"""Limits of one test are not left for the next; codes of an authenticator."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_limits_left() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture()
def code() -> Callable[..., str]:
    """What an authenticator with this secret shows (RFC 6238, RFC 4226 5.3); `later`: so many half minutes from now."""

    def shown(secret: str, later: int = 0) -> str:
        moment = struct.pack(">Q", int(time.time()) // 30 + later)
        proof = hmac.new(base64.b32decode(secret), moment, hashlib.sha1).digest()
        (number,) = struct.unpack_from(">I", proof, proof[-1] & 15)
        return f"{(number & 0x7FFF_FFFF) % 10**6:06d}"

    return shown
