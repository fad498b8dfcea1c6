"""A secret shows nowhere."""

from __future__ import annotations

import copy
import pickle

import orjson
import pytest

from fieldwatch.vulnerabilities.feeds.secret import Secret

KEY = Secret("hush-hush")


def test_it_prints_as_a_secret() -> None:
    assert [str(KEY), repr(KEY), f"{KEY}", "%s" % KEY, repr([KEY])] == ["<secret>"] * 4 + ["[<secret>]"]  # noqa: UP031
    assert KEY.reveal() == "hush-hush"


def test_it_is_not_written_to_a_file() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
    with pytest.raises(TypeError):
        copy.copy(KEY)
    with pytest.raises(orjson.JSONEncodeError):
        orjson.dumps(KEY)
