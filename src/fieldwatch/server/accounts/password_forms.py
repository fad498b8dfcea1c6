"""The forms of allauth in which a password is typed, in our words; none offers to send a mail."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, ResetPasswordKeyForm
from django import forms
from django.utils.translation import gettext_lazy as _

LABELS = {
    "login": _("Name"),
    "password": _("Password"),
    "oldpassword": _("Password until now"),
    "password1": _("New password"),
    "password2": _("Once more"),
}


def _in_our_words(form: forms.Form) -> None:
    for name, field in form.fields.items():
        field.label = LABELS.get(name, field.label)
        field.widget.attrs.pop("placeholder", None)
        if name in {"password", "oldpassword"}:
            field.help_text = ""


class SignInForm(LoginForm):  # type: ignore[misc]
    """Name and password."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _in_our_words(self)


class AgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _in_our_words(self)


class ChangeForm(ChangePasswordForm):  # type: ignore[misc]
    """The old password, and twice the new one."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _in_our_words(self)


class ChooseForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """Twice the new password, behind a one-time link."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _in_our_words(self)
