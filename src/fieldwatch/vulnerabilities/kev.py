"""The KEV catalogue: vulnerabilities that are known to be exploited.

Standards: CISA, Known Exploited Vulnerabilities catalogue, JSON schema of 2024 (cisa.gov/kev); dates are ISO 8601.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson


class Exploited(NamedTuple):
    """A line of the catalogue. `due_date` binds US federal agencies (BOD 22-01); `ransomware` says that campaigns are known to use it."""

    cve: str
    date_added: str
    due_date: str
    ransomware: bool


class UnreadableCatalogue(Exception):
    """The bytes are no KEV catalogue; the text says what was read, what is allowed, and what to do."""


class Edition(NamedTuple):
    """A catalogue: when it was released, and its lines by CVE."""

    released: str
    exploited: dict[str, Exploited]


def read(data: bytes, source: str) -> dict[str, Exploited]:
    """The catalogue's lines by CVE. Raises UnreadableCatalogue, with `source` first."""
    return edition(data, source).exploited


def edition(data: bytes, source: str) -> Edition:
    """The catalogue. One that does not hold as many lines as it says was cut, and is refused."""
    try:
        whole = orjson.loads(data)
        lines = {line.cve: line for line in _lines(whole["vulnerabilities"])}
        count, released = whole["count"], str(whole["dateReleased"])
    except orjson.JSONDecodeError as error:
        raise UnreadableCatalogue(f"{source}: not JSON ({error}); the KEV catalogue is needed: fetch it again") from None
    except (KeyError, TypeError, AttributeError) as error:
        have = f"{type(error).__name__} at {error}"
        raise UnreadableCatalogue(f"{source}: no KEV catalogue ({have}); count, dateReleased and vulnerabilities are needed") from None
    if not lines or count != len(whole["vulnerabilities"]):
        raise UnreadableCatalogue(f"{source}: {len(lines)} lines, it says {count}; a whole catalogue is needed: fetch it again")
    return Edition(released, lines)


def _lines(vulnerabilities: list[Mapping[str, Any]]) -> Iterator[Exploited]:
    for one in vulnerabilities:
        known = str(one.get("knownRansomwareCampaignUse", "")).lower() == "known"
        yield Exploited(str(one["cveID"]), str(one["dateAdded"]), str(one.get("dueDate", "")), known)
