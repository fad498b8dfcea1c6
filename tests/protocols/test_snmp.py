"""SNMP: what is asked and set, communities, traps. Goldens: `snmp.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import snmp
from fieldwatch.protocols._golden import Goldens

GOLDENS = Goldens(Path(__file__).with_name("snmp.hex"), snmp.PROTOCOL)


@pytest.mark.parametrize(
    ("golden", "name", "effect", "object", "values", "result"),
    [
        ("get the system's description", "GetRequest", Effect.IDENTIFY, "sysDescr.0", (("sysDescr.0", "Switch X1"),), "ok"),
        ("get a counter", "GetRequest", Effect.READ, "1.3.6.1.2.1.2.2.1.10.1", (("1.3.6.1.2.1.2.2.1.10.1", "5000"),), "ok"),
        ("set", "SetRequest", Effect.WRITE, "sysLocation.0", (("sysLocation.0", "lab"),), "ok"),
        ("a trap of version 1", "Trap", Effect.ALARM, "linkDown", (), ""),
    ],
)
def test_requests_and_traps(golden: str, name: str, effect: Effect, object: str, values: object, result: str) -> None:
    ((_, done),) = GOLDENS.read(golden).done
    assert (done.name, done.effect, done.object, done.values, done.result) == (name, effect, object, values, result)


def test_a_refusal_is_the_result() -> None:
    assert [done.result for _, done in GOLDENS.read("refused").done] == ["noSuchName"]


def test_the_system_group_is_identity() -> None:
    assert [(claim.attribute, claim.value) for _, claim in GOLDENS.read("get the system's description").claims] == [
        ("system_description", "Switch X1")
    ]
    assert GOLDENS.read("set").claims[0][1].attribute == "location"


def test_a_community_is_a_secret_that_is_only_in_the_login() -> None:
    reading = GOLDENS.read("set")
    assert [(login.username, login.secret, login.cleartext) for _, login in reading.logins] == [("", b"private", True)]
    assert "private" not in str((reading.done, reading.claims))


def test_version_3_names_its_user_and_engine() -> None:
    reading = GOLDENS.read("version 3, encrypted")
    assert [(login.username, login.cleartext) for _, login in reading.logins] == [("ops", False)]
    assert [(claim.attribute, claim.value) for _, claim in reading.claims] == [("snmp_engine_id", "8000000001")]
    assert [unread.reason for _, unread, _ in reading.unread] == ["encrypted"]


def test_broken_rules_are_facts() -> None:
    assert [(rule.reason, rule.have) for _, rule in GOLDENS.read("an unknown version").broken] == [("version", "9")]
    assert [rule.have for _, rule in GOLDENS.read("five elements").broken] == ["5 elements"]
    assert [rule.reason for _, rule in GOLDENS.read("a length beyond the end").broken] == ["truncated"]
