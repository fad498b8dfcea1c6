"""Whom a fact is about."""

from typing import NamedTuple


class Subject(NamedTuple):
    """An end of a conversation, or a device named in a message.

    `ip` and `mac` are text ("" where unknown), `vlan` is the outermost tag (0 where untagged), `component` names the sub-unit that
    the fact is about ("" for the device itself): `unit 3`, `slot 2`, `device 1001`, `address 10`.
    """

    ip: str
    mac: str
    vlan: int = 0
    component: str = ""
