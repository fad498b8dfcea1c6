"""What the kernel says of the clock, in words."""

from __future__ import annotations

import pytest

from fieldwatch.sensor import synchronised
from fieldwatch.sensor.diagnosis import Standing


@pytest.mark.parametrize(("answer", "standing"), [(0, Standing.OK), (synchronised.TIME_ERROR, Standing.LOOK), (None, Standing.LOOK)])
def test_each_answer_has_its_words(monkeypatch: pytest.MonkeyPatch, answer: int | None, standing: Standing) -> None:
    monkeypatch.setattr(synchronised, "_state", lambda: answer)
    found = synchronised.clock()
    assert found.standing is standing
    assert bool(found.remedy) is (standing is not Standing.OK)


def test_the_kernel_answers() -> None:
    assert synchronised.clock().check == "clock"
