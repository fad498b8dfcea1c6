"""Administration: where its parts are, and the options in force."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.administer import administering
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.options import OPTIONS, Option
from fieldwatch.server.pages._page import Page
from fieldwatch.server.records import audit
from fieldwatch.server.words import term
from fieldwatch.store.models import ApiToken, AuditEvent, Site, User, Webhook

PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^@/]*@")
"""A password in an address."""


def administration(request: HttpRequest) -> HttpResponse:
    """The parts that one may open, with what is in them."""
    return render(
        request, "administration/index.html", {"section": "administration", "title": _("Administration"), "parts": _parts(access(request))}
    )


def options(request: HttpRequest) -> HttpResponse:
    """Every option, its value and where that came from. They are changed in the file: a page that changes them could be made to."""
    administering(request)
    context = {
        "section": "administration",
        "title": _("Options"),
        "crumbs": [{"label": _("Administration"), "url": "/administration/"}],
        "groups": _groups(),
        "path": settings.OPTIONS.data / "fieldwatch.toml",
    }
    return render(request, "administration/options.html", context)


def _parts(held: Access) -> list[dict[str, Any]]:
    entries = AuditEvent.objects.filter(audit.RECORD.inside(held.scope(May.SEE_AUDIT))).count()
    made = [{"label": _("Audit log"), "url": "/audit-events/", "words": _("Who did what, sealed."), "number": entries}]
    if not held.scope(May.ADMINISTER).everywhere:
        return made
    now = timezone.now()
    return [
        {"label": _("People"), "url": "/people/", "words": _("Accounts, roles, one-time links."), "number": User.objects.count()},
        {"label": _("Sites"), "url": "/sites/", "words": _("Plants, their zones and networks."), "number": Site.objects.count()},
        {
            "label": _("Tokens"),
            "url": "/tokens/",
            "words": _("With which programs act for people."),
            "number": ApiToken.objects.filter(expires_at__gt=now).count(),
        },
        {
            "label": _("Webhooks"),
            "url": "/webhooks/",
            "words": _("Other systems that are told of events."),
            "number": Webhook.objects.count(),
        },
        *made,
        {
            "label": _("Options"),
            "url": "/administration/options/",
            "words": _("What is in force, and where it is from."),
            "number": len(OPTIONS),
        },
    ]


def _groups() -> list[dict[str, Any]]:
    """The options by section of the file."""
    made: dict[str, list[dict[str, Any]]] = {}
    for option in OPTIONS:
        section, _dot, name = option.name.partition(".")
        origin = settings.OPTIONS.origins[option.name]
        value = shown(option, settings.OPTIONS[option.name])
        row = {"name": name, "help": term("option", option.help), "value": value, "is_usual": origin == "usual"}
        made.setdefault(section, []).append(row | {"origin": origin})
    return [{"name": name, "rows": rows} for name, rows in made.items()]


def shown(option: Option, value: Any) -> str:
    """The value as it may be seen: no secret, and no password in an address."""
    if option.is_secret and value:
        return "<secret>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return PASSWORD.sub(r"\1:<secret>@", str(value))


PAGES = (
    Page("administration/", administration, May.SEE_AUDIT, "administration"),
    Page("administration/options/", options, May.ADMINISTER, "options"),
)
