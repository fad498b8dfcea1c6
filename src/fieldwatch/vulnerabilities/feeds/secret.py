"""A value that must never be shown: it prints as `<secret>`, and only who asks for it by name gets it."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Secret(Generic[Value]):
    """Holds a value; `reveal` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: Value) -> None:
        self._value = value

    def reveal(self) -> Value:
        """The value itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written to a file")
