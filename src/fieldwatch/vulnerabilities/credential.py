"""Credentials that crossed the wire: in clear, empty, the maker's own, or the same for many.

Secrets are keyed hashes (`Login.secret`): equal hashes of one reading are equal secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from fieldwatch.facts import Evidence, Login
from fieldwatch.inventory import Inventory
from fieldwatch.library.makers import maker
from fieldwatch.vulnerabilities.sign import Sign, listed
from fieldwatch.vulnerabilities.tables import table

Digest = Callable[[bytes], str]
"""The hash of a secret with the key of the reading, as `Login.secret` has it."""

ACCEPTED = frozenset({"ok"})
UNTOLD = frozenset({"", "ok"})
"""Results that do not say that the credential was refused."""

NOBODY = frozenset({"anonymous", "ftp", "guest"})
"""Names that let anybody in ([FTP] RFC 1635 anonymous)."""

COMMUNITY = "snmp"
"""The protocol whose secret in clear is a community ([RFC 1157] 3.2.5, [RFC 1901])."""


def credentials(inventory: Inventory, logins: Iterable[Login], digest: Digest | None) -> Iterator[Sign]:
    """The signs of the logins to each asset."""
    by_server: dict[tuple[str, str], list[Login]] = {}
    for login in logins:
        asset = inventory.home.get(login.server._replace(component=""))
        if asset is not None and login.cleartext:
            by_server.setdefault((asset, login.protocol), []).append(login)
    vendors = {asset.id: asset.value("vendor") for asset in inventory.assets}
    for (asset, protocol), some in by_server.items():
        if protocol == COMMUNITY:
            yield from _communities(asset, some, by_server)
        else:
            yield from _in_clear(asset, protocol, some)
            yield from _open(asset, protocol, some)
            yield from _accounts(asset, protocol, some)
        if digest is not None:
            yield from _defaults(asset, protocol, vendors.get(asset, ""), some, digest)
    yield from _shared(by_server)


def _in_clear(asset: str, protocol: str, some: list[Login]) -> Iterator[Sign]:
    told = [one for one in some if (one.username or one.secret or protocol == "http") and one.username.casefold() not in NOBODY]
    if told:
        names = tuple(sorted({one.username for one in told if one.username}))
        value = listed(names) or ("a password" if any(one.secret for one in told) else "a token")
        yield Sign(asset, "", "cleartext-credential", protocol, protocol, "login", value, _proof(told), _clients(told))


def _open(asset: str, protocol: str, some: list[Login]) -> Iterator[Sign]:
    """Logins that were accepted without a secret, where the protocol shows that none was sent; and those in nobody's name."""
    accepted = [one for one in some if one.result in ACCEPTED and one.username]
    nobody = [one for one in accepted if one.username.casefold() in NOBODY and (protocol == "ftp" or not one.secret)]
    empty = [one for one in accepted if not one.secret and protocol in _tells_empty() and one not in nobody]
    for exposure, which in (("anonymous-access", nobody), ("empty-credential", empty)):
        if which:
            names = listed(tuple(sorted({one.username for one in which})))
            yield Sign(asset, "", exposure, protocol, protocol, "login", names, _proof(which), _clients(which))


@cache
def _tells_empty() -> frozenset[str]:
    return frozenset(row[2] for row in table("exposure_signs.tsv").rows if row[0] == "password")


def _accounts(asset: str, protocol: str, some: list[Login]) -> Iterator[Sign]:
    """Accounts by name that were let in from two stations or more."""
    by_name: dict[str, list[Login]] = {}
    for one in some:
        if one.username and one.result in ACCEPTED and one.username.casefold() not in NOBODY:
            by_name.setdefault(one.username, []).append(one)
    for name, which in by_name.items():
        if len(_clients(which)) > 1:
            yield Sign(asset, "", "shared-account", protocol, f"{protocol} {name}", "login", name, _proof(which), _clients(which))


def _shared(by_server: dict[tuple[str, str], list[Login]]) -> Iterator[Sign]:
    """Secrets that open two devices or more. Communities are told of with their own exposure."""
    by_secret: dict[str, dict[str, list[Login]]] = {}
    for (asset, protocol), some in by_server.items():
        for one in some:
            if one.secret and one.result in UNTOLD and protocol != COMMUNITY:
                by_secret.setdefault(one.secret, {}).setdefault(asset, []).append(one)
    for opens in by_secret.values():
        for asset, which in opens.items() if len(opens) > 1 else ():
            others = tuple(sorted(set(opens) - {asset}))
            protocol, name = which[0].protocol, listed(tuple(sorted({one.username for one in which if one.username})))
            about = f"{protocol} {name}".strip()
            yield Sign(asset, "", "shared-credential", protocol, about, "login", name or "the password", _proof(which), others)


def _communities(asset: str, some: list[Login], by_server: dict[tuple[str, str], list[Login]]) -> Iterator[Sign]:
    """Communities that an agent answered to; how many other agents the same one opens."""
    answered = [one for one in some if one.result in ACCEPTED]
    if not answered:
        return
    secrets = {one.secret for one in answered if one.secret}
    others = {
        server
        for (server, protocol), those in by_server.items()
        if protocol == COMMUNITY and server != asset and any(one.secret in secrets and one.result in ACCEPTED for one in those)
    }
    value = f"; the same one opens {len(others)} more" if others else ""
    yield Sign(asset, "", "snmp-v1-v2c", COMMUNITY, COMMUNITY, "login", value, _proof(answered), _clients(answered))


def _defaults(asset: str, protocol: str, vendor: str, some: list[Login], digest: Digest) -> Iterator[Sign]:
    """Makers' own credentials, recognised by their hash; none of them is empty (see `_open`)."""
    for owner, spoken, username, password, _ in table("default_credentials.tsv").rows:
        if protocol not in spoken.split() or owner not in ("*", maker(vendor)):
            continue
        which = [one for one in some if one.secret == digest(password.encode()) and one.username == username and one.result in ACCEPTED]
        if which:
            exposure = "snmp-community-default" if protocol == COMMUNITY else "default-credential"
            value = password if protocol == COMMUNITY else username or "without a name"
            yield Sign(asset, "", exposure, protocol, f"{protocol} {value}", "login", value, _proof(which), _clients(which))


def _clients(some: Iterable[Login]) -> tuple[str, ...]:
    return tuple(sorted({one.client.ip or one.client.mac for one in some}))


def _proof(some: Iterable[Login]) -> tuple[Evidence, ...]:
    return tuple(sorted({one.evidence for one in some}, key=lambda one: (one.seen_ns, one)))
