"""What an operator may choose: one TOML file (`fieldwatch.toml` in the data folder, or `FIELDWATCH_CONFIG`), each option declared here.

Unknown keys are refused with the nearest known name; `fieldwatch config explain` prints every option, its value, and where it came from.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple


class UnusableOption(Exception):
    """An option cannot be used: says where, what was read, what is allowed."""


class Option(NamedTuple):
    """`name` is `section.key` in the file; the type is that of `usual`. `is_secret`: its value is never shown."""

    name: str
    usual: Any
    help: str
    is_secret: bool = False


OPTIONS = (
    Option("server.host", "127.0.0.1", "address at which pages and API are served"),
    Option("server.port", 8484, "port of pages and API"),
    Option("server.processes", 1, "processes that serve pages and API; one for each core that they may use"),
    Option("server.name", "", "host name by which browsers know this machine (and which passkeys are bound to)"),
    Option("server.certificate", "", "PEM file of the server's certificate; without it pages are served without TLS, on loopback only"),
    Option("server.key", "", "PEM file of the certificate's key"),
    Option("server.behind_proxy", False, "a reverse proxy on this machine ends TLS; its X-Forwarded-* is believed"),
    Option("sensors.host", "127.0.0.1", "address at which sensors are served (TLS with client certificates)"),
    Option("sensors.port", 8485, "port for sensors; 0 serves none"),
    Option("sensors.inbox_mb", 2048, "megabytes of batches that may wait; beyond them sensors are asked to wait"),
    Option("database.url", "", "postgresql://user@host/name; empty: SQLite in the data folder"),
    Option("database.password_file", "", "file with the password of the database's user"),
    Option("captures.most_mb", 65536, "megabytes that one uploaded capture may have"),
    Option("captures.keep_gb", 50, "gigabytes of captures that are kept; the oldest go first, their facts stay"),
    Option("captures.memory_mb", 4096, "megabytes of memory that the reading of one capture may take"),
    Option("captures.hours", 6, "hours that the reading of one capture may take"),
    Option("history.keep_days", 400, "days that counts by time are kept (five-minute slices for 14 days, hours for 100, then days)"),
    Option("operations.keep_days", 800, "days that occurrences of operations are kept"),
    Option("operations.keep_million", 50, "millions of occurrences that are kept"),
    Option("audit.keep_days", 0, "days that the audit log is kept; 0: for ever"),
    Option("feeds.shelf", "", "folder that `fieldwatch feeds` keeps; empty: the starter pack alone"),
    Option("accounts.password_least", 12, "characters that a password has at least"),
    Option("accounts.require_second_factor", True, "everybody needs a second factor (TOTP or passkey)"),
    Option("accounts.idle_minutes", 60, "minutes without a request after which one is signed out"),
    Option("accounts.most_hours", 12, "hours after which one is signed out in any case"),
    Option("limits.person_per_minute", 3000, "requests that one person may send in a minute; 0: any number"),
    Option("limits.address_per_minute", 6000, "requests that one address may send in a minute while nobody is signed in; 0: any number"),
    Option("webhooks.allow_local", False, "webhooks may lead to this machine and its link (loopback and link-local addresses)"),
    Option("oidc.issuer", "", "OpenID Connect: address of the issuer"),
    Option("oidc.client", "", "OpenID Connect: client id"),
    Option("oidc.secret_file", "", "OpenID Connect: file with the client's secret"),
    Option("oidc.name", "Single sign-on", "what the button says"),
    Option("oidc.groups", "groups", "OpenID Connect: the claim that holds the groups of a person"),
    Option("oidc.roles", "", "group=role@site,... : roles that these groups give; empty: an administrator gives them"),
    Option("saml.metadata", "", "SAML: file with the identity provider's metadata"),
    Option("saml.entity", "", "SAML: entity id of the identity provider"),
    Option("saml.groups", "groups", "SAML: the attribute that holds the groups of a person"),
    Option("saml.roles", "", "group=role@site,... : roles that these groups give; empty: an administrator gives them"),
    Option("ldap.url", "", "ldaps://host: directory (LDAP, Active Directory) in which people are looked up"),
    Option("ldap.bind", "", "name that the look-up binds with"),
    Option("ldap.password_file", "", "file with its password"),
    Option("ldap.base", "", "where people are looked for"),
    Option("ldap.filter", "(sAMAccountName={name})", "how a person is found by name"),
    Option("ldap.authority", "", "PEM file of the authority of the directory's certificate"),
    Option("ldap.roles", "", "group=role@site,... : roles that groups of the directory give"),
)

BY_NAME = {option.name: option for option in OPTIONS}


@dataclass(frozen=True)
class Options:
    """The chosen values, and where each came from."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    data: Path

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def data_folder() -> Path:
    """Where everything is kept: `FIELDWATCH_DATA`, else the system's folder for root, else the user's."""
    named = os.environ.get("FIELDWATCH_DATA")
    if named:
        return Path(named)
    return Path("/var/lib/fieldwatch") if os.geteuid() == 0 else Path.home() / ".local/share/fieldwatch"


def options(data: Path | None = None) -> Options:
    """The options in force. Raises UnusableOption."""
    folder = data or data_folder()
    path = Path(os.environ.get("FIELDWATCH_CONFIG") or folder / "fieldwatch.toml")
    values: dict[str, Any] = {option.name: option.usual for option in OPTIONS}
    origins = dict.fromkeys(values, "usual")
    for name, value in _read(path).items():
        values[name] = _checked(name, value, str(path))
        origins[name] = str(path)
    for name in values:
        told = os.environ.get("FIELDWATCH_" + name.upper().replace(".", "_"))
        if told is not None:
            values[name] = _from_text(BY_NAME[name], told)
            origins[name] = "environment"
    return Options(values, origins, folder)


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableOption(f"{path}: is no TOML file: {error}") from None
    except OSError as error:
        raise UnusableOption(f"{path}: cannot be read: {error.strerror}") from None
    found: dict[str, Any] = {}
    for section, keys in tables.items():
        if not isinstance(keys, dict):
            raise UnusableOption(f"{path}: {section}: an option stands in a section, as in [server] port = 8484")
        found |= {f"{section}.{key}": value for key, value in keys.items()}
    return found


def _checked(name: str, value: Any, where: str) -> Any:
    option = BY_NAME.get(name)
    if option is None:
        near = difflib.get_close_matches(name, BY_NAME, 1)
        hint = f"; did you mean {near[0]}?" if near else "; `fieldwatch config explain` lists all"
        raise UnusableOption(f"{where}: {name}: there is no such option{hint}")
    if type(value) is not type(option.usual):
        allowed = type(option.usual).__name__
        raise UnusableOption(f"{where}: {name} = {value!r}: a value of type {allowed} is needed ({option.help})")
    return value


def _from_text(option: Option, told: str) -> Any:
    if isinstance(option.usual, bool):
        return told.lower() in {"1", "true", "yes"}
    try:
        return type(option.usual)(told)
    except ValueError:
        raise UnusableOption(f"environment: {option.name} = {told!r}: a value of type {type(option.usual).__name__} is needed") from None
