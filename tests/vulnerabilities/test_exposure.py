"""Exposures: each rule on both sides of its limit, the example plant, and the shared corpus."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from fieldwatch.facts import Conversation, Effect, Evidence, Login, MessageClass, Occurrence, Operation, Span, Subject
from fieldwatch.inventory import Asset, Inventory
from fieldwatch.library.resolution import Resolution
from fieldwatch.pipeline.inspect import Result, inspect, merge, read_stream, result_of
from fieldwatch.pipeline.sources import find, look, streams
from fieldwatch.vulnerabilities.exposure import exposures
from fieldwatch.vulnerabilities.finding import EXPOSURE, Finding
from fieldwatch.vulnerabilities.judgement import Verdict
from fieldwatch.vulnerabilities.priority import Priority
from fieldwatch.vulnerabilities.tables import table

PLANT = Path(__file__).resolve().parents[2] / "examples" / "plant" / "plant.pcap"
OWN, OTHER = Subject("10.61.8.11", "00:1b:1b:3e:70:11"), Subject("10.61.8.12", "00:1d:9c:c4:18:12")
HMI, EWS, FAR, OUT = (Subject(ip, "") for ip in ("10.61.8.61", "10.61.8.71", "10.61.9.5", "8.8.8.8"))
DAY = 1_700_000_000_000_000_000
"""2023-11-14."""

Device = Callable[..., Asset]
KEY = b"k" * 32


def digest(secret: bytes) -> str:
    """A keyed hash as the reading makes it."""
    return hmac.new(KEY, secret, hashlib.sha256).hexdigest()[:32]


def proof(protocol: str = "s7comm", seen_ns: int = DAY) -> Evidence:
    return Evidence("capture", (Span(7, 42, 6),), seen_ns, protocol)


def login(
    protocol: str,
    username: str = "",
    secret: bytes = b"",
    result: str = "ok",
    client: Subject = HMI,
    server: Subject = OWN,
    cleartext: bool = True,
) -> Login:
    hashed = digest(secret) if secret else ""
    return Login(client, server, protocol, username, hashed, cleartext, result, 1, (7,), proof(protocol))


def did(
    name: str, effect: Effect, protocol: str = "s7comm", result: str = "ok", actor: Subject = EWS, target: Subject = OWN, at: int = 0
) -> Operation:
    return Operation(actor, target, protocol, name, effect, "", "", 1, (Occurrence(7, DAY + at, (), result),), proof(protocol, DAY + at))


def talk(client: Subject, server: Subject, protocol: str, *messages: MessageClass, port: int = 102) -> Conversation:
    return Conversation(client, server, "tcp", port, protocol, 8, 800, DAY, DAY + 1, messages)


def said(operation: str, object: str = "", unanswered: int = 0) -> MessageClass:
    return MessageClass(operation, Effect.DISCOVER, object, 2, unanswered, 1, DAY, DAY)


class Shown(NamedTuple):
    """What a plant of two devices shows."""

    conversations: tuple[Conversation, ...] = ()
    operations: tuple[Operation, ...] = ()
    logins: tuple[Login, ...] = ()


def told(device: Device, shown: Shown, own: Asset | None = None) -> tuple[Finding, ...]:
    mine, other = own or device(), device(id=OTHER.mac, ip=OTHER.ip)
    inventory = Inventory((mine, other), {OWN: mine.id, OTHER: other.id}, (), ())
    return exposures(inventory, *shown, digest=digest)


def keys(findings: Iterable[Finding], asset: str = OWN.mac) -> set[str]:
    return {one.key for one in findings if one.asset == asset}


# ------------------------------------------------------------------------------------------------------------- credentials


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (login("telnet", "moxa", b"x", ""), {"cleartext-credential/telnet"}),
        (login("telnet", "moxa", b"", ""), {"cleartext-credential/telnet"}),
        (login("ftp", "a", b"x", "530 no"), {"cleartext-credential/ftp"}),
        (login("http", "a", b"x", cleartext=False), set()),
        (login("bacnet", "", b"x"), {"cleartext-credential/bacnet"}),
        (login("bacnet", "", b"", "error: password-failure"), set()),
        (login("http", "", b"", ""), {"cleartext-credential/http"}),
        (login("http", "op", b""), {"cleartext-credential/http", "empty-credential/http"}),
        (login("http", "op", b"", "401"), {"cleartext-credential/http"}),
        (login("telnet", "op", b"", "ok"), {"cleartext-credential/telnet"}),
        (login("ftp", "anonymous", b"me@here"), {"anonymous-access/ftp"}),
        (login("ftp", "anonymous", b"me@here", "530 no"), set()),
        (login("snmp", "", b"plant-7"), {"snmp-v1-v2c/snmp"}),
        (login("snmp", "", b"plant-7", ""), set()),
        (login("snmp", "", b"public"), {"snmp-v1-v2c/snmp", "snmp-community-default/snmp public"}),
        (login("snmp", "", b"private"), {"snmp-v1-v2c/snmp", "snmp-community-default/snmp private"}),
        (login("snmp", "", b"Public"), {"snmp-v1-v2c/snmp"}),
        (login("snmp", "user", b"", "ok", cleartext=False), set()),
        (login("http", "admin", b"admin"), {"cleartext-credential/http", "default-credential/http admin"}),
        (login("http", "admin", b"admin", "401"), {"cleartext-credential/http"}),
        (login("http", "root", b"admin"), {"cleartext-credential/http"}),
        (login("http", "USER", b"USER"), {"cleartext-credential/http"}),
    ],
)
def test_one_login(device: Device, one: Login, expected: set[str]) -> None:
    assert keys(told(device, Shown(logins=(one,)))) == expected


def test_a_makers_own_credential_is_known_on_his_devices_only(device: Device) -> None:
    shown = Shown(logins=(login("http", "USER", b"USER"),))
    assert "default-credential/http USER" in keys(told(device, shown, device(vendor="Schneider Electric")))
    assert "default-credential/http USER" not in keys(told(device, shown, device(vendor="WAGO")))


def test_without_the_key_no_default_is_recognised(device: Device) -> None:
    inventory = Inventory((device(),), {OWN: OWN.mac}, (), ())
    found = exposures(inventory, (), (), (login("snmp", "", b"public"), login("http", "admin", b"admin")))
    assert keys(found) == {"snmp-v1-v2c/snmp", "cleartext-credential/http"}


def test_one_secret_for_two_devices(device: Device) -> None:
    first, second = login("telnet", "a", b"same", ""), login("ftp", "b", b"same", server=OTHER)
    found = told(device, Shown(logins=(first, second)))
    assert "shared-credential/telnet a" in keys(found)
    assert "shared-credential/ftp b" in keys(found, OTHER.mac)
    for other in (second._replace(secret=digest(b"another")), second._replace(result="530 no"), second._replace(server=OWN)):
        assert not {key for key in keys(told(device, Shown(logins=(first, other)))) if key.startswith("shared-credential")}


def test_one_community_for_two_agents_is_told_with_snmp(device: Device) -> None:
    found = told(device, Shown(logins=(login("snmp", "", b"c7"), login("snmp", "", b"c7", server=OTHER))))
    assert keys(found) == {"snmp-v1-v2c/snmp"}
    assert "opens 1 more" in found[0].reason


def test_one_account_from_two_stations(device: Device) -> None:
    first, second = login("ftp", "dosing", b"x"), login("ftp", "dosing", b"x", client=EWS)
    assert "shared-account/ftp dosing" in keys(told(device, Shown(logins=(first, second))))
    for other in (second._replace(client=HMI), second._replace(username="else"), second._replace(result="530 no")):
        assert "shared-account/ftp dosing" not in keys(told(device, Shown(logins=(first, other))))


def test_a_finding_names_its_proof_and_no_secret(device: Device) -> None:
    (found,) = told(device, Shown(logins=(login("telnet", "moxa", b"geheim", ""),)))
    assert found.kind == EXPOSURE
    assert found.verdict is Verdict.AFFECTED
    assert found.evidence == (proof("telnet"),)
    assert found.reason == "telnet took credentials in clear from 10.61.8.61: moxa"
    assert found.mitigations
    assert "geheim" not in repr(found)
    assert digest(b"geheim") not in repr(found)


# ---------------------------------------------------------------------------------------------------------------- commands

STOPPED = {"unauthenticated-control/s7comm", "controller-remote-mode/s7comm", "controller-program-mode/s7comm"}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (did("Write Single Coil", Effect.WRITE, "modbus"), {"unauthenticated-control/modbus"}),
        (did("Write Single Coil", Effect.WRITE, "modbus", "illegal data value"), set()),
        (did("Write Single Coil", Effect.WRITE, "modbus", ""), set()),
        (did("Upload", Effect.PROGRAM_UPLOAD), set()),
        (did("SetRequest", Effect.WRITE, "snmp"), set()),
        (did("PLC start", Effect.START), {"unauthenticated-control/s7comm", "controller-remote-mode/s7comm"}),
        (did("PLC Stop", Effect.STOP), STOPPED),
        (did("PLC Stop", Effect.STOP, result="not permitted in current protection level"), set()),
        (did("Write Var", Effect.WRITE), {"unauthenticated-control/s7comm"}),
        (did("Cold Restart", Effect.RESET, "dnp3"), {"unauthenticated-control/dnp3"}),
        (did("Stop Application", Effect.STOP, "dnp3"), {"unauthenticated-control/dnp3"}),
    ],
)  # fmt: skip
def test_one_command(device: Device, one: Operation, expected: set[str]) -> None:
    assert keys(told(device, Shown(operations=(one,)))) == expected


def test_who_logged_in_was_asked(device: Device) -> None:
    written = did("Write Var", Effect.WRITE)
    asked = login("s7comm", "", b"x", client=EWS)
    assert "unauthenticated-control/s7comm" not in keys(told(device, Shown(operations=(written,), logins=(asked,))))
    for other in (asked._replace(client=HMI), asked._replace(result="wrong"), asked._replace(server=OTHER)):
        assert "unauthenticated-control/s7comm" in keys(told(device, Shown(operations=(written,), logins=(other,))))


@pytest.mark.parametrize(("stop", "start", "is_stopped"), [(2, 1, True), (1, 2, False)])
def test_the_last_command_says_whether_it_stands(device: Device, stop: int, start: int, is_stopped: bool) -> None:
    given = (did("PLC Stop", Effect.STOP, at=stop), did("PLC start", Effect.START, at=start))
    found = told(device, Shown(operations=given))
    assert ("controller-program-mode/s7comm" in keys(found)) is is_stopped


def test_a_refused_start_starts_nothing(device: Device) -> None:
    given = (did("PLC Stop", Effect.STOP, at=1), did("PLC start", Effect.START, result="refused", at=2))
    assert "controller-program-mode/s7comm" in keys(told(device, Shown(operations=given)))


# ------------------------------------------------------------------------------------------------------------------- claims


@pytest.mark.parametrize(
    ("protocol", "attribute", "value", "expected"),
    [
        ("opcua", "security_policy", "http://opcfoundation.org/UA/SecurityPolicy#None", {"opcua-security-none/security policy"}),
        ("opcua", "security_policy", "None", {"opcua-security-none/security policy"}),
        ("opcua", "security_policy", "Basic256Sha256", set()),
        ("opcua", "security_mode", "None", {"opcua-security-none/security mode"}),
        ("opcua", "security_mode", "Sign", set()),
        ("opcua", "user_token_type", "Anonymous", {"opcua-anonymous/user token type"}),
        ("opcua", "user_token_type", "UserName", set()),
        ("mms", "security_policy", "None", set()),
        ("smb", "lan_manager", "Windows 5.1", {"smb-v1/lan manager"}),
        ("smb", "dialect", "NT LM 0.12", {"smb-v1/dialect"}),
        ("smb", "dialect", "SMB 2.1", set()),
        ("rdp", "security_protocol", "Standard RDP", {"rdp-without-nla/security protocol"}),
        ("rdp", "security_protocol", "TLS", {"rdp-without-nla/security protocol"}),
        ("rdp", "security_protocol", "CredSSP", set()),
        ("s7comm", "mode_selector", "RUN-P", {"controller-remote-mode/mode_selector"}),
        ("s7comm", "mode_selector", "RUN", set()),
        ("cip", "keyswitch", "Remote", {"controller-remote-mode/keyswitch"}),
        ("cip", "keyswitch", "Program", {"controller-program-mode/keyswitch"}),
        ("cip", "keyswitch", "Run", set()),
        ("s7comm", "mode", "STOP", {"controller-program-mode/mode"}),
        ("s7comm", "mode", "RUN", set()),
    ],
)
def test_what_a_device_says_of_itself(device: Device, protocol: str, attribute: str, value: str, expected: set[str]) -> None:
    asset = device(**{attribute: value})
    (known,) = asset.attributes
    rival = known.rivals[0]._replace(evidence=(proof(protocol),))
    found = told(device, Shown(), asset._replace(attributes=(known._replace(rivals=(rival,)),)))
    assert keys(found) == expected


def test_a_mode_that_was_is_not_what_is(device: Device) -> None:
    asset = device(mode_selector="RUN")
    (known,) = asset.attributes
    before = known.rivals[0]._replace(value="RUN-P")
    assert keys(told(device, Shown(), asset._replace(attributes=(known._replace(rivals=(known.rivals[0], before)),)))) == set()


def test_a_part_speaks_for_itself(device: Device) -> None:
    part = device(id=OWN.mac + "/slot 2", parent=OWN.mac, component="slot 2", keyswitch="remote")
    found = told(device, Shown(), device()._replace(children=(part,)))
    assert [(one.asset, one.component) for one in found] == [(OWN.mac + "/slot 2", "slot 2")]


# ------------------------------------------------------------------------------------------------------------ conversations


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (talk(HMI, OWN, "telnet", said("Input")), {"insecure-service/telnet"}),
        (talk(HMI, OWN, "telnet", said("Input", unanswered=2)), set()),
        (talk(HMI, OWN, "ssh", said("Input")), set()),
        (talk(OWN, HMI, "telnet", said("Input")), set()),
        (talk(OUT, OWN, "modbus"), {"internet-inbound/modbus"}),
        (talk(OUT, OWN, "unknown", port=4059), {"internet-inbound/port 4059"}),
        (talk(OWN, OUT, "dns"), {"internet-outbound/dns"}),
        (talk(FAR, OWN, "modbus"), set()),
        (talk(OUT, OWN, "modbus")._replace(packets=1), set()),
        (talk(HMI, OWN, "tls", said("Server Hello", "TLS 1.0 suite 0x002f")), {"tls-old/TLS 1.0"}),
        (talk(HMI, OWN, "tls", said("Server Hello", "TLS 1.1 suite 0x002f")), {"tls-old/TLS 1.1"}),
        (talk(HMI, OWN, "tls", said("Server Hello", "SSL 3.0 suite 0x002f")), {"tls-old/SSL 3.0"}),
        (talk(HMI, OWN, "tls", said("Server Hello", "TLS 1.2 suite 0x009d")), set()),
        (talk(HMI, OWN, "tls", said("Server Hello", "TLS 1.3 suite 0x1301")), set()),
        (talk(HMI, OWN, "tls", said("Client Hello", "TLS 1.0")), set()),
        (talk(OWN, HMI, "tls", said("Server Hello", "TLS 1.0 suite 0x002f")), set()),
    ],
)
def test_one_conversation(device: Device, one: Conversation, expected: set[str]) -> None:
    assert keys(told(device, Shown(conversations=(one,)))) == expected


def test_a_service_whose_credentials_were_seen_is_told_once(device: Device) -> None:
    shown = Shown((talk(HMI, OWN, "telnet", said("Input")),), (), (login("telnet", "moxa", b"x", ""),))
    assert keys(told(device, shown)) == {"cleartext-credential/telnet"}


@pytest.mark.parametrize(
    ("day", "is_expired"), [("2023-11-13", True), ("2023-11-14", False), ("2023-11-15", False), ("2049-12-31", False), ("1999-01-01", True)]
)
def test_a_certificate_is_good_on_its_last_day(device: Device, day: str, is_expired: bool) -> None:
    shown = Shown((talk(HMI, OWN, "tls", said("Certificate", f"cam, gate, issued by A, until B, until {day}")),))
    found = told(device, shown, device(certificate_name="cam, gate"))
    assert keys(found) == ({"certificate-expired/cam, gate"} if is_expired else set())


def test_a_certificate_is_of_the_end_that_has_its_name(device: Device) -> None:
    shown = Shown((talk(OWN, HMI, "tls", said("Certificate", "client, self-signed, until 2020-01-01")),))
    assert keys(told(device, shown, device(certificate_name="client"))) == {"certificate-expired/client"}
    assert keys(told(device, shown, device(certificate_name="another"))) == set()


# ------------------------------------------------------------------------------------------------------- support, priority


class Life(NamedTuple):
    """What is known of a product's life."""

    end_of_support: str


