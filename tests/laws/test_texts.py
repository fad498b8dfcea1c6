"""Texts: all that page, summary and server say stands in the catalogue of every language with its places; none is left in code."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.cli.language import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = LANGUAGES[1:]
PLACE = re.compile(r"\{\w+\}|%\(\w+\)[sd]|%%")
PROSE = re.compile(r"[A-Za-z]{2,},? [A-Za-z]{2,}|^[A-Z][a-z]{2,}$")
"""What looks like something that is said to people: two words in a row, or one that begins like a heading."""

COMMENT = re.compile(r"^\s*//[^\n]*$|\s//\s[^\n]*$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
TEMPLATE = re.compile(r"`(?:[^`\\]|\\.)*`", re.DOTALL)
HOLE = re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")

SPOKEN = ("summary.py", "findings.py", "blind.py", "page.py")
"""The files of the command line whose texts people read in their language."""

SELECTOR = re.compile(r'(?:class: [^"`,}]*|closest\(|querySelector(?:All)?(?:<\w+>)?\()"[^"]*"')
"""Names of classes, and what looks for elements."""

NOT_SAID = {
    "Fieldwatch": "the name of the program",
    "Enter": "a key",
    "Esc": "a key",
    "Escape": "a key",
    "Arrow": "how the names of keys begin",
    " (ATT&CK for ICS)": "the name of a catalogue",
    "fieldwatch evidence ": "a command",
    "siemens 317": "an example of what is typed into the search",
    "fieldwatch inspect CAPTURE --html PAGE": "a command",
    "%Y-%m-%d %H:%M:%S": "a format",
}
"""Literals that look like texts, and why they are none."""


def load() -> Any:
    """The tool that keeps the catalogues, which is no module of the package."""
    spec = importlib.util.spec_from_file_location("texts", ROOT / "tools" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TEXTS = load()


HOUSES = pytest.mark.parametrize("house", TEXTS.HOUSES, ids=lambda house: house.domain)


def messages(house: Any, code: str) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """The messages of a language's catalogue: context and English -> the English forms, and the translated ones."""
    found = {}
    for one in TEXTS.catalogue(house, code):
        if one.id:
            english = list(one.id) if isinstance(one.id, tuple) else [one.id]
            found[one.context or "", english[0]] = english, list(one.string) if isinstance(one.string, tuple) else [one.string]
    return found


@HOUSES
@pytest.mark.parametrize("code", FOREIGN)
def test_the_catalogue_holds_what_is_said_and_nothing_else(house: Any, code: str) -> None:
    wanted = {(one.context or "", one.id[0] if isinstance(one.id, tuple) else one.id) for one in TEXTS.template(house) if one.id}
    assert wanted == set(messages(house, code)), "run python tools/texts.py, then translate what is new"
    assert not TEXTS.catalogue(house, code).obsolete


@HOUSES
@pytest.mark.parametrize("code", FOREIGN)
def test_every_text_is_translated(house: Any, code: str) -> None:
    missing = [key for key, (_, translated) in messages(house, code).items() if not all(translated)]
    assert missing == []


@HOUSES
@pytest.mark.parametrize("code", FOREIGN)
def test_translations_have_the_places_of_their_text(house: Any, code: str) -> None:
    """The form for one thing may say `one` in place of its number."""
    wrong = []
    for key, (english, translated) in messages(house, code).items():
        places = [set(PLACE.findall(text)) for text in english]
        wrong += [key for text in translated if set(PLACE.findall(text)) not in places]
    assert wrong == []


@HOUSES
@pytest.mark.parametrize("code", FOREIGN)
def test_what_the_program_reads_is_the_catalogue(house: Any, code: str, tmp_path: Path) -> None:
    compiled = house.path(code).with_suffix(".mo").read_bytes()
    copy = house._replace(locale=tmp_path)
    copy.path(code).parent.mkdir(parents=True)
    copy.path(code).write_bytes(house.path(code).read_bytes())
    TEXTS.compile(copy, code)
    assert copy.path(code).with_suffix(".mo").read_bytes() == compiled, "run python tools/texts.py --compile"


def said_in(source: str) -> set[str]:
    """The texts that a file of the page says in the language of the reader."""
    return {text for one in TEXTS.said_in_page(source) for text in ([one] if isinstance(one, str) else one)}


