"""What the page holds, as small as it can be: rows refer to assets, ends and captures by number. `web/src/data.ts` reads it.

Times are microseconds since 1970, UTC. What is beyond a limit is left out, and counted in `left_out`; the JSON has everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fieldwatch import __version__
from fieldwatch.cli.blind import blind_spots
from fieldwatch.cli.dangers import PRIORITIES
from fieldwatch.cli.language import ENGLISH, Language
from fieldwatch.cli.names import Names, address
from fieldwatch.cli.page_findings import assessment, finding, resolutions
from fieldwatch.cli.pieces import pieces
from fieldwatch.cli.terms import terms

if TYPE_CHECKING:
    from fieldwatch.facts import Conversation as Talk
    from fieldwatch.facts import Evidence, Login, Malformed, Operation, Subject, Undecoded
    from fieldwatch.inventory import Asset, Rival
    from fieldwatch.pipeline import Result

MOST_ASSETS = 20_000
MOST_ROWS = 20_000
MOST_MESSAGES = 60
MOST_PROOFS = 3
MOST_FRAMES = 20
"""Assets, the best known first; rows of a list; messages of a conversation; proofs of a value; frames of an operation."""

Row = dict[str, Any]


def page_data(result: Result, language: Language = ENGLISH) -> Row:
    """All that the page shows, and the texts of its language."""
    return _Writer(result, language).write()


class _Writer:
    def __init__(self, result: Result, language: Language) -> None:
        self.result, self.language = result, language
        self.names = Names(result)
        self.captures = {capture.path: at for at, capture in enumerate(_captures(result))}
        self.ends: dict[tuple[str, str], int] = {}
        self.end_rows: list[Row] = []
        self.assets: list[tuple[Asset, int]] = []
        self.numbers: dict[str, int] = {}
        self.proven: list[Evidence] = []
        for asset in sorted(result.inventory.assets, key=_by_knowledge)[:MOST_ASSETS]:
            self._number(asset, -1)

    def write(self) -> Row:
        facts = self.result.facts
        left_out = {"assets": max(0, len(self.result.inventory.assets) - MOST_ASSETS)}

        def most(name: str, rows: Iterable[Any]) -> Sequence[Any]:
            whole = list(rows)
            left_out[name] = max(0, len(whole) - MOST_ROWS)
            return whole[:MOST_ROWS]

        found = self.result.assessment
        shown = most("findings", found.findings if found else ())
        page: Row = {
            "version": __version__,
            "language": self.language.code,
            "texts": self.language.texts(),
            "terms": terms(self.language),
            "captures": [self._capture(one) for one in _captures(self.result)],
            "assets": [self._asset(one, parent) for one, parent in self.assets],
            "assessment": assessment(found),
            "findings": [finding(one, self.numbers, self._evidence) for one in shown],
            "resolutions": resolutions(found, shown, self.numbers),
            "talks": [
                self._talk(one) for one in most("talks", sorted(facts.conversations, key=lambda one: (-one.packets, one.first_ns, one)))
            ],
            "operations": [self._operation(one) for one in most("operations", sorted(facts.operations, key=_gravest))],
            "logins": [self._login(one, label) for one, label in most("logins", self._labelled())],
            "malformed": [self._malformed(one) for one in most("malformed", sorted(facts.malformed, key=_earliest))],
            "undecoded": [self._undecoded(one) for one in most("undecoded", _together(facts.undecoded))],
            "unseen": [{"what": spot.what, "count": spot.times, "detail": spot.detail} for spot in blind_spots(self.result, self.language)],
            "left_out": {name: count for name, count in left_out.items() if count},
        }
        page["ends"] = self.end_rows
        page["frames"] = self._frames()
        return page

    def _number(self, asset: Asset, parent: int) -> None:
        at = self.numbers[asset.id] = len(self.assets)
        self.assets.append((asset, parent))
        for child in asset.children:
            self._number(child, at)

    def _capture(self, one: Any) -> Row:
        times = {"first": _micros(one.first_ns), "last": _micros(one.last_ns)}
        return {"path": one.path, "packets": one.packets, "bytes": one.size_bytes, **times, "truncated": one.truncated}

    def _asset(self, one: Asset, parent: int) -> Row:
        attributes = {attribute.name: [self._rival(rival) for rival in attribute.rivals] for attribute in one.attributes}
        return {
            "id": one.id,
            "parent": parent,
            "component": one.component,
            "address": address(one),
            "ips": one.ips,
            "macs": one.macs,
            "vlans": one.vlans,
            "protocols": one.protocols,
            "first": _micros(one.first_ns),
            "last": _micros(one.last_ns),
            "attributes": attributes,
        }

    def _rival(self, one: Rival) -> list[Any]:
        proofs = [self._evidence(proof) for proof in one.evidence[:MOST_PROOFS]]
        return [one.value, one.confidence, one.reason, len(one.evidence), proofs]

    def _evidence(self, one: Evidence) -> list[Any]:
        if one.spans:
            self.proven.append(one)
        return [self.captures.get(one.source, -1), _micros(one.seen_ns), one.protocol, [number for span in one.spans for number in span]]

    def _end(self, end: Subject) -> int:
        shown = end.ip or end.mac
        key = (self.names.key(end), shown)
        at = self.ends.get(key)
        if at is None:
            at = self.ends[key] = len(self.end_rows)
            asset = self.names.asset(end)
            self.end_rows.append({"asset": self.numbers.get(asset.id, -1) if asset else -1, "address": shown})
        return at

    def _talk(self, one: Talk) -> Row:
        messages = sorted(one.messages, key=lambda message: (-message.times, message))
        return {
            "client": self._end(one.client),
            "server": self._end(one.server),
            "transport": one.transport,
            "port": one.port,
            "protocol": one.protocol,
            "packets": one.packets,
            "bytes": one.size_bytes,
            "first": _micros(one.first_ns),
            "last": _micros(one.last_ns),
            "messages": [[each.operation, each.effect, each.object, each.times, each.unanswered] for each in messages[:MOST_MESSAGES]],
            "more": max(0, len(messages) - MOST_MESSAGES),
        }

    def _operation(self, one: Operation) -> Row:
        first = one.occurrences[0]
        priority = PRIORITIES.get(one.effect)
        return {
            "actor": self._end(one.actor),
            "target": self._end(one.target),
            "component": one.target.component,
            "protocol": one.protocol,
            "name": one.name,
            "effect": one.effect,
            "priority": priority.word if priority else "",
            "object": one.object,
            "values": first.values,
            "result": first.result,
            "technique": one.technique,
            "count": one.times,
            "refused": sum(each.result not in {"", "ok"} for each in one.occurrences),
            "frames": [each.frame for each in one.occurrences[:MOST_FRAMES]],
            "evidence": self._evidence(one.evidence),
        }

    def _labelled(self) -> Iterator[tuple[Login, str]]:
        """The logins in order of time, with a number for each secret: equal ones can be seen, and nothing else."""
        labels: dict[str, str] = {}
        for one in sorted(self.result.facts.logins, key=_earliest):
            yield one, labels.setdefault(one.secret, f"secret {len(labels) + 1}") if one.secret else ""

    def _login(self, one: Login, label: str) -> Row:
        source, seen, protocol, spans = self._evidence(one.evidence._replace(spans=()))
        where = [one.evidence.frame, 0, 0] if one.evidence.spans else []
        return {
            "client": self._end(one.client),
            "server": self._end(one.server),
            "protocol": one.protocol,
            "username": one.username,
            "secret": label,
            "cleartext": one.cleartext,
            "result": one.result,
            "count": one.times,
            "evidence": [source, seen, protocol, spans + where],
        }

    def _malformed(self, one: Malformed) -> Row:
        return {
            "speaker": self._end(one.speaker),
            "protocol": one.protocol,
            "reason": one.reason,
            "clause": one.clause,
            "have": one.have,
            "allowed": one.allowed,
            "count": one.times,
            "evidence": self._evidence(one.evidence),
        }

    def _undecoded(self, one: Undecoded) -> Row:
        evidence = self._evidence(one.evidence._replace(spans=tuple(span._replace(length=0) for span in one.evidence.spans)))
        return {"protocol": one.protocol, "function": one.function, "reason": one.reason, "count": one.times, "evidence": evidence}

    def _frames(self) -> dict[str, list[tuple[int, str]]]:
        """The bytes around what proves something. Frames in which credentials were seen are left out: a secret never leaves them."""
        secret = {(login.evidence.source, frame) for login in self.result.facts.logins for frame in login.frames}
        secret |= {(login.evidence.source, span.frame) for login in self.result.facts.logins for span in login.evidence.spans}
        sizes = {capture.path: capture.size_bytes for capture in self.result.facts.captures}
        found = pieces(self.proven, secret, sizes)
        return {f"{self.captures[source]}:{frame}": rows for (source, frame), rows in found.items()}


def _captures(result: Result) -> list[Any]:
    return sorted(result.facts.captures, key=lambda one: (one.first_ns is None, one.first_ns or 0, one.path))


def _by_knowledge(one: Asset) -> tuple[int, str]:
    return -len(one.attributes), one.id


def _gravest(one: Operation) -> tuple[Any, ...]:
    order = list(PRIORITIES)
    rank = order.index(one.effect) if one.effect in PRIORITIES else len(order)
    return rank, one.evidence.seen_ns, one.evidence, one.name, one.object, one.actor, one.target


def _earliest(one: Login | Malformed) -> tuple[Any, ...]:
    return one.evidence.seen_ns, one.evidence, one


def _together(rows: Iterable[Undecoded]) -> list[Undecoded]:
    """One row for each protocol, function and reason over all captures, the most frequent first."""
    known: dict[tuple[str, str, str], Undecoded] = {}
    for row in sorted(rows, key=lambda one: (one.evidence.seen_ns, one)):
        key = (row.protocol, row.function, row.reason)
        known[key] = known[key]._replace(times=known[key].times + row.times) if key in known else row
    return sorted(known.values(), key=lambda one: (-one.times, one))


def _micros(seen_ns: int | None) -> int | None:
    return None if seen_ns is None else seen_ns // 1000
