"""What people do with their accounts, as entries of the audit log: allauth says it, this writes it down."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from fieldwatch.server.trail import address
from fieldwatch.store.audit import AuditAction, append
from fieldwatch.store.models import User

MOST_NAME = 150
"""Characters of a name that somebody typed: as long as names can be."""


def connect() -> None:
    """Connects all of them."""
    user_logged_in.connect(_signed_in, dispatch_uid="fieldwatch")
    user_logged_out.connect(_signed_out, dispatch_uid="fieldwatch")
    account.password_changed.connect(_password_changed, dispatch_uid="fieldwatch")
    account.password_reset.connect(_password_changed, dispatch_uid="fieldwatch")
    account.password_set.connect(_password_changed, dispatch_uid="fieldwatch")
    mfa.authenticator_added.connect(_factor_added, dispatch_uid="fieldwatch")
    mfa.authenticator_reset.connect(_factor_added, dispatch_uid="fieldwatch")
    mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="fieldwatch")
    mfa.authentication_failed.connect(_factor_failed, dispatch_uid="fieldwatch")


def failed(request: HttpRequest, name: str, by: str) -> None:
    """Somebody could not sign in. The name is kept as it was typed, the password never."""
    _note(request, AuditAction.SIGN_IN_FAILED, name[:MOST_NAME], {"by": by})


def _note(request: HttpRequest | None, action: AuditAction, name: str, detail: dict[str, Any] | None = None) -> None:
    """Writes an entry about an account, by whoever is signed in (by the account itself, where nobody is yet)."""
    user = getattr(request, "user", None)
    actor = user.get_username() if user is not None and user.is_authenticated else name
    append(
        actor="" if action is AuditAction.SIGN_IN_FAILED else actor,
        address=address(request) if request is not None else "",
        action=action,
        object=name,
        site="",
        detail=detail or {},
    )


def _signed_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    methods = [one.get("method", "") for one in request.session.get("account_authentication_methods") or []] if request else []
    _note(request, AuditAction.SIGN_IN, user.get_username(), {"by": ", ".join(methods)} if methods else {})
    Session.objects.filter(expire_date__lt=timezone.now()).delete()  # those of others that ended: nobody else removes them


def _signed_out(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        _note(request, AuditAction.SIGN_OUT, user.get_username())


def _password_changed(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    _note(request, AuditAction.PASSWORD_CHANGED, user.get_username())


def _factor_added(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _note(request, AuditAction.SECOND_FACTOR_ADDED, user.get_username(), {"kind": authenticator.type})


def _factor_removed(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _note(request, AuditAction.SECOND_FACTOR_REMOVED, user.get_username(), {"kind": authenticator.type})
    if not is_mfa_enabled(user):
        request.session.pop("second_factor", None)


def _factor_failed(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    failed(request, user.get_username(), str(authenticator.type))
