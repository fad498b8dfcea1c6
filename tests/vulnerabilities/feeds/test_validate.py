"""What is refused, what is counted, and what CISA publishes is taken."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.vulnerabilities.feeds.conftest import document

from fieldwatch.vulnerabilities.csaf import UnreadableDocument
from fieldwatch.vulnerabilities.feeds.validate import check, file_name


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ("ICSA-23-193-01", "icsa-23-193-01.json"),
        ("RHBA-2019:0024", "rhba-2019_0024.json"),
        ("2022 #01-A", "2022_01-a.json"),
        ("a+b", "a+b.json"),
        (" SSA-1 ", "ssa-1.json"),
    ],
)
def test_the_name_of_an_id(identity: str, name: str) -> None:
    assert file_name(identity) == name


def test_a_right_document() -> None:
    sound = check(document("ACME-1"), "here", "acme-1.json")
    assert sound == ("ACME-1", "2024-01-02T00:00:00.000Z", ())


def changed(**parts: Any) -> bytes:
    whole = orjson.loads(document("ACME-1"))
    for name, value in parts.items():
        if value is None:
            del whole[name]
        else:
            whole[name] = value
    return orjson.dumps(whole)


@pytest.mark.parametrize("name", ["product_tree", "vulnerabilities"])
@pytest.mark.parametrize("value", [None, [], {}])
def test_what_cannot_be_matched_is_refused(name: str, value: Any) -> None:
    with pytest.raises(UnreadableDocument, match=f"here: has no {name}"):
        check(changed(**{name: value}), "here")


def test_an_informational_advisory_needs_neither() -> None:
    whole = orjson.loads(changed(product_tree=None, vulnerabilities=None))
    whole["document"]["category"] = "csaf_informational_advisory"
    assert check(orjson.dumps(whole), "here").id == "ACME-1"


def test_another_edition_is_refused() -> None:
    whole = orjson.loads(document("ACME-1"))
    whole["document"]["csaf_version"] = "2.1"
    with pytest.raises(UnreadableDocument, match=r"csaf_version '2\.1'; 2\.0 can be read"):
        check(orjson.dumps(whole), "here")


def test_flaws_that_do_no_harm_are_named() -> None:
    whole = orjson.loads(document("ACME-1"))
    whole["vulnerabilities"][0]["cwe"] = {"id": "CWE-79", "name": "XSS"}
    assert check(orjson.dumps(whole), "here").cosmetic == ("6.1.11",)
    del whole["document"]["publisher"]["namespace"]
    assert check(orjson.dumps(whole), "here").cosmetic == ("schema",)


def refusal(data: bytes) -> str | None:
    """Why the bytes are refused; None where they are taken."""
    try:
        check(data, "here")
    except UnreadableDocument as error:
        return str(error)
    return None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=9
    )
)
def test_any_json_in_any_place_is_read_or_refused(value: Any) -> None:
    for path in (
        ("document",),
        ("product_tree",),
        ("vulnerabilities",),
        ("document", "tracking"),
        ("document", "publisher"),
        ("document", "category"),
    ):
        whole = orjson.loads(document("ACME-1"))
        inner = whole
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = value
        said = refusal(orjson.dumps(whole))
        assert said is None or (said.startswith("here: ") and "\n" not in said)


def test_the_tests_leave_our_log_alone() -> None:
    code = """
import logging
from fieldwatch.vulnerabilities.feeds.validate import failed
failed({})
assert logging.getLogger().handlers == [], logging.getLogger().handlers
assert logging.getLogger().level == logging.WARNING
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert logging.getLogger().level == logging.WARNING
