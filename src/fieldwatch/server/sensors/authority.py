"""The certificate authority of one installation: it signs its own server's certificate and those of its sensors, and nothing else.

Standards: RFC 5280 (certificates; 4.1.2.2 serial numbers, 4.2.1.3 key usage, 4.2.1.9 basic constraints, 4.2.1.12 extended key usage),
RFC 2986 (requests), FIPS 186-5 (ECDSA, P-256). Of a request only its key is taken: every name in a certificate is chosen here.

A sensor is known for its whole life by 160 bits of the SHA-256 of its first key, which every certificate of it carries in its subject
(`serialNumber`, X.520 6.2.9): so neither an enrolment nor a renewal that is lost half way locks anybody out.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fieldwatch.sensor.token import CENTRE_NAME

SENSOR_LIFE = timedelta(days=90)
CENTRE_LIFE = timedelta(days=825)
AUTHORITY_LIFE = timedelta(days=20 * 365)
BACKDATED = timedelta(days=1)
"""Clocks of plants go wrong: what is signed is valid since yesterday."""

MOST_REQUEST_BYTES = 16 * 1024


class BadRequest(ValueError):
    """What was read is no usable certificate request: says what was read and what is allowed."""


class Issued(NamedTuple):
    """A certificate of a sensor. `sensor` is what it is known by; `expires_ns` is when it ends (ns, UTC)."""

    sensor: str
    serial: str
    certificate: str
    expires_ns: int


class Authority:
    """Key and certificate of the authority, from the folder of keys; both are made where there are none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / "sensors-authority.pem"
        if not self.path.exists():
            _create(self.path)
        held = self.path.read_bytes()
        try:
            key = serialization.load_pem_private_key(held, None)
            self.certificate = x509.load_pem_x509_certificate(held)
        except ValueError as error:
            raise SystemExit(f"{self.path}: no key with its certificate was read ({error}); restore it from a backup") from None
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key

    @property
    def pem(self) -> str:
        """The authority's certificate, for those who are to believe it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate in hex: what an enrolment token carries."""
        return hashlib.sha256(self.certificate.public_bytes(serialization.Encoding.DER)).hexdigest()

    def sign(self, request: str, sensor: str = "") -> Issued:
        """A certificate for the key of this request (PEM); `sensor` is whom it renews: without it, it is named after the key.

        Raises BadRequest.
        """
        key = _requested_key(request)
        serial = x509.random_serial_number()
        known_by = sensor or _named_after(key)
        name = x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, "Fieldwatch sensor"), x509.NameAttribute(NameOID.SERIAL_NUMBER, known_by)]
        )
        signed = self._signed(name, key, serial, SENSOR_LIFE, ExtendedKeyUsageOID.CLIENT_AUTH, None)
        expires_ns = int(signed.not_valid_after_utc.timestamp()) * 10**9
        return Issued(known_by, f"{serial:x}", signed.public_bytes(serialization.Encoding.PEM).decode(), expires_ns)

    def centre(self) -> Path:
        """A file with a new key and certificate of the centre, and the authority's behind it."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fieldwatch centre")])
        also = x509.SubjectAlternativeName([x509.DNSName(CENTRE_NAME)])
        signed = self._signed(name, key.public_key(), x509.random_serial_number(), CENTRE_LIFE, ExtendedKeyUsageOID.SERVER_AUTH, also)
        path = self.folder / "sensors-centre.pem"
        _write(path, _pem(key) + signed.public_bytes(serialization.Encoding.PEM) + self.pem.encode())
        return path

    def server_context(self) -> ssl.SSLContext:
        """What sensors are served with. A certificate that is shown is verified; who may go without one is for the door to say."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.centre())
        context.load_verify_locations(cadata=self.pem)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def _signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePublicKey,
        serial: int,
        life: timedelta,
        usage: x509.ObjectIdentifier,
        also: x509.SubjectAlternativeName | None,
    ) -> x509.Certificate:
        builder = _builder(name, self.certificate.subject, key, serial, life).add_extension(
            x509.BasicConstraints(False, None), critical=True
        )
        builder = builder.add_extension(_usage(is_authority=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        if also:
            builder = builder.add_extension(also, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _requested_key(request: str) -> ec.EllipticCurvePublicKey:
    if len(request) > MOST_REQUEST_BYTES:
        raise BadRequest(f"csr: {len(request):,} characters were read, at most {MOST_REQUEST_BYTES:,} are allowed")
    try:
        read = x509.load_pem_x509_csr(request.encode())
        key = read.public_key()
        proven = read.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadRequest(f"csr: no certificate request was read ({type(error).__name__}), one in PEM (RFC 2986) is allowed") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise BadRequest("csr: another kind of key was read, ECDSA with P-256 is allowed")
    if not proven:
        raise BadRequest("csr: a signature that does not fit was read, one by the key of the request is allowed")
    return key


def _named_after(key: ec.EllipticCurvePublicKey) -> str:
    """160 bits (hex) of the SHA-256 of the key as it stands in a certificate (SubjectPublicKeyInfo; RFC 7093 2, method 4)."""
    told = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(told).hexdigest()[:40]


def _create(path: Path) -> None:
    """A new authority, unless another process was faster."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Fieldwatch sensors {secrets.token_hex(4)}")])
    builder = _builder(name, name, key.public_key(), x509.random_serial_number(), AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True).add_extension(_usage(is_authority=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    signed = builder.sign(key, hashes.SHA256())
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    _write(made, _pem(key) + signed.public_bytes(serialization.Encoding.PEM))
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()


def _builder(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, serial: int, life: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key).serial_number(serial)
    return builder.not_valid_before(now - BACKDATED).not_valid_after(now + life)


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not is_authority, False, False, False, False, is_authority, is_authority, False, False)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write(path: Path, data: bytes) -> None:
    """The file, whole or not at all, readable by its user alone."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    made.replace(path)


__all__ = ["Authority", "BadRequest", "Issued"]
