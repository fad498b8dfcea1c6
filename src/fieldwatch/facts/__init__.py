"""The language that all parts speak: frozen records and enums, standard library only."""

from fieldwatch.facts.effect import COUNTED, DANGEROUS, Effect
from fieldwatch.facts.evidence import Evidence, Span
from fieldwatch.facts.records import (
    Claim,
    Conversation,
    Gap,
    Login,
    Malformed,
    MessageClass,
    Occurrence,
    Operation,
    Undecoded,
    Values,
)
from fieldwatch.facts.subject import Subject

__all__ = [
    "COUNTED",
    "DANGEROUS",
    "Claim",
    "Conversation",
    "Effect",
    "Evidence",
    "Gap",
    "Login",
    "Malformed",
    "MessageClass",
    "Occurrence",
    "Operation",
    "Span",
    "Subject",
    "Undecoded",
    "Values",
]
