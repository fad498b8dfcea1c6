"""The result as one JSON document (`docs/schema/inspect.schema.json`). The same captures give the same document, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fieldwatch import __version__
from fieldwatch.facts import Claim, Conversation, Evidence, Gap, Login, Malformed, Operation, Span, Subject, Undecoded, Values
from fieldwatch.inventory import SHOWN, Asset, Attribute
from fieldwatch.pipeline import findings
from fieldwatch.pipeline.assemble import Capture, Facts
from fieldwatch.pipeline.inspect import Result
from fieldwatch.wire import time_text

SCHEMA = "fieldwatch/inspect/1"


def document(result: Result) -> dict[str, Any]:
    """Everything that the result holds, in a fixed order."""
    return {name: list(part) if isinstance(part, Iterator) else part for name, part in _parts(result)}


def text(result: Result) -> Iterator[bytes]:
    """The document as JSON, row by row: it is never in memory as a whole, which would cost more than the facts themselves."""
    import orjson

    before = b"{"
    for name, part in _parts(result):
        yield before + orjson.dumps(name) + b":"
        before = b","
        if isinstance(part, Iterator):
            yield b"["
            for number, row in enumerate(part):
                yield b"," + orjson.dumps(row) if number else orjson.dumps(row)
            yield b"]"
        else:
            yield orjson.dumps(part)
    yield b"}"


def _parts(result: Result) -> Iterator[tuple[str, Any]]:
    """The document's parts by name; those of many rows make them one by one."""
    facts = result.facts
    yield "schema", SCHEMA
    yield "version", __version__
    captures = sorted(facts.captures, key=lambda one: (one.first_ns is None, one.first_ns or 0, one.path))
    yield "captures", [_capture(one) for one in captures]
    yield "skipped", [{"path": one.path, "why": one.why} for one in result.skipped]
    yield "totals", _totals(facts)
    yield "claims", map(_claim, sorted(facts.claims, key=_claim_order))
    yield "assets", map(_asset, sorted(result.inventory.assets, key=lambda one: one.id))
    yield "conversations", map(_conversation, sorted(facts.conversations, key=_conversation_order))
    yield "operations", map(_operation, sorted(facts.operations, key=_operation_order))
    labels = _secret_labels(facts.logins)
    yield "logins", [_login(one, labels) for one in sorted(facts.logins, key=_login_order)]
    yield "malformed", map(_malformed, sorted(facts.malformed, key=lambda one: (*_place(one.evidence), one)))
    yield "undecoded", map(_undecoded, _undecoded_rows(facts.undecoded))
    yield "gaps", map(_gap, sorted(facts.gaps))
    yield from findings.parts(result.assessment, _evidence)


def _gap(one: Gap) -> dict[str, Any]:
    return {"protocol": one.protocol, "client": _end(one.client), "server": _end(one.server), "count": one.times, "bytes": one.size_bytes}


def _totals(facts: Facts) -> dict[str, Any]:
    counters: dict[str, int] = {}
    for capture in facts.captures:
        for name, count in capture.counters:
            counters[name] = counters.get(name, 0) + count
    return {"counters": counters, "distinct": dict(sorted(facts.distinct.items()))}


def _capture(one: Capture) -> dict[str, Any]:
    return {
        "path": one.path,
        "packets": one.packets,
        "bytes": one.size_bytes,
        "first_seen": None if one.first_ns is None else time_text(one.first_ns),
        "last_seen": None if one.last_ns is None else time_text(one.last_ns),
        "truncated": one.truncated or None,
        "counters": dict(one.counters),
    }


def _spans(spans: Iterable[Span]) -> list[dict[str, int]]:
    return [{"frame": span.frame, "offset": span.offset, "length": span.length} for span in spans]


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"capture": one.source, "frame": one.frame, "time": time_text(one.seen_ns), "protocol": one.protocol, "spans": _spans(one.spans)}


def _place(one: Evidence) -> tuple[int, str, tuple[Span, ...]]:
    return one.seen_ns, one.source, one.spans


def _claim_order(one: Claim) -> tuple[Any, ...]:
    return (*_place(one.evidence), one)


def _claim(one: Claim) -> dict[str, Any]:
    evidence = one.evidence
    return {
        "capture": evidence.source,
        "frame": evidence.frame,
        "time": time_text(evidence.seen_ns),
        "ip": one.subject.ip or None,
        "mac": one.subject.mac or None,
        "component": one.subject.component,
        "protocol": evidence.protocol,
        "attribute": one.attribute,
        "value": one.value,
        "evidence": _spans(evidence.spans),
    }


def _asset(one: Asset) -> dict[str, Any]:
    shown: dict[str, Any] = {name: _attribute(one.attribute(name)) for name in SHOWN}
    others = {attribute.name: _attribute(attribute) for attribute in one.attributes if attribute.name not in SHOWN}
    return {
        "id": one.id,
        "component": one.component,
        **shown,
        "attributes": others,
        "ips": list(one.ips),
        "macs": list(one.macs),
        "vlans": list(one.vlans),
        "children": [_asset(child) for child in one.children],
        "protocols": list(one.protocols),
        "first_seen": time_text(one.first_ns),
        "last_seen": time_text(one.last_ns),
    }


