"""OpenID Connect, checked further than allauth does: signatures, the issuer, and whose claims they are."""
