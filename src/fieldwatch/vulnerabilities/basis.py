"""What findings stand on: advisories, what is known of exploitation by CVE, and what people said of single products (VEX).

A place is a CSAF document, a folder or a zip archive of them, or the folder that `fieldwatch feeds` keeps: that one brings the KEV
catalogue, EPSS scores and SSVC decisions too. The starter pack is superseded by what is given: its word on a CVE counts only where no
advisory that was given speaks of that CVE. Its facts (listed in KEV, EPSS of its day) are known in any case, and give way to newer ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fieldwatch.vulnerabilities.finding import Known

if TYPE_CHECKING:  # a run without advisories needs none of it
    from fieldwatch.library.correction import Corrections
    from fieldwatch.vulnerabilities.advisory import Advisory, Score
    from fieldwatch.vulnerabilities.epss import Likelihood
    from fieldwatch.vulnerabilities.kev import Exploited
    from fieldwatch.vulnerabilities.ssvc import Decision
    from fieldwatch.vulnerabilities.vex import Statement

LARGEST = 64 * 1024 * 1024
"""Bytes of one VEX document."""


class UnusableBasis(Exception):
    """Something that was given cannot be used: says what was read, what is allowed, and what to do."""


class Basis(NamedTuple):
    """`sources` says in words where the advisories are from, `skipped` what could not be read; `statements` are by CVE."""

    advisories: tuple[Advisory, ...] = ()
    sources: tuple[str, ...] = ()
    exploited: Mapping[str, Exploited] = {}
    likelihoods: Mapping[str, Likelihood] = {}
    decisions: Mapping[str, Decision] = {}
    scores: Mapping[str, tuple[Score, ...]] = {}
    """CVSS vectors of the NVD, for what an advisory gives no score."""
    statements: Mapping[str, tuple[Statement, ...]] = {}
    skipped: tuple[str, ...] = ()
    corrections: Corrections | None = None
    """What a person knows better of the devices' identities."""

    def known(self, cve: str) -> Known:
        """What is known of the exploitation of a CVE."""
        return Known(self.exploited.get(cve), self.likelihoods.get(cve), self.decisions.get(cve))


def basis(
    place: Path | None = None, *, with_starter: bool = False, statements: Iterable[Path] = (), corrected: Path | None = None
) -> Basis:
    """The basis from what an operator names. Raises UnusableBasis."""
    found = Basis() if place is None else _given(place)
    if with_starter:
        found = _with_starter(found)
    if corrected is not None:
        found = _with_corrections(found, corrected)
    return _with_statements(_with_facts(found), statements)


def _given(place: Path) -> Basis:
    from fieldwatch.vulnerabilities.catalogue import UnusableAdvisories, load

    shelf = place if (place / "manifests").is_dir() else None
    try:
        catalogue = load(place / "advisories" if shelf else place)
    except UnusableAdvisories as error:
        raise UnusableBasis(str(error)) from None
    except OSError as error:
        raise UnusableBasis(f"{error.filename}: cannot be read: {error.strerror}; give a place that can be") from None
    found = Basis(catalogue.advisories, (f"{place} ({len(catalogue.advisories)})",), skipped=catalogue.skipped)
    return found if shelf is None else _with_shelf(found, shelf)


def _with_shelf(found: Basis, root: Path) -> Basis:
    from fieldwatch.vulnerabilities.epss import UnreadableScores
    from fieldwatch.vulnerabilities.feeds.facts import UnreadableFacts, decisions, exploited, likelihoods, scores
    from fieldwatch.vulnerabilities.feeds.shelf import Shelf
    from fieldwatch.vulnerabilities.kev import UnreadableCatalogue
    from fieldwatch.vulnerabilities.ssvc import UnreadableDecisions

    shelf = Shelf(root)
    try:
        bare = {one.cve for advisory in found.advisories for one in advisory.vulnerabilities if not one.scores}
        return found._replace(
            exploited=exploited(shelf), likelihoods=likelihoods(shelf), decisions=decisions(shelf), scores=scores(shelf, bare)
        )
    except (UnreadableCatalogue, UnreadableScores, UnreadableDecisions, UnreadableFacts) as error:
        raise UnusableBasis(f"{root}: {error}") from None
    except OSError as error:
        raise UnusableBasis(f"{error.filename}: cannot be read: {error.strerror}; give a place that can be") from None


def _with_starter(found: Basis) -> Basis:
    """The advisories of the pack as well, without the CVEs that the others speak of."""
    from fieldwatch.vulnerabilities import starter

    spoken_of = {one.cve for advisory in found.advisories for one in advisory.vulnerabilities}
    own = []
    for advisory in starter.starter():
        left = tuple(one for one in advisory.vulnerabilities if one.cve not in spoken_of)
        if left:
            own.append(advisory if left == advisory.vulnerabilities else advisory._replace(vulnerabilities=left))
    words = f"starter pack of {starter.dated()} ({len(own)})"
    return found._replace(advisories=(*found.advisories, *own), sources=(*found.sources, words))


def _with_corrections(found: Basis, path: Path) -> Basis:
    from fieldwatch.library.correction import Corrections, UnusableCorrections

    try:
        return found._replace(corrections=Corrections.load(path))
    except UnusableCorrections as error:
        raise UnusableBasis(str(error)) from None


def _with_facts(found: Basis) -> Basis:
    """What the pack knows of exploitation, below what is known already."""
    if not found.advisories:
        return found
    from fieldwatch.vulnerabilities import starter
    from fieldwatch.vulnerabilities.epss import Likelihood
    from fieldwatch.vulnerabilities.kev import Exploited

    exploited = {cve: Exploited(cve, day, "", ransomware) for cve, (day, ransomware) in starter.known_exploited().items()}
    likelihoods = {cve: Likelihood(score, 0.0, "") for cve, score in starter.likelihoods().items()}
    return found._replace(exploited={**exploited, **found.exploited}, likelihoods={**likelihoods, **found.likelihoods})


def _with_statements(found: Basis, paths: Iterable[Path]) -> Basis:
    """What the VEX documents say, by CVE."""
    from fieldwatch.vulnerabilities import vex

    said: list[Statement] = []
    for path in paths:
        try:
            if path.stat().st_size > LARGEST:
                raise UnusableBasis(f"{path}: larger than {LARGEST // 2**20} MB; a VEX document is needed")
            said += vex.read(path.read_bytes(), str(path))
        except vex.UnreadableStatements as error:
            raise UnusableBasis(str(error)) from None
        except OSError as error:
            raise UnusableBasis(f"{path}: cannot be read: {error.strerror}; give a VEX document (CSAF, OpenVEX, CycloneDX)") from None
    return found._replace(statements=vex.by_cve(said)) if said else found
