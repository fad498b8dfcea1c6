"""Rows of every record, and programs that ask for them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from fieldwatch.server.accounts import tokens
from fieldwatch.store import models
from fieldwatch.store.audit import AuditAction, append
from fieldwatch.store.models import Asset, End, Finding, Site, Source, User, Zone

START_NS = 1_700_000_000_000_000_000
Fill = Callable[..., None]
Program = Callable[..., Client]


def digest(*words: object) -> bytes:
    return hashlib.blake2b(repr(words).encode(), digest_size=16).digest()


def fill_one(site: Site, at: int, zone: Zone | None, person: User) -> None:
    """The `at`-th row of each kind; every second and third ones share values, so that orders have ties."""
    seen_ns = START_NS + at // 2 * 1_000_000_007
    asset = Asset.objects.create(
        site=site, zone=zone, handle=f"handle-{site.pk}-{at}", name=f"{site.slug} asset {at // 2}", role="PLC" if at % 2 else "", kind="OT",
        level=10 if at % 3 else -1, vendor="Acme", model=f"PM-{at % 3}", firmware="V2.1", serial_number=f"SN{site.pk}{at:04}",
        ip=f"10.{site.pk % 200}.0.{at}", ip_order=f"4.{site.pk:05}{at:05}", ips=[f"10.0.0.{at}"], macs=["02:00:00:00:00:01"],
        protocols=["modbus"], first_ns=seen_ns, last_ns=seen_ns, labels=["line 3"], findings_now=at % 2,
    )  # fmt: skip
    models.AssetAttribute.objects.create(
        asset=asset, name="model", rank=0, value="PM-5", confidence=0.9, reason="said so", evidence=[{"frame": 7}], proofs=1
    )
    sensor = models.Sensor.objects.create(site=site, name=f"sensor {at}", serial=f"{site.pk}-{at}", health={"packets": at})
    models.SensorAlert.objects.create(sensor=sensor, kind="silence", words="nothing was heard")
    source = Source.objects.create(
        site=site, sensor=sensor, identity=f"sha256:{site.pk}-{at}", kind="capture", name=f"{at}.pcap", packets=at // 2, size_bytes=at,
        brought_by=person,
    )  # fmt: skip
    ends = [End.objects.create(site=site, ip=f"10.0.{which}.{at}", mac="", vlan=-1, component="", asset=asset) for which in range(2)]
    talk = models.Conversation.objects.create(
        site=site, client=ends[0], server=ends[1], transport="tcp", port=502, protocol="modbus", packets=at, messages=at // 2, effects=4,
        first_ns=seen_ns, last_ns=seen_ns,
    )  # fmt: skip
    for number in range(3):
        models.MessageClass.objects.create(
            site=site, conversation=talk, operation=f"read {number}", effect="read", object="40001", times=number // 2, first_ns=seen_ns,
            last_ns=seen_ns, digest=digest(number),
        )  # fmt: skip
    done = models.Operation.objects.create(
        source=source, site=site, actor=ends[0], target=ends[1], protocol="modbus", name="write register", effect="write", object="7",
        technique="T0836", times=1, seen_ns=seen_ns, spans=[[1, 0, 4]], digest=digest(site.pk, at),
    )  # fmt: skip
    models.Occurrence.objects.create(
        operation=done, site=site, effect="write", frame=at, ordinal=0, seen_ns=seen_ns, values=[["value", "52"]], result="ok"
    )
    proof = {
        "source": source,
        "site": site,
        "protocol": "modbus",
        "times": 1,
        "digest": digest(at),
        "seen_ns": seen_ns,
        "spans": [[1, 0, 4]],
    }
    models.Login.objects.create(
        client=ends[0], server=ends[1], username="operator", secret="", cleartext=True, result="ok", frames=[1], **proof
    )
    models.Malformed.objects.create(speaker=ends[0], reason="count", clause="6.3", have="126", allowed="1..125", **proof)
    models.Undecoded.objects.create(function="90", reason="vendor", **proof)
    models.Gap.objects.create(source=source, site=site, client=ends[0], server=ends[1], protocol="modbus", times=1, size_bytes=at)
    models.Change.objects.create(site=site, asset=asset, kind="appeared", seen_ns=seen_ns, source=source, after="PM-5")
    finding = Finding.objects.create(
        site=site, asset=asset, key=f"key {at}", kind="vulnerability", title=f"CVE in {at}", verdict="affected", priority=at % 3,
        priority_reason="reach", score=9.8 if at % 2 else -1, rank=at // 2, epss=0.25, cve=f"CVE-2026-{at // 2:04}", reason="range",
        details={"range": "< 3"}, evidence=[{"frame": 7}],
    )  # fmt: skip
    models.FindingStep.objects.create(finding=finding, kind="opened")
    models.Note.objects.create(asset=asset, text="a note", by=person)
    models.Subnet.objects.create(site=site, network=f"10.{at}.0.0/16", zone=zone)
    models.Zone.objects.create(site=site, name=f"zone {at}", level=20)
    models.Webhook.objects.create(site=site, name=f"hook {site.pk} {at // 2} {at}", url="https://soc.example.org/", secret="hush")
    models.ApiToken.objects.create(
        user=person, name=f"token {at // 2}", digest=f"{site.pk}-{at}", hint="fwt_", expires_at=timezone.now() + datetime.timedelta(days=1)
    )
    append(actor="somebody", address="10.0.0.1", action=AuditAction.EXPORT, object=f"{at}", site=site.slug)


@pytest.fixture
def fill(db: None) -> Fill:
    """Makes so many rows of every record at a site; with the same name `first` goes on behind them."""

    def make(site: Site, number: int = 7, zone: Zone | None = None, first: int = 0) -> None:
        person, _ = User.objects.get_or_create(username="somebody", email="somebody@example.org")
        for at in range(first, first + number):
            fill_one(site, at, zone, person)

    return make


@pytest.fixture
def program(db: None) -> Program:
    """Makes a program that asks with a token of a person."""

    def make(user: User, scope: str = "write", site: Site | None = None) -> Client:
        text = tokens.make(user, "a program", scope, site, timezone.now() + datetime.timedelta(days=1))
        return Client(headers={"Authorization": f"Bearer {text}"})

    return make


@pytest.fixture
def administrator(person: Callable[..., User]) -> User:
    """Who may do everything everywhere."""
    return person("administrator")
