"""The contract: each kind of feed says the same things of itself, and the table of providers names kinds that there are."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fieldwatch.vulnerabilities.feeds import _feed
from fieldwatch.vulnerabilities.feeds._feed import ADVISORIES, FACTS, KINDS, UnknownSource, UnusableProviders, chosen, kind, sources
from fieldwatch.vulnerabilities.feeds.facts import EPSS, KEV, NVD, SSVC

FOLDER = Path(_feed.__file__).parent


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_a_file_with_one_constant(name: str) -> None:
    feed = kind(name)
    assert feed.kind == name
    assert feed.brings in (ADVISORIES, FACTS)
    assert feed.stale_after_days > 0


def test_no_file_with_a_feed_is_left_out() -> None:
    assert {file.stem for file in FOLDER.glob("*.py") if "\nFEED = Feed(" in file.read_text()} == set(KINDS)


def test_the_table_names_public_addresses_once() -> None:
    known = sources()
    assert len({one.name for one in known}) == len(known)
    assert {one.kind for one in known} == set(KINDS)
    assert {KEV, EPSS, SSVC, NVD} <= {one.name for one in known}
    for one in known:
        for url in filter(None, (one.url, one.archive, one.keys)):
            assert urlsplit(url).scheme == "https"
    assert {one.kind for one in known if one.usual} == set(KINDS) - {"nvd"}


def test_sources_are_chosen_by_name() -> None:
    known = sources()
    assert [one.name for one in chosen(["kev", "cisa", "kev"], known)] == ["kev", "cisa"]
    assert chosen([], known) == [one for one in known if one.usual]
    with pytest.raises(UnknownSource, match="nobody: no such feed; there are cisa, "):
        chosen(["nobody"], known)


HEAD = "# source: test\n# date: 2026-01-01\n# licence: ours\nname\tkind\turl\tarchive\tkeys\tusual\ttitle\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# source\n",
        HEAD.replace("kind\t", ""),
        HEAD + "a\tkev\n",
        HEAD + "a\tno_kind\thttps://x\t\t\tyes\tA\n",
        HEAD + "a\tfetch\thttps://x\t\t\tyes\tA\n",
        HEAD + "../a\tkev\thttps://x\t\t\tyes\tA\n",
    ],
)
def test_a_table_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    table = tmp_path / "mine.tsv"
    table.write_text(text)
    if text == HEAD.replace("kind\t", ""):
        table.write_text(text + "a\thttps://x\t\t\tyes\tA\n")
    with pytest.raises(UnusableProviders, match=r"^.*mine\.tsv: "):
        sources(table)


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    table = tmp_path / "mine.tsv"
    table.write_text(HEAD + "mirror\tkev\thttps://mirror.plant.example/kev.json\t\t\tyes\tOur mirror\n")
    (one,) = sources(table)
    assert one == ("mirror", "kev", "https://mirror.plant.example/kev.json", "Our mirror", True, "", "")
