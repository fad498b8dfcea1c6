"""Numbers on the command line."""

from __future__ import annotations

import argparse


def at_least_one(text: str) -> int:
    """The number, which must be 1 or more."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r}; allowed are whole numbers from 1 on")
    return number
