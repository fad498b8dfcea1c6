"""The certificate that browsers see: whether it can be used, fits its key and name, and how long it lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from fieldwatch.sensor.diagnosis import Diagnosis, Standing
from fieldwatch.server.options import Options

SOON = timedelta(days=30)


def certificate(options: Options) -> Diagnosis:
    """How it stands with TLS."""
    path, key = options["server.certificate"], options["server.key"]
    if not path and not key:
        ends = "a proxy ends TLS" if options["server.behind_proxy"] else "pages are served without TLS, to this machine only"
        return Diagnosis("certificate", Standing.OK, ends)
    found = unusable(path, key)
    return found if isinstance(found, Diagnosis) else _lasting(found) or _named(found, options["server.name"]) or _well(found)


def unusable(path: str, key: str) -> Diagnosis | x509.Certificate:
    """Why nothing can be served with these files; else the certificate."""
    if not path or not key:
        missing = "server.key" if path else "server.certificate"
        return Diagnosis("certificate", Standing.ACT, f"{missing} is not set", "set server.certificate and server.key, or neither")
    try:
        found = x509.load_pem_x509_certificate(Path(path).read_bytes())
        held = load_pem_private_key(Path(key).read_bytes(), None).public_key()
    except OSError as error:
        return Diagnosis("certificate", Standing.ACT, f"{error.filename}: {error.strerror}", "name a file that the server may read")
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        return Diagnosis("certificate", Standing.ACT, f"{path} or {key}: {error}", "both are PEM files; the key has no password")
    if _bytes(held) != _bytes(found.public_key()):
        return Diagnosis("certificate", Standing.ACT, f"{key} is not the key of {path}", "set the two that belong together")
    return found


def _bytes(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


def _lasting(found: x509.Certificate) -> Diagnosis | None:
    left = found.not_valid_after_utc - datetime.now(UTC)
    if left < timedelta(0):
        return Diagnosis(
            "certificate", Standing.ACT, f"it ended on {found.not_valid_after_utc:%Y-%m-%d}", "renew it, then restart the server"
        )
    if found.not_valid_before_utc > datetime.now(UTC):
        begin = f"it begins on {found.not_valid_before_utc:%Y-%m-%d}"
        return Diagnosis("certificate", Standing.ACT, begin, "see that the clock is right, or take another certificate")
    if left < SOON:
        return Diagnosis("certificate", Standing.LOOK, f"it ends in {left.days} days", "renew it, then restart the server")
    return None


def _named(found: x509.Certificate, name: str) -> Diagnosis | None:
    """Where it does not have the name by which browsers know the server."""
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        names = []
    if not name:
        return Diagnosis("certificate", Standing.LOOK, "server.name is not set", "set the name by which browsers know this server")
    if name not in names and f"*.{name.partition('.')[2]}" not in names:
        return Diagnosis(
            "certificate", Standing.ACT, f"it is for {', '.join(names) or 'no name'}, not for {name}", "set server.name to its name"
        )
    return None


def _well(found: x509.Certificate) -> Diagnosis:
    return Diagnosis("certificate", Standing.OK, f"until {found.not_valid_after_utc:%Y-%m-%d}, with its key")
