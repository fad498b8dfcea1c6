"""The first start: the one-time link makes the first administrator, then the second factor, the site, how packets come, its networks."""

from __future__ import annotations

from shlex import quote
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from fieldwatch.server.accounts import lines, setup
from fieldwatch.server.accounts.administer import administering
from fieldwatch.server.accounts.forms import FirstForm, SiteForm
from fieldwatch.server.accounts.interfaces import interfaces
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.accounts.sensor_token import make_token
from fieldwatch.server.pages._page import Page
from fieldwatch.server.trail import address, note
from fieldwatch.store import places
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.models import Site


class TrafficForm(forms.Form):
    """How packets come."""

    way = forms.ChoiceField(choices=(("interface", ""), ("folder", ""), ("remote", ""), ("upload", "")))
    interface = forms.CharField(required=False, max_length=32)
    folder = forms.CharField(required=False, max_length=500)
    sensor = forms.CharField(required=False, max_length=100)


class NetworksForm(forms.Form):
    """The networks of the site."""

    networks = forms.CharField(
        label=gettext_lazy("Networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "code"}),
        help_text=gettext_lazy("One in a line: network, name, zone. Name and zone may be left out: 10.10.1.0/24, Line 1, Cell A"),
    )


@never_cache
def first(request: HttpRequest, token: str) -> HttpResponse:
    """The first administrator. A link that does not open says nothing but that."""
    if not setup.opens(token):
        return render(request, "setup/spent.html", status=410)
    form = FirstForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _step(request, "first", {"form": form, "title": _("The first account")}, form)
    told = form.cleaned_data
    try:
        user = setup.make_first(token, told["username"], told["email"], told["password"])
    except setup.NoSetup:
        return render(request, "setup/spent.html", status=410)
    note(request, AuditAction.ACCOUNT_CREATED, user.username, detail={"role": "administrator", "by": "set-up link"})
    where = "/accounts/2fa/" if settings.OPTIONS["accounts.require_second_factor"] else "/setup/site/"
    answer: HttpResponse = perform_password_login(request, {"username": user.username}, Login(user=user, redirect_url=where))
    request.session["first_start"] = True
    return answer


def site(request: HttpRequest) -> HttpResponse:
    """The first site."""
    held = administering(request)
    form = SiteForm(request.POST or None, initial={"timezone": "UTC"})
    if request.method == "POST" and form.is_valid():
        try:
            made = places.set_site(None, form.cleaned_data, by=By(held.user, address(request)))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(f"/setup/{made.slug}/traffic/", status=303)
    return _step(request, "form", {"form": form, "title": _("The site"), "step": 2, "skip": "/"}, form)


def traffic(request: HttpRequest, slug: str) -> HttpResponse:
    """How packets come: a command for a sensor here or elsewhere, or nothing to do but to upload."""
    administering(request)
    here = get_object_or_404(Site, slug=slug)
    form = TrafficForm(request.POST or None)
    context = {"form": form, "title": _("How packets come"), "step": 3, "site": here, "interfaces": interfaces()}
    if request.method != "POST" or not form.is_valid():
        return _step(request, "traffic", context, form)
    told = form.cleaned_data
    if told["way"] == "upload":
        return HttpResponseRedirect(f"/setup/{slug}/networks/", status=303)
    name = told["sensor"] or told["interface"] or told["way"]
    token = make_token(here, name, request.user)
    note(request, AuditAction.SENSOR_TOKEN_CREATED, name, here)
    return _step(request, "sensor", context | {"command": _command(told), "token": token, "next": f"/setup/{slug}/networks/"}, None)


def networks(request: HttpRequest, slug: str) -> HttpResponse:
    """The networks of the site, and its zones."""
    held = administering(request)
    here = get_object_or_404(Site, slug=slug)
    form = NetworksForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _keep(here, lines.read(form.cleaned_data["networks"]), By(held.user, address(request)))
        except (lines.BadLine, Refused) as error:
            form.add_error("networks", str(error))
        except IntegrityError:
            form.add_error("networks", _("A network stands there twice, or is there already."))
        else:
            request.session.pop("first_start", None)
            return HttpResponseRedirect("/", status=303)
    return _step(request, "form", {"form": form, "title": _("Networks of the site"), "step": 4, "site": here, "skip": "/"}, form)


@transaction.atomic
def _keep(site: Site, told: list[lines.Line], by: By) -> None:
    """Makes the networks, and zones of names that are new."""
    for name in dict.fromkeys(line.zone for line in told if line.zone):
        if not site.zones.filter(name=name).exists():
            places.set_zone(site, None, {"name": name}, by=by)
    for line in told:
        places.set_subnet(site, None, {"network": line.network, "name": line.name, "zone": line.zone}, by=by)


def _command(told: dict[str, Any]) -> str:
    """What is typed on the machine of the sensor."""
    host = settings.SERVER_NAME if told["way"] == "remote" else "127.0.0.1"
    is_folder = told["way"] == "folder"
    source = f"--watch {quote(told['folder'] or 'captures')}" if is_folder else f"--interface {quote(told['interface'] or 'eth0')}"
    return f"fieldwatch sensor {source} --to https://{host}:{settings.OPTIONS['sensors.port']} --token-file sensor.token"


def _step(request: HttpRequest, template: str, context: dict[str, Any], form: forms.BaseForm | None) -> HttpResponse:
    status = 400 if form is not None and form.is_bound and not form.is_valid() else 200
    return render(request, f"setup/{template}.html", {"step": 1, "steps": 4, "wide": template != "first"} | context, status=status)


PAGES = (
    Page("setup/site/", site, May.ADMINISTER, "setup-site", ("GET", "POST")),
    Page("setup/<slug:slug>/traffic/", traffic, May.ADMINISTER, "setup-traffic", ("GET", "POST")),
    Page("setup/<slug:slug>/networks/", networks, May.ADMINISTER, "setup-networks", ("GET", "POST")),
    Page("setup/<str:token>/", first, None, "setup", ("GET", "POST")),
)
