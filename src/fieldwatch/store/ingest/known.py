"""What the store has already, by its key: numbers of rows, remembered as far as memory is allowed.

Numbers are never given twice, so a remembered one is right or its row is gone; a failed batch forgets all (`clear`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from fieldwatch.store.ingest.dialect import Dialect, Row
from fieldwatch.store.ingest.table import Table

K = TypeVar("K", bound=tuple[object, ...])

MOST = 200_000
"""How many numbers of one table are remembered."""


class Known(Generic[K]):
    """Numbers of the rows of one table, by their key in the order of the table's."""

    def __init__(self, table: Callable[[], Table], most: int = MOST) -> None:
        self._table = table
        self._most = most
        self._numbers: dict[K, int] = {}

    def clear(self) -> None:
        """Forgets everything."""
        self._numbers.clear()

    def find(self, dialect: Dialect, keys: Iterable[K]) -> dict[K, int]:
        """The numbers of those keys whose rows there are."""
        found, missing = {}, []
        for key in keys:
            number = self._numbers.get(key)
            if number is None:
                missing.append(key)
            else:
                found[key] = number
        if missing:
            table = self._table()
            rows = dialect.find(table, table.key, missing, (*table.key, "id"))
            read = {self._key(row): row[-1] for row in rows}
            self._remember(read)
            found |= read
        return found

    def make(self, dialect: Dialect, keys: Sequence[K]) -> dict[K, int]:
        """Numbers for rows that there are not yet; whoever asks writes them in the same transaction."""
        made = dict(zip(keys, dialect.ids(self._table(), len(keys)), strict=True)) if keys else {}
        self._remember(made)
        return made

    def _key(self, row: Row) -> K:
        return tuple(bytes(one) if isinstance(one, memoryview) else one for one in row[:-1])  # type: ignore[return-value]

    def _remember(self, numbers: dict[K, int]) -> None:
        self._numbers |= numbers
        for oldest in list(islice(self._numbers, max(0, len(self._numbers) - self._most))):
            del self._numbers[oldest]
