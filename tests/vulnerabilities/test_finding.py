"""Findings: what of a judgement goes where, its evidence, and the order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fieldwatch.inventory import Asset
from fieldwatch.vulnerabilities.epss import Likelihood
from fieldwatch.vulnerabilities.finding import VULNERABILITY, Known, evidence_of, finding, in_order
from fieldwatch.vulnerabilities.judgement import Judgement, Verdict
from fieldwatch.vulnerabilities.kev import Exploited
from fieldwatch.vulnerabilities.priority import Priority
from fieldwatch.vulnerabilities.reach import Contact, Place

Device = Callable[..., Asset]
Judged = Callable[..., Judgement]
PEER = Contact("10.61.8.61", "s7comm", 102, Place.SEGMENT, True, 5)
KEV = Exploited("CVE-2019-10929", "2022-03-25", "2022-04-15", False)


def test_a_judgement_becomes_a_finding(judged: Judged, device: Device) -> None:
    asset = device(firmware="V3.3.14")
    found = finding(asset, judged(cwe="CWE-306"), [PEER], Known(KEV, Likelihood(0.4, 0.97, "2026-11-25")))
    assert (found.asset, found.kind, found.key, found.cve) == (asset.id, VULNERABILITY, "CVE-2019-10929/ICSA-19-344-06", "CVE-2019-10929")
    assert found.title == "Siemens SIMATIC products"
    assert found.priority is Priority.NOW
    assert found.priority_reason == "known exploited (KEV 2022-03-25), reached from its own segment (s7comm from 10.61.8.61)"
    assert found.score is not None
    assert found.score.base == 9.8
    assert (found.kev, found.ssvc) == (KEV, None)
    assert (found.quoted, found.field, found.value) == ("<V3.X.17", "firmware", "V3.3.14")
    assert found.evidence == asset.attributes[0].evidence
    assert found.mitigations[0].rule == "engineering-stations"
    assert found.advisory_url.endswith("icsa-19-344-06")


def test_a_title_that_is_the_cve_again_says_nothing(judged: Judged, device: Device) -> None:
    assert finding(device(), judged(title="CVE-2019-10929"), []).title == "Siemens SIMATIC products"
    assert finding(device(), judged(title="Login bypassed"), []).title == "Login bypassed"


def test_the_vulnerable_protocol_decides_the_reach(judged: Judged, device: Device) -> None:
    known = Known(KEV)
    assert finding(device(), judged(title="Web server lets anybody in"), [PEER], known).priority is Priority.NEXT
    web = PEER._replace(protocol="http")
    assert finding(device(), judged(title="Web server lets anybody in"), [PEER, web], known).priority is Priority.NOW


def test_what_does_not_apply_needs_no_measures(judged: Judged, device: Device) -> None:
    assert finding(device(), judged(Verdict.NOT_AFFECTED, cwe="CWE-306"), [PEER]).mitigations == ()
    assert finding(device(), judged(Verdict.UNDETERMINED, cwe="CWE-306"), [PEER]).mitigations


def test_evidence_is_of_the_value_that_decided(device: Device) -> None:
    asset = device(firmware="V3.3.14", model="CPU 314C-2")
    (known,) = (one for one in asset.attributes if one.name == "firmware")
    other = known.rivals[0]._replace(value="V3.3.9", evidence=(known.evidence[0]._replace(seen_ns=1),))
    asset = asset._replace(attributes=(known._replace(rivals=(*known.rivals, other)), asset.attributes[1]))
    assert evidence_of(asset, "firmware", "V3.3.9") == other.evidence
    assert evidence_of(asset, "firmware", "3.3.14") == known.evidence
    assert evidence_of(asset, "product", "CPU 314C-2") == asset.attributes[1].evidence
    assert evidence_of(asset, "serial_number", "1") == ()


@pytest.mark.parametrize("turned", [False, True])
def test_what_to_act_on_first_comes_first(judged: Judged, device: Device, turned: bool) -> None:
    asset = device()
    now = finding(asset, judged(), [PEER], Known(KEV))
    next_ = finding(asset, judged(cve="CVE-1"), [PEER])
    likelier = finding(asset, judged(cve="CVE-2"), [PEER], Known(None, Likelihood(0.05, 0.9, "")))
    open_ = finding(asset, judged(Verdict.UNDETERMINED, cve="CVE-3"), [PEER])
    clear = finding(asset, judged(Verdict.NOT_AFFECTED, cve="CVE-4"), [PEER])
    given = [clear, open_, next_, likelier, now]
    assert in_order(reversed(given) if turned else given) == (now, likelier, next_, open_, clear)
