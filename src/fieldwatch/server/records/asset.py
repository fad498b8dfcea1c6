"""Assets: the inventory, with the columns that this field knows."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._record import Column, Filter, Kind, Record, Rows, Text
from fieldwatch.server.words import term
from fieldwatch.store.models import Asset, AssetAddress
from fieldwatch.store.search import assets_matching

LEVELS = (("0", "0"), ("10", "1"), ("20", "2"), ("30", "3"), ("35", "3.5"), ("40", "4"), ("50", "5"), ("-1", _("unknown")))


def url(row: Any) -> str:
    """The page of an asset."""
    return f"/assets/{row.uid}/"


def proof(attribute: str) -> Any:
    """The address of the evidence of an attribute of a row."""
    return lambda row: f"/assets/{row.uid}/evidence/{attribute}/"


def _rows() -> Rows:
    """Assets that exist: not those that were merged into others or follow from no fact any more."""
    return Asset.objects.filter(gone_at=None)


def _name(row: Asset) -> str:
    return f"{row.parent} / {row.component}" if row.parent_id and not row.name else str(row)


def _criticality() -> list[tuple[str, Text]]:
    return [(str(value), words) for value, words in Asset.Criticality.choices]


def _label(text: str) -> Q:
    """Labels are JSON: the text as it stands in a list of texts."""
    import json

    return Q(labels__icontains=json.dumps(text))


def _has_address(text: str) -> Q:
    """Assets that have, or had, this address."""
    return Q(pk__in=AssetAddress.objects.filter(address=text.lower()).values("asset"))


PARTS = Filter(
    "parts",
    _("modules and units"),
    lambda text: Q() if text == "yes" else Q(parent__isnull=text == "no"),
    lambda: (("yes", _("with them")), ("no", _("without them")), ("only", _("only them"))),
    many=False,
)

RECORD = Record(
    name="asset",
    plural="assets",
    title=_("asset"),
    titles=_("Assets"),
    model=Asset,
    may=May.SEE,
    columns=(
        Column("name", _("Name"), get=_name, sort="name", url=url, evidence=proof("name")),
        Column(
            "now",
            _("Now"),
            Kind.NUMBER,
            get="findings_now",
            sort="findings_now",
            url=lambda row: f"/findings/?asset={row.uid}&priority=now",
        ),
        Column(
            "next",
            _("Next"),
            Kind.NUMBER,
            get="findings_next",
            sort="findings_next",
            url=lambda row: f"/findings/?asset={row.uid}&priority=next",
        ),
        Column("role", _("Role"), sort="role", evidence=proof("role"), words=lambda value: term("role", value)),
        Column("vendor", _("Vendor"), sort="vendor", evidence=proof("vendor")),
        Column("model", _("Model"), sort="model", evidence=proof("model")),
        Column("order_number", _("Order number"), Kind.CODE, sort="order_number", evidence=proof("order_number")),
        Column("firmware", _("Firmware"), Kind.CODE, sort="firmware", evidence=proof("firmware")),
        Column("serial_number", _("Serial number"), Kind.CODE, sort="serial_number", evidence=proof("serial_number")),
        Column("ip", _("IP address"), Kind.CODE, sort="ip_order"),
        Column("mac", _("MAC address"), Kind.CODE, sort="mac"),
        Column("level", _("Level"), Kind.LEVEL, sort="level", evidence=proof("purdue_level"), help=_("Purdue level")),
        Column("zone", _("Zone"), get="zone.name"),
        Column("last_seen", _("Last seen"), Kind.TIME, get="last_ns", sort="last_ns"),
        Column("first_seen", _("First seen"), Kind.TIME, get="first_ns", sort="first_ns", is_shown=False),
        Column("standing", _("Standing"), Kind.STATE, is_shown=False),
        Column(
            "criticality",
            _("Criticality"),
            get=lambda row: row.get_criticality_display() if row.criticality else "",
            sort="criticality",
            is_shown=False,
        ),
        Column("run_state", _("Run state"), is_shown=False, evidence=proof("mode")),
        Column("kev", _("Exploited"), Kind.FLAG, get="has_kev", is_shown=False, help=_("it has a finding that is listed in KEV")),
        Column("never", _("Never"), Kind.NUMBER, get="findings_never", is_shown=False),
        Column("kind", _("Kind"), is_shown=False, help=_("OT, IT, IoT or network"), words=lambda value: term("kind", value)),
        Column("family", _("Family"), is_shown=False),
        Column("hardware", _("Hardware"), Kind.CODE, is_shown=False, evidence=proof("hardware_version")),
        Column("os", _("Operating system"), is_shown=False, evidence=proof("os")),
        Column("ips", _("IP addresses"), Kind.LIST, is_shown=False),
        Column("macs", _("MAC addresses"), Kind.LIST, is_shown=False),
        Column("nic_vendor", _("Maker of the network card"), is_shown=False),
        Column("vlans", _("VLANs"), Kind.LIST, is_shown=False),
        Column("protocols", _("Protocols"), Kind.LIST, is_shown=False),
        Column("services", _("Open services"), Kind.LIST, is_shown=False),
        Column("component", _("Slot or unit"), is_shown=False),
        Column("sensors", _("Seen by"), Kind.LIST, is_shown=False),
        Column("labels", _("Labels"), Kind.LIST, is_shown=False),
        Column("assignee", _("Assignee"), get="assignee.username", is_shown=False),
        Column("conflicts", _("Contradicted"), Kind.NUMBER, is_shown=False, help=_("corrections that the network contradicts")),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("uid", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="ip",
    filters=(
        filters.exact("vendor", _("vendor")),
        filters.contains("model", _("model")),
        filters.exact("role", _("role")),
        filters.choice("level", _("level"), lambda: LEVELS),
        filters.exact("firmware", _("firmware")),
        filters.exact("zone", _("zone"), "zone__name"),
        filters.choice("kind", _("kind"), lambda: [(one, one) for one in ("OT", "IT", "IoT", "network")]),
        filters.choice("standing", _("standing"), lambda: Asset.Standing.choices),
        filters.choice("criticality", _("criticality"), _criticality),
        filters.flag("now", _("has findings for now"), Q(findings_now__gt=0)),
        filters.flag("kev", _("has an exploited vulnerability"), Q(has_kev=True)),
        filters.flag("conflicts", _("contradicts a correction"), Q(conflicts__gt=0)),
        Filter("protocol", _("protocol"), lambda text: Q(protocols__icontains=f'"{text}"')),
        Filter("label", _("label"), _label),
        Filter("ip", _("IP address"), _has_address),
        Filter("mac", _("MAC address"), _has_address),
        filters.exact("serial_number", _("serial number")),
        PARTS,
        filters.since("last_ns"),
        filters.until("last_ns"),
    ),
    rows=_rows,
    zones=("zone",),
    id="uid",
    search=assets_matching,
    related=("zone", "site", "parent", "assignee"),
    detail=url,
    empty=_(
        "Every device that a capture or a sensor shows stands here, with its model, firmware, serial number and the frame that proves each."
    ),
)
