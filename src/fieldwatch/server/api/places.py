"""Sites, zones and subnets by REST; and the plan of a site, as one document that can be kept as text."""

from __future__ import annotations

from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field, ValidationError

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api import changed
from fieldwatch.server.api.body import Given, Text, Word, without_nul
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.api.records import detailed, one, written
from fieldwatch.server.records.registry import records
from fieldwatch.store import places, plan
from fieldwatch.store.models import Site

YAML = "application/yaml"
LARGEST = 2**20
"""Bytes of a plan."""

DEEPEST = 8
"""Lists and mappings within each other that a plan may have."""

Level = float | None


class SiteChange(Given):
    """What may be changed of a site."""

    name: Word = ""
    timezone: Word = Field("UTC", examples=["Europe/Berlin"])
    description: Text = ""


class SiteIn(SiteChange):
    """A new site."""

    slug: Word = Field(description="its name in addresses: small letters, digits and -", examples=["works"])


class ZoneChange(Given):
    """What may be changed of a zone."""

    name: Word = ""
    level: Level = Field(None, description="level of the Purdue model, 0 to 5", examples=[3.5], ge=0, le=5)
    description: Text = ""


class ZoneIn(ZoneChange):
    """A new zone."""

    site: Word = Field(description="slug of its site")


class SubnetChange(Given):
    """What may be changed of a subnet."""

    network: Word = Field("", examples=["10.1.2.0/24"])
    name: Word = ""
    zone: Word | None = Field(None, description="name of a zone of the site")


class SubnetIn(SubnetChange):
    """A new subnet."""

    site: Word = Field(description="slug of its site")


class PlanZone(Given):
    """A zone of a plan."""

    name: Word
    level: Level = Field(None, ge=0, le=5)
    description: Text = ""


class PlanSubnet(Given):
    """A subnet of a plan."""

    network: Word
    name: Word = ""
    zone: Word | None = None


class Plan(Given):
    """The plan of a site."""

    site: SiteChange | None = None
    zones: list[PlanZone] = Field(default_factory=list, max_length=5000)
    subnets: list[PlanSubnet] = Field(default_factory=list, max_length=20_000)


class Differences(BaseModel):
    """What a plan made other."""

    trial: bool
    added: list[str]
    changed: list[str]
    removed: list[str]


SITES, ZONES, SUBNETS = Router(tags=["sites"]), Router(tags=["zones"]), Router(tags=["subnets"])
Row = dict[str, Any]
BODY = {"application/json": {"schema": Plan.model_json_schema()}, YAML: {"schema": {"type": "string"}}}


@SITES.post("", response={201: Row}, operation_id="add_site", summary="Make a site")
def add_site(request: HttpRequest, given: SiteIn) -> HttpResponse:
    """Makes a site: for who administers everything."""
    if not required(request, May.ADMINISTER).scope(May.ADMINISTER).everywhere:
        raise Problem(Type.NOT_ALLOWED, "New sites are made by who administers all of them.")
    with changed.changing():
        made = places.set_site(None, given.told(), by=changed.by(request))
    return _shown(request, "sites", made.slug, 201)


@SITES.patch("/{key}", response=Row, operation_id="change_site", summary="Change a site")
def change_site(request: HttpRequest, key: str, given: SiteChange) -> HttpResponse:
    """Sets what was given."""
    row = _managed(request, key)
    with changed.changing():
        places.set_site(row, given.told(), by=changed.by(request))
    return _shown(request, "sites", key)


@SITES.get("/{key}/plan", response=Plan, operation_id="get_plan", summary="The plan of a site")
def get_plan(request: HttpRequest, key: str) -> HttpResponse:
    """Zones and subnets as one document; as YAML for `Accept: application/yaml`."""
    row: Site = one(request, records()["sites"], key)
    required(request, May.SEE, row.pk)
    found = plan.plan(row)
    if YAML in request.headers.get("Accept", ""):
        return HttpResponse(yaml.safe_dump(found, sort_keys=False, allow_unicode=True), content_type=YAML)
    return written(found)


@SITES.put("/{key}/plan", response=Differences, operation_id="put_plan", summary="Put a plan in force", openapi_extra={
    "requestBody": {"required": True, "content": BODY},
    "parameters": [{"name": "trial", "in": "query", "required": False, "description": "`yes` changes nothing and says what would be",
                    "schema": {"type": "string", "enum": ["yes", "no"]}}],
})  # fmt: skip
def put_plan(request: HttpRequest, key: str) -> HttpResponse:
    """Makes the site what the document says: what it does not name is removed. The same document twice changes nothing."""
    row = _managed(request, key)
    is_trial = request.GET.get("trial") == "yes"
    with changed.changing():
        found = plan.put(row, _document(request), by=changed.by(request), is_trial=is_trial)
    return written({"trial": is_trial, **{name: list(names) for name, names in found._asdict().items()}})


