"""Whether a CSAF document can be used, and what is wrong with it without harm.

Standards: CSAF 2.0 (OASIS Standard, 18 November 2022): JSON schema (3.2), mandatory tests (6.1), file name (5.1). Schema and tests are
those of the package `csaf` of the standard's editor. Refused is only what cannot be matched: no id, an id that is not the document's
name, no product tree or no vulnerabilities in a profile that needs them (4.4, 4.5). All else that fails is counted: coordinators publish
documents whose CWE names are out of date, and such a document still tells who is affected.
"""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from fieldwatch.vulnerabilities.csaf import UnreadableDocument, read

NOT_IN_NAME = re.compile(r"[^+\-a-z0-9]+")
VERSIONS = ("2.0",)
NEEDS = {"csaf_security_advisory": ("product_tree", "vulnerabilities"), "csaf_vex": ("product_tree", "vulnerabilities")}
"""What the profiles need besides /document (4.4, 4.5); the profiles without these tell nothing that is matched."""


class Sound(NamedTuple):
    """A document that can be used: its id, its date, and the tests that it fails without harm."""

    id: str
    updated: str
    cosmetic: tuple[str, ...]


def file_name(identity: str) -> str:
    """The name of the document with this id (5.1: lower case; what is not a letter, digit, + or - becomes one _)."""
    return NOT_IN_NAME.sub("_", identity.strip().lower()) + ".json"


def check(data: bytes, source: str, name: str = "", *, thorough: bool = True) -> Sound:
    """Looks at a document that should be called `name` ("" where any name will do). Raises UnreadableDocument, with `source` first."""
    advisory = read(data, source)
    document: dict[str, Any] = orjson.loads(data)
    said = document["document"].get("csaf_version")
    if said not in VERSIONS:
        raise UnreadableDocument(f"{source}: csaf_version {said!r}; {', '.join(VERSIONS)} can be read: not taken")
    if not advisory.id:
        raise UnreadableDocument(f"{source}: /document/tracking/id is empty; an id is needed: not taken")
    if name and file_name(advisory.id) != name.lower():
        right = file_name(advisory.id)
        raise UnreadableDocument(f"{source}: holds {advisory.id}, whose name is {right}: not taken, tell the publisher")
    lacking = [part for part in NEEDS.get(advisory.category, ()) if not document.get(part)]
    if lacking:
        what = " and no ".join(lacking)
        raise UnreadableDocument(f"{source}: has no {what}; a {advisory.category} needs it: not taken, tell the publisher")
    return Sound(advisory.id, advisory.updated, failed(document) if thorough else ())


def failed(document: dict[str, Any]) -> tuple[str, ...]:
    """The schema and the tests of 6.1 that the document fails, by their numbers."""
    try:
        report = _validator()(document, preset="mandatory")
    except Exception as error:
        # The tests of the package run over hostile documents, and what they raise is theirs: the document was read already.
        logging.getLogger(__name__).warning("the tests of CSAF 6.1 broke off: %s", type(error).__name__)
        return ("tests broke off",)
    return tuple(one.id for one in report.results if not one.passed and not one.skipped)


@functools.cache
def _validator() -> Callable[..., Any]:
    """The package's validator. Its import sets up the root logger, which is ours to set up: that is undone."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    from csaf.csaf.v20 import validate  # type: ignore[import-untyped]

    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
    root.setLevel(level)
    return validate  # type: ignore[no-any-return]
