"""The contract of a page: what a file here declares in its constant `PAGES`. Addresses, guards and the matrix of roles are made of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records._record import Record

View = Callable[..., HttpResponse]
NOTHING = "there is nothing here, or not for you"


class Page(NamedTuple):
    """One address (as Django's `path` has it). `may` must be allowed somewhere, or the answer is 403; None: everybody who is signed in.

    A view that is about an object takes it with `found`, which answers 404 for what is outside the scope; one that changes something checks
    with `required(request, may, site, zone)` again, at the place of the object.
    """

    address: str
    view: View
    may: May | None
    name: str
    methods: tuple[str, ...] = ("GET",)


def guarded(page: Page) -> View:
    """The view behind its guard."""

    @wraps(page.view)
    def view(request: HttpRequest, **given: Any) -> HttpResponse:
        if request.method not in {*page.methods, "HEAD", "OPTIONS"}:
            return HttpResponseNotAllowed(page.methods)
        if page.may is not None:
            required(request, page.may)
        return page.view(request, **given)

    return view


def found(request: HttpRequest, record: Record, key: Any, may: May | None = None) -> Any:
    """The row of the record with this id, where it may be seen. Raises Http404, which tells nothing more."""
    scope = access(request).scope(may or record.may)
    if not record.site and not scope.everywhere:
        raise Http404(NOTHING)
    rows = record.base().filter(record.inside(scope)) if record.site else record.base()
    return one_of(rows, **{record.id: key})


def one_of(rows: QuerySet[Any], **which: Any) -> Any:
    """The one row. Raises Http404."""
    row = rows.filter(**which).distinct().first()
    if row is None:
        raise Http404(NOTHING)
    return row
