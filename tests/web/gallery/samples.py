"""Sample data of the gallery: a waterworks, with long German words, nothing, too much, and what is hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 3, 4, 2, 47, 9, tzinfo=UTC)
ORDER, FIRMWARE = b"6ES7 317-2EK14-0AB0", b"V3.3.10"
EVIL = "</td><script>hit=1</script>"

WORDS = {
    "priorities": ["high", "medium", "low", "journal"],
    "whens": ["now", "next", "never"],
    "verdicts": ["affected", "undetermined", "not_affected"],
    "effects": ["read", "write", "program_download", "stop", "diagnose"],
}

SHELL: dict[str, Any] = {
    "site": {"name": "Wasserwerk Nord", "zone": "Europe/Berlin"},
    "sites": [
        {"name": "Wasserwerk Nord", "url": "?site=1", "current": True, "note": "1,204"},
        {"name": "Abwasserbehandlungsanlage Oberlausitz-Niederschlesien", "url": "?site=2", "note": "312"},
    ],
    "user": {"name": "m.schreiber", "role": "OT engineer", "url": "/account/"},
    "counts": {"assets": "1,204", "conversations": "18,331", "vulnerabilities": "41", "changes": "6", "blind_spots": "3"},
    "version": "Fieldwatch 0.4",
    "events": "/events",
}

KINDS = [
    ("high", "INTAKE_STATION", "PLC", "Siemens", "CPU 317-2 PN/DP", "6ES7 317-2EK14-0AB0", "3.3.10", "78", "now"),
    ("", "HMI-4", "HMI", "Advantech", "TPC-1551T", "TPC-1551T-E3AE", "", "12", "never"),
    ("medium", "Filterrückspülsteuerung Becken 12", "Safety controller", "HIMA", "HIMatrix F35", "982200410", "8.42", "54", "next"),
    ("", "SCADA-SRV-01", "SCADA server", "AVEVA", "System Platform", "", "2023 R2", "31", "never"),
    ("low", EVIL, "Protocol gateway", "Moxa", "MGate MB3170", "MB3170", "4.1", "40", "next"),
    ("", "PUMP_7", "Drive", "Danfoss", "VLT AQUA FC 202", "131B8922", "", "9", "never"),
]


def page(section: str, title: str, **more: Any) -> dict[str, Any]:
    """What every page is given."""
    return {"section": section, "title": title, "shell": SHELL, **more}


def row(at: int) -> dict[str, Any]:
    """One asset of a list."""
    tone, name, role, vendor, model, order, firmware, risk, when = KINDS[at % len(KINDS)]
    proof = {"evidence": "/evidence/213.html", "of": "firmware"}
    cells: list[Any] = [
        {"kind": "badge", "badge": "priority", "value": tone}
        if tone
        else {"kind": "badge", "badge": "state", "value": "calm", "text": "–"},
        {"text": name, "url": f"/asset.html?id={at}", "first": True, "title": name},
        {"kind": "code", "text": f"10.20.{at // 200}.{at % 200 + 10}"},
        role,
        vendor,
        model,
        {"kind": "code", "text": order} if order else {"unknown": True},
        {"kind": "code", "text": firmware, **proof} if firmware else {"unknown": True},
        risk,
        {"kind": "spark", "values": tuple((at * 7 + n * n * 3) % 23 for n in range(14)), "most": 24, "text": "14 days", "tone": tone},
        {"kind": "badge", "badge": "when", "value": when},
        {"kind": "time", "when": NOW - timedelta(minutes=7 * at), "relative": False},
    ]
    return {"id": at, "name": name, "url": f"/asset.html?id={at}", "evidence": "/evidence/213.html", "cells": cells, "part": at % 6 == 4}


def listed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A list of assets with all its tools."""
    names = ["Status", "Name", "Address", "Role", "Vendor", "Model", "Order number", "Firmware", "Risk", "Traffic", "Findings", "Last seen"]
    kinds = {"Risk": "number", "Status": "narrow", "Name": "name"}
    columns = [{"key": name, "label": name, "sort_url": f"?sort={name}", "kind": kinds.get(name, "")} for name in names]
    columns[8].update(sort="descending", unit="of 100")
    return {
        "id": "assets",
        "label": "Assets",
        "columns": columns,
        "rows": rows,
        "count": "more than 10,000" if rows else "0",
        "noun": "assets",
        "find": {"name": "q", "value": "", "placeholder": "Find in assets"},
        "keep": [("sort", "-risk")],
        "filters": [{"label": "vendor", "operator": "is", "value": "Siemens", "remove_url": "?"}],
        "clear_url": "?",
        "filter_fields": [{"key": "vendor", "label": "Vendor"}, {"key": "role", "label": "Role"}],
        "filter_operators": [{"key": "is", "label": "is"}, {"key": "not", "label": "is not"}],
        "views": [{"name": "Controllers without a known firmware", "url": "?view=1", "current": True, "note": "shared"}],
        "view_save_url": "/views/",
        "column_choice": [{"key": name, "label": name, "shown": True} for name in names],
        "exports": [{"label": "CSV", "url": "/assets.csv"}, {"label": "XLSX", "url": "/assets.xlsx"}],
        "actions": [{"label": "Set the owner", "url": "/owner/", "icon": "edit"}, {"label": "Delete", "url": "/delete/", "danger": True}],
        "pager": {"range": "101 – 200", "first_url": "?", "previous_url": "?cursor=b", "next_url": "?cursor=n"},
        "empty": {
            "title": "No assets yet",
            "text": "Every device that speaks on the network will be here, with what it says of itself and the bytes that prove it.",
            "action": {"label": "Upload a capture", "url": "/captures/"},
            "second": {"label": "Enrol a sensor", "url": "/sensors/"},
        },
    }


