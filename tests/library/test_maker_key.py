"""What makers are compared by."""

from __future__ import annotations

import pytest

from fieldwatch.library.maker_key import maker_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tec4data GmbH", "Tec4Data"),
        ("Mesa Laboratories, Inc.", "Mesa Labs"),
        ("TEL-STER Sp. z o.o.", "TEL-STER Sp. z o. o."),
        ("GAIN Electronic Co. Ltd", "Gain Electronic Co., Ltd."),
        ("DELTA", "Delta Electronics"),
        ("Siemens AG", "SIEMENS"),
    ],
)
def test_the_same_maker(one: str, other: str) -> None:
    assert maker_keys(one) & maker_keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Johnson Controls", "Johnson & Johnson"),
        ("Delta Electronics", "Delta Controls"),
        ("General Electric", "General Motors"),
        ("Advanced Controls GmbH", "Advanced Sensors Inc."),
        ("Siemens", ""),
        ("multiple", "multiple"),
    ],
)
def test_another_maker(one: str, other: str) -> None:
    assert not maker_keys(one) & maker_keys(other)
