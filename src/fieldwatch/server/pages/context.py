"""What the frame of every page needs: rights, sites, the chosen site, the person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from fieldwatch import __version__
from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.roles import May

SECTIONS = {
    "overview": May.SEE,
    "assets": May.SEE,
    "map": May.SEE,
    "conversations": May.SEE,
    "vulnerabilities": May.SEE_FINDINGS,
    "changes": May.SEE,
    "logins": May.SEE_LOGINS,
    "blind-spots": May.SEE,
    "captures": May.SEE,
    "sensors": May.SEE,
    "administration": May.SEE_AUDIT,
}
"""Sections of the rail, and what one must be allowed for them."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """The variables of `shell/rail.html` and `shell/head.html`; nothing for who is not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.path.startswith("/accounts/"):
        return {"may": frozenset()}
    held = access(request)
    return {"may": {one.value for one in held.everything}, "shell": _shell(request, held)}


def _shell(request: HttpRequest, held: Access) -> dict[str, Any]:
    from fieldwatch.server.pages.state import trouble  # pages know of this file

    chosen = chosen_site(request, held)
    sites = [{"name": one.name, "url": _with_site(request, one.slug), "current": one.slug == chosen} for one in held.sites]
    if len(held.sites) > 1:
        from django.utils.translation import gettext as _

        sites.insert(0, {"name": _("All sites"), "url": _with_site(request, ""), "current": not chosen})
    this = next((one for one in held.sites if one.slug == chosen), held.sites[0] if len(held.sites) == 1 else None)
    return {
        "site": {"name": this.name if this else sites[0]["name"] if sites else "", "zone": this.timezone if this else "UTC"},
        "sites": sites if len(held.sites) > 1 else [],
        "sections": {name for name, may in SECTIONS.items() if may in held.everything},
        "counts": {},
        "version": __version__,
        "user": {
            "name": held.user.get_username(),
            "role": ", ".join(sorted({str(one.get_role_display()) for one in held.memberships})),
            "url": "/account/",
        },
        "events": "/events",
        "trouble": trouble(held),
    }


def chosen_site(request: HttpRequest, held: Access) -> str:
    """The slug of the site that the page is about: of the address, else the last one chosen; "" for all."""
    allowed = {one.slug for one in held.sites}
    if "site" in request.GET:
        told = request.GET["site"]
        if (told in allowed or not told) and request.session.get("site", "") != told:
            request.session["site"] = told
        return told
    kept = request.session.get("site", "")
    return kept if kept in allowed else ""


def _with_site(request: HttpRequest, slug: str) -> str:
    made = request.GET.copy()
    made["site"] = slug
    for name in ("cursor", "drawer", "evidence"):
        made.pop(name, None)
    return f"?{made.urlencode()}"