def full_list() -> dict[str, Any]:
    """A page of many rows."""
    return page("assets", "Assets", number="1,204", table=listed([row(at) for at in range(40)]))


def empty_list() -> dict[str, Any]:
    """A list of nothing."""
    return page("assets", "Assets", number="0", table=listed([]) | {"filters": [], "pager": None})


def failed_list() -> dict[str, Any]:
    """A list whose filter cannot be read."""
    error = {
        "title": "The filter cannot be read",
        "read": "seen > gestern",
        "allowed": "a date as 2026-03-04, or 24h",
        "action": "Write it so.",
    }
    return page("assets", "Assets", table=listed([]) | {"error": error | {"retry_url": "?"}})


def asset() -> dict[str, Any]:
    """The page of one asset."""
    proof = "/evidence/213.html"
    rival = {"value": "V3.3.8", "why": "SNMP sysDescr, 2 days older, confidence 0.6", "evidence": proof}
    fields = [
        {"label": "Order number", "value": "6ES7 317-2EK14-0AB0", "code": True, "evidence": proof},
        {"label": "Firmware", "value": "V3.3.10", "code": True, "evidence": proof, "rivals": [rival]},
        {"label": "Serial number", "value": "", "evidence": ""},
        {"label": "Station name", "value": "INTAKE_STATION", "evidence": proof},
    ]
    slots = [
        {"number": 1, "kind": "PS", "model": "PS 307 5A", "order_number": "6ES7 307-1EA01", "firmware": "–"},
        {"number": 2, "kind": "CPU", "model": "CPU 317-2 PN/DP", "order_number": "6ES7 317-2EK14", "firmware": "V3.3.10", "evidence": proof}
        | {"here": True, "double": True},
        {"number": 3, "state": "unseen"},
        {"number": 4, "kind": "CP", "model": "CP 343-1", "order_number": "6GK7 343-1EX30", "url": "/asset.html?id=9", "evidence": proof},
        {"number": 5, "state": "vacant"},
        {"number": 6, "kind": "DI", "model": "SM 321 DI32", "order_number": "6ES7 321-1BL00", "firmware": "–"},
    ]
    tabs: list[dict[str, Any]] = [{"label": "Talks with", "url": "?tab=talks", "current": True, "number": "14"}]
    tabs += [{"label": "Findings", "url": "?tab=findings", "number": "3", "tone": "high"}]
    tabs += [{"label": name, "url": "?"} for name in ("Changes", "Logins", "Timeline", "Files", "Notes")]
    drawn = {
        "nameplate": {"vendor": "Siemens", "model": "CPU 317-2 PN/DP", "fields": fields},
        "chassis": {"label": "Rack 0", "slots": slots},
        "tabs": tabs,
        "progress": {"stage": "Decoding plant.pcap", "share": 41, "rate": "182 MB/s", "remaining": "0:38 left"},
        "upload": {"url": "/uploads/", "accept": ".pcap,.pcapng", "limit_text": "Up to 20 GB."},
        "toasts": [{"text": "The model was corrected.", "undo_url": "/undo/1"}],
    }
    return page("assets", "INTAKE_STATION", crumbs=[{"label": "Assets", "url": "/list.html"}], when=NOW, **drawn, **WORDS)


