"""SAML 2.0, bounded and written down further than allauth does."""