@pytest.mark.parametrize(
    ("ends", "today", "is_over"),
    [
        ("2023-10-01", "2023-10-02", True),
        ("2023-10-01", "2023-10-01", False),
        ("2023-10-01", "2023-09-30", False),
        ("2023-10-01", "", True),
        ("2023-12-01", "", False),
        ("", "2023-10-02", False),
        ("2023-10", "2023-10-31", False),
        ("2023-10", "2023-11-01", True),
        ("2023", "2023-10-31", False),
        ("<=2023-10-01", "2023-10-01", True),
        ("<=2023-10-01", "2023-09-30", False),
    ],
)
def test_support_is_over_the_day_after(device: Device, ends: str, today: str, is_over: bool) -> None:
    """Without a day, the last fact's counts."""
    inventory = Inventory((device(model="CPU 314C-2"),), {OWN: OWN.mac}, (), ())
    known = Resolution("Siemens", "S7-300", "CPU 314C-2", "", "", "", "", 0.9, ("CPU 314C-2", "S7-300"), (), ())
    asked: list[tuple[str, tuple[str, ...]]] = []

    def lifecycle(vendor: str, names: tuple[str, ...]) -> Life | None:
        asked.append((vendor, names))
        return Life(ends)

    talks = (talk(HMI, OWN, "s7comm"),)
    found = exposures(inventory, talks, (), (), resolutions={OWN.mac: known}, lifecycle=lifecycle, today=today)
    assert keys(found) == ({"end-of-support/CPU 314C-2"} if is_over else set())
    assert asked == [("Siemens", ("CPU 314C-2", "S7-300"))]


