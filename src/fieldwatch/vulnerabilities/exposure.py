"""Exposures: what is wrong with a device and has no CVE, as findings of the same kind. `data/exposures.tsv` says what each one is.

What cannot be said from traffic: secrets are kept as keyed hashes only, so that two can be seen to be one, and a secret that is known
beforehand (a maker's default, an empty one) can be recognised by whoever has the key of the reading (`digest`); how long or how common a
secret is cannot be told, nor whether a password is sent in an encrypted session. A refused login says nothing of the credential.
The position of a key switch is seen where a protocol tells it; else only that the controller did what a switch in RUN would have refused.
A certificate of TLS 1.3 is encrypted. What nobody used while it was recorded is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple, Protocol

from fieldwatch.facts import Conversation, Evidence, Login, MessageClass, Operation
from fieldwatch.inventory import Asset, Inventory
from fieldwatch.library.lifecycle import ended
from fieldwatch.library.resolution import Resolution
from fieldwatch.vulnerabilities.commands import commanded
from fieldwatch.vulnerabilities.credential import Digest, credentials
from fieldwatch.vulnerabilities.finding import EXPOSURE, Finding, in_order
from fieldwatch.vulnerabilities.judgement import Verdict
from fieldwatch.vulnerabilities.mitigation import mitigations
from fieldwatch.vulnerabilities.priority import Priority
from fieldwatch.vulnerabilities.reach import Contact, Place, Reach, contacts, reach
from fieldwatch.vulnerabilities.sign import Sign, listed
from fieldwatch.vulnerabilities.tables import table


class Supported(Protocol):
    """What is known of a product's life: when support ended or ends, in the forms of `library.lifecycle`; "" where it is not known."""

    @property
    def end_of_support(self) -> str:
        """A day, a month or a year; `<=` stands before a day by which it had ended."""


Lifecycle = Callable[[str, tuple[str, ...]], Supported | None]
"""By vendor and names, what is known of a product's life (`library.lifecycle`)."""

CERTIFICATE = re.compile(r"(?P<name>.*), (?:self-signed|issued by .*), until (?P<day>\d{4}-\d\d-\d\d)\Z", re.DOTALL)
"""What the TLS protocol says of a certificate that it saw."""

OLD_TLS = re.compile(r"(SSL [23]\.0|TLS 1\.[01])\b")
"""[RFC 8996] TLS 1.0 and 1.1 must not be used; [RFC 7568] SSL 3.0."""


class _Meaning(NamedTuple):
    """A row of `data/exposures.tsv`; `by_place` the priority by how far away the peers are."""

    title: str
    cwe: str
    by_place: dict[Place, Priority]
    reason: str
    settle: str


@cache
def _meanings() -> dict[str, _Meaning]:
    found = {}
    for name, title, cwe, segment, networks, internet, reason, settle in table("exposures.tsv").rows:
        near, far, out = (Priority[word.upper()] for word in (segment, networks, internet))
        by_place = {Place.UNSEEN: near, Place.SEGMENT: near, Place.NETWORKS: far, Place.INTERNET: out}
        found[name] = _Meaning(title, cwe, by_place, reason, settle)
    return found


def exposures(
    inventory: Inventory,
    conversations: Iterable[Conversation],
    operations: Iterable[Operation],
    logins: Iterable[Login],
    *,
    resolutions: Mapping[str, Resolution] | None = None,
    lifecycle: Lifecycle | None = None,
    today: str = "",
    digest: Digest | None = None,
    held: dict[str, tuple[Contact, ...]] | None = None,
) -> tuple[Finding, ...]:
    """The exposures of all assets, what to act on first.

    `resolutions` by asset id and `lifecycle` give ends of support, against `today` (ISO 8601; the day of the last fact, where it is "");
    `digest` hashes a secret with the key of the reading, without it default credentials cannot be recognised; `held` are the contacts of
    the assets, where they are known already.
    """
    talks = tuple(conversations)
    assets = {one.id: one for one in _all(inventory.assets)}
    held = contacts(inventory, talks) if held is None else held
    day = today or _day(max((one.last_ns for one in talks), default=0))
    found: dict[tuple[str, str, str, str], Sign] = {}
    for sign in _signs(inventory, talks, tuple(operations), tuple(logins), held, digest):
        found.setdefault((sign.asset, sign.component, sign.exposure, sign.about), sign)
    for sign in _ended(assets, resolutions or {}, lifecycle, day):
        found.setdefault((sign.asset, sign.component, sign.exposure, sign.about), sign)
    return in_order(_finding(sign, assets[sign.asset], held) for sign in found.values() if sign.asset in assets)


