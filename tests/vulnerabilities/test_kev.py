"""The KEV catalogue: read whole or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from fieldwatch.vulnerabilities.kev import Exploited, UnreadableCatalogue, edition, read


def catalogue(count: int | None = None, **more: Any) -> bytes:
    lines = [
        {"cveID": "CVE-2021-22681", "dateAdded": "2026-03-05", "dueDate": "2026-03-26", "knownRansomwareCampaignUse": "Known"},
        {"cveID": "CVE-2024-0002", "dateAdded": "2024-01-02", "dueDate": "2024-01-23", "knownRansomwareCampaignUse": "Unknown"},
        {"cveID": "CVE-2024-0003", "dateAdded": "2024-01-03"},
    ]
    whole = {
        "catalogVersion": "1",
        "dateReleased": "2026-03-05T00:00:00Z",
        "count": 3 if count is None else count,
        "vulnerabilities": lines,
    }
    return orjson.dumps({**whole, **more})


def test_its_lines_by_cve() -> None:
    assert read(catalogue(), "here") == {
        "CVE-2021-22681": Exploited("CVE-2021-22681", "2026-03-05", "2026-03-26", True),
        "CVE-2024-0002": Exploited("CVE-2024-0002", "2024-01-02", "2024-01-23", False),
        "CVE-2024-0003": Exploited("CVE-2024-0003", "2024-01-03", "", False),
    }
    assert edition(catalogue(), "here").released == "2026-03-05T00:00:00Z"


@pytest.mark.parametrize("count", [0, 2, 4, "3"])
def test_lines_that_are_missing_are_noticed(count: Any) -> None:
    with pytest.raises(UnreadableCatalogue, match="here: 3 lines, it says"):
        read(catalogue(count), "here")


WHOLE = catalogue()


@pytest.mark.parametrize("cut", range(0, len(WHOLE), 11))
def test_a_catalogue_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableCatalogue, match=r"^here: "):
        read(WHOLE[:cut], "here")


@pytest.mark.parametrize("value", [None, 7, "x", [7], [None], [{}], [[]], {}, []])
def test_other_shapes_are_refused(value: Any) -> None:
    with pytest.raises(UnreadableCatalogue, match=r"^here: "):
        read(catalogue(vulnerabilities=value), "here")
    with pytest.raises(UnreadableCatalogue, match=r"^here: "):
        read(orjson.dumps(value), "here")


@pytest.mark.corpus
def test_the_catalogue_of_2025(corpus: Path) -> None:
    data = (corpus / "advisories" / "kev" / "known_exploited_vulnerabilities.json").read_bytes()
    found = read(data, "kev")
    assert len(found) == 1404
    assert found["CVE-2025-48384"] == Exploited("CVE-2025-48384", "2025-08-25", "2025-09-15", False)
