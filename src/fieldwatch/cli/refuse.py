"""How the program says that it cannot use what it was given: one line, exit code 2, no traceback."""

from __future__ import annotations

import sys
from typing import NoReturn

from fieldwatch.cli.escape import visible

UNUSABLE = 2
"""Exit code where the input cannot be used."""


def refuse(reason: str) -> NoReturn:
    """Ends the program with the reason on standard error."""
    print(f"fieldwatch: {visible(reason)}", file=sys.stderr)
    raise SystemExit(UNUSABLE) from None
