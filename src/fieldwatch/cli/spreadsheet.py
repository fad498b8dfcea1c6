"""The result as CSV files for spreadsheets, one table a file.

Standards: RFC 4180 (CSV). A cell that a spreadsheet would take for a formula (it begins with = + - @, or with a control character) gets an
apostrophe in front, as OWASP's page on CSV injection advises: text from the network is never run.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.blind import blind_spots
from fieldwatch.cli.escape import visible
from fieldwatch.inventory import SHOWN

if TYPE_CHECKING:
    from fieldwatch.pipeline import Result

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What begins a formula, or hides what does; looked for behind leading blanks too."""

Row = dict[str, Any]


def write(result: Result, folder: Path) -> list[Path]:
    """Writes all tables into the folder; returns the files. A table without rows has its headings still."""
    from fieldwatch.pipeline import document

    whole = document(result)
    tables: dict[str, tuple[tuple[str, ...], Iterable[Row]]] = {
        "assets": (ASSETS, _assets(whole["assets"], "")),
        "claims": (CLAIMS, whole["claims"]),
        "conversations": (CONVERSATIONS, map(_ends, whole["conversations"])),
        "messages": (MESSAGES, _messages(whole["conversations"])),
        "operations": (OPERATIONS, map(_operation, whole["operations"])),
        "findings": (FINDINGS, map(_finding, whole["findings"])),
        "logins": (LOGINS, map(_ends, whole["logins"])),
        "malformed": (MALFORMED, map(_ends, whole["malformed"])),
        "undecoded": (UNDECODED, ({**row, **row["first"]} for row in whole["undecoded"])),
        "unseen": (UNSEEN, ({"what": spot.what, "count": spot.times, "detail": spot.detail} for spot in blind_spots(result))),
    }
    return [_write(folder / f"{name}.csv", columns, rows) for name, (columns, rows) in tables.items()]


TALK = ("client_ip", "client_mac", "server_ip", "server_mac")
ASSETS = ("id", "parent", "component", *SHOWN, "ips", "macs", "vlans", "protocols", "first_seen", "last_seen", "role_reason")
CLAIMS = ("capture", "frame", "time", "ip", "mac", "component", "protocol", "attribute", "value")
CONVERSATIONS = (*TALK, "vlan", "transport", "port", "protocol", "packets", "bytes", "first_seen", "last_seen")
MESSAGES = (*TALK, "port", "protocol", "operation", "effect", "object", "count", "unanswered", "distinct", "first_seen", "last_seen")
OPERATIONS = (
    *("capture", "frame", "time", "source_ip", "source_mac", "destination_ip", "destination_mac", "component", "protocol", "operation"),
    *("effect", "object", "values", "result", "technique", "count"),
)
FINDINGS = (
    *("priority", "verdict", "asset", "component", "kind", "title", "cve", "advisory_id", "advisory_url", "cwe", "range", "field", "value"),
    *("reason", "priority_reason", "settle", "justification", "certainty", "cvss", "severity", "cvss_vector", "kev_date", "ransomware"),
    *("epss", "ssvc_exploitation", "mitigations", "capture", "frame", "time", "key"),
)
LOGINS = ("capture", "frame", "time", *TALK, "protocol", "username", "cleartext", "result", "count")
MALFORMED = ("capture", "frame", "time", "protocol", "speaker_ip", "speaker_mac", "reason", "clause", "have", "allowed", "count")
UNDECODED = ("protocol", "function", "reason", "count", "capture", "frame")
UNSEEN = ("what", "count", "detail")


def neutral(value: object) -> str:
    """The value as the text of a cell that no spreadsheet runs; characters that are not seen are escaped."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if not isinstance(value, str):
        return text
    return ("'" if text.lstrip(" ").startswith(FORMULA) else "") + visible(text)


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as stream:  # the mark tells spreadsheets that it is UTF-8
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows([neutral(row.get(column)) for column in columns] for row in rows)
    return path


def _assets(assets: Iterable[Row], parent: str) -> Iterator[Row]:
    for one in assets:
        shown = {name: one[name]["value"] if one[name] else None for name in SHOWN}
        lists = {name: " ".join(map(str, one[name])) for name in ("ips", "macs", "vlans", "protocols")}
        yield {**one, **shown, **lists, "parent": parent, "role_reason": one["role"]["reason"] if one["role"] else None}
        yield from _assets(one["children"], one["id"])


def _ends(row: Row) -> Row:
    ends = {
        f"{end}_{kind}": row[end][kind]
        for end in ("client", "server", "source", "destination", "speaker")
        if end in row
        for kind in ("ip", "mac")
    }
    return {**row, **ends}


def _messages(conversations: Iterable[Row]) -> Iterator[Row]:
    for talk in conversations:
        for message in talk["messages"]:
            yield {**_ends(talk), **message}


def _operation(row: Row) -> Row:
    return {**_ends(row), "values": "; ".join(f"{name}={value}" for name, value in row["values"].items())}


def _finding(row: Row) -> Row:
    cvss, kev, epss, ssvc = (row[name] or {} for name in ("cvss", "kev", "epss", "ssvc"))
    ratings = {"cvss": cvss.get("base"), "severity": cvss.get("word"), "cvss_vector": cvss.get("vector"), "kev_date": kev.get("date_added")}
    threats = {"ransomware": kev.get("ransomware"), "epss": epss.get("score"), "ssvc_exploitation": ssvc.get("exploitation")}
    proof = row["evidence"][0] if row["evidence"] else {}
    where = {name: proof.get(name) for name in ("capture", "frame", "time")}
    return {**row, **ratings, **threats, **where, "mitigations": " | ".join(one["action"] for one in row["mitigations"])}
