"""The audit log: who did what, from where, sealed so that a change of it is seen.

Each entry's seal is the SHA-256 of the seal before it and of the entry in canonical JSON (keys sorted, ASCII, no blanks). The first seal is
that of a random number of this installation. Numbers have no holes. The newest number and seal stand also in `keys/audit.head`, outside of
the database: so entries that were cut off at the end are missed, and a log that was sealed anew is seen. Between the commit of an entry and
the change of that file a crash may come: the file then names an older entry, which must be there still.
"""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import json
import logging
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from fieldwatch.store.ingest.text import clean
from fieldwatch.store.models import AuditEvent, Setting
from fieldwatch.store.room import NO_ROOM

log = logging.getLogger(__name__)

INSTALLATION = "installation"
"""Name of the setting that holds the random number."""

LOCK = 0x6669656C64  # "field"
FIELDS = ("number", "at_ns", "actor", "address", "action", "object", "site", "detail")


class AuditAction(StrEnum):
    """Everything that is entered."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_RESET = "second_factor_reset"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_REMOVED = "account_removed"
    ACCOUNT_INVITED = "account_invited"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    TOKEN_CREATED = "token_created"
    TOKEN_REVOKED = "token_revoked"
    ACCESS_REFUSED = "access_refused"
    ASSET_OVERRIDE = "asset_override"
    ASSET_OVERRIDE_REMOVED = "asset_override_removed"
    ASSET_LABELS = "asset_labels"
    ASSET_CRITICALITY = "asset_criticality"
    ASSET_STANDING = "asset_standing"
    ASSET_ASSIGNEE = "asset_assignee"
    ASSET_ZONE = "asset_zone"
    ASSET_NOTE = "asset_note"
    ASSET_CUSTOM = "asset_custom"
    CUSTOM_FIELD_CREATED = "custom_field_created"
    CUSTOM_FIELD_CHANGED = "custom_field_changed"
    CUSTOM_FIELD_REMOVED = "custom_field_removed"
    MAP_PINNED = "map_pinned"
    FINDING_ASSIGNED = "finding_assigned"
    FINDING_DUE = "finding_due"
    FINDING_NOTE = "finding_note"
    FINDING_ACCEPTED = "finding_accepted"
    FINDING_REOPENED = "finding_reopened"
    FINDING_EXPIRED = "finding_expired"
    SITE_CREATED = "site_created"
    SITE_CHANGED = "site_changed"
    SITE_REMOVED = "site_removed"
    ZONE_CREATED = "zone_created"
    ZONE_CHANGED = "zone_changed"
    ZONE_REMOVED = "zone_removed"
    SUBNET_CREATED = "subnet_created"
    SUBNET_CHANGED = "subnet_changed"
    SUBNET_REMOVED = "subnet_removed"
    SENSOR_TOKEN_CREATED = "sensor_token_created"
    SENSOR_TOKEN_REVOKED = "sensor_token_revoked"
    SENSOR_ENROLLED = "sensor_enrolled"
    SENSOR_REVOKED = "sensor_revoked"
    SENSOR_CHANGED = "sensor_changed"
    SENSOR_REMOVED = "sensor_removed"
    UPLOAD = "upload"
    IMPORT = "import"
    EXPORT = "export"
    CAPTURE_REMOVED = "capture_removed"
    CAPTURE_READ_AGAIN = "capture_read_again"
    SKIPPED_DISMISSED = "skipped_dismissed"
    EVIDENCE_OPENED = "evidence_opened"
    BUNDLE_DOWNLOADED = "bundle_downloaded"
    VIEW_SAVED = "view_saved"
    VIEW_REMOVED = "view_removed"
    WEBHOOK_CREATED = "webhook_created"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_TESTED = "webhook_tested"
    WEBHOOK_REMOVED = "webhook_removed"
    SETTING_CHANGED = "setting_changed"
    BACKUP = "backup"
    RESTORE = "restore"
    UPGRADE = "upgrade"
    RETENTION = "retention"
    AUDIT_SHORTENED = "audit_shortened"
    CLOCK_SET = "clock_set"


class Verdict(NamedTuple):
    """Whether the log is whole; else the first number that is wrong, and why. `entries`: how many there are."""

    is_whole: bool
    entries: int
    number: int | None
    reason: str


class _Broken(Exception):
    """What is wrong with the log, and where first."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number = number


def append(
    *,
    actor: str,
    address: str,
    action: AuditAction,
    object: str,
    site: str = "",
    detail: Mapping[str, Any] | None = None,
    at_ns: int | None = None,
) -> AuditEvent:
    """Enters something, in the transaction that goes on or one of its own. Raises TypeError for what may hold a secret."""
    told = {
        "actor": clean(actor),
        "address": clean(address),
        "action": AuditAction(action).value,
        "object": clean(object),
        "site": clean(site),
        "detail": _shown("detail", dict(detail or {})),
    }
    with transaction.atomic():
        _lock()
        last = AuditEvent.objects.order_by("-number").first()
        before = last.seal if last else _genesis()
        entry = {"number": last.number + 1 if last else 1, "at_ns": time.time_ns() if at_ns is None else at_ns, **told}
        made = AuditEvent.objects.create(**entry, seal=sealed(before, entry))
        transaction.on_commit(lambda: _try_head(made.number, made.seal), robust=True)
    return made


