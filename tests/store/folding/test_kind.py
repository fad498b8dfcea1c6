"""Every role has a kind."""

from __future__ import annotations

from fieldwatch.library.roles import purdue_levels
from fieldwatch.store.folding.kind import KINDS, kind


def test_every_role_of_the_library_has_one_kind() -> None:
    listed = [role for roles in KINDS.values() for role in roles]
    assert sorted(listed) == sorted(purdue_levels())
    assert kind("PLC") == "OT"
    assert kind("") == kind("Toaster") == ""
