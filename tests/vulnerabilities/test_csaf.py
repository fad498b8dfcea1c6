"""CSAF documents read; written by hand after CSAF 2.0."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fieldwatch.vulnerabilities.advisory import Score
from fieldwatch.vulnerabilities.csaf import UnreadableDocument, read


def document(**more: Any) -> dict[str, Any]:
    """A small document: one product with a range, one CVE."""
    leaf = {
        "category": "product_version_range",
        "name": "<2.0",
        "product": {"name": "Acme X1: <2.0", "product_id": "P1", "product_identification_helper": {"model_numbers": ["X1-100"]}},
    }
    product = {"category": "product_name", "name": "X1 ", "branches": [leaf]}
    vulnerability = {
        "cve": "CVE-2024-0001",
        "cwe": {"id": "CWE-306", "name": "Missing Authentication"},
        "product_status": {"known_affected": ["P1", "P9"]},
        "scores": [{"products": ["P1"], "cvss_v3": {"version": "3.1", "vectorString": "CVSS:3.1/AV:N", "baseScore": 9.8}}],
        "remediations": [{"category": "vendor_fix", "details": "2.0", "url": "https://acme.example/2.0"}],
    }
    return {
        "document": {
            "category": "csaf_security_advisory",
            "title": "Acme X1",
            "publisher": {"name": "Acme"},
            "references": [
                {"category": "self", "url": "https://acme.example/a.json"},
                {"category": "self", "url": "https://acme.example/a"},
            ],
            "tracking": {"id": "ACME-1", "initial_release_date": "2024-01-01", "current_release_date": "2024-02-01"},
        },
        "product_tree": {"branches": [{"category": "vendor", "name": "Acme", "branches": [product]}]},
        "vulnerabilities": [vulnerability],
        **more,
    }


def test_a_document_is_read() -> None:
    found = read(orjson.dumps(document()), "a.json")
    assert (found.id, found.publisher, found.url, found.updated) == ("ACME-1", "Acme", "https://acme.example/a", "2024-02-01")
    product = found.products[0]
    assert (product.vendor, product.name, product.version, product.kind) == ("Acme", "X1", "<2.0", "product_version_range")
    assert product.order_numbers == ("X1-100",)
    flaw = found.vulnerabilities[0]
    assert (flaw.cve, flaw.cwe, flaw.affected) == ("CVE-2024-0001", "CWE-306", ("P1",)), "P9 is no product of the tree"
    assert flaw.scores == (Score("3.1", "CVSS:3.1/AV:N", 9.8),)
    assert flaw.remediations == (("vendor_fix", "2.0", "https://acme.example/2.0"),)


def test_a_product_installed_on_another_has_its_platform() -> None:
    tree = document()["product_tree"]
    tree["full_product_names"] = [{"name": "Acme Box", "product_id": "B1"}]
    tree["relationships"] = [
        {
            "category": "installed_on",
            "product_reference": "P1",
            "relates_to_product_reference": "B1",
            "full_product_name": {"name": "X1 on Box", "product_id": "P1B1"},
        }
    ]
    found = {product.id: product for product in read(orjson.dumps(document(product_tree=tree)), "a.json").products}
    assert found["P1B1"].platform == "Acme Box"
    assert found["P1B1"].version == "<2.0"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"<html>", b"[]", b"{}", b"null", b'{"document":{}}', b'{"document":{"tracking":{"id":1}}}', b"\xff\xfe"]
)
def test_what_is_no_document_is_refused_with_its_name(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"^bad\.json: "):
        read(data, "bad.json")


def test_branches_without_end_are_refused() -> None:
    branch: dict[str, Any] = {"category": "product_name", "name": "x"}
    for _ in range(40):
        branch = {"category": "product_family", "name": "x", "branches": [branch]}
    with pytest.raises(UnreadableDocument, match="nested deeper than 30"):
        read(orjson.dumps(document(product_tree={"branches": [branch]})), "deep.json")


def test_a_document_cut_anywhere_is_refused() -> None:
    whole = orjson.dumps(document())
    for cut in range(len(whole)):
        with pytest.raises(UnreadableDocument):
            read(whole[:cut], "cut.json")
