"""Whether the clock of this machine is kept right by somebody (NTP, PTP): the kernel is asked.

Standards: Linux man-pages adjtimex(2) (6.03, 2023); the layout is that of include/uapi/linux/timex.h.
"""

from __future__ import annotations

import ctypes

from fieldwatch.sensor.diagnosis import Diagnosis, Standing

TIME_ERROR = 5
"""What adjtimex(2) returns where the clock is not synchronised."""

TIMEX_BYTES = 208


def clock() -> Diagnosis:
    """How the clock stands."""
    said = _state()
    if said is None:
        return Diagnosis("clock", Standing.LOOK, "this system does not say whether the clock is synchronised", "see that NTP or PTP runs")
    if said == TIME_ERROR:
        return Diagnosis("clock", Standing.LOOK, "the clock is not synchronised", "set up NTP or PTP: times of evidence are this clock's")
    return Diagnosis("clock", Standing.OK, "the clock is synchronised")


def _state() -> int | None:
    """The kernel's word, from a call that changes nothing (`modes` is 0); None where there is none."""
    adjtimex = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
    if adjtimex is None:
        return None
    found = int(adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))
    return None if found < 0 else found


__all__ = ["clock"]
