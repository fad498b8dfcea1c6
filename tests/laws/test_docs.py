"""What the documentation says is so: generated pages are those that `make docs` would write, links lead somewhere, named commands exist."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.cli.app import parser
from fieldwatch.facts import Effect
from fieldwatch.library.roles import purdue_levels

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = {"node_modules", "target", ".venv", "dist", "build"}
PAGES = sorted(page for page in ROOT.rglob("*.md") if not FOREIGN & set(page.relative_to(ROOT).parts))
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)|<img[^>]* src=\"([^\"]+)\"|srcset=\"([^\"]+)\"")
PICTURE_LIMIT_BYTES = 250_000


def load() -> Any:
    """The tool behind `make docs`, which is no module of the package."""
    spec = importlib.util.spec_from_file_location("docs", ROOT / "tools" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DOCS = load()


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    written: dict[str, str] = DOCS.pages()
    return written


@pytest.mark.parametrize("path", [*DOCS.PAGES, *DOCS.WITH_REGIONS])
def test_a_generated_page_says_what_the_code_says(path: str, generated: dict[str, str]) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == generated[path], f"{path} is stale; run make docs"


def test_every_protocol_has_its_operations_in_the_page(generated: dict[str, str]) -> None:
    """Spot checks of either source: a golden alone knows the first, a table alone the second."""
    page = generated["docs/protocols.md"]
    assert page.count("\n## ") == len(DOCS.registry().protocols) == page.count("| effect | technique | operations |")
    assert re.search(r"^\| identify \| \[T0888\]\(\S+\) \|.*Read Device Identification", page, re.MULTILINE)
    assert re.search(r"^\| program_download \| \[T0843\]\(\S+\) \|.*Write Body", page, re.MULTILINE)


def test_every_protocol_names_its_standards() -> None:
    assert [protocol.name for protocol in DOCS.registry().protocols if len(DOCS.standards(protocol)) < 20] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for found in LINK.findall(prose(page)):
        link = "".join(found)
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(page: Path) -> set[str]:
    return {DOCS._anchor(heading) for heading in re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)}


def commands(page: Path, program: str) -> list[str]:
    """The command lines of the program that the page shows, in blocks and within the text."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()[1:-1]]
    spans = re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    lines = [line.removeprefix("$ ").removeprefix(".venv/bin/") for line in lines + spans]
    pieces = [piece.strip() for line in lines for piece in line.split(" #")[0].split("|")]
    return sorted({piece for piece in pieces if piece.split(" ")[0] == program and " " in piece})


SHOWN = [(page, line) for page in PAGES for line in commands(page, "fieldwatch")]
MADE = [(page, line) for page in PAGES for line in commands(page, "make")]


def place(part: Path | str) -> str:
    return name(part) if isinstance(part, Path) else part


@pytest.mark.parametrize(("page", "line"), SHOWN, ids=place)
def test_a_command_is_understood(page: Path, line: str) -> None:
    """Its verb, its options and how many words it takes. A line may also only name a verb, and options of it."""
    words = shlex.split(re.sub(r"\s*>.*", "", line).replace("...", ""))[1:]
    try:
        parser().parse_args(words)
    except SystemExit as end:
        if end.code == 0:  # --help, --version
            return
        (verbs,) = [action.choices for action in parser()._actions if action.choices]
        known = {option for action in dict(verbs)[words[0]]._actions for option in action.option_strings}
        assert set(words[1:]) <= known


@pytest.mark.parametrize(("page", "line"), MADE, ids=place)
def test_a_verb_of_make_exists(page: Path, line: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    verb, *settings = shlex.split(line)[1:]
    assert re.search(rf"^{re.escape(verb)}:.*## ", makefile, re.MULTILINE), f"{name(page)}: {line}"
    unknown = [setting for setting in settings if f"$({setting.split('=')[0]})" not in makefile]
    assert unknown == [], f"{name(page)}: {line}"


def test_the_readme_shows_commands() -> None:
    """Without this, a reader of pages that finds none would pass for ever."""
    page = ROOT / "README.md"
    assert len(commands(page, "fieldwatch")) >= 5
    assert {"make demo", "make test"} <= set(commands(page, "make"))


def words(heading: str) -> set[str]:
    """The words that a table of `docs/words.md` explains."""
    page = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    cells = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    return {word for cell in cells[2:] for word in cell.split(", ")}


def test_every_effect_is_explained() -> None:
    assert words("Effects") == {effect.value for effect in Effect}


def test_every_role_is_explained() -> None:
    assert words("Roles") == set(purdue_levels())


def test_every_attribute_that_a_golden_shows_is_explained() -> None:
    claimed = set().union(*DOCS.shown().attributes.values())
    assert len(claimed) > 40
    assert claimed - words("Attributes") == set()


def test_pictures_are_small() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*"))
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size >= PICTURE_LIMIT_BYTES] == []
