"""What a provider says of a person. Whom it lets in stands in tests/web/test_single_sign_on.py, against real ones."""

from __future__ import annotations

from typing import Any

import pytest

from fieldwatch.server.accounts.sign_on import groups


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"userinfo": {"groups": ["ot", "soc"]}, "id_token": {"groups": ["other"]}}, ["ot", "soc"]),
        ({"userinfo": {"groups": "ot"}}, ["ot"]),
        ({"groups": ["ot"]}, ["ot"]),
        ({"userinfo": {}}, []),
        ({"userinfo": {"groups": [1, None, {"a": "b"}, "ot"]}}, ["ot"]),
        ({"userinfo": {"groups": {"ot": True}}}, []),
        ({"userinfo": "groups"}, []),
    ],
)
def test_groups_are_texts_of_one_claim(told: dict[str, Any], found: list[str]) -> None:
    assert groups(told, "groups") == found
