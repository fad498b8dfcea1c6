"""Texts in a space of our own making: weight, embedding, cosine."""

from __future__ import annotations

import math

import pytest

from fieldwatch.library.ranker import space as space_file
from fieldwatch.library.ranker.ngrams import BUCKETS, grams
from fieldwatch.library.ranker.space import Space, cosine


@pytest.fixture
def space() -> Space:
    """Each bucket weighs 2; those of `ab` point to one side, those of `cd` to another, all others nowhere."""
    vectors = [(0, 0)] * BUCKETS
    for text, vector in (("ab", (3, 4)), ("cd", (4, -3))):
        for bucket in grams(text):
            vectors[bucket] = vector
    return Space([2.0] * BUCKETS, vectors)


def test_a_text_weighs_what_its_buckets_weigh(space: Space) -> None:
    assert space.place("abcd").weight == 2.0 * len(grams("abcd"))
    assert space.place("").weight == 0.0


def test_the_embedding_is_the_sum_of_the_vectors(space: Space) -> None:
    both = space.of(grams("ab") | grams("cd"))
    assert both.vector == (7, 1)
    assert both.length == math.sqrt(50)


def test_cosine_of_same_strange_and_nothing(space: Space) -> None:
    assert cosine(space.place("ab"), space.place("AB")) == 1.0
    assert cosine(space.place("ab"), space.place("cd")) == 0.0
    assert cosine(space.place("ab"), space.place("")) == 0.0


def test_what_is_remembered_is_bounded(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space_file, "MOST", 3)
    for number in range(9):
        assert space.place(str(number)) is space.place(str(number))
    assert len(space._placed) <= 3
