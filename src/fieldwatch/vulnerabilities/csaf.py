"""CSAF documents read.  Standards: CSAF 2.0 (OASIS Standard, 18 November 2022): 3.2.1 document, 3.2.2 product tree, 3.2.3 vulnerabilities.

Not read: notes, acknowledgments, threats other than those of VEX (`vex.py`), and the rules of section 6 (`feeds` checks them).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from fieldwatch.vulnerabilities.advisory import Advisory, Product, Score, Vulnerability

LEAVES = frozenset({"product_version", "product_version_range"})
NAMES = frozenset({"product_name", "product_family"})
SCORES = (("cvss_v2", "2.0"), ("cvss_v3", "3.1"), ("cvss_v4", "4.0"))
ON = frozenset({"installed_on", "installed_with", "default_component_of", "optional_component_of", "external_component_of"})
DEPTH = 30
"""Branches may nest this deep (3.1.2.2 allows any depth; documents use 3 to 5)."""


class UnreadableDocument(Exception):
    """The bytes are no CSAF 2.0 document; the text says what was read, what is allowed, and what to do."""


def read(data: bytes, source: str) -> Advisory:
    """The advisory in these bytes. Raises UnreadableDocument, with `source` first, for anything that is not one."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UnreadableDocument(f"{source}: not JSON ({error}); a CSAF 2.0 document is needed: fetch it again") from None
    try:
        return _advisory(document, source)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        have = f"{type(error).__name__} at {error}"
        raise UnreadableDocument(
            f"{source}: not a CSAF 2.0 document ({have}); /document/tracking/id and /product_tree are needed"
        ) from None


def _advisory(document: dict[str, Any], source: str) -> Advisory:
    head = document["document"]
    tracking = head["tracking"]
    products = tuple(_products(document.get("product_tree") or {}))
    known = frozenset(product.id for product in products)
    groups = {one["group_id"]: one["product_ids"] for one in (document.get("product_tree") or {}).get("product_groups", ())}
    return Advisory(
        id=tracking["id"].strip(),
        title=str(head.get("title", "")).strip(),
        publisher=str(head.get("publisher", {}).get("name", "")),
        released=str(tracking.get("initial_release_date", "")),
        updated=str(tracking.get("current_release_date", "")),
        url=_url(head.get("references", ())),
        products=products,
        vulnerabilities=tuple(_vulnerability(one, groups, known) for one in document.get("vulnerabilities", ())),
        source=source,
        category=str(head.get("category", "")),
    )


def _url(references: Any) -> str:
    """The page of the advisory itself, else its document."""
    own = [str(one.get("url", "")) for one in references if one.get("category") == "self"]
    pages = [url for url in own if not url.endswith(".json")]
    return next(iter(pages or own), "")


def _products(tree: dict[str, Any]) -> Iterator[Product]:
    """All products: leaves of the branches, full product names, and relationships that make one product of two."""
    found: dict[str, Product] = {}
    for product in _branches(tree.get("branches", ()), "", (), 0):
        found[product.id] = product
    for one in tree.get("full_product_names", ()):
        found[one["product_id"]] = _product(one, "", (one["name"],), ("", "product_name"))
    for relation in tree.get("relationships", ()):
        part, whole = found.get(relation["product_reference"]), found.get(relation["relates_to_product_reference"])
        own = relation["full_product_name"]
        if part is not None:
            platform = whole.text if whole is not None and relation["category"] in ON else ""
            found[own["product_id"]] = part._replace(id=own["product_id"], text=own["name"], platform=platform)
    yield from found.values()


def _branches(branches: Any, vendor: str, names: tuple[str, ...], depth: int) -> Iterator[Product]:
    if depth > DEPTH:
        raise ValueError(f"branches nested deeper than {DEPTH}")
    for branch in branches:
        category, name = branch["category"], branch["name"]
        if "product" in branch:
            above = names if category in LEAVES or not names else (*names, name)
            leaf = (name, category) if category in LEAVES else ("", category)
            yield _product(branch["product"], vendor or (name if category == "vendor" else ""), above or (name,), leaf)
        maker = name if category == "vendor" else vendor
        below = (*names, name) if category in NAMES else names
        yield from _branches(branch.get("branches", ()), maker, below, depth + 1)


def _product(leaf: dict[str, Any], vendor: str, names: tuple[str, ...], version: tuple[str, str]) -> Product:
    helper = leaf.get("product_identification_helper") or {}
    orders = (*helper.get("model_numbers", ()), *helper.get("skus", ()))
    return Product(
        leaf["product_id"], vendor.strip(), names[-1].strip(), version[0], version[1], leaf["name"].strip(), tuple(map(str, orders)),
        tuple(map(str, helper.get("serial_numbers", ()))),
    )  # fmt: skip


def _vulnerability(one: dict[str, Any], groups: dict[str, list[str]], known: frozenset[str]) -> Vulnerability:
    status = one.get("product_status") or {}

    def said(*kinds: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(product for kind in kinds for product in status.get(kind, ()) if product in known))

    ids = [str(each.get("text", "")) for each in one.get("ids", ())]
    return Vulnerability(
        cve=str(one.get("cve") or next(iter(ids), "")),
        title=str(one.get("title", "")),
        cwe=str((one.get("cwe") or {}).get("id", "")),
        scores=tuple(dict.fromkeys(_scores(one.get("scores", ())))),
        affected=said("known_affected", "first_affected", "last_affected"),
        not_affected=said("known_not_affected"),
        fixed=said("fixed", "first_fixed"),
        under_investigation=said("under_investigation"),
        remediations=tuple(
            (str(each.get("category", "")), str(each.get("details", "")), str(each.get("url", ""))) for each in one.get("remediations", ())
        ),
    )


def _scores(scores: Any) -> Iterator[Score]:
    for score in scores:
        for name, version in SCORES:
            if name in score:
                vector = str(score[name].get("vectorString", ""))
                yield Score(str(score[name].get("version", version)), vector, float(score[name].get("baseScore", 0)))
