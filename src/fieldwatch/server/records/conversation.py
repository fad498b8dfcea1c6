"""Conversations: who talks with whom, at the level of commands."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fieldwatch.facts import Effect
from fieldwatch.server import words
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._ends import either, end, end_url, search_ends
from fieldwatch.server.records._record import Column, Filter, Kind, Record, Rows
from fieldwatch.store.effects import BIT, CHANGING, effects
from fieldwatch.store.models import Conversation


def _rows() -> Rows:
    return Conversation.objects.all()


def has_effect(text: str) -> Q:
    """Conversations with a message class of this effect (a bit of `effects`)."""
    return Q(effects__has=BIT[Effect(text)])


SILENT = Q(messages__gt=0, unanswered=F("messages"))
"""Conversations in which nobody answers."""


RECORD = Record(
    name="conversation",
    plural="conversations",
    title=_("conversation"),
    titles=_("Conversations"),
    model=Conversation,
    may=May.SEE,
    columns=(
        Column("client", _("Client"), get=end("client"), url=end_url("client")),
        Column("server", _("Server"), get=end("server"), url=end_url("server")),
        Column("protocol", _("Protocol")),
        Column("port", _("Port"), Kind.CODE, get=lambda row: f"{row.transport}/{row.port}" if row.port else row.transport),
        Column("effects", _("Effects"), Kind.LIST, get=lambda row: [one.value for one in effects(row.effects)], words=words.effect),
        Column("messages", _("Messages"), Kind.NUMBER),
        Column("unanswered", _("Unanswered"), Kind.NUMBER, is_shown=False),
        Column("packets", _("Packets"), Kind.NUMBER, sort="packets"),
        Column("bytes", _("Bytes"), Kind.BYTES, get="size_bytes", sort="size_bytes"),
        Column("first_seen", _("First seen"), Kind.TIME, get="first_ns"),
        Column("last_seen", _("Last seen"), Kind.TIME, get="last_ns", sort="last_ns"),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="-last_seen",
    filters=(
        filters.exact("protocol", _("protocol")),
        Filter("effect", _("effect"), has_effect, words.effects),
        Filter(
            "changing",
            _("changes the plant"),
            lambda text: Q(effects__has=CHANGING) if text == "yes" else ~Q(effects__has=CHANGING),
            filters.yes_no,
            many=False,
        ),
        filters.number("port", _("port")),
        filters.flag("silent", _("nobody answers"), SILENT),
        Filter("asset", _("asset"), either("client", "server")),
        Filter("from", _("client"), either("client")),
        Filter("to", _("server"), either("server")),
        filters.since("last_ns"),
        filters.until("first_ns"),
    ),
    rows=_rows,
    zones=("client__asset__zone", "server__asset__zone"),
    related=("client__asset", "server__asset", "site"),
    search=search_ends("client", "server"),
    detail=lambda row: f"/conversations/{row.pk}/",
    empty=_("Who talks with whom, and what they ask: it fills as soon as a capture is read."),
)


def classes(row: Any) -> Any:
    """The message classes of a conversation, most frequent first."""
    return row.classes.order_by("-times", "id")
