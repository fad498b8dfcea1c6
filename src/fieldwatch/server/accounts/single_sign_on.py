"""Sign-in with an identity provider (OpenID Connect, SAML 2.0), as the options say: what allauth is told about it.

Standards: OpenID Connect Core 1.0 (with PKCE, RFC 7636); SAML 2.0 Metadata.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fieldwatch.server.options import Options, UnusableOption

OIDC, SAML = "oidc", "saml"
"""Names of the provider in addresses: `/accounts/oidc/oidc/login/callback/`, `/accounts/saml/saml/acs/`."""

HERE = {"localhost", "127.0.0.1", "::1"}
"""Names of this machine: what is sent there crosses no network."""

SAML_NAMES = {
    "uid": ["urn:oasis:names:tc:SAML:attribute:subject-id", "urn:oid:0.9.2342.19200300.100.1.1", "uid"],
    "username": ["urn:oid:0.9.2342.19200300.100.1.1", "uid", "username"],
    "email": ["urn:oid:0.9.2342.19200300.100.1.3", "mail", "email"],
    "first_name": ["urn:oid:2.5.4.42", "givenName"],
    "last_name": ["urn:oid:2.5.4.4", "sn"],
}
"""Attributes that identity providers send (X.520, RFC 4519), by what we take them for."""


def apps(options: Options) -> list[str]:
    """The parts of allauth that are needed."""
    found = ["allauth.socialaccount.providers.openid_connect"] if options["oidc.issuer"] else []
    return found + (["allauth.socialaccount.providers.saml"] if options["saml.metadata"] else [])


def providers(options: Options) -> dict[str, Any]:
    """The providers, as `SOCIALACCOUNT_PROVIDERS` wants them. Raises UnusableOption."""
    made: dict[str, Any] = {}
    if options["oidc.issuer"]:
        ours = "fieldwatch.server.accounts.openid.provider.Provider"
        made["openid_connect"] = {"provider_class": ours, "OAUTH_PKCE_ENABLED": True, "APPS": [_oidc(options)]}
    if options["saml.metadata"]:
        made["saml"] = {"provider_class": "fieldwatch.server.accounts.saml.provider.Provider", "APPS": [_saml(options)]}
    return made


def secret(options: Options, name: str) -> str:
    """What a file with a secret holds; "" where none is named. Raises UnusableOption."""
    if not options[name]:
        return ""
    try:
        return Path(options[name]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableOption(f"{name} = {options[name]}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _oidc(options: Options) -> dict[str, Any]:
    if not options["oidc.client"]:
        raise UnusableOption("oidc.client: is empty; oidc.issuer needs the id under which the issuer knows this installation")
    issuer = options["oidc.issuer"]
    if not issuer.startswith("https://") and urlsplit(issuer).hostname not in HERE:
        raise UnusableOption(f"oidc.issuer = {issuer}: keys and secrets would cross the network in clear; https:// is allowed")
    return {
        "provider_id": OIDC,
        "name": options["oidc.name"],
        "client_id": options["oidc.client"],
        "secret": secret(options, "oidc.secret_file"),
        "settings": {"server_url": options["oidc.issuer"], "token_auth_method": "client_secret_basic"},
    }


def _saml(options: Options) -> dict[str, Any]:
    if find_spec("onelogin") is None:
        raise UnusableOption("saml.metadata: SAML is not installed; install fieldwatch[saml], or empty this option")
    return {
        "provider_id": options["saml.entity"] or SAML,
        "name": options["oidc.name"] if not options["oidc.issuer"] else "SAML",
        "client_id": SAML,
        "settings": {
            "attribute_mapping": SAML_NAMES,
            "idp": _idp(options),
            "advanced": {"want_assertion_signed": True, "reject_deprecated_algorithm": True, "reject_idp_initiated_sso": True},
        },
    }


def _idp(options: Options) -> dict[str, Any]:
    """What the metadata say of the identity provider."""
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser

    path = options["saml.metadata"]
    try:
        found = Parser.parse(Path(path).read_bytes(), entity_id=options["saml.entity"] or None).get("idp", {})
        one = {"entity_id": found["entityId"], "sso_url": found["singleSignOnService"]["url"], "x509cert": _certificate(found)}
    except (OSError, KeyError, ValueError, SyntaxError) as error:
        raise UnusableOption(f"saml.metadata = {path}: no metadata of an identity provider with a certificate: {error}") from None
    if "singleLogoutService" in found:
        one["slo_url"] = found["singleLogoutService"]["url"]
    return one


def _certificate(found: dict[str, Any]) -> str:
    if "x509cert" in found:
        return str(found["x509cert"])
    return str(found["x509certMulti"]["signing"][0])
