"""The CVEs that the advisories on the shelf name: what is asked of feeds that hold all CVEs there are."""

from __future__ import annotations

import re

from fieldwatch.vulnerabilities.feeds._feed import ADVISORIES
from fieldwatch.vulnerabilities.feeds.shelf import Shelf

CVE = re.compile(rb'"cve"\s*:\s*"(CVE-\d{4}-\d{4,19})"')
"""The CVE of a vulnerability in a CSAF document (3.2.3.2)."""


def named(shelf: Shelf) -> set[str]:
    """All CVEs that have a vulnerability in an advisory."""
    found: set[str] = set()
    for drawer in shelf.drawers():
        if drawer.brings == ADVISORIES:
            for name in drawer.entries:
                found.update(one.decode() for one in CVE.findall((drawer.folder / name).read_bytes()))
    return found
