"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows under their head; columns of numbers stand at the right."""
    ruler = ["---:" if all(row[column][:1].isdigit() for row in rows) else "---" for column in range(len(head))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ruler, *rows))
