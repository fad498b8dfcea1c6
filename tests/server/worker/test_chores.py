"""What the worker does now and then."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.server.options import Options, options
from fieldwatch.server.worker.chores import CHORES, Chore, Rota
from fieldwatch.store.audit import AuditAction, append, write_head
from fieldwatch.store.audit_check import last
from fieldwatch.store.models import AuditEvent, Event

pytestmark = pytest.mark.django_db


def test_the_audit_log_is_verified_and_its_breaking_is_logged_and_told(
    tmp_path: Path, settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA = tmp_path
    append(actor="ada", address="", action=AuditAction.SETTING_CHANGED, object="x")
    write_head()
    AuditEvent.objects.update(actor="eve")
    monkeypatch.setattr("fieldwatch.server.worker.chores.CHORES", [one for one in CHORES if one.name == "audit log"])
    rota = Rota(options(tmp_path))
    assert not rota.step(), "not at once after the start"
    monkeypatch.setitem(rota._due, "audit log", 0.0)
    with caplog.at_level(logging.ERROR):
        assert rota.step()
    assert "the audit log is not whole: entry 1 is not what was sealed" in caplog.text
    assert Event.objects.filter(kind="audit").exists()
    result = last()
    assert result is not None and not result["is_whole"]


def test_a_chore_that_fails_is_logged_and_does_not_stop_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Options] = []

    def fails(_options: Options) -> None:
        raise ValueError("something unforeseen")

    monkeypatch.setattr("fieldwatch.server.worker.chores.CHORES", (Chore("first", 9, fails), Chore("second", 9, done.append)))
    chosen = options(tmp_path)
    rota = Rota(chosen)
    rota._due = dict.fromkeys(rota._due, 0.0)
    assert [rota.step() for _ in range(3)] == [True, True, False]
    assert "first: could not be done; it is tried again in 9 s" in caplog.text
    assert "something unforeseen" in caplog.text
    assert done == [chosen]
