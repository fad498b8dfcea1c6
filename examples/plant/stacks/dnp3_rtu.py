"""A DNP3 outstation (opendnp3) whose level and flow move, so that event polls bring something."""

import math
import sys
import time

import opendnp3 as dnp3
import works


class Outputs(dnp3.ICommandHandler):
    """Accepts every select and operate."""

    def Select(self, *_command: object) -> object:  # noqa: N802
        return dnp3.CommandStatus.SUCCESS

    def Operate(self, *_command: object) -> object:  # noqa: N802
        return dnp3.CommandStatus.SUCCESS


class Application(dnp3.IOutstationApplication):
    """Supports restart, and takes the time from the master."""

    def SupportsWriteAbsoluteTime(self) -> bool:  # noqa: N802
        return True

    def WriteAbsoluteTime(self, _timestamp: object) -> bool:  # noqa: N802
        return True

    def ColdRestartSupport(self) -> object:  # noqa: N802
        return dnp3.RestartMode.SUPPORTED_DELAY_COARSE

    def ColdRestart(self) -> int:  # noqa: N802
        return 5

    def WarmRestartSupport(self) -> object:  # noqa: N802
        return dnp3.RestartMode.SUPPORTED_DELAY_COARSE

    def WarmRestart(self) -> int:  # noqa: N802
        return 1


def configuration(own: int) -> object:
    """Eight binary inputs, eight analog inputs, four outputs and four counters; the other point types are cleared."""
    database = dnp3.DatabaseConfig(8)
    for extra in ("double_binary", "frozen_counter", "octet_string", "time_and_interval"):
        setattr(database, extra, {})
    stack = dnp3.OutstationStackConfig(database)
    stack.outstation.eventBufferConfig = dnp3.EventBufferConfig.AllTypes(20)
    stack.outstation.params.allowUnsolicited = True
    stack.link.LocalAddr = own
    stack.link.RemoteAddr = works.DNP3_MASTER
    stack.link.KeepAliveTimeout = dnp3.TimeDuration.Seconds(120)
    return stack


def main(name: str) -> None:
    own = int(works.says(name, "dnp3")["dnp3_address"])
    manager = dnp3.DNP3Manager(1)
    channel = manager.AddTCPServer(
        name, dnp3.LogLevels(0), dnp3.ServerAcceptMode.CloseExisting, dnp3.IPEndpoint("0.0.0.0", 20000), dnp3.IChannelListener()
    )
    outputs, application = Outputs(), Application()
    outstation = channel.AddOutstation(name, outputs, application, configuration(own))
    outstation.Enable()
    for step in range(10_000):
        update = dnp3.UpdateBuilder()
        update.Update(dnp3.Analog(round(4.2 + math.sin(step / 5), 3)), 0)
        update.Update(dnp3.Binary(step % 4 == 0), 1)
        update.Update(dnp3.Counter(1000 + step * 3), 0)
        outstation.Apply(update.Build())
        time.sleep(4)


if __name__ == "__main__":
    main(sys.argv[1])
