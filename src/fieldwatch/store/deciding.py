"""What every decision of a person leaves behind, in its own transaction: an entry of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from fieldwatch.store.audit import AuditAction, append
from fieldwatch.store.models import Site, User


class Refused(ValueError):
    """Something that cannot be taken so: says what was read, what is allowed, what to do."""


class By(NamedTuple):
    """Who decides, and from which address; no user: the program itself."""

    user: User | None
    address: str = ""


def enter(by: By, action: AuditAction, object_: str, site: Site, detail: Mapping[str, Any]) -> None:
    """Writes the entry."""
    actor = by.user.get_username() if by.user else ""
    append(actor=actor, address=by.address, action=action, object=object_, site=site.slug, detail=dict(detail))


def text(name: str, value: str, most: int) -> str:
    """What somebody wrote, without blanks around it. Raises Refused."""
    found = value.strip()
    if len(found) > most or any(ord(letter) < 32 and letter not in "\n\t\r" for letter in found):
        raise Refused(f"{name}: {len(found)} characters were read; at most {most} characters of text are allowed; write it shorter")
    return found
