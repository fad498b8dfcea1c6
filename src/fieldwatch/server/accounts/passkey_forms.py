"""The forms of allauth that take a passkey at sign-in: one that does not open is written down, as a wrong password is."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm
from django import forms

from fieldwatch.server.accounts.signals import failed


class _Noted(AuthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        """The passkey that opens. Raises ValidationError where none does."""
        try:
            return super().clean_credential()
        except forms.ValidationError:
            failed(context.request, self.user.get_username() if self.user else "", "webauthn")
            raise


class SecondFactorForm(_Noted):
    """A passkey after the password."""


class AloneForm(_Noted, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey, and nothing else."""
