"""How a sensor becomes known to a centre: a token that works once, a key that never leaves this machine, a certificate for it.

The key is kept before it is told: where the answer is lost, the same token with the same key is answered again (`Desk.enrol`).

The token carries the SHA-256 of the authority's certificate. That certificate is asked for first, over a connection that nobody vouches
for and on which nothing is said; only if it is the one of the token, it is believed, and the token's secret goes to whom it vouches for.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fieldwatch import __version__
from fieldwatch.sensor.centre import Away, Centre, Reply, address, trusting, unverified
from fieldwatch.sensor.state import Enrolled, State
from fieldwatch.sensor.token import TOKEN

RENEW_BEFORE = timedelta(days=30)
"""A certificate is renewed when it is valid for less than this; it is valid for 90 days."""


class NotEnrolled(Exception):
    """The centre does not let this sensor in: says why and what to do."""


def enrol(state: State, url: str, token: str, name: str) -> Enrolled:
    """Enrols with the token and writes it down; a try that was cut short goes on. Raises NotEnrolled, BadAddress, Away."""
    told = TOKEN.fullmatch(token.strip())
    if not told:
        raise NotEnrolled("token: no enrolment token was read; one that begins with fw1. is allowed: the page of sensors makes it")
    url = address(url)
    authority = _authority(url, told["fingerprint"])
    key = _kept_key(state, told.string)
    request = _request(key)
    asked = {"token": told.string, "csr": request, "name": name, "version": __version__}
    reply = _at(url, trusting(authority), lambda centre: centre.post("/sensor/v1/enrol", asked))
    if reply.status != 200:
        raise NotEnrolled(f"{url}: {_said(reply)}")
    certificate, sensor = _certificate(reply, key), _text(reply, "sensor")
    state.write("identity.pem", _pem(key) + certificate.encode())
    config = _at(url, trusting(authority, state.identity), lambda centre: centre.get("/sensor/v1/config"))
    enrolled = told_again(Enrolled(url, sensor, authority, {}, b""), config)
    state.keep(enrolled)
    return enrolled


def told_again(enrolled: Enrolled, reply: Reply) -> Enrolled:
    """The enrolment with the configuration of an answer to `GET config`. Raises Away where it is none."""
    if reply.status != 200:
        raise Away(f"{enrolled.url}: {_said(reply)}")
    config, key = reply.body.get("config"), reply.body.get("secret_key")
    try:
        secret_key = bytes.fromhex(key) if isinstance(key, str) else b""
    except ValueError:
        secret_key = b""
    if not isinstance(config, dict) or len(secret_key) < 16:
        raise Away(f"{enrolled.url}: no configuration was answered")
    return enrolled._replace(config=config, secret_key=secret_key)


def expires(state: State) -> datetime:
    """When the sensor's certificate ends."""
    return x509.load_pem_x509_certificate(state.identity.read_bytes()).not_valid_after_utc


def is_due(state: State, now: datetime | None = None) -> bool:
    """Whether the certificate should be renewed."""
    return expires(state) - (now or datetime.now(UTC)) < RENEW_BEFORE


def renew(state: State, centre: Centre) -> None:
    """A new key with a new certificate in the place of the old ones. Raises Away, NotEnrolled."""
    key = _new_key()
    request = _request(key)
    reply = centre.post("/sensor/v1/renew", {"csr": request})
    if reply.status != 200:
        raise NotEnrolled(f"{centre.url}: {_said(reply)}")
    state.write("identity.pem", _pem(key) + _certificate(reply, key).encode())


def _authority(url: str, fingerprint: str) -> str:
    """The authority's certificate, which has this fingerprint."""
    reply = _at(url, unverified(), lambda centre: centre.get("/sensor/v1/authority"))
    pem = _text(reply, "authority")
    try:
        der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.DER)
    except ValueError:
        raise Away(f"{url}: no certificate of an authority was answered; check the address and the port") from None
    found = hashlib.sha256(der).hexdigest()
    if found != fingerprint:
        raise NotEnrolled(
            f"{url}: the authority there is {found[:16]}..., the token is for {fingerprint[:16]}...: another centre, or "
            "somebody in between. Nothing was told to it; check the address, and make a new token at the centre itself"
        )
    return ssl.DER_cert_to_PEM_cert(der)


def _at(url: str, context: ssl.SSLContext, ask: Callable[[Centre], Reply]) -> Reply:
    with Centre(url, context) as centre:
        return ask(centre)


def _kept_key(state: State, token: str) -> ec.EllipticCurvePrivateKey:
    """The key with which this token was tried before; else a new one, kept."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    if kept := state.tried(digest):
        try:
            key = serialization.load_pem_private_key(kept, None)
        except ValueError:
            key = None
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key
    key = _new_key()
    state.trying(digest, _pem(key))
    return key


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _request(key: ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fieldwatch sensor")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _certificate(reply: Reply, key: ec.EllipticCurvePrivateKey) -> str:
    """The certificate of an answer, which is one for this key."""
    pem = _text(reply, "certificate")
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        fits = certificate.public_key() == key.public_key()
    except ValueError:
        fits = False
    if not fits:
        raise Away("the centre answered no certificate for the key of this sensor")
    return pem


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _text(reply: Reply, name: str) -> str:
    told = reply.body.get(name)
    if reply.status != 200 or not isinstance(told, str):
        raise Away(f"what answers there is no centre (no {name} was read); check the address and the port")
    return told


def _said(reply: Reply) -> str:
    told = reply.body.get("error")
    return told[:300] if isinstance(told, str) else f"answered {reply.status}"


__all__ = ["NotEnrolled", "enrol", "expires", "is_due", "renew", "told_again"]
