"""Addresses that two devices use at once: by mistake, by a fail-over, or because somebody sends in another's name.

Standards: RFC 5227, 1.2 (what an address conflict is). Who is a rival of whom is said in `onlink`, rule 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fieldwatch.facts import Claim, Evidence, Sighting, Span
from fieldwatch.inventory.attributes import Voice
from fieldwatch.inventory.identity import Places
from fieldwatch.inventory.onlink import PROVES

SURE = 0.8
"""Two interfaces of one device that nothing joins look the same."""


def conflicts(places: Places, claims: Iterable[Claim], sightings: Iterable[Sighting]) -> dict[str, list[Voice]]:
    """By device, what is to be said of the others that use one of its addresses; each with the frames that show the other."""
    rivals = places.known.rivals
    found: dict[str, list[Voice]] = {}
    if not rivals:
        return found
    for ip, mac, proof in _uses(claims, sightings):
        if mac not in rivals.get(ip, ()):
            continue
        user = places.device(mac)
        for device in {places.device(other) for other in rivals[ip]} - {user}:
            voice = Voice("address_conflict", f"{ip} is used by {mac}, too", SURE, proof, "both at the same times on one link")
            found.setdefault(device, []).append(voice)
    return found


def _uses(claims: Iterable[Claim], sightings: Iterable[Sighting]) -> Iterator[tuple[str, str, Evidence]]:
    for claim in claims:
        if claim.attribute == "ip_address" and claim.evidence.protocol in PROVES:
            yield claim.value, claim.subject.mac, claim.evidence
    for sighting in sightings:
        proof = Evidence(sighting.source, (Span(sighting.frame, 0, 0),), sighting.first_ns, "ethernet")
        yield sighting.ip, sighting.mac, proof
