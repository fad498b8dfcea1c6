"""Sign-in with the organisation's directory (LDAP, Active Directory).

Standards: RFC 4511; RFC 4513 5.1.2 (an empty password binds as nobody: it is refused here); RFC 4515 (a name is escaped in the filter).

An account that has a password here is never signed in by the directory: the name of a local administrator in it opens nothing.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.db import transaction
from django.http import HttpRequest

from fieldwatch.server.accounts.grants import grants, regrant
from fieldwatch.server.accounts.single_sign_on import HERE, secret
from fieldwatch.server.options import Options, UnusableOption
from fieldwatch.store.models import User

log = logging.getLogger(__name__)

AWAY = "directory_is_away"
"""The attribute of a request whose sign-in could not ask the directory."""

TIMEOUT_S = 5
MOST_NAME = 150
OFF = 0x2
"""ACCOUNTDISABLE in userAccountControl ([MS-ADTS] 2.2.16)."""


class DirectoryAway(Exception):
    """The directory cannot be asked: it does not answer, its certificate is not trusted, or the look-up user is refused."""


class Person(NamedTuple):
    """What the directory says of somebody whose password it accepts."""

    name: str
    dn: str
    email: str
    first: str
    last: str
    groups: tuple[str, ...]
    is_off: bool


class DirectoryBackend(BaseBackend):
    """Asks the directory, where one is set."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any) -> User | None:
        """The person of this name whose password the directory accepts; None where it does not, or there is no directory."""
        options: Options = settings.OPTIONS
        if not options["ldap.url"] or not username or not password or len(username) > MOST_NAME or _is_local(username):
            return None
        try:
            person = ask(options, username, password)
            return account(person, options["ldap.roles"]) if person is not None and not person.is_off else None
        except (DirectoryAway, UnusableOption) as error:
            log.warning("the directory cannot be asked: %s", error)
            if request is not None:
                setattr(request, AWAY, True)
            return None

    def get_user(self, user_id: int) -> User | None:
        """The person by key, while the account is switched on."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def ask(options: Options, name: str, password: str, connect: Callable[..., Any] | None = None) -> Person | None:
    """The person of this name, where the directory knows exactly one and takes the password. Raises DirectoryAway."""
    from ldap3.core.exceptions import LDAPException

    connect = connect or _connected
    try:
        with connect(options, options["ldap.bind"], secret(options, "ldap.password_file")) as looking:
            if looking is None:
                raise DirectoryAway(f"ldap.bind = {options['ldap.bind']}: the directory refuses this name, or its password")
            person = _looked_up(looking, options, name)
        if person is None:
            return None
        with connect(options, person.dn, password) as bound:
            return person if bound is not None else None
    except (LDAPException, OSError, UnusableOption) as error:
        raise DirectoryAway(f"{options['ldap.url']}: {error}") from None


def _looked_up(connection: Any, options: Options, name: str) -> Person | None:
    """The one entry of this name; None where there is none, or several."""
    from ldap3 import SUBTREE

    connection.search(options["ldap.base"], asked(options["ldap.filter"], name), SUBTREE, attributes=["*", "+"], size_limit=2)
    found = [one for one in connection.response or [] if one.get("type", "searchResEntry") == "searchResEntry"]
    return _person(name, found[0]) if len(found) == 1 else None


def asked(filter_: str, name: str) -> str:
    """The filter with the name in it, escaped (RFC 4515 3): a name is a value, never a part of the filter."""
    from ldap3.utils.conv import escape_filter_chars

    return filter_.replace("{name}", escape_filter_chars(name))


def _person(name: str, entry: Mapping[str, Any]) -> Person:
    values = {key.lower(): _texts(value) for key, value in entry["attributes"].items()}
    first = {key: texts[0] if texts else "" for key, texts in values.items()}
    return Person(
        name=(first.get("samaccountname") or first.get("uid") or name)[:MOST_NAME],
        dn=str(entry["dn"]),
        email=first.get("mail", ""),
        first=first.get("givenname", "")[:150],
        last=first.get("sn", "")[:150],
        groups=tuple(values.get("memberof", ())),
        is_off=_is_off(first),
    )


def _is_off(first: Mapping[str, str]) -> bool:
    """Switched off in Active Directory, in 389 Directory Server, or locked by OpenLDAP's password policy for good."""
    control = first.get("useraccountcontrol", "")
    return bool(
        (control.isascii() and control.isdigit() and int(control) & OFF)
        or first.get("nsaccountlock", "").lower() == "true"
        or first.get("pwdaccountlockedtime", "").startswith("000001010000")
    )


def _texts(value: Any) -> list[str]:
    many = value if isinstance(value, (list, tuple)) else [value]
    return [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in many]


class _Closing:
    """A bound connection that is closed at the end, or None where the directory refused the name or the password."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def __enter__(self) -> Any:
        try:
            return self.connection if self.connection.bind() else None
        except Exception:
            if self.connection.socket is not None:  # ldap3 leaves it open where nobody answers
                self.connection.socket.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.connection.unbind()


def _connected(options: Options, name: str, password: str) -> _Closing:
    """A connection by TLS, with the certificate checked. Without TLS only to this machine."""
    from ldap3 import ANONYMOUS, SIMPLE, Connection, Server

    url = options["ldap.url"]
    if not url.startswith("ldaps://") and urlsplit(url).hostname not in HERE:
        raise UnusableOption(f"ldap.url = {url}: passwords would cross the network in clear; ldaps:// is allowed")
    tls = _tls(options["ldap.authority"]) if url.startswith("ldaps://") else None
    server = Server(url, tls=tls, connect_timeout=TIMEOUT_S, get_info="NO_INFO")
    told = {"receive_timeout": TIMEOUT_S, "auto_referrals": False, "read_only": True}
    return _Closing(Connection(server, name or None, password or None, authentication=SIMPLE if name else ANONYMOUS, **told))


def _tls(authority: str) -> Any:
    """How ldap3 makes a connection safe: Python checks certificate and host name (ldap3 2.9 uses what Python 3.12 has not)."""
    from ldap3 import Tls

    context = ssl.create_default_context(cafile=authority or None)

    class Checked(Tls):  # type: ignore[misc]
        def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
            host = connection.server.host
            connection.socket = context.wrap_socket(connection.socket, server_hostname=host, do_handshake_on_connect=do_handshake)

    return Checked()


def _is_local(name: str) -> bool:
    found = User.objects.filter(username__iexact=name).first()
    return found is not None and found.has_usable_password()


@transaction.atomic
def account(person: Person, roles: str) -> User | None:
    """The account of the person, made or brought up to date; its roles as the groups give them. None where it is switched off here."""
    user = User.objects.filter(username__iexact=person.name).first()
    if user is not None and (user.has_usable_password() or not user.is_active):
        return None
    if user is None:
        user = User(username=person.name)
        user.set_unusable_password()
    user.first_name, user.last_name = person.first, person.last
    taken = User.objects.filter(email=person.email).exclude(pk=user.pk).exists()
    if not user.email or (person.email and not taken):
        user.email = person.email if person.email and not taken else f"{person.name}@directory.invalid"
    user.save()
    if roles:
        regrant(user, grants(roles, person.groups))
    return user
