"""What allauth is told of identity providers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fieldwatch.server.accounts.single_sign_on import apps, providers, secret
from fieldwatch.server.options import OPTIONS, Options, UnusableOption

METADATA = """<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.org/saml">
 <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
  <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
   <ds:X509Certificate>MIIBfake</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
  <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.org/sso"/>
 </md:IDPSSODescriptor>
</md:EntityDescriptor>
"""


def _options(**told: Any) -> Options:
    values = {option.name: option.usual for option in OPTIONS} | {name.replace("_", ".", 1): value for name, value in told.items()}
    return Options(values, {}, Path("/nonexistent"))


def test_without_options_there_is_none() -> None:
    assert apps(_options()) == [] and providers(_options()) == {}


def test_openid_connect_with_proof_key(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" s3cret\n")
    options = _options(oidc_issuer="https://idp.example.org", oidc_client="fieldwatch", oidc_secret_file=str(tmp_path / "secret"))
    told = providers(options)["openid_connect"]
    assert told["OAUTH_PKCE_ENABLED"] is True
    assert (told["APPS"][0]["client_id"], told["APPS"][0]["secret"]) == ("fieldwatch", "s3cret")
    assert apps(options) == ["allauth.socialaccount.providers.openid_connect"]


def test_an_issuer_without_a_client_is_refused() -> None:
    with pytest.raises(UnusableOption, match="oidc.client: is empty"):
        providers(_options(oidc_issuer="https://idp.example.org"))


@pytest.mark.parametrize("issuer", ["http://idp.example.org", "http://localhost.example.org", "idp.example.org", "ftp://idp.example.org"])
def test_an_issuer_without_tls_is_refused_unless_it_is_on_this_machine(issuer: str) -> None:
    with pytest.raises(UnusableOption, match="oidc.issuer = .*https:// is allowed"):
        providers(_options(oidc_issuer=issuer, oidc_client="fieldwatch"))
    assert providers(_options(oidc_issuer="http://127.0.0.1:9000", oidc_client="fieldwatch"))


def test_a_secret_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UnusableOption, match="oidc.secret_file = /nonexistent/secret: cannot be read: No such file"):
        secret(_options(oidc_secret_file="/nonexistent/secret"), "oidc.secret_file")
    assert secret(_options(), "oidc.secret_file") == ""


def test_saml_takes_what_the_metadata_say(tmp_path: Path) -> None:
    pytest.importorskip("onelogin", reason="python3-saml is not installed")
    (tmp_path / "idp.xml").write_text(METADATA)
    told = providers(_options(saml_metadata=str(tmp_path / "idp.xml")))["saml"]["APPS"][0]
    assert told["settings"]["idp"] == {
        "entity_id": "https://idp.example.org/saml",
        "sso_url": "https://idp.example.org/sso",
        "x509cert": "MIIBfake",
    }
    assert told["settings"]["advanced"]["want_assertion_signed"] is True


@pytest.mark.parametrize("text", ["", "no xml", "<a/>", METADATA.replace("SingleSignOnService", "Other")])
def test_metadata_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    pytest.importorskip("onelogin", reason="python3-saml is not installed")
    (tmp_path / "idp.xml").write_text(text)
    with pytest.raises(UnusableOption, match="saml.metadata = .*: no metadata of an identity provider"):
        providers(_options(saml_metadata=str(tmp_path / "idp.xml")))
