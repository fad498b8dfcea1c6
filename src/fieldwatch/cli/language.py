"""The language of the summary and of the page: English stands in the code, every other language in a catalogue.

Standards: GNU gettext (`locale/<language>/LC_MESSAGES/fieldwatch.po`, compiled to `.mo` by `make setup`); POSIX.1-2017 XBD 8.2 for the
environment. Captures are given back as they are: names, values, reasons and file formats have no language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

LANGUAGES = ("en", "de")
"""What there are texts for; the first where nothing else is asked for."""

LOCALE, DOMAIN = Path(__file__).parent / "locale", "fieldwatch"
"""Where the catalogues are, and how they are called."""

POINTS = {"en": ",", "de": "."}
"""What stands between thousands."""

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where the environment says the language, the strongest first (POSIX.1-2017 XBD 8.2)."""


CONTEXT_END = "\x04"
"""What stands behind the context of a message in a compiled catalogue."""


class MissingCatalogue(Exception):
    """The catalogue of a language was not compiled: says what to do."""


class Language:
    """Texts in one language. What is not in its catalogue comes back in English."""

    def __init__(self, code: str = "en") -> None:
        self.code = code
        self.catalogue = None if code == "en" else _catalogue(code)

    def say(self, words: str) -> str:
        """The text; `{places}` in it are filled by the caller."""
        return self.catalogue.gettext(words) if self.catalogue else words

    def many(self, number: int, one: str, more: str) -> str:
        """The text for this number of things, which takes the place of `{n}`."""
        words = self.catalogue.ngettext(one, more, number) if self.catalogue else one if number == 1 else more
        return words.replace("{n}", self.number(number))

    def term(self, kind: str, word: str) -> str:
        """The word for one of a closed set of things (`effect`, `role`, `verdict` ...); unknown ones come back as they are."""
        return self.catalogue.pgettext(kind, word) if self.catalogue else word

    def texts(self) -> dict[str, str | list[str]]:
        """The whole catalogue without its terms: English -> text, or both forms of it; empty in English."""
        if self.catalogue is None:
            return {}
        return dict(_messages((LOCALE / self.code / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes()))

    def number(self, number: int) -> str:
        """The number, its thousands apart."""
        return f"{number:,}".replace(",", POINTS[self.code])


ENGLISH = Language()


def marked(words: str) -> str:
    """The same text: says that it stands in the catalogue, and is said in a language later."""
    return words


def language(asked: str | None, environment: Mapping[str, str]) -> Language:
    """The language that was asked for, else that of the environment where there is one for it, else English."""
    if asked:
        return Language(asked)
    said = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    code = said.partition(".")[0].partition("_")[0]
    try:
        return Language(code) if code in LANGUAGES else ENGLISH
    except MissingCatalogue:
        return ENGLISH


def _catalogue(code: str) -> NullTranslations:
    from gettext import translation

    try:
        return translation(DOMAIN, str(LOCALE), [code])
    except OSError:
        raise MissingCatalogue(f"the texts of language {code} are not compiled; run `make setup`") from None


def _messages(raw: bytes) -> Iterator[tuple[str, str | list[str]]]:
    """The messages of a compiled catalogue that stand in no context (GNU gettext manual, 10.3, The Format of GNU MO Files)."""
    import struct

    number, originals, translations = struct.unpack_from("<3I", raw, 8)
    for at in range(number):
        text, translated = (_text(raw, table + 8 * at) for table in (originals, translations))
        if text and CONTEXT_END not in text:
            yield text.partition("\0")[0], translated.split("\0") if "\0" in text else translated


def _text(raw: bytes, at: int) -> str:
    import struct

    length, offset = struct.unpack_from("<2I", raw, at)
    return raw[offset : offset + length].decode()
