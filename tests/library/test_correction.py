"""Corrections by a person: the file, what wins, and what near-same devices learn from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldwatch.library.correction import Correction, Corrections, UnusableCorrections
from fieldwatch.library.device import device
from fieldwatch.library.gazetteer import Gazetteer, Known
from fieldwatch.library.identity import Identity
from fieldwatch.library.ranker.rank import Ranker
from fieldwatch.library.resolution import Candidate
from fieldwatch.library.resolve import clean, resolve

HEAD = "vendor_raw\tproduct_raw\torder_number_raw\tvendor\tproduct\torder_number\tfirmware\twho\tdate\tnote\n"
LINE = "ACME\tBox-77 rev A\tAC-1234-01\tSiemens\tSCALANCE X204-2\t6GK5204-2BB10-2AA3\t\tA. Smith\t2026-11-20\trebranded\n"
GIVEN = Identity("ACME", "Box-77 rev A", "AC-1234-01", "V5.2.1")

KNOWN = (
    Known("Siemens", "SCALANCE X204-2"),
    Known("Siemens", "SCALANCE X206-1"),
    Known("Siemens", "SIMATIC S7-1500 CPU family"),
    Known("ACME", "Tower 9000"),
    Known("ACME", "Box-12"),
)


def written(folder: Path, text: str) -> Path:
    path = folder / "corrections.tsv"
    path.write_text(text, "utf-8")
    return path


def ranked(corrections: Corrections, identity: Identity) -> tuple[Candidate, ...]:
    gazetteer = Gazetteer(KNOWN)
    ranker = Ranker(KNOWN, corrections.aliases())
    resolution, called = resolve(clean(identity)[0], gazetteer)
    return ranker.answered(ranker.ask(device(called, resolution.hardware)))


def test_a_correction_replaces_what_the_device_says(tmp_path: Path) -> None:
    corrected, step = Corrections.load(written(tmp_path, "# ours\n" + HEAD + LINE)).apply(GIVEN)
    assert corrected == Identity("Siemens", "SCALANCE X204-2", "6GK5204-2BB10-2AA3", "V5.2.1", hardware="A")
    assert step is not None
    assert (step.stage, step.source) == ("correction", "correction by A. Smith on 2026-11-20")
    assert step.read == "ACME Box-77 rev A AC-1234-01"


@pytest.mark.parametrize("other", [GIVEN._replace(product="Box-77 rev B"), GIVEN._replace(vendor="Acme2"), Identity()])
def test_other_identities_stay_as_they_are(tmp_path: Path, other: Identity) -> None:
    assert Corrections.load(written(tmp_path, HEAD + LINE)).apply(other) == (other, None)


def test_capitals_and_blanks_make_no_difference() -> None:
    corrections = Corrections([Correction("ACME", "Box 77", "", "Siemens", "SCALANCE X204-2", "", "", "me", "2026-01-01", "")])
    assert corrections.apply(Identity("acme", "BOX  77"))[0].product == "SCALANCE X204-2"


def test_the_narrower_correction_wins_then_the_later() -> None:
    def one(vendor: str, product: str, number: str, to: str) -> Correction:
        return Correction(vendor, product, number, "", to, "", "", "me", "2026-01-01", "")

    wide, narrow, later = one("ACME", "", "", "wide"), one("ACME", "Box", "", "narrow"), one("ACME", "Box", "", "later")
    assert Corrections([narrow, wide]).apply(Identity("ACME", "Box", "1"))[0].product == "narrow"
    assert Corrections([narrow, later, wide]).apply(Identity("ACME", "Box", "1"))[0].product == "later"
    assert Corrections([narrow, wide]).apply(Identity("ACME", "Case"))[0].product == "wide"


def test_a_dash_takes_away_and_an_empty_cell_keeps() -> None:
    corrections = Corrections([Correction("", "Box", "", "ACME", "", "-", "2.0", "me", "2026-01-01", "")])
    assert corrections.apply(Identity("", "Box", "n/a", "1.0", "B", "77"))[0] == Identity("ACME", "Box", "", "2.0", "B", "77")


def test_the_firmware_of_a_banner_is_kept() -> None:
    banner = "Siemens, SIMATIC NET, SCALANCE X204-2, 6GK5 204-2BB10-2AA3, HW: 4, FW: V5.2.1"
    corrections = Corrections([Correction("", banner, "", "ACME", "Box-77", "-", "", "me", "2026-01-01", "")])
    assert corrections.apply(Identity("", banner))[0][:4] == ("ACME", "Box-77", "", "5.2.1")


@pytest.mark.parametrize(
    "near",
    [
        Identity("ACME", "Box-77 rev B"),
        Identity("Acme", "BOX-77 REV A"),
        Identity("ACME", "Box-77"),
        Identity("ACME", "Box 77 V2.1"),
        Identity("ACME", "", "AC-1234-02"),
    ],
    ids=["suffix", "case", "no suffix", "version", "hardware digit of the order number"],
)
def test_near_same_devices_are_ranked_to_the_taught_product(tmp_path: Path, near: Identity) -> None:
    taught = Corrections.load(written(tmp_path, HEAD + LINE))
    before, after = ranked(Corrections(), near), ranked(taught, near)
    assert all(one.name != "SCALANCE X204-2" for one in before)
    assert after[0][:2] == ("Siemens", "SCALANCE X204-2")


def test_a_device_of_another_name_does_not_learn_from_it(tmp_path: Path) -> None:
    taught = Corrections.load(written(tmp_path, HEAD + LINE))
    assert ranked(taught, Identity("ACME", "Tower 9000"))[0].name == "Tower 9000"
    for sibling in ("Lamp 31", "Box-78", "Box-7"):
        assert all(one.score < 0.5 for one in ranked(taught, Identity("ACME", sibling)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no line of column names"),
        ("# only\n", "no line of column names"),
        ("vendor_raw\tproduct\n", "line 1: the columns are vendor_raw, product; product_raw, order_number_raw, vendor"),
        (HEAD.replace("note", "colour"), "line 1: column 'colour' is not known"),
        (HEAD.replace("note", "who"), "stands twice"),
        (HEAD + LINE.replace("2026-11-20", "20.11.2026"), "line 2: date '20.11.2026'; allowed is YYYY-MM-DD"),
        (HEAD + LINE.replace("A. Smith", ""), "line 2: who is empty"),
        (HEAD + LINE.rstrip("\n") + "\tmore\n", "line 2: 11 cells; at most 10"),
        (HEAD + "\t\t\tSiemens\tX\t\t\tme\t2026-01-01\t\n", "line 2: vendor_raw, product_raw and order_number_raw are empty"),
        (HEAD + "ACME\t\t\t\t\t\t\tme\t2026-01-01\t\n", "line 2: nothing is corrected"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UnusableCorrections) as told:
        Corrections.load(path)
    assert str(told.value).startswith(f"{path}: ")
    assert says in str(told.value)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableCorrections, match="cannot be read: No such file"):
        Corrections.load(tmp_path / "none.tsv")
    (tmp_path / "latin.tsv").write_bytes(HEAD.encode() + "M\xfcller".encode("latin-1"))
    with pytest.raises(UnusableCorrections, match="not UTF-8; save it as UTF-8"):
        Corrections.load(tmp_path / "latin.tsv")
