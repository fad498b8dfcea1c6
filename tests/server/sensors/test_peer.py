"""What the scope says of a client. How it gets there over TLS is tested where sensors enrol."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from fieldwatch.sensor.enrol import _new_key, _request
from fieldwatch.server.sensors.authority import Authority
from fieldwatch.server.sensors.peer import Peer, configured, peer, told


def test_a_sensor_is_named_by_its_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    issued = authority.sign(_request(_new_key()), "abcdef")
    der = x509.load_pem_x509_certificate(issued.certificate.encode()).public_bytes(Encoding.DER)
    shown = told(der)
    assert peer({"extensions": {"tls": shown}}) == Peer("abcdef", issued.serial)
    assert shown["client_cert_chain"] == [issued.certificate]
    assert shown["client_cert_name"] == "2.5.4.5=abcdef,CN=Fieldwatch sensor"
    assert shown["der"] == der


def test_a_certificate_that_names_no_sensor_is_nobodys(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    assert told(authority.certificate.public_bytes(Encoding.DER))["sensor"] == ""


def test_without_a_certificate_there_is_no_peer() -> None:
    assert peer({}) is None
    assert peer({"extensions": {}}) is None


def test_tls_is_served_with_the_context_that_was_made(tmp_path: Path) -> None:
    context = Authority(tmp_path).server_context()
    config = configured(lambda: None, context, "127.0.0.1", 0)
    assert config.ssl is context
    assert config.http_protocol_class.__name__ == "PeerProtocol"
