"""What each role may do. `docs/permissions.tsv` says the same by hand, route by route; a test compares them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from fieldwatch.store.models import Role


class May(StrEnum):
    """What can be allowed. Everything but `administer` is allowed at a site or in a zone."""

    SEE = "see"
    """Assets, conversations, changes, the map."""
    SEE_FINDINGS = "see_findings"
    SEE_LOGINS = "see_logins"
    SEE_EVIDENCE = "see_evidence"
    """Bytes of frames, and bundles of them."""
    SEE_AUDIT = "see_audit"
    EXPORT = "export"
    EDIT_ASSETS = "edit_assets"
    """Overrides, labels, notes, zones of assets, pins of the map."""
    HANDLE_FINDINGS = "handle_findings"
    ACCEPT_RISK = "accept_risk"
    UPLOAD = "upload"
    MANAGE_SITE = "manage_site"
    """Zones, subnets and sensors."""
    ADMINISTER = "administer"
    """People, tokens of others, webhooks, options, new sites."""


ALLOWED: Mapping[Role, frozenset[May]] = {
    Role.VIEWER: frozenset({May.SEE, May.SEE_FINDINGS, May.EXPORT}),
    Role.ENGINEER: frozenset(
        {
            May.SEE, May.SEE_FINDINGS, May.SEE_LOGINS, May.SEE_EVIDENCE, May.EXPORT, May.EDIT_ASSETS, May.HANDLE_FINDINGS, May.ACCEPT_RISK,
            May.UPLOAD, May.MANAGE_SITE,
        }
    ),
    Role.ANALYST: frozenset(
        {May.SEE, May.SEE_FINDINGS, May.SEE_LOGINS, May.SEE_EVIDENCE, May.EXPORT, May.HANDLE_FINDINGS, May.UPLOAD}
    ),
    Role.AUDITOR: frozenset({May.SEE, May.SEE_FINDINGS, May.SEE_LOGINS, May.SEE_EVIDENCE, May.SEE_AUDIT, May.EXPORT}),
    Role.VENDOR: frozenset({May.SEE}),
    Role.ADMINISTRATOR: frozenset(May),
}  # fmt: skip
