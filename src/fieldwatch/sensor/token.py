"""What sensor and centre agree on before they know each other: the form of an enrolment token, and the name that the centre has."""

from __future__ import annotations

import re

CENTRE_NAME = "centre.fieldwatch.internal"
"""The name in the centre's certificate, whatever its address: sensors ask for this one (`.internal`: ICANN, 2024, never public)."""

TOKEN = re.compile(r"fw1\.(?P<fingerprint>[0-9a-f]{64})\.(?P<secret>[A-Za-z0-9_-]{43})")
"""An enrolment token: whom the sensor is to believe (SHA-256 of the authority's certificate), and the secret that lets it in once."""

__all__ = ["CENTRE_NAME", "TOKEN"]
