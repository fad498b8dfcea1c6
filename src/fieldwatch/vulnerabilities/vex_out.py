"""Our own findings as a CSAF VEX document.

Standards: [CSAF] CSAF 2.0 (OASIS, 2022): 4.5 profile VEX, 3.1.2 branches, 3.2.1 document, 3.2.3 vulnerabilities, 5.1 file names. CVSS 4.0
scores have no place in CSAF 2.0 and are left out; exposures have no identifier and are no vulnerabilities: they are left out, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from fieldwatch.inventory import Asset
from fieldwatch.vulnerabilities.finding import VULNERABILITY, Finding
from fieldwatch.vulnerabilities.judgement import Verdict
from fieldwatch.vulnerabilities.severity import Severity
from fieldwatch.vulnerabilities.vex import asset_uri

CVE = re.compile(r"CVE-\d{4}-\d{4,}\Z")
"""[CSAF] 3.2.3.2."""

WORST = (Verdict.AFFECTED, Verdict.UNDETERMINED, Verdict.NOT_AFFECTED)
"""One product has one status for one CVE ([CSAF] 6.1.6): the first of these that any advisory gives."""

STATUS = {
    Verdict.AFFECTED: "known_affected",
    Verdict.UNDETERMINED: "under_investigation",
    Verdict.NOT_AFFECTED: "known_not_affected",
}

LABELS = frozenset(
    {
        "component_not_present",
        "inline_mitigations_already_exist",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_not_present",
    }
)
"""[CSAF] 3.2.3.5: labels of flags."""

NOT_PRESENT = "vulnerable_code_not_present"
"""What a range that does not hold the version says."""


class Publisher(NamedTuple):
    """Who says it ([CSAF] 3.2.1.8); from the settings. `namespace` is a URL of the publisher, `category` one of the standard's words."""

    name: str
    namespace: str
    category: str = "user"


class Revision(NamedTuple):
    """An issue of the document: ISO 8601 with zone, and what changed."""

    date: str
    summary: str


class Nothing(Exception):
    """There is no vulnerability to speak of: a VEX document needs one."""


def document(
    findings: Iterable[Finding], assets: Mapping[str, Asset], publisher: Publisher, scope: str, history: tuple[Revision, ...]
) -> bytes:
    """The document as JSON, the same for the same arguments. `scope` names the plant; `history` has the first issue first.

    The id is made of publisher and scope, so that every issue of one plant bears the same. Raises Nothing without any vulnerability.
    """
    told = [one for one in findings if one.kind == VULNERABILITY and one.asset in assets]
    if not told:
        raise Nothing(f"{scope}: no vulnerability of an asset was judged; match advisories first, then export")
    whole = {
        "document": _head(publisher, scope, history),
        "product_tree": {"branches": _branches({one.asset for one in told}, assets, publisher)},
        "vulnerabilities": _vulnerabilities(told),
    }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def identifier(publisher: Publisher, scope: str) -> str:
    """The id of the document; in small letters with .json it is its file name ([CSAF] 5.1)."""
    digest = hashlib.sha256(f"{publisher.namespace}\n{scope}".encode()).hexdigest()
    return f"fieldwatch-vex-{digest[:16]}"


def _head(publisher: Publisher, scope: str, history: tuple[Revision, ...]) -> dict[str, Any]:
    revisions = [{"date": one.date, "number": str(at), "summary": one.summary} for at, one in enumerate(history, 1)]
    return {
        "category": "csaf_vex",
        "csaf_version": "2.0",
        "lang": "en",
        "title": f"Vulnerabilities of the devices of {scope}",
        "publisher": {"category": publisher.category, "name": publisher.name, "namespace": publisher.namespace},
        "tracking": {
            "id": identifier(publisher, scope),
            "status": "final",
            "version": str(len(history)),
            "initial_release_date": history[0].date,
            "current_release_date": history[-1].date,
            "revision_history": revisions,
            "generator": {"engine": {"name": "Fieldwatch"}},
        },
    }


# ----------------------------------------------------------------------------------------------------------- product tree


def product_id(asset: str) -> str:
    """The product id of an asset."""
    return f"asset-{asset}"


def _branches(ids: set[str], assets: Mapping[str, Asset], publisher: Publisher) -> list[dict[str, Any]]:
    """Vendor, product name and, where it is known, version; each asset is a leaf of its own."""
    tree: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for name in sorted(ids):
        asset = assets[name]
        vendor = asset.value("vendor") or "unknown"
        model = asset.value("model") or asset.value("order_number") or asset.value("role") or "unknown"
        tree.setdefault(vendor, {}).setdefault(model, []).append(_leaf(asset, vendor, model, publisher))
    return [
        {
            "category": "vendor",
            "name": vendor,
            "branches": [{"category": "product_name", "name": model, "branches": leaves} for model, leaves in sorted(models.items())],
        }
        for vendor, models in sorted(tree.items())
    ]


