"""Hashes and OpenPGP signatures: right ones, wrong ones, and files that are none."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysequoia import SignatureMode, Tsk, sign

from fieldwatch.vulnerabilities.feeds.signature import State, UnusableKey, hashed, key, signed

DATA = b'{"document": {}}'
SHA256, SHA512 = hashlib.sha256(DATA).hexdigest(), hashlib.sha512(DATA).hexdigest()
OURS, EVE = Tsk.generate(user_id="Acme"), Tsk.generate(user_id="Eve")
CERTIFICATE = OURS.extract_certificate()
SIGNED = sign(OURS.signer(), DATA, mode=SignatureMode.DETACHED)


@pytest.mark.parametrize("form", ["{}", "{}\n", "{}  a.json\n", "{} *a.json", "  {}\ta.json"])
@pytest.mark.parametrize("digest", [SHA256, SHA512, SHA256.upper()])
def test_right_hashes(form: str, digest: str) -> None:
    assert hashed(DATA, form.format(digest).encode()).state is State.VERIFIED


@pytest.mark.parametrize(
    "text", ["", "a.json", SHA256[:-1], SHA256 + "0", SHA512[:-2], SHA512 + "00", "x" + SHA256, "0" * 64, "0" * 128, "\xff" * 9]
)
def test_wrong_hashes(text: str) -> None:
    assert hashed(DATA, text.encode("latin-1")).state is State.WRONG


def test_a_right_signature() -> None:
    assert signed(DATA, SIGNED, [EVE.extract_certificate(), CERTIFICATE]).state is State.VERIFIED


def test_without_a_key_nothing_is_known() -> None:
    assert signed(DATA, SIGNED, []).state is State.ABSENT


@pytest.mark.parametrize("cut", range(0, len(SIGNED) - 40, 17))
def test_a_signature_cut_anywhere_is_wrong(cut: int) -> None:
    check = signed(DATA, SIGNED[:cut], [CERTIFICATE])
    assert check.state is State.WRONG
    assert "\n" not in check.why


def test_signatures_of_others_and_of_other_data_are_wrong() -> None:
    assert signed(DATA, SIGNED, [EVE.extract_certificate()]).state is State.WRONG
    assert signed(DATA + b" ", SIGNED, [CERTIFICATE]).state is State.WRONG
    assert signed(DATA, str(CERTIFICATE).encode(), [CERTIFICATE]).state is State.WRONG


@given(st.binary(max_size=200))
def test_any_bytes_are_no_signature(data: bytes) -> None:
    assert signed(DATA, data, [CERTIFICATE]).state is State.WRONG


def test_the_announced_key_is_found() -> None:
    both = str(EVE.extract_certificate()).encode() + str(CERTIFICATE).encode()
    spaced = " ".join(CERTIFICATE.fingerprint.upper()[at : at + 4] for at in range(0, 40, 4))
    assert key(both, spaced).fingerprint == CERTIFICATE.fingerprint
    assert key(str(CERTIFICATE).encode(), "").fingerprint == CERTIFICATE.fingerprint


@pytest.mark.parametrize("data", [b"", b"no key", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n"])
def test_what_is_no_key(data: bytes) -> None:
    with pytest.raises(UnusableKey) as error:
        key(data, CERTIFICATE.fingerprint)
    assert "\n" not in str(error.value)


def test_another_key_is_not_the_announced() -> None:
    with pytest.raises(UnusableKey, match="announced is"):
        key(str(EVE.extract_certificate()).encode(), CERTIFICATE.fingerprint)
