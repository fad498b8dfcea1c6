"""Which key of a provider an ID token may be signed with. The whole way stands in tests/web/test_single_sign_on.py."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fieldwatch.server.accounts.openid.adapter import signing_key

KEY = ec.generate_private_key(ec.SECP256R1())
JWK = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key()))
SECRET = {"kty": "oct", "k": "c2VjcmV0", "kid": "a"}


def _set(*keys: dict[str, Any]) -> dict[str, Any]:
    return {"keys": [JWK | one for one in keys]}


def test_the_key_that_is_named_and_without_a_name_the_only_one() -> None:
    told = _set({"kid": "a"}, {"kid": "b", "use": "enc"})
    assert signing_key(told, {"alg": "ES256", "kid": "a"}).key_id == "a"
    assert signing_key(told, {"alg": "ES256"}).key_id == "a"


@pytest.mark.parametrize(
    ("told", "header"),
    [
        (_set({"kid": "a"}), {"alg": "ES256", "kid": "b"}),
        (_set({"kid": "a"}), {"alg": "none", "kid": "a"}),
        (_set({"kid": "a"}), {"alg": "HS256", "kid": "a"}),
        (_set({"kid": "a"}), {"kid": "a"}),
        (_set({"kid": "a"}, {"kid": "a"}), {"alg": "ES256", "kid": "a"}),
        (_set({"kid": "a"}, {"kid": "b"}), {"alg": "ES256"}),
        (_set({"kid": "a", "use": "enc"}), {"alg": "ES256", "kid": "a"}),
        (_set({"kid": "a", "alg": "ES384"}), {"alg": "ES256", "kid": "a"}),
        ({"keys": [SECRET]}, {"alg": "HS256", "kid": "a"}),
        ({"keys": []}, {"alg": "ES256"}),
    ],
)
def test_any_other_is_none(told: dict[str, Any], header: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a key of the provider's, and a signature by it, are needed"):
        signing_key(told, header)


def test_a_key_of_another_kind_than_the_algorithm_is_refused() -> None:
    with pytest.raises(jwt.PyJWTError):
        signing_key(_set({"kid": "a"}), {"alg": "RS256", "kid": "a"})
