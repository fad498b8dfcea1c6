"""How much a protocol's word about an attribute is trusted."""

from __future__ import annotations

import functools

from fieldwatch.library.table import table


@functools.cache
def _table() -> dict[tuple[str, str], float]:
    return {(row[0], row[1]): float(row[2]) for row in table("trust.tsv").rows}


@functools.cache
def trust(protocol: str, attribute: str) -> float:
    """Confidence, 0 to 1, in what `protocol` says about `attribute`: the row of both, else of the protocol, else of any."""
    known = _table()
    return known.get((protocol, attribute)) or known.get((protocol, "*")) or known["*", "*"]
