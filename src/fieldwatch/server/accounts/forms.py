"""Forms of the account pages."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.accounts.tokens import LONGEST
from fieldwatch.store.models import ApiToken, Role, Site, User, Zone


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who somebody is."""

    class Meta:
        model = User
        fields = ("username", "email", "first_name", "last_name")
        labels: ClassVar = {"username": _("Name"), "email": _("E-mail")}
        help_texts: ClassVar = {"username": _("Letters, digits and @ . + - _; what one signs in with.")}


class FirstForm(NameForm):
    """The first administrator, with a password."""

    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False)
    again = forms.CharField(label=_("Once more"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False)

    class Meta(NameForm.Meta):
        fields = ("username", "email")  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        """Both are the same, and good enough for this person."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("password") and told.get("password") != told.get("again"):
            self.add_error("again", _("The two are not the same."))
        elif told.get("password"):
            try:
                validate_password(told["password"], User(username=told.get("username", ""), email=told.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return told


class RoleForm(forms.Form):
    """A role, and where."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    site = forms.ModelChoiceField(Site.objects.all(), label=_("Site"), required=False, empty_label=_("everywhere"))
    zone = forms.ModelChoiceField(Zone.objects.select_related("site"), label=_("Zone"), required=False, empty_label=_("the whole site"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["zone"].label_from_instance = lambda zone: f"{zone.site.name} · {zone.name}"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A zone is one of the site."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("zone") and told.get("site") and told["zone"].site_id != told["site"].pk:
            self.add_error("zone", _("This is no zone of that site."))
        if told.get("role") == Role.ADMINISTRATOR and (told.get("site") or told.get("zone")):
            self.add_error("site", _("An administrator is one everywhere; a site is looked after by an engineer."))
        return told


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("What it is for: a program, a script."))
    scope = forms.ChoiceField(
        label=_("Scope"),
        choices=ApiToken.Scope.choices,
        help_text=_("A token never does more than its person may; one that reads changes nothing."),
    )
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), required=False, empty_label=_("all sites of its person"))
    expires = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("A year from now at most."))

    def __init__(self, held: Access, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["site"].queryset = Site.objects.filter(pk__in=[site.pk for site in held.sites])  # type: ignore[attr-defined]
        self.fields["expires"].initial = timezone.localdate() + datetime.timedelta(days=90)

    def clean_expires(self) -> datetime.datetime:
        """The end of that day."""
        day: datetime.date = self.cleaned_data["expires"]
        end = datetime.datetime.combine(day, datetime.time(23, 59), tzinfo=datetime.UTC)
        if not timezone.now() < end <= timezone.now() + LONGEST:
            raise forms.ValidationError(_("%(day)s was read; today to a year from now is allowed."), params={"day": day})
        return end


class LooksForm(forms.ModelForm):  # type: ignore[type-arg]
    """What somebody chooses for themselves."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=(("", _("as the browser")), ("en", "English"), ("de", "Deutsch"))
    )
    theme = forms.ChoiceField(
        label=_("Theme"), required=False, choices=(("", _("as the system")), ("dark", _("dark")), ("light", _("light")))
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "language", "theme")


class SiteForm(forms.ModelForm):  # type: ignore[type-arg]
    """A site."""

    class Meta:
        model = Site
        fields = ("name", "slug", "timezone")
        labels: ClassVar = {"name": _("Name"), "slug": _("Short name"), "timezone": _("Time zone")}
        help_texts: ClassVar = {
            "name": _("A plant, a building, a works."),
            "slug": _("For addresses and commands: small letters, digits and -."),
            "timezone": _("In which its people live, as in Europe/Berlin."),
        }

    def clean_timezone(self) -> str:
        """A zone that is known."""
        told: str = self.cleaned_data["timezone"]
        if told not in zoneinfo.available_timezones():
            raise forms.ValidationError(_("%(told)s was read; a name as Europe/Berlin or UTC is allowed."), params={"told": told})
        return told
