"""Saved views: a list as somebody wants it, under a name. A view is the query of its list, and nothing more."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.listing.query import BadQuery, query
from fieldwatch.server.pages._page import Page
from fieldwatch.server.records._record import Record
from fieldwatch.server.records.registry import records
from fieldwatch.server.trail import note
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.models import SavedView

MOST = 50
"""Views that one person may have of one list."""

KEPT = "keep_"
"""Before the names of the fields that make the query."""


def save(request: HttpRequest, plural: str) -> HttpResponse:
    """Saves what is shown under a name; a view of that name is replaced."""
    record = _record(request, plural)
    name = " ".join(request.POST.get("name", "").split())[:80]
    kept = [(field.removeprefix(KEPT), value) for field in request.POST if field.startswith(KEPT) for value in request.POST.getlist(field)]
    try:
        query(record, dict(kept), access(request))
    except BadQuery as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(f"/{plural}/")
    own = SavedView.objects.filter(user=access(request).user, record=plural)
    if not name or (own.exclude(name=name).count() >= MOST):
        messages.error(request, _("A view needs a name, and there are at most %(most)d of a list.") % {"most": MOST})
    else:
        SavedView.objects.update_or_create(user=access(request).user, record=plural, name=name, defaults={"query": urlencode(kept)})
        note(request, AuditAction.VIEW_SAVED, f"{plural}: {name}")
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(f"/{plural}/?{urlencode(kept)}")


def remove(request: HttpRequest, plural: str) -> HttpResponse:
    """Removes a view of one's own."""
    record = _record(request, plural)
    name = request.POST.get("name", "")
    if SavedView.objects.filter(user=access(request).user, record=record.plural, name=name).delete()[0]:
        note(request, AuditAction.VIEW_REMOVED, f"{plural}: {name}")
    return HttpResponseRedirect(f"/{plural}/")


def _record(request: HttpRequest, plural: str) -> Record:
    record = records().get(plural)
    if record is None:
        raise Http404("there is no such list")
    required(request, record.may)
    return record


PAGES = (
    Page("views/<slug:plural>/", save, May.SEE, "view-save", ("POST",)),
    Page("views/<slug:plural>/remove/", remove, May.SEE, "view-remove", ("POST",)),
)
