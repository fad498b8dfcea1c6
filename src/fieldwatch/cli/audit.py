"""`fieldwatch audit`: whether the audit log is whole, and what it says."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from fieldwatch.cli.backup import data_folder, opened
from fieldwatch.cli.escape import visible
from fieldwatch.cli.numbers import at_least_one
from fieldwatch.cli.refuse import refuse

CHANGED = 1
"""Exit code where the log is not what was written."""


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Verifies the audit log, or shows it."
    parser = verbs.add_parser("audit", help=text, description=text, allow_abbrev=False)
    below = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    text = "Says whether every entry is as it was written, and none is missing. Exit code 1 where not, 2 where it cannot be read."
    one = below.add_parser("verify", help=text, description=text, allow_abbrev=False)
    data_folder(one)
    one.set_defaults(run=verify)
    text = "Shows the newest entries, the newest last."
    one = below.add_parser("show", help=text, description=text, allow_abbrev=False)
    one.add_argument("--last", type=at_least_one, default=50, metavar="N", help="how many (50)")
    one.add_argument("--json", action="store_true", help="one JSON object a line")
    data_folder(one)
    one.set_defaults(run=show)


def verify(given: argparse.Namespace) -> None:
    """Says the verdict; exit code 1 where something is wrong."""
    opened(given.data)
    from django.db import DatabaseError

    from fieldwatch.store import audit

    try:
        verdict = audit.verify()
    except DatabaseError as error:
        refuse(f"the audit log cannot be read: {error}")
    print(visible(f"{verdict.entries} entries: {verdict.reason}"))
    if not verdict.is_whole:
        raise SystemExit(CHANGED)


def show(given: argparse.Namespace) -> None:
    """Writes entries, one a line."""
    opened(given.data)
    from django.db import DatabaseError

    from fieldwatch.store.audit import FIELDS
    from fieldwatch.store.models import AuditEvent

    try:
        rows = list(AuditEvent.objects.order_by("-number")[: given.last])
    except DatabaseError as error:
        refuse(f"the audit log cannot be read: {error}")
    for row in reversed(rows):
        if given.json:
            print(json.dumps({name: getattr(row, name) for name in (*FIELDS, "seal")}))
            continue
        at = datetime.fromtimestamp(row.at_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        detail = json.dumps(row.detail, ensure_ascii=False) if row.detail else ""
        words = (str(row.number), at, row.actor or "-", row.address or "-", row.action, row.object, row.site, detail)
        print(visible("  ".join(word for word in words if word)))
