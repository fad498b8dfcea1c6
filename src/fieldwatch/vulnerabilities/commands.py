"""Commands that devices obeyed without asking who gives them, and what they say of a controller's mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from fieldwatch.facts import DANGEROUS, Effect, Evidence, Login, Occurrence, Operation
from fieldwatch.inventory import Inventory
from fieldwatch.vulnerabilities.sign import Sign, listed
from fieldwatch.vulnerabilities.tables import protocols, table

OBEYED = "ok"
"""The result of an operation that its target did; nothing is said of one that was not answered."""

CHANGES = frozenset({Effect.START, Effect.STOP, Effect.MODE, Effect.PROGRAM_DOWNLOAD, Effect.PROGRAM_EDIT, Effect.FIRMWARE})
"""Effects that a key switch in RUN forbids."""


def commanded(inventory: Inventory, operations: Iterable[Operation], logins: Iterable[Login]) -> Iterator[Sign]:
    """The signs of the operations on each asset that it obeyed."""
    known = {(one.client, one.server, one.protocol) for one in logins if one.result == OBEYED}
    obeyed: dict[tuple[str, str], list[Operation]] = {}
    for one in operations:
        asset = inventory.home.get(one.target._replace(component=""))
        if asset is not None and one.effect in DANGEROUS and any(each.result == OBEYED for each in one.occurrences):
            obeyed.setdefault((asset, one.protocol), []).append(one)
    for (asset, protocol), some in obeyed.items():
        unasked = [one for one in some if (_end(one, True), _end(one, False), protocol) not in known]
        if unasked and protocol in protocols("@open"):
            yield _sign(asset, "unauthenticated-control", protocol, unasked)
        changing = [one for one in some if one.effect in CHANGES]
        if changing and protocol in _switched():
            yield _sign(asset, "controller-remote-mode", protocol, changing)
            yield from _stopped(asset, protocol, changing)


def _end(one: Operation, of_actor: bool) -> object:
    return (one.actor if of_actor else one.target)._replace(component="")


@cache
def _switched() -> frozenset[str]:
    """Protocols of controllers that have a key or mode switch: rows `moded` of `data/exposure_signs.tsv`."""
    return frozenset(row[2] for row in table("exposure_signs.tsv").rows if row[0] == "moded")


def _sign(asset: str, exposure: str, protocol: str, some: list[Operation]) -> Sign:
    names = listed(tuple(sorted({one.name for one in some})))
    actors = tuple(sorted({one.actor.ip or one.actor.mac for one in some}))
    value = names if exposure == "unauthenticated-control" else f"took {names} from {listed(actors)}"
    return Sign(asset, "", exposure, protocol, protocol, "operation", value, _proof(some), actors)


def _stopped(asset: str, protocol: str, some: list[Operation]) -> Iterator[Sign]:
    """A controller whose last obeyed start or stop was a stop. Parts of a device are looked at one by one."""
    parts: dict[str, list[tuple[Occurrence, Operation]]] = {}
    for one in some:
        if one.effect in (Effect.START, Effect.STOP):
            parts.setdefault(one.target.component, []).extend((each, one) for each in one.occurrences if each.result == OBEYED)
    for part, given in parts.items():
        if not given:
            continue
        last, operation = max(given, key=lambda pair: (pair[0].seen_ns, pair[0].frame))
        if operation.effect is Effect.STOP:
            actor = operation.actor.ip or operation.actor.mac
            value = f"stopped by {actor} ({operation.name}) and not started again"
            proof = operation.evidence._replace(seen_ns=last.seen_ns)
            yield Sign(asset, part, "controller-program-mode", protocol, protocol, "operation", value, (proof,), (actor,))


def _proof(some: Iterable[Operation]) -> tuple[Evidence, ...]:
    return tuple(sorted({one.evidence for one in some}, key=lambda one: (one.seen_ns, one)))