def literals_of_page(source: str) -> Iterator[str]:
    """Every literal of TypeScript, templates without their holes."""
    bare = SELECTOR.sub("", COMMENT.sub("", source))
    for template in TEMPLATE.findall(bare):
        yield from HOLE.sub("\n", template[1:-1]).split("\n")
    yield from (text[1:-1] for text in TEXTS.LITERAL.findall(bare))


@pytest.mark.parametrize("file", TEXTS.PAGES, ids=lambda file: file.name)
def test_no_text_is_left_in_the_code_of_the_page(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    left = {text for text in literals_of_page(source) if PROSE.search(text)} - said_in(source) - set(NOT_SAID)
    assert left == set()


@pytest.mark.parametrize("file", SPOKEN)
def test_no_text_is_left_in_the_code_of_the_command_line(file: str) -> None:
    source = (ROOT / "src" / "fieldwatch" / "cli" / file).read_text(encoding="utf-8")
    said = {text for one in TEXTS.said_in_python(source) for text in ([one] if isinstance(one, str) else one)}
    tree = ast.parse(source)
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    raised = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Raise) for inner in ast.walk(node)}
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in statements | raised]
    texts = {one for one in constants if isinstance(one, str) and PROSE.search(one) and not one.startswith("<!doctype")}
    assert texts - said - set(NOT_SAID) == set()


def test_texts_left_in_code_are_found() -> None:
    comment = "// no text: a comment here\n/** nor here */ "
    source = comment + 'h("p", { class: "note right" }, "Nothing was seen."); say("Level"); `${count(1)} rows more`; h("h2", {}, "Keys")'
    left = {text for text in literals_of_page(source) if PROSE.search(text)} - said_in(source)
    assert {text.strip() for text in left} == {"Nothing was seen.", "rows more", "Keys"}


def test_a_text_within_a_text_is_found() -> None:
    source = 'say("{a} and {b}", { a: many(list.of("x", 2).length, "{n} row", "{n} rows"), b: say("no \\"end\\"") })'
    assert list(TEXTS.said_in_page(source)) == ["{a} and {b}", ("{n} row", "{n} rows"), 'no "end"']


BLOCK = re.compile(r"{% (comment|blocktranslate)\b.*?{% end\1 %}|{[%{#].*?[%}#]}", re.DOTALL)
SHOWN = re.compile(r'>([^<>]+)<|\b(?:title|aria-label|placeholder|alt)="([^"]+)"')
TEMPLATES = sorted((ROOT / "src" / "fieldwatch" / "server" / "templates").rglob("*.html"))
NAMES = {
    "Fieldwatch", "· Fieldwatch", "OpenAPI", "Linux", "/var/spool/captures", "Enter", "Esc", "(Esc)", "CVE", "CVSS", "KEV", "EPSS", "SSVC",
    "UTC",
}  # fmt: skip
"""What templates show in every language: names and keys."""


def texts_left_in(template: str) -> set[str]:
    """What a template shows that is asked of no catalogue."""
    found = {(text or name).strip() for text, name in SHOWN.findall(BLOCK.sub("", template))}
    return {one for one in found if re.search(r"[A-Za-z]{3}", one)} - NAMES


def test_no_text_is_left_in_the_templates_of_the_server() -> None:
    left = {file.name: found for file in TEMPLATES if (found := texts_left_in(file.read_text(encoding="utf-8")))}
    assert left == {}


def test_a_text_left_in_a_template_is_found() -> None:
    template = (
        '<h2 title="Heading">{% translate "said" %}</h2><p>{% blocktranslate %}said <b>too</b>{% endblocktranslate %} and not said</p>'
    )
    assert texts_left_in(template) == {"Heading", "and not said"}


def test_the_texts_of_django_are_found() -> None:
    source = '_("one"), pgettext_lazy("page", "next"), ngettext("%(n)d row", "%(n)d rows", n), _(word), say("no")'
    assert list(TEXTS.said_to_django(source)) == [("", "one"), ("page", "next"), ("", ("%(n)d row", "%(n)d rows"))]


def test_the_texts_of_a_template_are_found() -> None:
    rows = "{% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}"
    template = '{% translate "Next" context "page" %}<p>' + rows + '</p>{{ day|date:_("j F") }}{% translate "It\'s 5 %" as words %}'
    found = [("page", "Next"), ("", ("%(n)s row", "%(n)s rows")), ("", "j F"), ("", "It's 5 %%")]
    assert list(TEXTS.said_in_template(template)) == found
