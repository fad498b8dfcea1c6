"""What REST shows of one row beyond the columns of its list: rivals and their evidence, parts, what people said, steps of the handling."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.accounts.roles import May
from fieldwatch.store.models import Asset, AssetAttribute, Conversation, Finding


class Value(BaseModel):
    """One value that is claimed of an attribute."""

    value: str
    confidence: float = Field(description="0 to 1", examples=[0.9])
    reason: str = Field(description="why it has this confidence")
    evidence: list[Any] = Field(description="where it was seen: source, time and spans of the first and last proofs")
    proofs: int = Field(description="how many proofs there are")


class AttributeOut(BaseModel):
    """An attribute: the value that is shown, and its rivals, best first."""

    name: str
    values: list[Value]


class Part(BaseModel):
    """A module or unit of an asset."""

    id: str
    component: str
    name: str
    role: str
    model: str
    firmware: str
    serial_number: str


class OverrideOut(BaseModel):
    """What a person says an attribute is."""

    attribute: str
    value: str
    over: str = Field(description="the value that it was set against")
    note: str
    conflicts: bool = Field(description="the network says something else since")
    by: str | None
    at: datetime.datetime


class NoteOut(BaseModel):
    """What a person wrote."""

    id: int
    text: str
    by: str | None
    at: datetime.datetime


class StepOut(BaseModel):
    """One step of the handling of a finding."""

    kind: str
    text: str
    by: str | None
    at: datetime.datetime


class AssetMore(BaseModel):
    """Of an asset."""

    attributes: list[AttributeOut]
    children: list[Part]
    addresses: list[str] = Field(description="addresses that it has, or had")
    overrides: list[OverrideOut]
    custom: dict[str, str] = Field(description="values of the organisation's own attributes, by name")
    notes: list[NoteOut] = Field(description="newest first")


class FindingMore(BaseModel):
    """Of a finding."""

    asset_id: str
    details: dict[str, Any] | list[Any] = Field(description="range, field and value that decided, vectors, mitigations, trail")
    evidence: list[Any] | dict[str, Any]
    accepted_by: str | None
    accepted_why: str
    steps: list[StepOut] = Field(description="newest first")


class End(BaseModel):
    """An end of a conversation."""

    ip: str
    mac: str
    vlan: int
    component: str
    asset_id: str | None


class ConversationMore(BaseModel):
    """Of a conversation."""

    ends: dict[str, End] = Field(description="`client` and `server`")
    classes: int = Field(description="how many message classes it has; they stand at `/conversations/{id}/classes`")


class Detail(NamedTuple):
    """What there is more of a row, and its schema."""

    more: Callable[[Any, Access], Mapping[str, Any]]
    schema: type[BaseModel]


def _asset(row: Asset, held: Access) -> Mapping[str, Any]:
    return {
        "attributes": _attributes(row),
        "children": [
            _part(one) for one in held.narrow(row.children.filter(gone_at=None), May.SEE, "site", "zone").order_by("component", "pk")
        ],
        "addresses": list(row.addresses.order_by("address").values_list("address", flat=True)),
        "overrides": [_override(one) for one in row.overrides.select_related("by").order_by("attribute")],
        "custom": {one.field.name: one.value for one in row.custom_values.select_related("field").order_by("field__name")},
        "notes": [_said(one) | {"id": one.pk} for one in row.notes.select_related("by")],
    }


def _attributes(row: Asset) -> list[dict[str, Any]]:
    found: dict[str, list[AssetAttribute]] = {}
    for one in row.attributes.order_by("name", "rank"):
        found.setdefault(one.name, []).append(one)
    return [{"name": name, "values": [_value(one) for one in values]} for name, values in found.items()]


def _value(one: AssetAttribute) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("value", "confidence", "reason", "evidence", "proofs")}


def _part(one: Asset) -> dict[str, Any]:
    return {"id": str(one.uid)} | {name: getattr(one, name) for name in Part.model_fields if name != "id"}


def _override(one: Any) -> dict[str, Any]:
    made = {name: getattr(one, name) for name in ("attribute", "value", "over", "note", "conflicts", "at")}
    return made | {"by": one.by.get_username() if one.by else None}


def _said(one: Any) -> dict[str, Any]:
    return {"text": one.text, "by": one.by.get_username() if one.by else None, "at": one.at}


def _finding(row: Finding, held: Access) -> Mapping[str, Any]:
    return {
        "asset_id": str(row.asset.uid),
        "details": row.details,
        "evidence": row.evidence,
        "accepted_by": row.accepted_by.get_username() if row.accepted_by else None,
        "accepted_why": row.accepted_why,
        "steps": [_said(one) | {"kind": one.kind} for one in row.steps.select_related("by")],
    }


def _conversation(row: Conversation, held: Access) -> Mapping[str, Any]:
    return {"ends": {"client": _end(row.client), "server": _end(row.server)}, "classes": row.classes.count()}


def _end(one: Any) -> dict[str, Any]:
    uid = str(one.asset.uid) if one.asset else None
    return {name: getattr(one, name) for name in ("ip", "mac", "vlan", "component")} | {"asset_id": uid}


DETAILS: Mapping[str, Detail] = {
    "assets": Detail(_asset, AssetMore),
    "findings": Detail(_finding, FindingMore),
    "conversations": Detail(_conversation, ConversationMore),
}
"""By plural of the record."""