def _signs(
    inventory: Inventory,
    talks: tuple[Conversation, ...],
    operations: tuple[Operation, ...],
    logins: tuple[Login, ...],
    held: dict[str, tuple[Contact, ...]],
    digest: Digest | None,
) -> Iterator[Sign]:
    said = list(credentials(inventory, logins, digest))
    yield from said
    yield from commanded(inventory, operations, logins)
    yield from _claimed(inventory)
    yield from _internet(held)
    yield from _tls(inventory, talks)
    clear = {(one.asset, one.about) for one in said if one.exposure == "cleartext-credential"}
    yield from (sign for sign in _services(inventory, talks) if (sign.asset, sign.about) not in clear)


def _all(assets: Iterable[Asset]) -> Iterator[Asset]:
    for asset in assets:
        yield asset
        yield from _all(asset.children)


def _finding(sign: Sign, asset: Asset, held: dict[str, tuple[Contact, ...]]) -> Finding:
    meaning = _meanings()[sign.exposure]
    own = held.get(asset.id) or held.get(asset.parent) or ()
    spoken = frozenset(one.protocol for one in own if one.came_in)
    reached = reach(own, frozenset({sign.protocol}) & spoken)
    place = Place.INTERNET if sign.exposure.startswith("internet-") else reached.place
    return Finding(
        asset=asset.id,
        component=sign.component or asset.component,
        kind=EXPOSURE,
        key=f"{sign.exposure}/{sign.about}",
        title=meaning.title,
        verdict=Verdict.AFFECTED,
        priority=meaning.by_place[place],
        priority_reason=f"{meaning.title}: {_where(sign, reached)}",
        score=None,
        kev=None,
        epss=None,
        ssvc=None,
        quoted="",
        field=sign.field,
        value=sign.value.removeprefix("; "),
        evidence=sign.evidence,
        reason=meaning.reason.format(value=sign.value, about=sign.about, peers=listed(sign.peers)),
        settle=meaning.settle,
        mitigations=mitigations(meaning.cwe, spoken | frozenset(asset.protocols), sign.exposure),
        cwe=meaning.cwe,
    )


def _where(sign: Sign, reached: Reach) -> str:
    if sign.exposure.startswith("internet-"):
        return f"{'begun by the device' if sign.exposure.endswith('outbound') else 'begun from there'} ({sign.about})"
    if reached.place is Place.UNSEEN:
        return "nobody was seen to reach it"
    words = {Place.SEGMENT: "its own segment", Place.NETWORKS: "other networks", Place.INTERNET: "the internet"}
    return f"reached from {words[reached.place]} ({reached.protocol} from {reached.peer})"


# ------------------------------------------------------------------------------------------------------------ the rules


def _claimed(inventory: Inventory) -> Iterator[Sign]:
    """What devices say of themselves: rows `claim` of `data/exposure_signs.tsv`. Only the latest value of a mode counts."""
    for asset in _all(inventory.assets):
        for exposure, protocol, attribute, pattern in _claim_rows():
            found = asset.attribute(attribute)
            for rival in (found.rivals[:1] if attribute in LATEST else found.rivals) if found else ():
                proof = tuple(one for one in rival.evidence if protocol in ("", one.protocol))
                if proof and pattern.match(rival.value):
                    about = attribute if not protocol else f"{attribute.replace('_', ' ')}"
                    yield Sign(asset.id, "", exposure, proof[0].protocol, about, attribute, rival.value, proof)


LATEST = frozenset({"mode", "keyswitch", "mode_selector"})
"""Attributes that change in operation: what was is not what is."""


@cache
def _claim_rows() -> tuple[tuple[str, str, str, re.Pattern[str]], ...]:
    rows = [row[1:] for row in table("exposure_signs.tsv").rows if row[0] == "claim"]
    return tuple((exposure, protocol, name, re.compile(value, re.IGNORECASE)) for exposure, protocol, name, value in rows)


def _services(inventory: Inventory, talks: Iterable[Conversation]) -> Iterator[Sign]:
    """Services that are answered: rows `service` of `data/exposure_signs.tsv`."""
    wanted = {row[2]: row[1] for row in table("exposure_signs.tsv").rows if row[0] == "service"}
    found: dict[tuple[str, str], list[Conversation]] = {}
    for one in talks:
        asset = inventory.home.get(one.server)
        if asset is not None and one.protocol in wanted and any(_answered(message) for message in one.messages):
            found.setdefault((asset, one.protocol), []).append(one)
    for (asset, protocol), some in found.items():
        peers = tuple(sorted({one.client.ip for one in some}))
        yield Sign(
            asset,
            "",
            wanted[protocol],
            protocol,
            protocol,
            "protocols",
            protocol,
            _seen(protocol, min(one.first_ns for one in some)),
            peers,
        )


