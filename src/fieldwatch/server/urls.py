"""Every address of the server. Lists, exports and REST are made of the records; other pages by the files in `pages`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from django.urls import URLPattern, URLResolver, include, path

from fieldwatch.server.api.urls import EVENTS, URLS
from fieldwatch.server.listing.page import export_page, list_page
from fieldwatch.server.outage import health
from fieldwatch.server.pages._page import Page, guarded
from fieldwatch.server.records.registry import records

Urls = list[URLPattern | URLResolver]


@cache
def pages() -> tuple[Page, ...]:
    """The constants `PAGES` of all files in `pages`."""
    folder = Path(__file__).parent / "pages"
    modules = [importlib.import_module(f"fieldwatch.server.pages.{one.name}") for one in pkgutil.iter_modules([str(folder)])]
    return tuple(page for module in modules for page in getattr(module, "PAGES", ()))


def _lists() -> Urls:
    """The list of each record, and its exports."""
    made: Urls = []
    for record in records().values():
        if record.has_page:
            made += [
                path(f"{record.plural}/", list_page(record), name=record.plural),
                path(f"{record.plural}/export.csv", export_page(record, "csv"), name=f"{record.plural}-csv"),
                path(f"{record.plural}/export.xlsx", export_page(record, "xlsx"), name=f"{record.plural}-xlsx"),
            ]
    return made


handler500 = "fieldwatch.server.outage.uncaught"

urlpatterns: Urls = [
    path("accounts/", include("allauth.urls")),
    path("api/", include(URLS)),
    *EVENTS,
    path("health", health, name="health"),
    *(path(page.address, guarded(page), name=page.name) for page in pages()),
    *_lists(),
]
