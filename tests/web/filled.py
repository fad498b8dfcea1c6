"""`python -m tests.web.filled FOLDER`: puts people, and one object of each kind, into the store of the folder, and prints its addresses.

Printed is JSON: `{"cookies": {person: session}, "routes": [[name, address], ...]}`. The routes are read from Django's own table of
addresses; one whose objects are not known here ends the program.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

PASSWORD = "Quiet-River-77"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SEEN_NS = 1_700_000_000_000_000_000


def person(name: str, *, has_second: bool, has_passkey: bool = False) -> str:
    """The key of a session of an administrator of this name."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP
    from django.test import Client

    from fieldwatch.store.models import Membership, User

    user, is_new = User.objects.get_or_create(username=name, email=f"{name}@example.org")
    if is_new:
        user.set_password(PASSWORD)
        user.save()
        Membership.objects.create(user=user, role="administrator")
        if has_second:
            TOTP.activate(user, SECRET)
            RecoveryCodes.activate(user)
        if has_passkey:
            Authenticator.objects.create(user=user, type="webauthn", data={"name": "Desk", "credential": credential()})
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor"] = has_second
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "username": name}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client.cookies["fieldwatch"].value


def credential() -> dict[str, Any]:
    """What a browser tells of a new passkey (WebAuthn 5.1, without attestation)."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from fido2.cose import ES256
    from fido2.utils import websafe_encode
    from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())  # type: ignore[no-untyped-call]
    held = AttestedCredentialData.create(b"\0" * 16, b"desk", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    told = AttestationObject.create("none", AuthenticatorData.create(b"\0" * 32, flags, 0, held), {})
    client = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    response = {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(told)}
    return {
        "id": websafe_encode(b"desk"), "rawId": websafe_encode(b"desk"), "type": "public-key", "response": response,
        "clientExtensionResults": {},
    }  # fmt: skip


def objects() -> dict[str, Any]:
    """One object of each kind, by the first word of its addresses: those of the plant, and one made here where it has none."""
    from allauth.mfa.models import Authenticator
    from django.utils import timezone

    from fieldwatch.store import models
    from fieldwatch.store.models import Asset, Membership, Site, User

    site = Site.objects.get()
    ada = User.objects.get(username="ada")
    source, end = models.Source.objects.earliest("pk"), models.End.objects.earliest("pk")
    row: dict[str, Any] = {"source": source, "site": site, "protocol": "modbus", "times": 1, "seen_ns": SEEN_NS, "spans": [[1, 0, 4]]}
    zone = models.Zone.objects.create(site=site, name="Process control")
    models.Subnet.objects.create(site=site, network="10.61.8.0/26", name="controllers", zone=zone)
    sensor = models.Sensor.objects.create(site=site, name="Pump house", serial="7f3a", health={"packets": 1})
    models.SensorAlert.objects.create(sensor=sensor, kind="silent", words="It has not been heard for 300 s.")
    models.Webhook.objects.create(name="SOC", url="https://soc.example.org/", secret="s", site=site)
    later = timezone.now() + datetime.timedelta(9)
    models.ApiToken.objects.create(user=ada, name="export", digest="0" * 64, hint="fwt_", expires_at=later)
    models.Gap.objects.create(source=source, site=site, client=end, server=end, protocol="modbus", times=1, size_bytes=9)
    first = Asset.objects.earliest("pk")
    models.Change.objects.create(
        site=site, asset=first, kind="identity", attribute="model", before="CPU 314", after="CPU 315", seen_ns=SEEN_NS
    )
    models.Login.objects.create(
        client=end, server=end, username="engineer", secret="", cleartext=True, result="ok", frames=[1], digest=b"1" * 16, **row
    )
    models.Malformed.objects.create(
        speaker=end, reason="length", clause="Modbus 4.1", have="300", allowed="1 to 254", digest=b"1" * 16, **row
    )
    models.Undecoded.objects.create(function="FC 90", reason="of the vendor", digest=b"1" * 16, **row)
    asset = Asset.objects.filter(findings_now__gt=0).order_by("pk").first() or Asset.objects.earliest("pk")
    live = models.Source.objects.create(site=site, identity="live", kind="live", name="Pump house", state="reading", sensor=sensor)
    finding = models.Finding.objects.filter(asset=asset).order_by("rank").first() or models.Finding.objects.earliest("pk")
    return {
        "assets": asset.uid, "captures/<int:key>/progress": live.pk, "captures": source.pk,
        "conversations": models.Conversation.objects.earliest("pk").pk, "findings": finding.pk,
        "logins": models.Login.objects.earliest("pk").pk, "malformed": models.Malformed.objects.earliest("pk").pk,
        "operations": models.Occurrence.objects.earliest("pk").pk, "people": Membership.objects.get(user=ada).user_id,
        "sensors": sensor.pk, "setup": site.slug, "sites": site.slug, "undecoded": models.Undecoded.objects.earliest("pk").pk,
        "webhooks": models.Webhook.objects.get().pk,
        "accounts/2fa": Authenticator.objects.get(user=ada, type="webauthn").pk, "accounts/password": "1-set-password",
    }  # fmt: skip


def routes(keys: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Every address that answers to GET, filled with these objects; none: only the addresses without an object."""
    from django.urls import get_resolver

    from fieldwatch.server.middleware import CLOSED
    from fieldwatch.server.urls import pages

    posted = {page.name for page in pages() if "GET" not in page.methods}
    for name, pattern in _walked(get_resolver(), ""):
        if name in posted or f"/{pattern}".replace("^", "").startswith(CLOSED) or pattern.startswith(("api/v1/", "api/^")):
            continue
        if not re.search(r"[<(]", pattern):
            yield name, f"/{pattern}"
        elif keys is not None and name != "setup":
            yield name, "/" + _filled(pattern, keys)


def _walked(resolver: Any, before: str) -> Iterator[tuple[str, str]]:
    for one in resolver.url_patterns:
        where = before + str(one.pattern)
        yield from _walked(one, where) if hasattr(one, "url_patterns") else [(str(one.name), where)]


def _filled(pattern: str, keys: dict[str, Any]) -> str:
    first = next((start for start in keys if pattern.replace("^", "").startswith(f"{start}/")), None)
    if first is None:
        raise SystemExit(f"{pattern} was read; an object for it is made in {__file__}")
    if first == "accounts/password":
        return f"accounts/password/reset/key/{keys[first]}/"
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: "firmware" if found[1] == "name" else str(keys[first]), pattern)


def main(folder: str, *, is_filled: bool) -> None:
    """Fills and prints."""
    os.environ["FIELDWATCH_DATA"], os.environ["DJANGO_SETTINGS_MODULE"] = folder, "fieldwatch.server.settings"
    import django

    django.setup()
    from fieldwatch.store.models import Site

    cookies = {name: person(name, has_second=name != "bob", has_passkey=name == "ada") for name in ("ada", "bob", "eve")}
    Site.objects.get_or_create(slug="site", defaults={"name": "Water works"})
    print(json.dumps({"cookies": cookies, "routes": list(routes(objects() if is_filled else None))}))


if __name__ == "__main__":
    main(sys.argv[1], is_filled="filled" in sys.argv[2:])
