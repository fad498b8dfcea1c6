"""The closed sets of words that data hold in English, and people read in their language.

Data, REST and addresses keep the English word. The catalogues hold each set as a context (`effect`, `role` ...).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import get_format
from django.utils.translation import get_language, pgettext

from fieldwatch.facts import Effect
from fieldwatch.inventory.attributes import called
from fieldwatch.library.table import table
from fieldwatch.server.options import OPTIONS
from fieldwatch.server.worker.state import State
from fieldwatch.vulnerabilities.finding import FIELDS

STATES = (
    "accepted", "authorised", "closed", "done", "enrolled", "failed", "new", "off", "open", "queued", "reading", "revoked", "silent",
    "unauthorised",
)  # fmt: skip
"""What a finding, an asset, a capture or a sensor can be."""

KINDS = ("capture", "exposure", "live", "network", "vulnerability")
"""What a source, a finding or an asset is, where that is no abbreviation."""


def term(kind: str, word: str) -> str:
    """The word in the language of the request. Words of no set come back as they are."""
    return pgettext(kind, word) if word else ""


def effect(value: str) -> str:
    """`program_download` as people read it."""
    return term("effect", value.replace("_", " "))


def effects() -> list[tuple[str, str]]:
    """All effects with their words, for a choice."""
    return [(one.value, effect(one.value)) for one in Effect]


def attribute(name: str) -> str:
    """`order_number` as people read it."""
    return term("attribute", called(name))


def field(name: str) -> str:
    """What decided about a finding, as people read it."""
    return term("field", FIELDS[name]) if name in FIELDS else attribute(name)


def within(noun: str) -> str:
    """The heading as it stands within a sentence: German nouns keep their capital."""
    return noun if (get_language() or "").startswith("de") else noun.lower()


def decimal(value: float, places: int = 1) -> str:
    """The number with the decimal sign of the language."""
    return f"{value:.{places}f}".replace(".", get_format("DECIMAL_SEPARATOR"))


def english() -> dict[str, Iterable[str]]:
    """The sets that are kept here, by context."""
    return {
        "effect": [one.value.replace("_", " ") for one in Effect],
        "role": [row[0] for row in table("roles.tsv").rows],
        "field": FIELDS.values(),
        "severity": ("critical", "high", "low", "medium", "none"),
        "state": STATES,
        "worker": [one.value for one in State],
        "option": [one.help for one in OPTIONS],
        "kind": KINDS,
    }