@ZONES.post("", response={201: Row}, operation_id="add_zone", summary="Make a zone")
def add_zone(request: HttpRequest, given: ZoneIn) -> HttpResponse:
    """Makes a zone."""
    row = _managed(request, given.site)
    with changed.changing():
        made = places.set_zone(row, None, given.told(), by=changed.by(request))
    return _shown(request, "zones", made.pk, 201)


@ZONES.patch("/{key}", response=Row, operation_id="change_zone", summary="Change a zone")
def change_zone(request: HttpRequest, key: str, given: ZoneChange) -> HttpResponse:
    """Sets what was given."""
    row = _placed(request, "zones", key)
    with changed.changing():
        places.set_zone(row.site, row, given.told(), by=changed.by(request))
    return _shown(request, "zones", key)


@ZONES.delete("/{key}", response={204: None}, operation_id="remove_zone", summary="Remove a zone")
def remove_zone(request: HttpRequest, key: str) -> HttpResponse:
    """Removes it; its assets are in none then, until their subnet says otherwise."""
    return _removed(request, "zones", key)


@SUBNETS.post("", response={201: Row}, operation_id="add_subnet", summary="Make a subnet")
def add_subnet(request: HttpRequest, given: SubnetIn) -> HttpResponse:
    """Makes a subnet."""
    row = _managed(request, given.site)
    with changed.changing():
        made = places.set_subnet(row, None, given.told(), by=changed.by(request))
    return _shown(request, "subnets", made.pk, 201)


@SUBNETS.patch("/{key}", response=Row, operation_id="change_subnet", summary="Change a subnet")
def change_subnet(request: HttpRequest, key: str, given: SubnetChange) -> HttpResponse:
    """Sets what was given."""
    row = _placed(request, "subnets", key)
    with changed.changing():
        places.set_subnet(row.site, row, given.told(), by=changed.by(request))
    return _shown(request, "subnets", key)


@SUBNETS.delete("/{key}", response={204: None}, operation_id="remove_subnet", summary="Remove a subnet")
def remove_subnet(request: HttpRequest, key: str) -> HttpResponse:
    """Removes it."""
    return _removed(request, "subnets", key)


def _managed(request: HttpRequest, slug: str) -> Site:
    """The site, where it may be managed. Raises Http404, PermissionDenied."""
    row: Site = one(request, records()["sites"], slug)
    required(request, May.MANAGE_SITE, row.pk)
    return row


def _placed(request: HttpRequest, plural: str, key: str) -> Any:
    """A zone or a subnet of a site that may be managed. Raises Http404, PermissionDenied."""
    row = one(request, records()[plural], key)
    required(request, May.MANAGE_SITE, row.site_id)
    return row


def _removed(request: HttpRequest, plural: str, key: str) -> HttpResponse:
    row = _placed(request, plural, key)
    with changed.changing():
        places.remove(row, by=changed.by(request))
    return HttpResponse(status=204)


def _shown(request: HttpRequest, plural: str, key: Any, status: int = 200) -> HttpResponse:
    record = records()[plural]
    return written(detailed(record, one(request, record, key), access(request)), status)


def _document(request: HttpRequest) -> Row:
    """The plan in the body. Raises Problem."""
    body = request.body
    if len(body) > LARGEST:
        raise Problem(Type.TOO_LARGE, "The plan is too large.", read=f"{len(body)} bytes", allowed=f"{LARGEST} bytes")
    try:
        return Plan.model_validate(without_nul(_read(request, body))).told()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Problem(Type.UNPROCESSABLE, f"{place or 'the plan'}: {first['msg']}", do="see GET of the same address") from None


def _read(request: HttpRequest, body: bytes) -> Any:
    """The document as it stands."""
    try:
        text = body.decode("utf-8")
        if "yaml" not in (request.content_type or ""):
            import orjson

            return orjson.loads(body)
        _flat(text)
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        words = " ".join(str(error).split())[:300]
        raise Problem(Type.BAD_REQUEST, f"The body is no document: {words}", allowed=f"JSON, or YAML as {YAML}, in UTF-8") from None


def _flat(text: str) -> None:
    """Refuses aliases, a few lines of which can mean gigabytes, and what is nested deeper than any plan. Raises ValueError."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("aliases are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"it is nested deeper than {DEEPEST}")
