"""Rows drawn by filling what the templates make of each kind of cell."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from fieldwatch.server.listing.drawing import draw, draw_rows

NOW = datetime.datetime(2026, 11, 26, 23, 30, 5, tzinfo=datetime.UTC)

CELLS: list[dict[str, Any]] = [
    {"text": "PLC-7", "kind": "text"},
    {"text": "PLC-7", "kind": "text", "url": "/assets/1/", "first": True},
    {"text": "V3.3.14", "kind": "code", "evidence": "/assets/1/evidence/firmware/", "of": "Firmware"},
    {"unknown": True},
    {"kind": "number", "text": "12"},
    {"kind": "time", "when": NOW},
    {"kind": "time", "when": NOW, "relative": True},
    {"kind": "badge", "badge": "when", "value": "now"},
    {"kind": "badge", "badge": "verdict", "value": "affected", "evidence": "/findings/1/evidence/", "of": "Verdict"},
    {"kind": "badge", "badge": "effect", "value": "program_download"},
    {"kind": "spark", "values": [1, 2, 3], "most": 3},
]


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_a_cell_looks_as_the_template_says(cell: dict[str, Any], zone: str) -> None:
    with timezone.override(zone):
        assert draw(cell) == render_to_string("shell/cell.html", {"cell": cell}).strip()


def test_text_from_the_network_is_escaped_and_is_no_mark() -> None:
    drawn = draw({"text": "<script>QZurlZQ</script>", "kind": "text", "url": '/x/?"><i>', "title": "QZtextZQ"})
    assert "<script>" not in drawn
    assert "&lt;script&gt;QZurlZQ&lt;/script&gt;" in drawn
    assert 'title="QZtextZQ"' in drawn
    assert '"><i>' not in drawn


def test_a_row_carries_what_keys_and_boxes_need() -> None:
    table = {
        "columns": [{"kind": "number"}, {"kind": ""}],
        "rows": [{"id": 'a"b', "name": "<b>", "url": "/x/", "cells": [{"text": "1"}, "two"]}],
    }
    plain = draw_rows(table, "Select")
    assert 'data-row="a&quot;b"' in plain
    assert 'data-href="/x/"' in plain
    assert '<td class="right">' in plain
    assert "checkbox" not in plain
    assert 'aria-label="Select &lt;b&gt;"' in draw_rows(table | {"actions": [{}]}, "Select")
