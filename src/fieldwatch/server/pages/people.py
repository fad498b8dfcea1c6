"""People: accounts and their roles. Nobody gets a password from an administrator: a one-time link lets them choose it."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts import people
from fieldwatch.server.accounts.administer import administering
from fieldwatch.server.accounts.forms import NameForm, RoleForm
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page, found
from fieldwatch.server.records import person as record
from fieldwatch.server.trail import note
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.models import Membership, User


def new(request: HttpRequest) -> HttpResponse:
    """A new account: name, role, then the link."""
    administering(request)
    form, role = NameForm(request.POST or None), RoleForm(request.POST or None)
    if request.method != "POST" or not (form.is_valid() and role.is_valid()):
        context = _place() | {"title": _("New person"), "form": form, "role_form": role}
        return render(request, "administration/person_new.html", context, status=200 if request.method == "GET" else 400)
    with transaction.atomic():
        user: User = form.save(commit=False)
        user.set_unusable_password()
        user.save()
        note(request, AuditAction.ACCOUNT_CREATED, user.username, detail={"email": user.email})
        _give(request, user, role)
    return _link(request, user)


def person(request: HttpRequest, key: int) -> HttpResponse:
    """One account: who it is, its roles, its sessions and second factors."""
    administering(request)
    user = _user(request, key)
    form = NameForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        note(request, AuditAction.ACCOUNT_CHANGED, user.username, detail={"changed": sorted(form.changed_data)})
        return HttpResponseRedirect(f"/people/{key}/", status=303)
    return _shown(request, key, form, RoleForm(), 200 if request.method == "GET" else 400)


def roles(request: HttpRequest, key: int) -> HttpResponse:
    """Gives a role."""
    administering(request)
    user, form = _user(request, key), RoleForm(request.POST)
    if not form.is_valid():
        return _shown(request, key, NameForm(instance=user), form, 400)
    _give(request, user, form)
    return HttpResponseRedirect(f"/people/{key}/", status=303)


def take(request: HttpRequest, key: int, role: int) -> HttpResponse:
    """Takes a role away; not the last administrator's."""
    administering(request)
    user = _user(request, key)
    held = Membership.objects.filter(user=user, pk=role).select_related("site", "zone").first()
    if held is None:
        raise Http404("there is nothing here")
    detail = _words(held)
    if _kept(request, lambda: people.take(held)):
        note(request, AuditAction.ROLE_TAKEN, user.username, held.site, detail)
    return HttpResponseRedirect(f"/people/{key}/", status=303)


def switch(request: HttpRequest, key: int) -> HttpResponse:
    """Switches an account on or off; not the last administrator's."""
    administering(request)
    user = _user(request, key)
    active = request.POST.get("active") == "1"
    if _kept(request, lambda: people.switch(user, active)):
        note(request, AuditAction.ACCOUNT_CHANGED, user.username, detail={"active": active})
    return HttpResponseRedirect(f"/people/{key}/", status=303)


def link(request: HttpRequest, key: int) -> HttpResponse:
    """A one-time link: shown now, and never again."""
    administering(request)
    return _link(request, _user(request, key))


def second_factor(request: HttpRequest, key: int) -> HttpResponse:
    """Removes the second factors of somebody who lost them."""
    administering(request)
    user = _user(request, key)
    if user.pk == request.user.pk:
        raise PermissionDenied(_("Your own second factors are on the page of your account."))
    gone = people.drop_second_factors(user)
    note(request, AuditAction.SECOND_FACTOR_RESET, user.username, detail={"removed": gone})
    messages.info(request, _("The second factors are removed; new ones are set up at the next sign-in."))
    return HttpResponseRedirect(f"/people/{key}/", status=303)


def _link(request: HttpRequest, user: User) -> HttpResponse:
    if not user.is_active:
        raise PermissionDenied(_("The account is switched off: switch it on first."))
    if user.pk == request.user.pk:
        raise PermissionDenied(_("Your own password is changed on the page of your account."))
    made = people.one_time_link(user, settings.ORIGIN)
    note(request, AuditAction.ACCOUNT_INVITED, user.username)
    context = _place() | {
        "title": _("Link for %(name)s") % {"name": user.username},
        "secret": made,
        "words": _("It works once, until this time tomorrow. Hand it to the person itself: whoever has it chooses the password."),
        "back": f"/people/{user.pk}/",
    }
    answer = render(request, "administration/secret.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _give(request: HttpRequest, user: User, form: RoleForm) -> None:
    told = form.cleaned_data
    given = people.give(user, told["role"], told["site"], told["zone"])
    note(request, AuditAction.ROLE_GIVEN, user.username, given.site, _words(given))


def _words(held: Membership) -> dict[str, Any]:
    return {"role": held.role, "site": held.site.slug if held.site else "", "zone": held.zone.name if held.zone else ""}


def _kept(request: HttpRequest, change: Any) -> bool:
    """Makes the change; false (and said so) where it would leave nobody to administer."""
    try:
        change()
    except people.LastAdministrator:
        messages.error(request, _("This is the last administrator. Give somebody else this role first."))
        return False
    return True


def _user(request: HttpRequest, key: int) -> User:
    return found(request, record.RECORD, key)  # type: ignore[no-any-return]


def _shown(request: HttpRequest, key: int, form: NameForm, role: RoleForm, status: int) -> HttpResponse:
    user = _user(request, key)
    context = _place() | {
        "title": user.username,
        "person": user,
        "form": form,
        "role_form": role,
        "roles": user.memberships.select_related("site", "zone").order_by("role"),
        "factors": Authenticator.objects.filter(user=user).order_by("type"),
        "tokens": user.api_tokens.select_related("site").order_by("name"),
        "is_me": user.pk == request.user.pk,
        "is_local": user.has_usable_password(),
    }
    return render(request, "administration/person.html", context, status=status)


def _place() -> dict[str, Any]:
    crumbs = [{"label": _("Administration"), "url": "/administration/"}, {"label": _("People"), "url": "/people/"}]
    return {"section": "administration", "crumbs": crumbs}


PAGES = (
    Page("people/new/", new, May.ADMINISTER, "person-new", ("GET", "POST")),
    Page("people/<int:key>/", person, May.ADMINISTER, "person", ("GET", "POST")),
    Page("people/<int:key>/roles/", roles, May.ADMINISTER, "person-roles", ("POST",)),
    Page("people/<int:key>/roles/<int:role>/take/", take, May.ADMINISTER, "person-role-take", ("POST",)),
    Page("people/<int:key>/switch/", switch, May.ADMINISTER, "person-switch", ("POST",)),
    Page("people/<int:key>/link/", link, May.ADMINISTER, "person-link", ("POST",)),
    Page("people/<int:key>/second-factor/", second_factor, May.ADMINISTER, "person-second-factor", ("POST",)),
)
