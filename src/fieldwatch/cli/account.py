"""`fieldwatch account`: makes an account, or lets somebody in again, by a one-time link. No password is ever printed or asked for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.platform import add_data, opened
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.server.options import Options
    from fieldwatch.store.models import User


def declare(verbs: Any) -> None:
    """The verb and its arguments."""
    text = "Makes an account, or lets somebody in again: prints a one-time link."
    verb = verbs.add_parser("account", help=text, description=__doc__, allow_abbrev=False)
    kinds = verb.add_subparsers(title="what", metavar="WHAT", required=True)
    create = kinds.add_parser("create", help="make an account and print a one-time link", allow_abbrev=False)
    create.add_argument("name", metavar="NAME", help="what the person signs in with")
    create.add_argument("--role", required=True, metavar="R", help="viewer, engineer, analyst, auditor, vendor or administrator")
    create.add_argument("--site", metavar="S", default="", help="short name of the site where the role holds (usual: everywhere)")
    create.add_argument("--email", metavar="ADDRESS", default="", help="e-mail address")
    create.set_defaults(run=_create)
    reset = kinds.add_parser("reset", help="make password and second factors void, and print a one-time link", allow_abbrev=False)
    reset.add_argument("name", metavar="NAME", help="the account")
    reset.set_defaults(run=_reset)
    for one in (create, reset):
        add_data(one)


def _create(given: argparse.Namespace) -> None:
    """Makes the account."""
    chosen = opened(given)
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from fieldwatch.server.accounts import people
    from fieldwatch.store.audit import AuditAction
    from fieldwatch.store.models import Site, User

    site = Site.objects.filter(slug=given.site).first() if given.site else None
    if given.site and site is None:
        refuse(f"--site {given.site}: there is no such site; known are: {', '.join(Site.objects.values_list('slug', flat=True)) or 'none'}")
    try:
        with transaction.atomic():
            User(username=given.name, email=given.email or f"{given.name}@localhost.invalid", password="!").full_clean()
            user = people.create(given.name, given.email or f"{given.name}@localhost.invalid")
            people.give(user, given.role, site)
            _enter(AuditAction.ACCOUNT_CREATED, user, {"role": given.role, "site": given.site})
    except people.BadRole as error:
        refuse(f"--role {given.role}: {error}")
    except ValidationError as error:
        refuse(f"{given.name}: {' '.join(error.messages)}")
    _print(chosen, user)


def _reset(given: argparse.Namespace) -> None:
    """Makes everything void by which the person came in."""
    chosen = opened(given)
    from fieldwatch.server.accounts import people
    from fieldwatch.store.audit import AuditAction
    from fieldwatch.store.models import User

    user = User.objects.filter(username=given.name).first()
    if user is None:
        refuse(f"{given.name}: there is no such account; `fieldwatch account create` makes one")
    if not user.is_active:
        refuse(f"{given.name}: the account is switched off; an administrator switches it on at /people/{user.pk}/")
    people.drop_second_factors(user)
    _enter(AuditAction.PASSWORD_RESET, user, {"second_factors": "removed"})
    _print(chosen, user)


def _print(chosen: Options, user: User) -> None:
    from django.conf import settings

    from fieldwatch.server.accounts.people import one_time_link

    print(f"{user.username} chooses a password with this link; it works once, for a day:\n  {one_time_link(user, settings.ORIGIN)}")


def _enter(action: Any, user: User, detail: dict[str, Any]) -> None:
    from fieldwatch.store.audit import append

    append(actor="", address="command line", action=action, object=user.username, detail=detail)