def _leaf(asset: Asset, vendor: str, model: str, publisher: Publisher) -> dict[str, Any]:
    version = asset.value("firmware") or "unknown"
    place = ", ".join((*asset.ips, *asset.macs)) or asset.id
    part = f" {asset.component} of {asset.parent}" if asset.parent else ""
    helper: dict[str, Any] = {"x_generic_uris": [{"namespace": publisher.namespace, "uri": asset_uri(asset.id)}]}
    if order := asset.value("order_number"):
        helper["model_numbers"] = [order]
    if serial := asset.value("serial_number"):
        helper["serial_numbers"] = [serial]
    product = {
        "name": f"{vendor} {model} {version}{part} ({place})",
        "product_id": product_id(asset.id),
        "product_identification_helper": helper,
    }
    return {"category": "product_version", "name": version, "product": product}


# --------------------------------------------------------------------------------------------------------- vulnerabilities


def _vulnerabilities(told: list[Finding]) -> list[dict[str, Any]]:
    by_cve: dict[str, dict[str, Finding]] = {}
    for one in sorted(told, key=lambda one: (WORST.index(one.verdict), one.asset, one.key)):
        by_cve.setdefault(one.cve or one.key, {}).setdefault(one.asset, one)
    references: dict[str, dict[str, str]] = {}
    for one in told:
        if one.advisory_url:
            references.setdefault(one.cve or one.key, {})[one.advisory_url] = one.advisory_id
    return [_vulnerability(cve, list(by_cve[cve].values()), references.get(cve, {})) for cve in sorted(by_cve)]


def _vulnerability(cve: str, said: list[Finding], references: Mapping[str, str]) -> dict[str, Any]:
    one = said[0]
    made: dict[str, Any] = {"cve": cve} if CVE.match(cve) else {"ids": [{"system_name": one.advisory_id or "Fieldwatch", "text": cve}]}
    title = one.title.strip() or cve
    made |= {"title": title, "notes": [{"category": "description", "text": f"{title}. Judged after {_advisories(said)}."}]}
    status: dict[str, list[str]] = {}
    for finding in said:
        status.setdefault(STATUS[finding.verdict], []).append(product_id(finding.asset))
    made["product_status"] = {name: status[name] for name in sorted(status)}
    clear = [finding for finding in said if finding.verdict is Verdict.NOT_AFFECTED]
    if clear:
        made["flags"] = _grouped(clear, lambda finding: {"label": _label(finding)})
        made["threats"] = _grouped(
            clear, lambda finding: {"category": "impact", "details": finding.reason or "its version is out of the range"}
        )
    affected = [finding for finding in said if finding.verdict is Verdict.AFFECTED]
    if affected:
        made["remediations"] = _grouped(affected, lambda finding: {"category": "mitigation", "details": _action(finding)})
    scored = [finding for finding in said if finding.score and finding.verdict is not Verdict.NOT_AFFECTED]
    if scores := [score for finding in scored[:1] if (score := _score(finding.score, scored)) is not None]:
        made["scores"] = scores
    if references:
        made["references"] = [{"category": "external", "summary": name, "url": url} for url, name in sorted(references.items())]
    return made


def _advisories(said: Iterable[Finding]) -> str:
    return ", ".join(sorted({one.advisory_id for one in said if one.advisory_id})) or "what is known of it"


def _grouped(said: Iterable[Finding], words: Any) -> list[dict[str, Any]]:
    """The words of each finding once, with all the products that they are said of."""
    found: dict[bytes, tuple[dict[str, Any], list[str]]] = {}
    for one in said:
        entry = words(one)
        found.setdefault(orjson.dumps(entry), (entry, []))[1].append(product_id(one.asset))
    return [entry | {"product_ids": products} for _, (entry, products) in sorted(found.items())]


def _label(finding: Finding) -> str:
    return finding.justification if finding.justification in LABELS else NOT_PRESENT


def _action(finding: Finding) -> str:
    """[CSAF] 4.5: what the product's user is to do."""
    measures = " ".join(one.action for one in finding.mitigations) or "Install the version that the advisory names."
    return f"{finding.priority.name.capitalize()}: {finding.priority_reason}. {measures}"


def _score(severity: Severity | None, said: list[Finding]) -> dict[str, Any] | None:
    """[CSAF] 3.2.3.13, for all products alike; None for a version of CVSS that CSAF 2.0 does not know, and without a vector."""
    if severity is None or not severity.vector or severity.version not in ("2.0", "3.0", "3.1"):
        return None
    made: dict[str, Any] = {"version": severity.version, "vectorString": severity.vector, "baseScore": severity.base}
    products = [product_id(one.asset) for one in said if one.score == severity]
    if severity.version == "2.0":
        return {"cvss_v2": made, "products": products}
    return {"cvss_v3": made | {"baseSeverity": severity.word.upper()}, "products": products}
