"""One search over everything: what is found by kind, the closest first; what is meant exactly is opened at once."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page
from fieldwatch.store import search as finding
from fieldwatch.store.models import SearchEntry
from fieldwatch.store.search import LONGEST, ORDER, forms

NEEDS = {"cve": May.SEE_FINDINGS, "advisory": May.SEE_FINDINGS, "login": May.SEE_LOGINS}
"""What one must be allowed to find things of a kind; `SEE` for all others."""

FEW = 8
"""Hits of a kind that are shown; of one kind alone `MANY`."""
MANY = 200

WAYS = (("192.168.1.10", "IP"), ("00:30:a7:0f:42:21", "MAC"), ("00-30-A7-0F", "MAC"), ("6ES7 317-2EK14", ""), ("CVE-2021-22681", "CVE"))
"""Notations that the empty page shows."""


class Hit(NamedTuple):
    """Something that was found, and where it is."""

    label: str
    detail: str
    site: str
    url: str


class Found(NamedTuple):
    """The hits of a kind; `more_url` where there are more."""

    title: str
    hits: list[Hit]
    more_url: str


def show(request: HttpRequest) -> HttpResponse:
    """The page; or, where the text is just one thing's word, the way to that thing."""
    text = request.GET.get("q", "")[:LONGEST].replace("\0", " ").strip()
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in ORDER else ""
    held = access(request)
    found = _found(held, text, kind)
    if text and "all" not in request.GET and not kind and (only := _only(found, text)):
        return HttpResponseRedirect(only, status=303)
    context = {
        "section": "",
        "title": _("Search"),
        "query": text,
        "searched": text,
        "kind": kind,
        "groups": _groups(found, text, kind),
        "ways": WAYS,
        "back_url": f"/search/?{urlencode({'q': text, 'all': 1})}" if kind else "",
    }
    return render(request, "search/search.html", context)


def _found(held: Access, text: str, kind: str) -> list[finding.Group]:
    """What may be seen and matches. Kinds that need more than `SEE` are looked for where that is allowed."""
    kinds = [kind] if kind else list(ORDER)
    found: list[finding.Group] = []
    for may in (May.SEE, May.SEE_FINDINGS, May.SEE_LOGINS):
        these = [one for one in kinds if NEEDS.get(one, May.SEE) == may]
        scope = held.scope(may)
        if these and scope and text:
            found += finding.find((scope.everywhere, scope.sites, scope.zones), text, MANY if kind else FEW, these)
    return sorted(found, key=lambda group: ORDER.index(group.kind))


def _only(found: list[finding.Group], text: str) -> str:
    """The address of the one thing that has just this word; "" where there is none, or more than one."""
    asked = {f"\n{form}\n" for form in forms(text)}
    exact = [(group.kind, one) for group in found for one in group.found if any(form in one.words for form in asked)]
    urls = {_url(kind, one) for kind, one in exact}
    return urls.pop() if len(urls) == 1 else ""


def _groups(found: list[finding.Group], text: str, kind: str) -> list[Found]:
    titles = {
        "site": _("Sites"), "asset": _("Assets"), "cve": _("Vulnerabilities"), "advisory": _("Advisories"),
        "login": _("Users who logged in"), "zone": _("Zones"), "sensor": _("Sensors"), "capture": _("Captures"),
    }  # fmt: skip
    made = []
    for group in found:
        more = f"/search/?{urlencode({'q': text, 'kind': group.kind})}" if group.is_more and not kind else ""
        if group.kind == "asset" and group.is_more:
            more = f"/assets/?{urlencode({'q': text})}"
        made.append(Found(titles[group.kind], list(_hits(group)), more))
    return made


def _hits(group: finding.Group) -> list[Hit]:
    """The hits; what has a row for each zone stands here once for its site."""
    made: dict[tuple[str, str], Hit] = {}
    for one in group.found:
        site = one.site.name if one.site else ""
        hit = Hit(one.label, _detail(group.kind, one), "" if group.kind == "site" else site, _url(group.kind, one))
        made.setdefault((hit.url, hit.label), hit)
    return list(made.values())


def _detail(kind: str, one: SearchEntry) -> str:
    return one.detail[:23] + "…" if kind == "capture" and len(one.detail) > 24 else one.detail


def _url(kind: str, one: SearchEntry) -> str:
    """Where the thing is; what has no page of its own is a list that shows it."""
    slug = one.site.slug if one.site else ""
    where: dict[str, Any] = {
        "site": f"/sites/{slug}/",
        "asset": f"/assets/{one.asset.uid}/" if one.asset else "/assets/",
        "cve": f"/findings/?{urlencode({'cve': one.label, 'site': slug})}",
        "advisory": f"/findings/?{urlencode({'advisory': one.label, 'site': slug})}",
        "login": f"/logins/?{urlencode({'username': one.label, 'site': slug})}",
        "zone": f"/assets/?{urlencode({'zone': one.label, 'site': slug})}",
        "sensor": f"/sensors/{one.key}/",
        "capture": f"/captures/{one.key}/",
    }
    return str(where[kind])


PAGES = (Page("search/", show, May.SEE, "search"),)