def sealed(before: str, entry: Mapping[str, Any]) -> str:
    """The seal of an entry that follows the seal `before`."""
    words = json.dumps(dict(entry), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{before}\n{words}".encode("ascii")).hexdigest()


def verify() -> Verdict:
    """Whether every entry is as it was written, and none is missing."""
    head = _head()
    with _snapshot():
        entries = AuditEvent.objects.count()
        try:
            _verify(AuditEvent.objects.order_by("number").iterator(2000), head)
        except _Broken as broken:
            return Verdict(False, entries, broken.number, str(broken))
    words = (
        "every entry follows from the one before it" if head else "every entry follows; the end is not proved: keys/audit.head is missing"
    )
    return Verdict(head is not None or entries == 0, entries, None, words)


def shorten(before_ns: int, most: int = 1000) -> int:
    """Removes the oldest entries, up to the first that is not older than `before_ns`, and enters that. Returns how many.

    The entry about it holds the last number and seal that were removed: from there the others can be verified.
    """
    with transaction.atomic():
        _lock()
        old = list(AuditEvent.objects.order_by("number")[: most + 1])
        gone = []
        for row in old[: min(most, AuditEvent.objects.count() - 1)]:
            if row.at_ns >= before_ns:
                break
            gone.append(row)
        if not gone:
            return 0
        last = gone[-1]
        append(
            actor="",
            address="",
            action=AuditAction.AUDIT_SHORTENED,
            object=str(last.number),
            detail={"through": last.number, "seal": last.seal},
        )
        AuditEvent.objects.filter(number__lte=last.number).delete()
    return len(gone)


def write_head() -> None:
    """Names the newest entry as the end of the log: after a restore."""
    last = AuditEvent.objects.order_by("-number").first()
    _path().unlink(missing_ok=True)
    if last is not None:
        _keep_head(last.number, last.seal)


# ---------------------------------------------------------------------------------------------------------- verifying


def _verify(rows: Iterable[AuditEvent], head: tuple[int, str] | None) -> None:
    before, number, at_head = None, 0, ""
    for row in rows:
        if before is None:
            before, number = _start(row)
        if row.number != number + 1:
            raise _Broken(number + 1, f"entry {number + 1} is missing: after {number} comes {row.number}")
        if row.seal != sealed(before, {name: getattr(row, name) for name in FIELDS}):
            raise _Broken(row.number, f"entry {row.number} is not what was sealed: it was changed, or another was put in its place")
        before, number = row.seal, row.number
        if head and row.number == head[0]:
            at_head = row.seal
    if head and head[0] > number:
        raise _Broken(number + 1, f"entries {number + 1} to {head[0]} are missing: the log was cut off at its end")
    if head and at_head and at_head != head[1]:
        raise _Broken(head[0], f"entry {head[0]} has another seal than keys/audit.head says: the log was sealed anew")


def _start(first: AuditEvent) -> tuple[str, int]:
    """The seal and the number before the first entry that is there."""
    if first.number == 1:
        return _genesis(), 0
    for one in AuditEvent.objects.filter(action=AuditAction.AUDIT_SHORTENED).order_by("-number"):
        if one.detail.get("through") == first.number - 1:
            return str(one.detail.get("seal")), first.number - 1
    raise _Broken(1, f"entries 1 to {first.number - 1} are missing, and no entry says that they were removed by their age")


@contextmanager
def _snapshot() -> Iterator[None]:
    """What is read within belongs together, while others go on to write."""
    if connection.in_atomic_block or connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


# ---------------------------------------------------------------------------------------------------------- entering


def _lock() -> None:
    """One enters at a time: on SQLite the transaction is IMMEDIATE, on PostgreSQL it holds an advisory lock to its end."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _genesis() -> str:
    found, _ = Setting.objects.get_or_create(name=INSTALLATION, defaults={"value": secrets.token_hex(32)})
    return hashlib.sha256(str(found.value).encode()).hexdigest()


def _shown(name: str, value: Any) -> Any:
    """The value as JSON has it. What is neither text nor a plain number might be a secret, or something that holds one."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean(str(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):  # a database may write it in other digits: it is kept as text
        return repr(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {clean(str(key)): _shown(f"{name}.{key}", one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(name, one) for one in value]
    raise TypeError(f"{name}: a value of type {type(value).__name__} is not entered in the audit log: text, numbers and lists of them are")


# ---------------------------------------------------------------------------------------------------------- the head


def _path() -> Path:
    return Path(settings.DATA) / "keys" / "audit.head"


def _head() -> tuple[int, str] | None:
    try:
        number, seal = _path().read_text("ascii").split()
        return int(number), seal
    except (OSError, ValueError):
        return None


def _try_head(number: int, seal: str) -> None:
    """Replaces the head. On a full disk it stays behind, until the next entry is written."""
    try:
        _keep_head(number, seal)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        log.warning("audit: entry %d stands in the log, and the disk has no room for its head: it follows with the next entry", number)


def _keep_head(number: int, seal: str) -> None:
    """Replaces the head, unless it names a newer entry already: entries may come here in another order than they were written."""
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path.parent / ".audit.lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _head()
        if known and known[0] >= number:
            return
        waiting = path.with_name(".audit.head.new")
        made = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(made, "w") as stream:
            stream.write(f"{number} {seal}\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(waiting, path)
