"""What a device is called by is found: whatever `likeness` takes for the device stands under a key that the device asks for."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwatch.library.gazetteer import Gazetteer
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import likeness
from fieldwatch.vulnerabilities.advisory import Advisory, Product
from fieldwatch.vulnerabilities.catalogue import load
from fieldwatch.vulnerabilities.entry import Entry, entries
from fieldwatch.vulnerabilities.model import Model
from fieldwatch.vulnerabilities.place import MAKER, asked, placed

# fmt: off
WORDS = (
    "SIMATIC", "S7-1500", "CPU", "1511-1", "PN", "Advanced", "family", "series", "EDS-408A", "EDS408A", "NPort", "5110", "5100",
    "Series", "controllers", "Relay", "489", "CJ2M-CPU□□", "750-8xx", "M340", "IQ", "IQ4E", "Studio", "4", "(NWS-3)", "Network",
    "(Lean)", "700-1500", "1000", "X-200", "X204", "FL-5000", "switches", "switch", "and", "/", "6ES7511-1AK01-0AB0", "6ES7511-1A*",
)
# fmt: on

NOTHING = Gazetteer(())


def entry(name: str, numbers: tuple[str, ...] = ()) -> Entry:
    product = Product("P", "Siemens", name, "vers:all/*", "product_version_range", name, numbers)
    return next(entries(Advisory("A", "A", "", "", "", "", (product,), ())))


@settings(max_examples=400, deadline=None)
@given(
    name=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    said=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    rare=st.permutations(WORDS),
    code=st.sampled_from(("", "6ES7 511-1AK01-0AB0", "6ES7511-1AE00")),
)
def test_whatever_is_alike_is_found_whatever_is_rare(name: list[str], said: list[str], rare: list[str], code: str) -> None:
    product = entry(" ".join(name))
    order = {word.lower(): at for at, word in enumerate(rare)}
    there = placed(product, 0, lambda _, word: order.get(word, hash(word) % 50))
    model = Model(Identity("Siemens", " ".join(said), code), NOTHING)
    for major in ("", there.tail):
        one = model.device()._replace(major=major)
        if likeness(product.what, product.codes, one).sure:
            assert not there.keys.isdisjoint(asked(one, model.makers))


def test_an_order_number_with_a_wildcard_among_its_first_signs() -> None:
    there = placed(entry("SIMATIC", ("6ES75*",)), 0, NOTHING.weight)
    model = Model(Identity("Siemens", "", "6ES7 511-1AK01-0AB0"), NOTHING)
    assert not there.keys.isdisjoint(model.asks())


def test_the_rarest_word_is_taken() -> None:
    rare = {"m340": 9.0}
    keys = placed(entry("Modicon M340 Ethernet"), 0, lambda _, word: rare.get(word, 1.0)).keys
    assert "m340" in keys
    assert "modicon" not in keys


@pytest.mark.corpus
def test_reading_every_product_of_the_archive_finds_no_more(corpus: Path) -> None:
    draw = random.Random(11)
    every = [product for one in load(corpus / "advisories" / "csaf-ot.zip").advisories for product in entries(one)]
    places = [placed(product, 0, lambda _, word: len(word)) for product in every]
    for product in draw.sample(every, 15):
        words = product.product.name.split()
        said = draw.choice((" ".join(words), draw.choice(words), " ".join(words[1:]) or words[0]))
        model = Model(Identity(product.product.vendor, said), NOTHING)
        one, keys = model.device(), model.asks()
        for there in places:
            far = there.entry.makers and model.makers and model.makers.isdisjoint(there.entry.makers)
            if not far and there.keys.isdisjoint(keys) and not (not model.makers and MAKER in {key[0] for key in there.keys}):
                assert not likeness(there.entry.what, there.entry.codes, one).sure, (said, there.entry.product.name)
