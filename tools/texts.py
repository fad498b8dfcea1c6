"""The catalogues of texts: what the code says, and what each language says for it (GNU gettext, read and written by Babel).

`python tools/texts.py` brings the catalogues of the command line and of the server up to date: new texts come in without a translation,
texts that nobody says any more go. `--compile` makes the `.mo` files that the program reads; `make setup` does that.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from fieldwatch.cli.language import DOMAIN, LANGUAGES, LOCALE
from fieldwatch.cli.terms import english
from fieldwatch.pipeline.losses import LOSSES
from fieldwatch.server.words import english as words

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "fieldwatch"
SERVER = SOURCE / "server"

PYTHON = sorted((SOURCE / "cli").glob("*.py"))
PAGES = sorted((ROOT / "web" / "src").glob("*.ts"))
"""Where the command line and its page say texts."""

FUNCTIONS = ("say", "marked", "many")
"""The functions of the command line that take a text; `many` takes two, for one thing and for more."""

GETTEXT = {"_": 1, "gettext": 1, "pgettext": 1, "ngettext": 2, "npgettext": 2}
"""The functions of Django that take a text (also their lazy kin), with the number of its forms."""

CALL = re.compile(r"\b(?:(say|woven)|many)\(")
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')
"""A call of the pages' functions that take a text; a text, which always stands in double quotes."""

TEMPLATE_CALL = re.compile(r"""\b(_|n?p?gettext)\(((?:\s*u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*,?)+)""", re.DOTALL)
"""A call in what Django makes of a template for xgettext."""

WIDTH = 140
HEADER = "# Texts of Fieldwatch. Brought up to date by tools/texts.py; translations are written by hand."
LOSSES_PATH = "src/fieldwatch/pipeline/losses.py"

Text = str | tuple[str, str]
"""A text, or what is said of one thing and of more."""

Said = tuple[str, str, Text]
"""The file that says a text, the context of the text, and the text."""


class House(NamedTuple):
    """A part of the program that has its own catalogues, its texts, and the words of its closed sets by their kind."""

    locale: Path
    domain: str
    said: Callable[[], Iterator[Said]]
    terms: Callable[[], dict[str, set[str]]]

    def path(self, code: str) -> Path:
        """Where the catalogue of a language is kept."""
        return self.locale / code / "LC_MESSAGES" / f"{self.domain}.po"


def said_by_terminal() -> Iterator[Said]:
    """Every text of the command line and its page."""
    for files, read in ((PYTHON, said_in_python), (PAGES, said_in_page)):
        for file in files:
            for text in read(file.read_text(encoding="utf-8")):
                yield _relative(file), "", text
    for loss in LOSSES.values():
        yield LOSSES_PATH, "", loss


def said_by_server() -> Iterator[Said]:
    """Every text of the server: of its Python and templates, and of the choices in the store's tables."""
    python = [*SERVER.rglob("*.py"), *(SOURCE / "store" / "models").glob("*.py")]
    templates = [file for file in (SERVER / "templates").rglob("*") if file.suffix in {".html", ".txt"}]
    for files, read in ((python, said_to_django), (templates, said_in_template)):
        for file in files:
            for context, text in read(file.read_text(encoding="utf-8")):
                yield _relative(file), context, text
    for loss in LOSSES.values():
        yield LOSSES_PATH, "", loss


def terms_of_server() -> dict[str, set[str]]:
    """The words of the sets that the server shows; attributes are called as the command line calls them."""
    return {kind: set(held) for kind, held in words().items()} | {"attribute": set(english()["attribute"].values())}


def _relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


TERMINAL = House(LOCALE, DOMAIN, said_by_terminal, lambda: {kind: set(held.values()) for kind, held in english().items()})
PLATFORM = House(SERVER / "locale", "django", said_by_server, terms_of_server)
HOUSES = (TERMINAL, PLATFORM)


def said_in_python(source: str) -> Iterator[Text]:
    """The texts in Python, also those that stand in f-strings, which Babel's reader passes over."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in FUNCTIONS:
            found = _literals(node)
            if found:
                yield (found[0], found[1]) if _name(node.func) == "many" else found[0]


def said_to_django(source: str) -> Iterator[tuple[str, Text]]:
    """The texts in Python of Django, each with its context."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _told(_name(node.func).removesuffix("_lazy"), _literals(node))


def said_in_template(source: str) -> Iterator[tuple[str, Text]]:
    """The texts in a template of Django, each with its context."""
    for call in TEMPLATE_CALL.finditer(templatize(source)):
        yield from _told(call[1], ast.literal_eval(f"[{call[2]}]"))


def _told(name: str, words: list[str]) -> Iterator[tuple[str, Text]]:
    forms, has_context = GETTEXT.get(name, 0), name.startswith(("p", "np"))
    if forms and len(words) == forms + has_context:
        yield words[0] if has_context else "", words[-1] if forms == 1 else (words[-2], words[-1])


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _literals(call: ast.Call) -> list[str]:
    return [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]


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


def template(house: House) -> Catalog:
    """The catalogue of all texts and terms, without translations."""
    catalogue = Catalog(fuzzy=False)
    for file, context, text in sorted(house.said(), key=lambda one: (one[0], str(one[2]))):
        catalogue.add(text, locations=[(file, 0)], context=context or None)
    for kind, held in house.terms().items():
        for word in sorted(held):
            catalogue.add(word, context=kind)
    return catalogue


def catalogue(house: House, code: str) -> Catalog:
    """The catalogue of a language, as it is kept; an empty one where there is none yet."""
    if not house.path(code).is_file():
        return Catalog(locale=code, domain=house.domain, project="Fieldwatch", header_comment=HEADER, fuzzy=False)
    with house.path(code).open("rb") as file:
        return read_po(file, locale=code, domain=house.domain)


def update(house: House, code: str) -> None:
    """Brings the catalogue of a language up to date with the code."""
    kept = catalogue(house, code)
    kept.update(template(house), no_fuzzy_matching=True, update_creation_date=False)
    house.path(code).parent.mkdir(parents=True, exist_ok=True)
    with house.path(code).open("wb") as file:
        write_po(file, kept, width=WIDTH, omit_header=False, ignore_obsolete=True, include_lineno=False, sort_by_file=True)


def compile(house: House, code: str) -> None:
    """Makes what the program reads."""
    with house.path(code).with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue(house, code))


def main() -> None:
    """Does it for every language but English, which stands in the code."""
    options = argparse.ArgumentParser(description="Brings the catalogues of texts up to date.")
    options.add_argument("--compile", action="store_true", help="make what the program reads from them, change nothing")
    only_compile = options.parse_args().compile
    for house in HOUSES:
        for code in LANGUAGES[1:]:
            if not only_compile:
                update(house, code)
            compile(house, code)


if __name__ == "__main__":
    main()
