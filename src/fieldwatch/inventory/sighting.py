"""A row of the host table: an address that sent packets."""

from typing import NamedTuple


class Sighting(NamedTuple):
    """Packets were sent from `ip` by `mac` ("" where there is none), in `vlan`; `frame` is the first of them in `source`.

    `greatest_ttl` is the greatest TTL or hop limit of them; 0 where it is not known.
    """

    ip: str
    mac: str
    vlan: int
    first_ns: int
    last_ns: int
    packets: int
    source: str
    frame: int
    greatest_ttl: int = 0
