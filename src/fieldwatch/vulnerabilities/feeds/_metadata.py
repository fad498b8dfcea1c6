"""What a CSAF provider says of itself.

Standards: CSAF 2.0 (OASIS Standard, 18 November 2022): 7.1.7 provider-metadata.json, 7.1.15 ROLIE feed, 7.2 roles; RFC 8322 (ROLIE) 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from fieldwatch.vulnerabilities.feeds._csaf_documents import HASHES, Listed
from fieldwatch.vulnerabilities.feeds.fetch import LATER, Unfetched

OPEN = ("", "WHITE", "CLEAR", "UNLABELED")
"""TLP labels of what anybody may fetch; for the others a person has to ask the provider."""

TRUSTED = "csaf_trusted_provider"
"""The role whose documents have hash and signature beside them (7.2.3)."""


class Metadata(NamedTuple):
    """Addresses of the ROLIE feeds and of the directories, (fingerprint, address) of the keys."""

    role: str
    rolie: tuple[str, ...]
    directories: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]


def metadata(data: bytes, url: str) -> Metadata:
    """The provider's metadata. Raises Unfetched where it is none."""
    try:
        whole = orjson.loads(data)
        rolie = tuple(
            str(feed["url"]) for one in _distributions(whole) for feed in (one.get("rolie") or {}).get("feeds", ()) if _open(feed)
        )
        directories = tuple(str(one["directory_url"]) for one in _distributions(whole) if one.get("directory_url"))
        keys = tuple((str(key.get("fingerprint", "")), str(key["url"])) for key in whole.get("public_openpgp_keys") or ())
        found = Metadata(str(whole["role"]), rolie, directories, keys)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        have = f"{type(error).__name__} at {error}"
        raise Unfetched(f"{url}: no provider metadata ({have}); role and distributions are needed; {LATER}") from None
    if not found.rolie and not found.directories:
        raise Unfetched(f"{url}: names no open distribution; a ROLIE feed or a directory is needed: tell the publisher")
    return found


def _distributions(whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from whole.get("distributions") or ()


def _open(feed: Mapping[str, Any]) -> bool:
    return str(feed.get("tlp_label", "")).upper() in OPEN


def rolie(data: bytes, url: str) -> list[Listed]:
    """The documents of a ROLIE feed. Raises Unfetched where it is none."""
    try:
        return [_listed(one) for one in orjson.loads(data)["feed"].get("entry") or ()]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, StopIteration) as error:
        have = f"{type(error).__name__} at {error}"
        raise Unfetched(f"{url}: no ROLIE feed ({have}); /feed/entry is needed; {LATER}") from None


def _listed(one: Mapping[str, Any]) -> Listed:
    """An entry: rel `self` is the document, `hash` and `signature` are what it is checked with (7.1.15)."""
    links = [(str(link.get("rel", "")), str(link["href"])) for link in one.get("link") or ()]
    own = [href for rel, href in links if rel == "self"] or [str(one["content"]["src"])]
    hashes = [href for end in HASHES for rel, href in links if rel == "hash" and href.endswith(end)]
    signatures = [href for rel, href in links if rel == "signature"]
    return Listed(own[0], str(one.get("updated", "")), next(iter(hashes), ""), next(iter(signatures), ""))
