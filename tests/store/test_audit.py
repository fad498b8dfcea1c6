"""The audit log: numbers without holes, and every kind of change to it is found, with the first number that is wrong."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from tests.store.children import shared, start

from fieldwatch.store import audit
from fieldwatch.store.audit import AuditAction, append, shorten, verify
from fieldwatch.store.models import AuditEvent, Setting
from fieldwatch.vulnerabilities.feeds.secret import Secret

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """The data folder. Within the transaction of a test nothing is ever committed: the head is written at once."""
    settings.DATA = tmp_path
    if "transactional_db" not in request.fixturenames:
        monkeypatch.setattr(transaction, "on_commit", lambda do, robust: do())
    return tmp_path


def enter(count: int = 1, **detail: Any) -> None:
    for _ in range(count):
        append(actor="ada", address="10.0.0.1", action=AuditAction.EXPORT, object="assets.csv", site="works", detail=detail)


def test_a_log_that_nobody_touched_is_whole(data: Path) -> None:
    assert verify().is_whole
    enter(5, rows=3, names=["ä", "\0"], share=0.1, day=datetime.date(2026, 1, 2), nested={"n": None, "yes": True})
    verdict = verify()
    assert (verdict.is_whole, verdict.entries, verdict.number) == (True, 5, None)
    assert list(AuditEvent.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    kept = AuditEvent.objects.get(number=1).detail
    assert kept == {"rows": 3, "names": ["ä", "\u2400"], "share": "0.1", "day": "2026-01-02", "nested": {"n": None, "yes": True}}
    assert (data / "keys" / "audit.head").stat().st_mode & 0o777 == 0o600


def change(**values: Any) -> Callable[[], object]:
    return lambda: AuditEvent.objects.filter(number=3).update(**values)


def swap() -> None:
    AuditEvent.objects.filter(number=3).update(number=100)
    AuditEvent.objects.filter(number=4).update(number=3)
    AuditEvent.objects.filter(number=100).update(number=4)


def renumber() -> None:
    AuditEvent.objects.filter(number=3).delete()
    for row in AuditEvent.objects.filter(number__gt=3).order_by("number"):
        AuditEvent.objects.filter(pk=row.pk).update(number=F("number") - 1)


def forge() -> None:
    """Somebody who may write to the database changes an entry and seals everything after it anew."""
    AuditEvent.objects.filter(number=3).update(actor="eve")
    before = AuditEvent.objects.get(number=2).seal
    for row in AuditEvent.objects.filter(number__gte=3).order_by("number"):
        row.seal = before = audit.sealed(before, {name: getattr(row, name) for name in audit.FIELDS})
        row.save()


@pytest.mark.parametrize(
    ("tamper", "number", "words"),
    [
        (change(actor="eve"), 3, "not what was sealed"),
        (change(detail={"rows": 4}), 3, "not what was sealed"),
        (change(at_ns=5), 3, "not what was sealed"),
        (change(seal="0" * 64), 3, "not what was sealed"),
        (lambda: AuditEvent.objects.filter(number=3).delete(), 3, "is missing"),
        (lambda: AuditEvent.objects.filter(number__lte=2).delete(), 1, "entries 1 to 2 are missing"),
        (lambda: AuditEvent.objects.filter(number__gte=5).delete(), 5, "cut off at its end"),
        (lambda: AuditEvent.objects.all().delete(), 1, "cut off at its end"),
        (swap, 3, "not what was sealed"),
        (renumber, 3, "not what was sealed"),
        (forge, 6, "sealed anew"),
        (lambda: Setting.objects.update(value="other"), 1, "not what was sealed"),
    ],
)
def test_every_kind_of_change_is_found(tamper: Callable[[], object], number: int, words: str) -> None:
    enter(6, rows=3)
    tamper()
    verdict = verify()
    assert (verdict.is_whole, verdict.number) == (False, number)
    assert words in verdict.reason


def test_without_the_head_the_end_is_not_proved(data: Path) -> None:
    enter(2)
    (data / "keys" / "audit.head").unlink()
    assert "audit.head is missing" in verify().reason
    audit.write_head()
    assert verify().is_whole


def test_a_crash_before_the_head_is_replaced_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    enter(2)
    with monkeypatch.context() as broken:
        broken.setattr(audit, "_keep_head", lambda number, seal: None)
        enter(2)
    assert verify().is_whole
    enter()
    assert verify() == (True, 5, None, "every entry follows from the one before it")


def enter_in_vain() -> None:
    with transaction.atomic():
        enter(3)
        raise RuntimeError


def test_what_is_rolled_back_leaves_no_hole(transactional_db: None) -> None:
    enter()
    with pytest.raises(RuntimeError):
        enter_in_vain()
    enter()
    assert verify().entries == 2
    assert verify().is_whole


@pytest.mark.parametrize("value", [Secret("hunter2"), b"key", object(), {"a": [Secret("hunter2")]}])
def test_what_may_be_a_secret_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="is not entered") as refused:
        enter(password=value)
    assert "hunter2" not in str(refused.value)
    assert not AuditEvent.objects.exists()


def test_only_known_actions_are_entered() -> None:
    with pytest.raises(ValueError, match="guess"):
        append(actor="", address="", action="guess", object="")  # type: ignore[arg-type]


ENTER = """
import django
django.setup()
from fieldwatch.store.audit import AuditAction, append
for number in range(10):
    append(actor="ada", address="", action=AuditAction.EXPORT, object=str(number))
"""


def test_many_at_once_get_numbers_without_holes(transactional_db: None, data: Path) -> None:
    """Two processes, as server and worker are."""
    enter()
    environment = shared(data)
    several = [start(ENTER, environment), start(ENTER, environment)]
    assert [one.communicate(timeout=60) and one.returncode for one in several] == [0, 0]
    assert verify() == (True, 21, None, "every entry follows from the one before it")


def test_old_entries_go_and_the_rest_can_be_verified() -> None:
    for day in range(6):
        append(actor="ada", address="", action=AuditAction.UPLOAD, object=str(day), at_ns=day)
    assert shorten(4, most=3) == 3
    assert shorten(4, most=3) == 1
    assert shorten(4) == 0
    assert list(AuditEvent.objects.order_by("number").values_list("number", flat=True)) == [5, 6, 7, 8]
    assert verify().is_whole
    AuditEvent.objects.filter(number=5).delete()
    assert verify().number == 1
