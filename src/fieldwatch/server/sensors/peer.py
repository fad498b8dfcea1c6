"""Who stands at the other end: the verified client certificate of a TLS connection, in the scope of each of its requests.

Standards: ASGI TLS extension 0.2 (`client_cert_chain`, `client_cert_name`), whose names are kept; `serial` and `sensor` are added. What
stands there was verified by OpenSSL against the authority of the server's context: without a certificate there is no `tls` at all.
"""

from __future__ import annotations

import ssl
from typing import Any, NamedTuple

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from uvicorn.protocols.http.h11_impl import H11Protocol


class Peer(NamedTuple):
    """A sensor as its certificate names it: `sensor` is what it is known by, `serial` the number of this certificate (both hex)."""

    sensor: str
    serial: str


def peer(scope: Any) -> Peer | None:
    """Who sent the request; None where no certificate was shown."""
    told = scope.get("extensions", {}).get("tls")
    return Peer(told["sensor"], told["serial"]) if told else None


def told(der: bytes) -> dict[str, Any]:
    """What the scope says of a client's certificate."""
    certificate = x509.load_der_x509_certificate(der)
    named = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    return {
        "client_cert_chain": [certificate.public_bytes(Encoding.PEM).decode()],
        "client_cert_name": certificate.subject.rfc4514_string(),
        "client_cert_error": None,
        "der": der,
        "serial": f"{certificate.serial_number:x}",
        "sensor": str(named[0].value) if named else "",
    }


class PeerProtocol(H11Protocol):
    """HTTP/1.1 of uvicorn that tells the application who the client is."""

    def connection_made(self, transport: Any) -> None:
        """Notes the certificate once: it is the same for all requests of the connection."""
        super().connection_made(transport)
        secured = transport.get_extra_info("ssl_object")
        der = secured.getpeercert(binary_form=True) if secured is not None else None
        inner, shown = self.app, told(der) if der else None

        async def app(scope: Any, receive: Any, send: Any) -> None:
            if shown is not None:
                scope.setdefault("extensions", {})["tls"] = shown
            await inner(scope, receive, send)

        self.app = app


def configured(app: Any, context: ssl.SSLContext, host: str, port: int, **more: Any) -> uvicorn.Config:
    """How uvicorn serves this application with this context; `more` are further options of `uvicorn.Config`."""
    usual: dict[str, Any] = {
        "http": PeerProtocol,
        "ws": "none",
        "lifespan": "off",
        "access_log": False,
        "server_header": False,
        "timeout_keep_alive": 60,
    }
    config = uvicorn.Config(app, host=host, port=port, **(usual | more))
    config.load()
    config.ssl = context
    return config


__all__ = ["Peer", "PeerProtocol", "configured", "peer", "told"]
