"""A DNP3 master session (opendnp3), shared by the SCADA server and by whoever poses as it."""

import threading
import time
from collections.abc import Callable
from typing import Any

import opendnp3 as dnp3
import works

ANSWER_S = 5.0
SLOW_RETRY_S = (20, 60)
RECONNECT_S = 25
"""After a connection that broke: opendnp3's default, at once, makes a storm as soon as two masters compete."""


class Values(dnp3.ISOEHandler):
    """Takes the values and drops them: the wire is what matters here."""

    def Process(self, *_values: object) -> None:  # noqa: N802
        return


class Application(dnp3.IMasterApplication):
    """Gives the time for time synchronisation."""

    def Now(self) -> object:  # noqa: N802
        return dnp3.UTCTimestamp(int(time.time() * 1000))


class Master:
    """One master on one TCP connection to one outstation."""

    def __init__(self, outstation: str) -> None:
        self._manager = dnp3.DNP3Manager(1)
        retry = dnp3.ChannelRetry(*(dnp3.TimeDuration.Seconds(seconds) for seconds in SLOW_RETRY_S))
        retry.reconnectDelay = dnp3.TimeDuration.Seconds(RECONNECT_S)
        where = [dnp3.IPEndpoint(works.address(outstation), 20000)]
        self._kept = (dnp3.IChannelListener(), Values(), Application())
        channel = self._manager.AddTCPClient(outstation, dnp3.LogLevels(0), retry, where, "0.0.0.0", self._kept[0])
        stack = dnp3.MasterStackConfig()
        stack.master.responseTimeout = dnp3.TimeDuration.Seconds(3)
        stack.master.timeSyncMode = dnp3.TimeSyncMode.LAN
        stack.link.LocalAddr = works.DNP3_MASTER
        stack.link.RemoteAddr = int(works.says(outstation, "dnp3")["dnp3_address"])
        stack.link.KeepAliveTimeout = dnp3.TimeDuration.Seconds(120)
        self._session = channel.AddMaster(outstation, self._kept[1], self._kept[2], stack)

    def open(self) -> None:
        """Connect; the stack runs its own start-up tasks: unsolicited off, integrity poll, unsolicited on."""
        self._session.Enable()
        time.sleep(2)

    def poll_events(self) -> None:
        self._session.ScanClasses(dnp3.ClassField.AllEventClasses(), self._kept[1])

    def poll_integrity(self) -> None:
        self._session.ScanClasses(dnp3.ClassField.AllClasses(), self._kept[1])

    def _await(self, ask: Callable[[Callable[[Any], None]], None]) -> str:
        answered = threading.Event()
        said: list[str] = []

        def take(result: Any) -> None:
            said.append(str(result.summary))
            answered.set()

        ask(take)
        if not answered.wait(ANSWER_S):
            raise TimeoutError("no answer")
        if "SUCCESS" not in said[0]:
            raise RuntimeError(said[0])
        return said[0]

    def select_operate(self, index: int, *, on: bool) -> str:
        return self._await(lambda done: self._session.SelectAndOperate(self._latch(on), index, done))

    def direct_operate(self, index: int, *, on: bool) -> str:
        return self._await(lambda done: self._session.DirectOperate(self._latch(on), index, done))

    def cold_restart(self) -> str:
        return self._await(lambda done: self._session.Restart(dnp3.RestartType.COLD, done))

    def disable_unsolicited(self) -> None:
        classes = [dnp3.Header.From(point) for point in (dnp3.PointClass.Class1, dnp3.PointClass.Class2, dnp3.PointClass.Class3)]
        self._session.PerformFunction("disable unsolicited", dnp3.FunctionCode.DISABLE_UNSOLICITED, classes)
        time.sleep(0.5)

    @staticmethod
    def _latch(on: bool) -> object:
        return dnp3.ControlRelayOutputBlock(dnp3.OperationType.LATCH_ON if on else dnp3.OperationType.LATCH_OFF)

    def close(self) -> None:
        self._manager.Shutdown()
