"""The authority signs keys, and chooses every name itself."""

from __future__ import annotations

import hashlib
import os
import ssl
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fieldwatch.sensor.token import CENTRE_NAME
from fieldwatch.server.sensors.authority import MOST_REQUEST_BYTES, Authority, BadRequest


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, *, name: str = "somebody", is_authority: bool = False) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
    if is_authority:
        builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_key_and_certificate_are_made_once_and_are_the_users_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: Authority(tmp_path / "keys").fingerprint, range(4)))
    assert len(set(made)) == 1
    assert Authority(tmp_path / "keys").fingerprint == made[0]
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["sensors-authority.pem"]
    assert stat.S_IMODE(os.stat(tmp_path / "keys" / "sensors-authority.pem").st_mode) == 0o600
    assert stat.S_IMODE(os.stat(tmp_path / "keys").st_mode) == 0o700


def test_a_broken_file_is_said_and_not_replaced(tmp_path: Path) -> None:
    Authority(tmp_path)
    (tmp_path / "sensors-authority.pem").write_text("half")
    with pytest.raises(SystemExit, match="restore it from a backup"):
        Authority(tmp_path)
    assert (tmp_path / "sensors-authority.pem").read_text() == "half"


def test_of_a_request_only_the_key_is_taken(tmp_path: Path) -> None:
    authority, own = Authority(tmp_path), key()
    issued = authority.sign(request(own, name="CN of somebody else", is_authority=True))
    certificate = x509.load_pem_x509_certificate(issued.certificate.encode())
    assert certificate.public_key() == own.public_key()
    assert certificate.subject.rfc4514_string() == f"2.5.4.5={issued.sensor},CN=Fieldwatch sensor"
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate.verify_directly_issued_by(authority.certificate)
    assert issued.serial == f"{certificate.serial_number:x}"
    told = certificate.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert issued.sensor == hashlib.sha256(told).hexdigest()[:40]
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=89) < left <= timedelta(days=90)
    assert issued.expires_ns == certificate.not_valid_after_utc.timestamp() * 10**9


def test_a_renewal_has_a_number_of_its_own_and_the_same_name(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    first = authority.sign(request(key()))
    second = authority.sign(request(key()), first.sensor)
    assert second.sensor == first.sensor
    assert second.serial != first.serial


def test_what_is_no_usable_request_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    whole = request(key())
    der = bytearray(x509.load_pem_x509_csr(whole.encode()).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    forged = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM).decode()
    refused = {
        "no certificate request": ["", "hello", "\ud800", whole[:200], authority.pem],
        "another kind of key": [request(rsa.generate_private_key(65537, 2048)), request(ec.generate_private_key(ec.SECP384R1()))],
        "signature": [forged],
        "characters were read": ["x" * (MOST_REQUEST_BYTES + 1)],
    }
    for said, texts in refused.items():
        for text in texts:
            with pytest.raises(BadRequest, match=said):
                authority.sign(text)


def test_the_centre_has_one_name_for_all_sensors(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = x509.load_pem_x509_certificate(authority.centre().read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [CENTRE_NAME]
    assert stat.S_IMODE(os.stat(tmp_path / "sensors-centre.pem").st_mode) == 0o600
    context = authority.server_context()
    assert context.verify_mode is ssl.CERT_OPTIONAL
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3