@pytest.mark.parametrize(("client", "expected"), [(HMI, Priority.NEVER), (FAR, Priority.NEXT), (OUT, Priority.NOW)])
def test_the_farther_the_peers_the_sooner(device: Device, client: Subject, expected: Priority) -> None:
    written = did("Write Single Coil", Effect.WRITE, "modbus", actor=client)
    found = told(device, Shown((talk(client, OWN, "modbus"),), (written,)))
    assert [one.priority for one in found if one.key == "unauthenticated-control/modbus"] == [expected]


def test_priorities_never_fall_with_distance() -> None:
    order = {"Now": 1, "Next": 2, "Never": 3}
    for name, _, _, segment, networks, internet, *_ in table("exposures.tsv").rows:
        assert order[internet] <= order[networks] <= order[segment], name


def test_every_sign_is_of_an_exposure_that_is_there() -> None:
    there = {row[0] for row in table("exposures.tsv").rows}
    assert {row[1] for row in table("exposure_signs.tsv").rows} <= there


# ---------------------------------------------------------------------------------------------------------------- captures


def shown_by(result: Result) -> tuple[Finding, ...]:
    facts = result.facts
    return exposures(result.inventory, facts.conversations, facts.operations, facts.logins, digest=digest)


def read(path: Path) -> Result:
    """What a capture shows, hashed with the key of this test."""
    sources, _ = look(find([str(path)]))
    return result_of(merge(read_stream(one, KEY, None, False) for one in streams(sources)))


