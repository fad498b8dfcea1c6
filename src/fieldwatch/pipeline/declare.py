"""The protocols' declarations in the form that the native core reads (JSON, bytes as hex)."""

from __future__ import annotations

from typing import Any

import orjson

from fieldwatch.protocols import Registry
from fieldwatch.protocols._protocol import (
    Bytes,
    Case,
    Datagram,
    Delimiter,
    EtherType,
    Framing,
    Inside,
    Join,
    Length,
    Llc,
    Locate,
    Looks,
    Native,
    Part,
    Port,
    Protocol,
    Role,
    Segment,
)

_ROLES = {Role.BY_DIRECTION: "direction", Role.REQUEST: "request", Role.ANSWER: "answer", Role.ALONE: "alone"}


def declarations(registry: Registry) -> str:
    """All protocols of the registry, in its order: their index is the core's number for them."""
    return orjson.dumps([_spec(protocol) for protocol in registry.protocols]).decode()


def _spec(protocol: Protocol) -> dict[str, Any]:
    where = protocol.where
    return {
        "name": protocol.name,
        "ports": [{"number": p.number, "transport": p.transport, "trusted": p.trusted} for p in where if isinstance(p, Port)],
        "ether_types": [place.number for place in where if isinstance(place, EtherType)],
        "llc": [place.prefix.hex() for place in where if isinstance(place, Llc)],
        "frame": _framing(protocol.frame),
        "looks": [_looks(looks) for looks in protocol.looks],
        "join": _join(protocol.join) if protocol.join else None,
        "cases": [] if isinstance(protocol.cases, Locate) else [_case(case) for case in protocol.cases],
        "locate": protocol.cases.name if isinstance(protocol.cases, Locate) else "",
        "pair": {"limit_ms": protocol.pair.limit_ms, "many": protocol.pair.many} if protocol.pair else None,
        "vital": sorted(kind.hex() for kind in protocol.vital),
        "inside_only": all(isinstance(place, Inside) for place in where),
    }


def _framing(frame: Framing) -> dict[str, Any]:
    match frame:
        case Datagram():
            return {"type": "datagram"}
        case Segment(most):
            return {"type": "segment", "most": most}
        case Length(at, size, add, order, least, most):
            return {"type": "length", "at": at, "size": size, "add": add, "little": order == "little", "least": least, "most": most}
        case Delimiter(end, most, lines):
            return {"type": "delimiter", "end": end.hex(), "most": most, "lines": lines}
        case Native(name):
            return {"type": "native", "name": name}


def _part(part: Part) -> dict[str, Any]:
    return {"offset": part.offset, "values": [value.hex() for value in part.values], "mask": part.mask.hex()}


def _looks(looks: Looks) -> dict[str, Any]:
    return {"parts": [_part(part) for part in looks.parts], "least": looks.least, "whole": looks.whole, "anywhere": looks.anywhere}


def _join(join: Join) -> dict[str, Any]:
    when = [_part(part) for part in join.when]
    return {"at": join.at, "mask": join.mask, "last": join.last, "body": join.body, "most": join.most, "when": when}


def _case(case: Case) -> dict[str, Any]:
    def places(bytes_: tuple[Bytes, ...]) -> list[dict[str, Any]]:
        return [{"offset": one.offset, "length": one.length, "mask": one.mask.hex()} for one in bytes_]

    return {
        "when": [_part(part) for part in case.when],
        "role": _ROLES[case.role],
        "key": places(case.key),
        "kind": places(case.kind),
        "context": places(case.context),
    }
