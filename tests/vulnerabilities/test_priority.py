"""Now, Next, Never: each row of the rule, both sides of each limit, and that worse never ranks later."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from fieldwatch.vulnerabilities.epss import Likelihood
from fieldwatch.vulnerabilities.judgement import Judgement, Verdict
from fieldwatch.vulnerabilities.kev import Exploited
from fieldwatch.vulnerabilities.priority import LIKELY, Priority, Threat, decide, threat, vulnerable_protocols
from fieldwatch.vulnerabilities.reach import Place, Reach
from fieldwatch.vulnerabilities.severity import Severity
from fieldwatch.vulnerabilities.ssvc import Decision

Judged = Callable[..., Judgement]
KEV = Exploited("CVE-2019-10929", "2022-03-25", "2022-04-15", False)
LEVELS = ("unlikely", "likely", "exploited")


def severity(base: float = 9.8, vector: str = "network") -> Severity:
    word = "critical" if base >= 9 else "high" if base >= 7 else "medium" if base >= 4 else "low"
    return Severity("3.1", "CVSS:3.1/...", base, word, vector)


def at(place: Place) -> Reach:
    return Reach(place, "10.61.9.5", "s7comm") if place else Reach(place)


@pytest.mark.parametrize(
    ("kev", "epss", "ssvc", "level", "words"),
    [
        (KEV, None, None, "exploited", "known exploited (KEV 2022-03-25)"),
        (
            KEV._replace(ransomware=True),
            Likelihood(0.01, 0.5, ""),
            None,
            "exploited",
            "known exploited (KEV 2022-03-25, by ransomware too)",
        ),
        (None, None, Decision("active", "no", "total"), "exploited", "known exploited (SSVC: active)"),
        (None, Likelihood(LIKELY, 0.9, ""), None, "likely", "likely to be exploited (EPSS 10%)"),
        (None, Likelihood(LIKELY - 0.0001, 0.9, ""), None, "unlikely", "no exploitation known (EPSS 10.0%)"),
        (None, None, Decision("poc", "yes", "partial"), "likely", "likely to be exploited (SSVC: proof of concept that can be automated)"),
        (None, None, Decision("poc", "no", "total"), "unlikely", "no exploitation known (SSVC: poc)"),
        (None, None, Decision("none", "yes", "total"), "unlikely", "no exploitation known (SSVC: none)"),
        (None, None, None, "unlikely", "no exploitation known (not in KEV)"),
    ],
)
def test_threats(kev: Exploited | None, epss: Likelihood | None, ssvc: Decision | None, level: str, words: str) -> None:
    assert threat(kev, epss, ssvc) == (level, words)


NOW, NEXT, NEVER = Priority.NOW, Priority.NEXT, Priority.NEVER


@pytest.mark.parametrize(
    ("verdict", "level", "place", "rated", "expected"),
    [
        (Verdict.AFFECTED, "exploited", Place.SEGMENT, severity(), NOW),
        (Verdict.AFFECTED, "exploited", Place.UNSEEN, severity(), NEXT),
        (Verdict.AFFECTED, "exploited", Place.INTERNET, severity(7.8, "local"), NEXT),
        (Verdict.AFFECTED, "exploited", Place.INTERNET, severity(6.8, "physical"), NEXT),
        (Verdict.AFFECTED, "exploited", Place.SEGMENT, severity(3.0), NOW),
        (Verdict.AFFECTED, "likely", Place.SEGMENT, severity(), NOW),
        (Verdict.AFFECTED, "likely", Place.UNSEEN, severity(), NEXT),
        (Verdict.AFFECTED, "unlikely", Place.INTERNET, severity(3.0), NEXT),
        (Verdict.AFFECTED, "unlikely", Place.INTERNET, severity(3.0, "adjacent"), NEVER),
        (Verdict.AFFECTED, "unlikely", Place.INTERNET, severity(7.0, "adjacent"), NEXT),
        (Verdict.AFFECTED, "unlikely", Place.NETWORKS, severity(7.0), NEXT),
        (Verdict.AFFECTED, "unlikely", Place.NETWORKS, severity(6.9), NEVER),
        (Verdict.AFFECTED, "unlikely", Place.SEGMENT, severity(7.0), NEXT),
        (Verdict.AFFECTED, "unlikely", Place.SEGMENT, severity(6.9), NEVER),
        (Verdict.AFFECTED, "unlikely", Place.SEGMENT, None, NEXT),
        (Verdict.AFFECTED, "unlikely", Place.UNSEEN, severity(), NEVER),
        (Verdict.AFFECTED, "unlikely", Place.INTERNET, severity(7.8, "local"), NEVER),
        (Verdict.UNDETERMINED, "exploited", Place.UNSEEN, severity(), NEXT),
        (Verdict.UNDETERMINED, "exploited", Place.INTERNET, severity(), NEXT),
        (Verdict.UNDETERMINED, "likely", Place.INTERNET, severity(), NEXT),
        (Verdict.UNDETERMINED, "likely", Place.NETWORKS, severity(), NEXT),
        (Verdict.UNDETERMINED, "likely", Place.UNSEEN, severity(), NEVER),
        (Verdict.UNDETERMINED, "unlikely", Place.INTERNET, severity(), NEXT),
        (Verdict.UNDETERMINED, "unlikely", Place.NETWORKS, severity(), NEVER),
        (Verdict.NOT_AFFECTED, "exploited", Place.INTERNET, severity(), NEVER),
    ],
)
def test_the_rule(judged: Judged, verdict: Verdict, level: str, place: Place, rated: Severity | None, expected: Priority) -> None:
    found = decide(judged(verdict), Threat(level, "words"), rated, at(place))
    assert found.priority is expected


def test_reasons_are_one_line_and_name_what_decided(judged: Judged) -> None:
    known = threat(KEV, None, None)
    now = decide(judged(), known, severity(), at(Place.NETWORKS))
    assert now.reason == "known exploited (KEV 2022-03-25), reached from other networks (s7comm from 10.61.9.5)"
    next_ = decide(judged(Verdict.UNDETERMINED), known, severity(), at(Place.UNSEEN))
    assert next_.reason == "known exploited (KEV 2022-03-25) and not ruled out: read the firmware at the device"
    never = decide(judged(Verdict.NOT_AFFECTED), known, severity(), at(Place.NETWORKS))
    assert never.reason == "not affected: V3.3.14 is not in the range"
    unseen = decide(judged(), threat(None, None, None), severity(), at(Place.UNSEEN))
    assert unseen.reason == "no exploitation known (not in KEV), and nobody was seen to reach it"


def test_braces_in_what_others_wrote_are_only_text(judged: Judged) -> None:
    one = judged(Verdict.UNDETERMINED)._replace(settle="see {0} and {reach}")
    assert (
        decide(one, Threat("unlikely", "{x}"), None, at(Place.UNSEEN)).reason == "{x}, and not certain that it applies: see {0} and {reach}"
    )


def test_everything_gets_a_priority_and_worse_never_ranks_later(judged: Judged) -> None:
    said = {verdict: judged(verdict) for verdict in Verdict}
    vectors, bases = ("network", "adjacent", "local", "physical", ""), (9.8, 7.0, 6.9, 0.1)
    for verdict, vector, base in itertools.product(Verdict, vectors, bases):

        def rank(level: str, place: Place, base: float = base, verdict: Verdict = verdict, vector: str = vector) -> Priority:
            found = decide(said[verdict], Threat(level, "words"), severity(base, vector), at(place))
            assert found.reason
            assert "\n" not in found.reason
            return found.priority

        for place in Place:
            assert rank("exploited", place) <= rank("likely", place) <= rank("unlikely", place)
            assert rank("unlikely", place, 9.8) <= rank("unlikely", place, 6.9)
        for level in LEVELS:
            assert rank(level, Place.INTERNET) <= rank(level, Place.NETWORKS) <= rank(level, Place.SEGMENT) <= rank(level, Place.UNSEEN)
            if verdict is Verdict.AFFECTED:
                assert rank(level, Place.SEGMENT) <= rank(level, Place.SEGMENT, verdict=Verdict.UNDETERMINED)


@pytest.mark.parametrize(
    ("cwe", "title", "expected"),
    [
        ("CWE-79", "", {"http", "tls"}),
        ("CWE-787", "", set()),
        ("CWE-306", "Missing authentication in Telnet service", {"telnet"}),
        ("CWE-79", "Stored values shown by SNMP", {"snmp"}),
        ("", "Denial of service by PROFINET DCP packets", {"pn_dcp"}),
        ("", "PROFINET devices", set()),
        ("", "WebAccess/SCADA", set()),
        ("", "Web server of SIMATIC", {"http", "tls"}),
        ("", "Ethernet/IP stack", {"enip", "cip", "cip_io", "pccc"}),
        ("", "OpenSSL", {"tls"}),
    ],
)
def test_the_vulnerable_protocols(cwe: str, title: str, expected: set[str]) -> None:
    assert vulnerable_protocols(cwe, title) == expected
