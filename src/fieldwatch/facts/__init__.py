"""The language that all parts speak: frozen records and enums, standard library only."""

from fieldwatch.facts.batch import Batch, Proof, Row, Slice, Source
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
    Sighting,
    Undecoded,
    Values,
)
from fieldwatch.facts.subject import Subject

__all__ = [
    "COUNTED",
    "DANGEROUS",
    "Batch",
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
    "Proof",
    "Row",
    "Sighting",
    "Slice",
    "Source",
    "Span",
    "Subject",
    "Undecoded",
    "Values",
]
