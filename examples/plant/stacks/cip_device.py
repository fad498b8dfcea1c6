"""An EtherNet/IP device (cpppo): a controller with tags, or a drive (`simple`, without routing)."""

import json
import sys
import tempfile
from pathlib import Path

import works
from cpppo.server.enip.main import main as serve

CONTROLLER = "14"
TAGS = {
    "plc-filter": ["Filter_Level=REAL[8]", "Backwash_Step=INT", "Valve_Cmd=DINT[16]", "Turbidity_SP=REAL", "Alarm_Word=DINT[4]"],
    "vfd-wash": ["Drive_Status=INT[4]", "Speed_Ref=INT", "Output_Freq=INT"],
}


def configuration(host: works.Host) -> str:
    """The identity in the words of cpppo's configuration file."""
    said, number, ip = host.says["cip"], host.settings["cip"], host.ip
    major, minor = (int(part) for part in said["firmware"].split("."))
    interface = {
        "ip_address": ip,
        "network_mask": "255.255.255.0",
        "gateway_address": "0.0.0.0",
        "dns_primary": "0.0.0.0",
        "dns_secondary": "0.0.0.0",
        "domain_name": works.DOMAIN,
    }
    return "\n".join(
        [
            "[Identity]",
            f"Vendor Number = {number['vendor_number']}",
            f"Device Type = {number['device_type']}",
            f"Product Code Number = {said['product_code']}",
            f"Product Revision = {minor << 8 | major}",
            "Status Word = 96",
            f"Serial Number = {int(said['serial_number'], 16)}",
            f"Product Name = {said['model']}",
            "State = 3",
            "[TCPIP]",
            f"Interface Configuration = {json.dumps(interface)}",
            f"Host Name = {host.name}",
            "",
        ]
    )


def main(name: str) -> None:
    controller = works.setting(name, "cip")["device_type"] == CONTROLLER
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cpppo.cfg"
        path.write_text(configuration(works.BY_NAME[name]), encoding="utf-8")
        simple = [] if controller else ["--simple"]
        serve(argv=["--no-print", "--config", str(path), "--address", "0.0.0.0:44818", *simple, *TAGS[name]])


if __name__ == "__main__":
    main(sys.argv[1])
