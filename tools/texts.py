"""The catalogues of texts: what the code says, and what each language says for it (GNU gettext, read and written by Babel).

`python tools/texts.py` brings the catalogues of `cli/locale` up to date: new texts come in without a translation, texts that nobody says
any more go. `--compile` makes the `.mo` files that the program reads; `make setup` does that.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from fieldwatch.cli.language import DOMAIN, LANGUAGES, LOCALE
from fieldwatch.cli.terms import english
from fieldwatch.pipeline.losses import LOSSES

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sorted((ROOT / "src" / "fieldwatch" / "cli").glob("*.py"))
PAGES = sorted((ROOT / "web" / "src").glob("*.ts"))
"""Where texts are said."""

FUNCTIONS = ("say", "marked", "many")
"""The functions of Python that take a text; `many` takes two, for one thing and for more."""

CALL = re.compile(r"\b(?:(say|woven)|many)\(")
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')
"""A call of the pages' functions that take a text; a text, which always stands in double quotes."""

WIDTH = 140
HEADER = "# Texts of Fieldwatch. Brought up to date by tools/texts.py; translations are written by hand."

Text = str | tuple[str, str]
"""A text, or what is said of one thing and of more."""


def said() -> Iterator[tuple[Text, str]]:
    """Every text that the code says, with the file that says it."""
    for files, read in ((PYTHON, said_in_python), (PAGES, said_in_page)):
        for file in files:
            for text in read(file.read_text(encoding="utf-8")):
                yield text, file.relative_to(ROOT).as_posix()
    for words in LOSSES.values():
        yield words, "src/fieldwatch/pipeline/losses.py"


def said_in_python(source: str) -> Iterator[Text]:
    """The texts in Python, also those that stand in f-strings, which Babel's reader passes over."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in FUNCTIONS:
            found = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if found:
                yield (found[0], found[1]) if _name(node.func) == "many" else found[0]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def said_in_page(source: str) -> Iterator[Text]:
    """The texts in TypeScript. Babel's reader of JavaScript passes over a call in a call."""
    for call in CALL.finditer(source):
        found = list(_arguments(source, call.end()))
        if call[1] and found:
            yield found[0]
        elif len(found) > 1:
            yield found[0], found[1]


def _arguments(source: str, at: int) -> Iterator[str]:
    """The texts among the arguments of the call whose bracket opens before `at`, not those of calls within."""
    depth = 1
    while depth and at < len(source):
        literal = LITERAL.match(source, at)
        if literal and depth == 1 and source[literal.end()] in ",)":
            yield json.loads(literal[0])
        depth += (source[at] in "([{") - (source[at] in ")]}")
        at = literal.end() if literal else at + 1


def template() -> Catalog:
    """The catalogue of all texts and terms, without translations."""
    catalogue = Catalog(fuzzy=False)
    for text, file in sorted(said(), key=lambda one: (one[1], str(one[0]))):
        catalogue.add(text, locations=[(file, 0)])
    for kind, words in english().items():
        for word in sorted(words.values()):
            catalogue.add(word, context=kind)
    return catalogue


def path(code: str) -> Path:
    """Where the catalogue of a language is kept."""
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def catalogue(code: str) -> Catalog:
    """The catalogue of a language, as it is kept; an empty one where there is none yet."""
    if not path(code).is_file():
        return Catalog(locale=code, domain=DOMAIN, project="Fieldwatch", header_comment=HEADER, fuzzy=False)
    with path(code).open("rb") as file:
        return read_po(file, locale=code, domain=DOMAIN)


def update(code: str) -> None:
    """Brings the catalogue of a language up to date with the code."""
    kept = catalogue(code)
    kept.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    path(code).parent.mkdir(parents=True, exist_ok=True)
    with path(code).open("wb") as file:
        write_po(file, kept, width=WIDTH, omit_header=False, ignore_obsolete=True, include_lineno=False, sort_by_file=True)


def compile(code: str) -> None:
    """Makes what the program reads."""
    with path(code).with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue(code))


def main() -> None:
    """Does it for every language but English, which stands in the code."""
    options = argparse.ArgumentParser(description="Brings the catalogues of texts up to date.")
    options.add_argument("--compile", action="store_true", help="make what the program reads from them, change nothing")
    only_compile = options.parse_args().compile
    for code in LANGUAGES[1:]:
        if not only_compile:
            update(code)
        compile(code)


if __name__ == "__main__":
    main()
