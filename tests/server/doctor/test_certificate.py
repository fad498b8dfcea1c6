"""What the doctor says of the server's certificate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fieldwatch.sensor.diagnosis import Diagnosis, Standing
from fieldwatch.server.doctor.certificate import certificate
from fieldwatch.server.options import options

NAME = "plant.example.org"


def made(folder: Path, *, days: int = 300, begins: int = -1, names: tuple[str, ...] = (NAME,)) -> None:
    """A key and its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    now, name = datetime.now(UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now + timedelta(days=begins)).not_valid_after(now + timedelta(days=days))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
    (folder / "server.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.key").write_bytes(key.private_bytes(*form))


def said(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = NAME) -> Diagnosis:
    for option, value in (("CERTIFICATE", folder / "server.pem"), ("KEY", folder / "server.key"), ("NAME", name)):
        monkeypatch.setenv(f"FIELDWATCH_SERVER_{option}", str(value))
    return certificate(options(folder))


def test_one_that_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, names=("*.example.org",))
    found = said(tmp_path, monkeypatch)
    assert (found.standing, found.remedy) == (Standing.OK, "")


@pytest.mark.parametrize(
    ("days", "begins", "name", "standing", "words"),
    [
        (-1, -30, NAME, Standing.ACT, "it ended on"),
        (10, -30, NAME, Standing.LOOK, "it ends in 9 days"),
        (300, 2, NAME, Standing.ACT, "it begins on"),
        (300, -1, "other.example.org", Standing.ACT, "not for other.example.org"),
        (300, -1, "", Standing.LOOK, "server.name is not set"),
    ],
)
def test_one_that_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, begins: int, name: str, standing: Standing, words: str
) -> None:
    made(tmp_path, days=days, begins=begins)
    found = said(tmp_path, monkeypatch, name)
    assert found.standing is standing
    assert words in found.words
    assert found.remedy


def test_a_key_of_another_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path)
    kept = (tmp_path / "server.key").read_bytes()
    made(tmp_path)
    (tmp_path / "server.key").write_bytes(kept)
    assert "is not the key of" in said(tmp_path, monkeypatch).words


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(tmp_path, monkeypatch).standing is Standing.ACT
    (tmp_path / "server.pem").write_bytes(b"\0not PEM")
    (tmp_path / "server.key").write_bytes(b"")
    assert "PEM" in said(tmp_path, monkeypatch).remedy
    monkeypatch.setenv("FIELDWATCH_SERVER_KEY", "")
    assert "server.key is not set" in certificate(options(tmp_path)).words


def test_no_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "to this machine only" in certificate(options(tmp_path)).words
    monkeypatch.setenv("FIELDWATCH_SERVER_BEHIND_PROXY", "true")
    assert "a proxy ends TLS" in certificate(options(tmp_path)).words
