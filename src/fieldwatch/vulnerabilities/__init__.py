"""Advisories matched to devices: what really applies, what does not, and what cannot be said yet; each with its reason."""
