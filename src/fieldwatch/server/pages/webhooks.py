"""Webhooks: addresses of other systems that are told of events, signed."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fieldwatch.server.accounts.administer import administering
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api.webhooks import probe
from fieldwatch.server.pages._page import Page, found
from fieldwatch.server.records import webhook as record
from fieldwatch.server.trail import note
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.events import Kind, kept
from fieldwatch.store.models import Site, Webhook


class WebhookForm(forms.ModelForm):  # type: ignore[type-arg]
    """An address, and what it is told of."""

    url = forms.URLField(label=gettext_lazy("Address"), max_length=500, assume_scheme="https")
    site = forms.ModelChoiceField(
        Site.objects.all(), label=gettext_lazy("Site"), required=False, empty_label=gettext_lazy("events of all sites")
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        required=False,
        choices=[(kind.value, kind.value) for kind in Kind],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )

    class Meta:
        model = Webhook
        fields = ("name", "url", "site", "kinds", "is_active")
        labels: ClassVar = {"name": gettext_lazy("Name"), "is_active": gettext_lazy("Active")}

    def clean_url(self) -> str:
        """An address of HTTP, without a name and password in it: those would be shown."""
        told: str = self.cleaned_data["url"]
        if not told.startswith(("https://", "http://")) or "@" in told.split("/")[2]:
            raise forms.ValidationError(_("An address with https:// (or http://), without a password in it, is allowed."))
        return told


def new(request: HttpRequest) -> HttpResponse:
    """A new one: its secret is shown once."""
    held = administering(request)
    form = WebhookForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = _place() | {"title": _("New webhook"), "form": form, "back": "/webhooks/", "do": _("Make the webhook")}
        return render(request, "administration/form.html", context, status=200 if request.method == "GET" else 400)
    made: Webhook = form.save(commit=False)
    made.secret, made.created_by, made.cursor = secrets.token_urlsafe(32), held.user, kept().last
    made.save()
    note(request, AuditAction.WEBHOOK_CREATED, made.name, made.site, {"url": made.url, "kinds": made.kinds})
    return _secret(request, made)


def webhook(request: HttpRequest, key: int) -> HttpResponse:
    """One of them: what it is told, how that goes."""
    administering(request)
    one = _one(request, key)
    form = WebhookForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        made: Webhook = form.save(commit=False)
        if "url" in form.changed_data or "is_active" in form.changed_data:
            made.failures, made.next_at, made.last_error = 0, None, ""
        if "is_active" in form.changed_data and made.is_active:
            made.cursor = kept().last  # what happened while it was off is not told
        made.save()
        note(request, AuditAction.WEBHOOK_CHANGED, made.name, made.site, {"changed": sorted(form.changed_data)})
        return HttpResponseRedirect(f"/webhooks/{key}/", status=303)
    context = _place() | {"title": one.name, "form": form, "webhook": _one(request, key), "behind": kept().last - one.cursor}
    return render(request, "administration/webhook.html", context, status=200 if request.method == "GET" else 400)


def renew(request: HttpRequest, key: int) -> HttpResponse:
    """A new secret, shown once."""
    administering(request)
    one = _one(request, key)
    one.secret = secrets.token_urlsafe(32)
    one.save(update_fields=["secret"])
    note(request, AuditAction.WEBHOOK_CHANGED, one.name, one.site, {"changed": ["secret"]})
    return _secret(request, one)


def test(request: HttpRequest, key: int) -> HttpResponse:
    """Sends it a delivery without events, and says what came of that."""
    administering(request)
    one = _one(request, key)
    error = probe(one, allow_local=settings.OPTIONS["webhooks.allow_local"])
    note(request, AuditAction.WEBHOOK_TESTED, one.name, one.site, {"url": one.url, "error": error})
    if error:
        messages.error(request, _("It was not taken: %(error)s") % {"error": error})
    else:
        messages.success(request, _("It was taken: signed, and without events."))
    return HttpResponseRedirect(f"/webhooks/{key}/", status=303)


def remove(request: HttpRequest, key: int) -> HttpResponse:
    """Removes it."""
    administering(request)
    one = _one(request, key)
    note(request, AuditAction.WEBHOOK_REMOVED, one.name, one.site, {"url": one.url})
    one.delete()
    return HttpResponseRedirect("/webhooks/", status=303)


def _secret(request: HttpRequest, one: Webhook) -> HttpResponse:
    words = _("This is the only time that it is shown. It keys the signature by which the other side knows who sends.")
    context = _place() | {"title": one.name, "secret": one.secret, "words": words, "back": f"/webhooks/{one.pk}/"}
    answer = render(request, "administration/secret.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _one(request: HttpRequest, key: int) -> Webhook:
    return found(request, record.RECORD, key)  # type: ignore[no-any-return]


def _place() -> dict[str, Any]:
    crumbs = [{"label": _("Administration"), "url": "/administration/"}, {"label": _("Webhooks"), "url": "/webhooks/"}]
    return {"section": "administration", "crumbs": crumbs}


PAGES = (
    Page("webhooks/new/", new, May.ADMINISTER, "webhook-new", ("GET", "POST")),
    Page("webhooks/<int:key>/", webhook, May.ADMINISTER, "webhook", ("GET", "POST")),
    Page("webhooks/<int:key>/secret/", renew, May.ADMINISTER, "webhook-secret", ("POST",)),
    Page("webhooks/<int:key>/test/", test, May.ADMINISTER, "webhook-test", ("POST",)),
    Page("webhooks/<int:key>/remove/", remove, May.ADMINISTER, "webhook-remove", ("POST",)),
)