def _attribute(one: Attribute | None) -> dict[str, Any] | None:
    if one is None:
        return None
    rivals = [{"value": rival.value, "confidence": rival.confidence, "reason": rival.reason} for rival in one.rivals[1:]]
    evidence = [_evidence(proof) for proof in one.evidence[:3]]
    return {"value": one.value, "confidence": one.confidence, "reason": one.reason, "evidence": evidence, "rivals": rivals}


def _end(one: Subject) -> dict[str, Any]:
    return {"ip": one.ip or None, "mac": one.mac or None}


def _conversation_order(one: Conversation) -> tuple[Any, ...]:
    return one.first_ns, one.client, one.server, one.transport, one.port, one.protocol, one.packets, one.last_ns


def _conversation(one: Conversation) -> dict[str, Any]:
    messages = [
        {
            "operation": message.operation,
            "effect": message.effect,
            "object": message.object,
            "count": message.times,
            "unanswered": message.unanswered,
            "distinct": message.distinct,
            "first_seen": time_text(message.first_ns),
            "last_seen": time_text(message.last_ns),
        }
        for message in one.messages
    ]
    return {
        "client": _end(one.client),
        "server": _end(one.server),
        "vlan": one.client.vlan or None,
        "transport": one.transport,
        "port": one.port,
        "protocol": one.protocol,
        "packets": one.packets,
        "bytes": one.size_bytes,
        "first_seen": time_text(one.first_ns),
        "last_seen": time_text(one.last_ns),
        "messages": messages,
    }


def _operation_order(one: Operation) -> tuple[Any, ...]:
    return (*_place(one.evidence), one.protocol, one.name, one.object, one.actor, one.target, one.times)


def _operation(one: Operation) -> dict[str, Any]:
    first = one.occurrences[0]
    return {
        "capture": one.evidence.source,
        "frame": first.frame,
        "time": time_text(first.seen_ns),
        "source": _end(one.actor),
        "destination": _end(one.target),
        "component": one.target.component,
        "protocol": one.protocol,
        "operation": one.name,
        "effect": one.effect.value,
        "object": one.object,
        "values": _values(first.values),
        "result": first.result,
        "technique": one.technique or None,
        "count": one.times,
        "evidence": _spans(one.evidence.spans),
        "occurrences": [
            {"frame": each.frame, "time": time_text(each.seen_ns), "values": _values(each.values), "result": each.result}
            for each in one.occurrences
        ],
    }


def _values(named: Values) -> dict[str, str | list[str]]:
    """Name -> value; a name that the message gives more than once has the list of its values, in the order of the message."""
    found: dict[str, str | list[str]] = {}
    for name, value in named:
        known = found.get(name)
        if known is None:
            found[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            found[name] = [known, value]
    return found


def _login_order(one: Login) -> tuple[Any, ...]:
    return (*_place(one.evidence), one.protocol, one.client, one.server, one.username)


def _secret_labels(logins: Iterable[Login]) -> dict[str, str]:
    """Equal secrets have equal labels, numbered in order of appearance: they can be compared, and say nothing."""
    labels: dict[str, str] = {}
    for login in sorted(logins, key=_login_order):
        if login.secret:
            labels.setdefault(login.secret, f"secret {len(labels) + 1}")
    return labels


def _login(one: Login, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "capture": one.evidence.source,
        "frame": one.evidence.frame,
        "time": time_text(one.evidence.seen_ns),
        "client": _end(one.client),
        "server": _end(one.server),
        "protocol": one.protocol,
        "username": one.username,
        "secret": labels.get(one.secret),
        "cleartext": one.cleartext,
        "result": one.result,
        "count": one.times,
        "occurrences": list(one.frames),
    }


def _malformed(one: Malformed) -> dict[str, Any]:
    return {
        **_evidence(one.evidence),
        "speaker": _end(one.speaker),
        "reason": one.reason,
        "clause": one.clause,
        "have": one.have,
        "allowed": one.allowed,
        "count": one.times,
    }


def _undecoded_rows(rows: Iterable[Undecoded]) -> list[Undecoded]:
    """One row for each protocol, function and reason, over all captures, with the first evidence."""
    known: dict[tuple[str, str, str], Undecoded] = {}
    for row in rows:
        key = (row.protocol, row.function, row.reason)
        old = known.get(key)
        if old is None:
            known[key] = row
        else:
            first = min(old, row, key=lambda one: _place(one.evidence))
            known[key] = first._replace(times=old.times + row.times)
    return [known[key] for key in sorted(known)]


def _undecoded(one: Undecoded) -> dict[str, Any]:
    return {"protocol": one.protocol, "function": one.function, "reason": one.reason, "count": one.times, "first": _evidence(one.evidence)}