def _answered(message: MessageClass) -> bool:
    return message.times > message.unanswered


def _internet(held: dict[str, tuple[Contact, ...]]) -> Iterator[Sign]:
    """Conversations with addresses of the internet, by who began them and in which protocol."""
    for asset, some in held.items():
        found: dict[tuple[bool, str], list[Contact]] = {}
        for one in some:
            if one.place is Place.INTERNET:
                found.setdefault((one.came_in, _spoken(one)), []).append(one)
        for (came_in, protocol), ours in found.items():
            peers = tuple(sorted({one.peer for one in ours}))
            name = "internet-inbound" if came_in else "internet-outbound"
            proof = _seen(ours[0].protocol, min(one.first_ns for one in ours))
            yield Sign(asset, "", name, ours[0].protocol, protocol, "peers", listed(peers), proof, peers)


def _spoken(one: Contact) -> str:
    """The protocol, or the port where the protocol is not known."""
    return one.protocol if one.protocol != "unknown" else f"port {one.port}"


def _tls(inventory: Inventory, talks: Iterable[Conversation]) -> Iterator[Sign]:
    """Versions that servers chose, and certificates whose last day was over when they were shown (RFC 5280, 4.1.2.5)."""
    assets = {one.id: one for one in inventory.assets}
    for one in talks:
        ends = [(inventory.home.get(end), other.ip) for end, other in ((one.server, one.client), (one.client, one.server))]
        for message in one.messages:
            if message.operation == "Server Hello" and (old := OLD_TLS.match(message.object)):
                server, client = ends[0]
                if server is not None:
                    yield Sign(server, "", "tls-old", one.protocol, old[0], "tls", old[0], _seen("tls", message.first_ns), (client,))
            shown = CERTIFICATE.match(message.object) if message.operation == "Certificate" else None
            if shown is not None and shown["day"] < _day(message.last_ns):
                yield from _expired(shown["name"], shown["day"], message, [(assets[name], peer) for name, peer in ends if name in assets])


def _expired(name: str, day: str, message: MessageClass, ends: list[tuple[Asset, str]]) -> Iterator[Sign]:
    """The certificate is of the end that claims its name; of the server where none does."""
    for asset, _ in ends:
        claimed = asset.attribute("certificate_name")
        rival = next((each for each in claimed.rivals if each.value == name), None) if claimed else None
        if rival is not None:
            yield Sign(asset.id, "", "certificate-expired", "tls", name, "certificate_name", day, rival.evidence, (_day(message.last_ns),))
            return


def _ended(assets: Mapping[str, Asset], resolutions: Mapping[str, Resolution], lifecycle: Lifecycle | None, day: str) -> Iterator[Sign]:
    """Products and operating systems whose support is over on `day`; the last day itself is still supported."""
    if lifecycle is None:
        return
    for asset, vendor, about, names, attribute in _supported(assets, resolutions):
        life = lifecycle(vendor, names)
        if life is not None and ended(life.end_of_support, date.fromisoformat(day)):
            shown = asset.attribute(attribute)
            when = life.end_of_support.replace("<=", "or before ")
            yield Sign(asset.id, "", "end-of-support", "", about, attribute, when, shown.evidence if shown else (), (vendor,))


def _supported(
    assets: Mapping[str, Asset], resolutions: Mapping[str, Resolution]
) -> Iterator[tuple[Asset, str, str, tuple[str, ...], str]]:
    """What a maker supports: each device by its names, and the operating system that it says it has."""
    for name, found in resolutions.items():
        about = found.model or found.family or found.order_number
        if about and name in assets:
            shown = "order_number" if assets[name].attribute("order_number") else "model"
            yield assets[name], found.vendor, about, found.names, shown
    for asset in assets.values():
        system = asset.value("os")
        if system.startswith("Windows"):
            yield asset, "Microsoft", system, (system,), "os"


def _seen(protocol: str, at_ns: int) -> tuple[Evidence, ...]:
    """Counted messages stand in no single frame: the time and the protocol."""
    return (Evidence("", (), at_ns, protocol),)


def _day(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns / 1e9, UTC).date().isoformat()
