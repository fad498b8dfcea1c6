"""The findings as the page holds them."""

from __future__ import annotations

from fieldwatch.cli.page_data import page_data
from fieldwatch.cli.page_findings import NOTHING
from fieldwatch.pipeline import Result
from fieldwatch.vulnerabilities.judgement import Verdict


def test_findings_refer_to_assets_and_their_products(works: Result) -> None:
    page = page_data(works)
    one = next(row for row in page["findings"] if row["cve"] == "CVE-2018-19282")
    asset = page["assets"][one["asset"]]
    assert asset["ips"] == ("10.61.8.13",)
    assert (one["when"], one["verdict"], one["range"], one["value"]) == ("next", "affected", "<= 5.001", "5.001")
    assert one["cvss"][2:] == [7.5, "high"]
    assert (one["kev"], one["epss"], one["ssvc"]) == (None, None, None)
    capture, _, protocol, spans = one["evidence"][0]
    assert page["captures"][capture]["path"].endswith("plant.pcap")
    assert (protocol, len(spans)) == ("cip", 3) or spans
    taken = page["resolutions"][str(one["asset"])]
    assert taken["vendor"] == "Rockwell Automation"
    assert taken["steps"]
    assert set(page["resolutions"]) == {str(row["asset"]) for row in page["findings"] if row["cve"]}, "only where there is something"


def test_an_exposure_does_not_say_its_name_twice(works: Result) -> None:
    rows = [row for row in page_data(works)["findings"] if not row["cve"]]
    assert rows
    assert not [row for row in rows if row["why"].startswith(row["title"])]


def test_the_counts_are_those_of_the_summary(works: Result) -> None:
    told = page_data(works)["assessment"]
    assert told["asked"] is True
    assert works.assessment is not None
    assert told["when"] == {one.name.lower(): count for one, count in works.assessment.priorities().items()}
    assert sum(told["when"].values()) == len(works.assessment.findings)
    assert told["verdicts"]["affected"] == sum(
        one.kind == "vulnerability" and one.verdict is Verdict.AFFECTED for one in works.assessment.findings
    )


def test_what_was_not_assessed_has_none(works: Result) -> None:
    page = page_data(works._replace(assessment=None))
    assert (page["assessment"], page["findings"], page["resolutions"]) == (NOTHING, [], {})
