"""The engineer's morning: an inventory of what is there, and one authorised change to the intake controller, with stop and start."""

import sys
import time
from pathlib import Path

import snap7
import works
from journal import Done, Journal
from pylogix import PLC
from stacks.file_server import PASSWORD, USER
from stacks.web_page import LOGIN as PAGE_LOGIN

from actors import questions, tools
from actors.bacnet_client import Client as BacnetClient

journal = Journal("ews-1", "engineering")


def change_intake() -> None:
    """Upload a block, stop, download it, start; as the change order says."""
    client = snap7.client.Client()
    connect = Done(protocol="s7comm", operation="Setup communication", effect="discover", detail={"rack": 0, "slot": 2})
    journal.run("plc-intake", connect, lambda: client.connect(works.address("plc-intake"), 0, 2))
    questions.s7(journal, "plc-intake", client)
    listing = Done(protocol="s7comm", operation="List blocks", effect="read")
    journal.run("plc-intake", listing, client.list_blocks)
    up = Done(protocol="s7comm", operation="Upload", effect="program_upload", detail={"block": "DB10"})
    block = journal.run("plc-intake", up, lambda: client.upload(10))
    time.sleep(2)
    journal.run("plc-intake", Done(protocol="s7comm", operation="PLC stop", effect="stop"), client.plc_stop)
    down = Done(protocol="s7comm", operation="Download", effect="program_download", detail={"block": "DB10"})
    journal.run("plc-intake", down, lambda: client.download(bytearray(block or bytes(64)), 10))
    time.sleep(1)
    journal.run("plc-intake", Done(protocol="s7comm", operation="PLC start", effect="start"), client.plc_hot_start)
    client.disconnect()


def read_filter() -> None:
    """Everyone's identity by broadcast, then the filter controller's own and its tags."""
    questions.cip(journal)
    with PLC(works.address("plc-filter")) as plc:
        own = Done(protocol="cip", operation="Get Attributes All", effect="identify", detail={"class": 1}, tells={"cip": ()})
        journal.run("plc-filter", own, plc.GetDeviceProperties)


def visit_devices(key: str) -> None:
    """A look at each device that has a page, a shell or a folder."""
    looked = Done(protocol="dns", operation="Query", effect="read", detail={"name": f"rtu-tower.{works.DOMAIN}"})
    journal.run("srv-infra", looked, lambda: tools.look_up("rtu-tower"))
    shell = Done(protocol="ssh", operation="Session", effect="authenticate", tells={"ssh": ()})
    journal.run("rtu-tower", shell, lambda: tools.shell("rtu-tower", key))
    telnet = Done(protocol="telnet", operation="Login", effect="authenticate", detail={"user": "moxa"}, tells={"telnet": ()})
    journal.run("gw-meters", telnet, lambda: tools.knock("gw-meters", "moxa", "flow-2020"))
    seen = Done(protocol="http", operation="GET", effect="read", detail={"path": "/"}, tells={"http": ()})
    journal.run("plc-dosing", seen, lambda: tools.page("plc-dosing", user=PAGE_LOGIN))
    saved = Done(protocol="ftp", operation="RETR", effect="read", detail={"file": "station.apx"}, tells={"ftp": ()})
    journal.run("plc-dosing", saved, lambda: tools.fetch("plc-dosing", USER, PASSWORD, "station.apx"))


def main(key: str) -> None:
    questions.modbus(journal, "plc-dosing", 1)
    for unit in works.BY_NAME["gw-meters"].units:
        questions.modbus(journal, "gw-meters", unit)
    questions.bacnet(journal, BacnetClient("ews-1"), "ahu-hall")
    read_filter()
    visit_devices(str(Path(key)))
    change_intake()


if __name__ == "__main__":
    main(sys.argv[1])