def test_the_example_plant() -> None:
    found = shown_by(read(PLANT))
    intake, dosing, gateway = "00:1b:1b:3e:70:11", "00:80:f4:1a:66:14", "00:90:e8:6d:3a:15"
    assert found[0].key == "controller-program-mode/s7comm"  # the contractor's laptop stopped it last
    assert found[0].asset == intake
    assert found[0].priority is Priority.NOW
    assert "10.61.8.150" in found[0].reason
    assert keys(found, dosing) == {
        "cleartext-credential/ftp", "cleartext-credential/http", "default-credential/http USER", "shared-account/ftp dosing",
        "shared-account/http USER", "unauthenticated-control/modbus",
    }  # fmt: skip
    assert keys(found, gateway) == {"cleartext-credential/telnet"}
    assert keys(found, "00:80:63:5c:21:02") == {"snmp-v1-v2c/snmp"}
    assert all(one.evidence and one.evidence[0].frame for one in found)
    assert all(one.mitigations and one.reason and one.priority_reason for one in found)


def test_without_the_key_of_the_reading_the_plant_shows_the_rest() -> None:
    with_key, without = keys(shown_by(read(PLANT)), "00:80:f4:1a:66:14"), keys(shown_by(inspect([str(PLANT)])), "00:80:f4:1a:66:14")
    assert with_key - without == {"default-credential/http USER"}


FIRES = frozenset(
    {
        "anonymous-access", "cleartext-credential", "controller-program-mode", "controller-remote-mode", "insecure-service",
        "internet-inbound", "internet-outbound", "shared-credential", "snmp-community-default", "snmp-v1-v2c", "tls-old",
        "unauthenticated-control",
    }
)  # fmt: skip
"""Exposures that the captures of the corpus show. It holds no default or empty password, no account that two stations use and no
certificate that is over; OPC UA, SMB and RDP have no protocol file yet; no end of support is asked for here."""


@pytest.mark.corpus
@pytest.mark.timeout(300)
def test_the_corpus_fires_every_rule_that_it_can(corpus: Path) -> None:
    fired = Counter(one.key.split("/")[0] for one in shown_by(read(corpus / "captures")))
    assert set(fired) >= FIRES
