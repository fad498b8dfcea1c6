"""From the spool to the centre: each source in its order, one batch at a time, again until the centre has it.

A batch leaves the spool only when the centre says that it is on its disk. What is sent twice is taken once, so every doubt ends in sending
again.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Protocol

from fieldwatch.sensor.centre import Away, Reply
from fieldwatch.sensor.spool import Spool

log = logging.getLogger(__name__)

IDLE_S = 0.2
"""How long to wait where nothing waits."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
REFUSED_S = 600.0
"""After how long a batch that was refused is sent again, or a centre that revoked us asked: either may have changed by then."""


class Taker(Protocol):
    """The centre, as far as it takes batches."""

    def batch(self, packed: bytes) -> Reply:
        """What it says to a batch. Raises Away."""


class Sender:
    """Sends what waits. `behind` is called with a source of which the centre expects a batch that is not here any more."""

    def __init__(
        self,
        spool: Spool,
        centre: Taker,
        behind: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.spool, self.centre = spool, centre
        self._behind, self._clock, self._chance = behind, clock, chance
        self._pause_s = FIRST_PAUSE_S
        self._not_before = 0.0
        self._refused_until: dict[str, float] = {}
        self.refused: dict[str, str] = {}
        """Sources of which the centre takes no batch, with what it says."""
        self.away: str = ""
        """Why the centre cannot be asked; "" where it answered."""
        self.away_since: float | None = None
        self.revoked: str = ""
        """What the centre said when it let this sensor go; "" where it did not."""
        self.sent = 0
        self.skew_ns: int | None = None

    def step(self) -> float:
        """Sends one batch of each source that waits; returns the seconds until there may be more to do."""
        wait_s = self._not_before - self._clock()
        if wait_s > 0:
            return wait_s
        done = False
        for identity in self.spool.waiting():
            if self._refused_until.get(identity, 0.0) > self._clock():
                continue
            if not self._send(identity):
                return max(0.0, self._not_before - self._clock())
            done = True
        return 0.0 if done else IDLE_S

    def heard(self, reply: Reply) -> None:
        """Takes note of an answer of the centre, to whatever it was."""
        self._pause_s = FIRST_PAUSE_S
        self.away, self.away_since = "", None
        if reply.skew_ns is not None:
            self.skew_ns = reply.skew_ns
        was, self.revoked = self.revoked, _error(reply) if reply.status in (401, 403) else ""
        if self.revoked:
            if not was:
                log.error("the centre takes nothing from this sensor: %s; what it sees is kept", self.revoked)
            self._wait(REFUSED_S)

    def may_ask(self) -> bool:
        """Whether the centre may be asked something now."""
        return self._not_before <= self._clock()

    def missed(self, why: str) -> None:
        """Takes note that the centre did not answer."""
        if not self.away:
            log.warning("the centre is away: %s", why)
            self.away_since = self._clock()
        self.away = why
        self._wait(self._pause_s * (0.5 + self._chance()))
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def _send(self, identity: str) -> bool:
        """Sends the first batch that waits of a source; False where nothing should be sent for now."""
        head = self.spool.head(identity)
        if head is None:
            return True
        try:
            reply = self.centre.batch(head[1])
            self._take(identity, head[0], reply)
        except Away as away:
            self.missed(str(away))
            return False
        return self.may_ask()

    def _take(self, identity: str, number: int, reply: Reply) -> None:
        """What follows from an answer to a batch."""
        if reply.status == 200:
            if _number(reply, "taken") < number:
                raise Away("the centre says that it took what it did not")
            self.heard(reply)
            self._taken(identity, _number(reply, "taken"))
            self.sent += 1
        elif reply.status == 409:
            taken = _number(reply, "taken")
            self.heard(reply)
            self._expected(identity, number, taken)
        elif reply.status == 429:
            self.heard(reply)
            self._wait(max(reply.retry_after_s, FIRST_PAUSE_S) * (1 + 0.2 * self._chance()))
        elif reply.status in (401, 403):
            self.heard(reply)
        elif reply.status in (400, 413):
            self.heard(reply)
            self.refused[identity] = _error(reply)
            self._refused_until[identity] = self._clock() + REFUSED_S
            log.error("%s: the centre refuses batch %d: %s", identity, number, self.refused[identity])
        else:
            raise Away(f"the centre answered {reply.status}: {_error(reply)}")

    def _taken(self, identity: str, number: int) -> None:
        self.spool.sent(identity, number)
        self.refused.pop(identity, None)

    def _expected(self, identity: str, number: int, taken: int) -> None:
        """The centre expects another batch of a source than the first one that is here."""
        if taken >= number:
            self._taken(identity, taken)
            return
        log.warning("%s: the centre has batch %d and lost those up to %d; they are told again", identity, taken, number - 1)
        self.spool.drop(identity)
        self._behind(identity)

    def _wait(self, seconds: float) -> None:
        self._not_before = self._clock() + seconds


def _number(reply: Reply, name: str) -> int:
    told = reply.body.get(name)
    if type(told) is not int or told < 0:
        raise Away(f"the centre answered {reply.status} without {name}; that is no centre")
    return told


def _error(reply: Reply) -> str:
    told = reply.body.get("error")
    return told[:300] if isinstance(told, str) else f"answer {reply.status}"


__all__ = ["Sender"]
