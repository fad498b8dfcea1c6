"""Fieldwatch: see, know, judge, split, watch and let in - security for operational technology."""

__version__ = "0.1.0"