def overview() -> dict[str, Any]:
    """The first page."""
    seen = [
        ("Wasserwerk Nord", "1,204", 3, 2),
        ("Abwasserbehandlungsanlage Oberlausitz-Niederschlesien", "312", 0, 0),
        ("Pumpwerk 7", "18", 0, 0),
    ]
    traffic = [at * 5 % 17 for at in range(20)]
    sites = [{"name": name, "assets": count, "fresh": fresh, "now": now, "values": traffic} for name, count, fresh, now in seen]
    return page("overview", "Overview", sites=sites, when=NOW)


def form() -> dict[str, Any]:
    """A form with an error."""
    from django import forms

    class Sensor(forms.Form):
        name = forms.CharField(help_text="As it is called at the site, for example 'Schaltanlagenraum 2'.")
        url = forms.CharField(label="Address of the centre")
        kind = forms.ChoiceField(label="Reads", choices=[("live", "a live interface"), ("folder", "a watched folder")])
        note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
        is_ring = forms.BooleanField(label="Keep a ring of packets", required=False, help_text="So that evidence can be shown later.")

    return page(
        "sensors",
        "Enrol a sensor",
        crumbs=[{"label": "Sensors", "url": "/"}],
        form=Sensor({"name": "", "url": "https://centre:8443", "kind": "live"}),
    )


def sign_in() -> dict[str, Any]:
    """A page without a rail."""
    from django import forms

    class SignIn(forms.Form):
        login = forms.CharField(label="User name", widget=forms.TextInput(attrs={"autocomplete": "username"}))
        password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))

    return {"title": "Sign in", "form": SignIn()}


def evidence() -> dict[str, Any]:
    """Bytes with a marked value."""
    frame = bytes.fromhex("0800062b10aa001b1b8c22010800450000740f2e40001e06a1b00a14000a0a140063006600d211223344aabbccdd5018200000000000")
    data = frame + ORDER + b" " + FIRMWARE + b"\x00"
    order, firmware = (range(data.index(text), data.index(text) + len(text)) for text in (ORDER, FIRMWARE))
    marks = dict.fromkeys(range(14), "ignored") | dict.fromkeys(order, "named") | dict.fromkeys(firmware, "value")
    signs = [chr(byte) if 32 <= byte < 127 else "." for byte in data]
    cells = [{"at": at, "hex": f"{byte:02x}", "sign": signs[at], "mark": marks.get(at, "")} for at, byte in enumerate(data)]
    rows = [{"offset": f"{at:04x}", "cells": cells[at : at + 16]} for at in range(0, len(cells), 16)]
    fields = [("order number", ORDER, order), ("firmware", FIRMWARE, firmware)]
    leaves = [{"name": name, "value": text.decode(), "bytes": f"{at[0]}-{at[-1]}"} for name, text, at in fields]
    legend = f"bytes {firmware[0]} – {firmware[-1]}: firmware"
    nodes = [{"name": "S7 component", "children": leaves}]
    return {"hexdump": {"label": "Frame 213", "rows": rows, "legend": legend}, "nodes": nodes, "when": NOW}
