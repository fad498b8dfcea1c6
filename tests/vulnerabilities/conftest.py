"""What tests of findings share: a judgement and an asset with few words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fieldwatch.facts import Evidence, Span
from fieldwatch.inventory import Asset, Attribute, Rival
from fieldwatch.vulnerabilities.advisory import Advisory, Product, Score, Vulnerability
from fieldwatch.vulnerabilities.judgement import Judgement, Verdict

EVIDENCE = Evidence("capture", (Span(7, 42, 6),), 1_700_000_000_000_000_000, "s7comm")
NETWORK = Score("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8)


@pytest.fixture(scope="session")
def judged() -> Callable[..., Judgement]:
    """A judgement on CPU 314C-2 PN/DP by an advisory with one product and one CVE."""

    def make(
        verdict: Verdict = Verdict.AFFECTED,
        cve: str = "CVE-2019-10929",
        cwe: str = "",
        title: str = "",
        score: Score | None = NETWORK,
        advisory: str = "ICSA-19-344-06",
    ) -> Judgement:
        product = Product("P1", "Siemens", "SIMATIC S7-300 CPU family", "<V3.X.17", "product_version_range", "SIMATIC S7-300 CPU family")
        one = Vulnerability(cve, title, cwe, (score,) if score else (), ("P1",))
        url = f"https://www.cisa.gov/news-events/ics-advisories/{advisory.lower()}"
        whole = Advisory(advisory, "Siemens SIMATIC products", "CISA", "2019-12-10", "2024-02-13", url, (product,), (one,))
        settle = "read the firmware at the device" if verdict is Verdict.UNDETERMINED else ""
        reason = {Verdict.AFFECTED: "V3.3.14 lies in the range", Verdict.NOT_AFFECTED: "V3.3.14 is not in the range"}.get(verdict, "")
        return Judgement(verdict, whole, one, product, "<V3.X.17", "firmware", "V3.3.14", reason, settle)

    return make


@pytest.fixture(scope="session")
def device() -> Callable[..., Asset]:
    """An asset with the attributes that are named, each with one piece of evidence."""

    def make(id: str = "00:1b:1b:3e:70:11", ip: str = "10.61.8.11", parent: str = "", component: str = "", **said: str) -> Asset:
        attributes = tuple(Attribute(name, (Rival(value, 0.9, (EVIDENCE,), "said so"),)) for name, value in sorted(said.items()))
        return Asset(id, parent, component, attributes, (ip,), (id,), (), (), ("s7comm",), 1, 2)

    return make
