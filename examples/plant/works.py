"""Elmsbrook Water Works, an invented plant: its hosts, their addresses and what each says about itself.

Everything here is configuration; nothing is read from a capture. `says` holds, for each protocol, the identity that the stack is told
to answer with; attribute names are those of the inventory, numbers of a registry stand as that registry's name, and `settings` holds the
numbers themselves, which the stacks need. The works lie on one subnet behind one switch, as small works do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

NAME = "Elmsbrook Water Works"
DOMAIN = "elmsbrook.example"
SUBNET = "10.61.8.0/24"
BROADCAST = "10.61.8.255"
COMMUNITY = "elms-ro"
DNP3_MASTER = 1

Says = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Host:
    """One host of the works. `by_dhcp` hosts ask dnsmasq for the address that stands here."""

    name: str
    ip: str
    mac: str
    role: str
    purdue_level: int
    maker: str
    says: Says = field(default_factory=dict)
    settings: Says = field(default_factory=dict)
    units: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    by_dhcp: bool = False


HOSTS: tuple[Host, ...] = (
    Host(
        name="sw-hall-1",
        ip="10.61.8.2",
        mac="00:80:63:5c:21:02",
        role="switch",
        purdue_level=1,
        maker="Hirschmann",
        says={
            "snmp": {
                "system_description": "Hirschmann RSP30 Rail Switch Power, SW: HiOS-2S-08.7.02, SN: 942078999010300214",
                "sys_object_id": "1.3.6.1.4.1.248.14.10.91",
                "device_name": "sw-hall-1",
                "location": "Pump hall, cabinet +A3",
                "contact": "duty engineer, ext. 214",
            },
            "lldp": {
                "device_name": f"sw-hall-1.{DOMAIN}",
                "system_description": "Hirschmann RSP30 Rail Switch Power, SW: HiOS-2S-08.7.02",
                "chassis_id": "00:80:63:5c:21:02",
                "ip_address": "10.61.8.2",
            },
        },
    ),
    Host(
        name="srv-infra",
        ip="10.61.8.5",
        mac="f4:8e:38:91:0a:05",
        role="infrastructure server",
        purdue_level=3,
        maker="Dell",
    ),
    Host(
        name="plc-intake",
        ip="10.61.8.11",
        mac="00:1b:1b:3e:70:11",
        role="PLC",
        purdue_level=1,
        maker="Siemens",
        says={
            "s7comm": {
                "vendor": "SIEMENS AG",
                "vendor_id": "0x002a",
                "station_name": "INTAKE_STATION",
                "device_name": "PLC_INTAKE",
                "model": "CPU 314C-2 PN/DP",
                "order_number": "6ES7 314-6EH04-0AB0",
                "hardware_version": "4",
                "firmware": "V3.3.14",
                "serial_number": "S C-E7VH19862014",
                "memory_card_serial": "MMC 6B2F40D1",
                "copyright": "Original Siemens Equipment",
            },
            "lldp": {
                "device_name": f"plc-intake.{DOMAIN}",
                "system_description": "Siemens, SIMATIC S7, CPU314C-2 PN/DP, 6ES7 314-6EH04-0AB0, HW: 4, FW: V3.3.14, S C-E7VH19862014",
                "chassis_id": "00:1b:1b:3e:70:11",
                "ip_address": "10.61.8.11",
            },
        },
    ),
    Host(
        name="plc-filter",
        ip="10.61.8.12",
        mac="00:1d:9c:c4:18:12",
        role="PLC",
        purdue_level=1,
        maker="Rockwell Automation",
        says={
            "cip": {
                "vendor": "Rockwell Automation/Allen-Bradley",
                "device_type": "Programmable Logic Controller",
                "product_code": "153",
                "firmware": "32.012",
                "serial_number": "0x60f2a417",
                "model": "1769-L30ER/A LOGIX5330ER",
            },
        },
        settings={"cip": {"vendor_number": "1", "device_type": "14"}},
    ),
    Host(
        name="vfd-wash",
        ip="10.61.8.13",
        mac="00:00:bc:2d:91:13",
        role="drive",
        purdue_level=1,
        maker="Rockwell Automation",
        says={
            "cip": {
                "vendor": "Rockwell Automation/Allen-Bradley",
                "product_code": "9",
                "firmware": "5.001",
                "serial_number": "0x20c80f3b",
                "model": "PowerFlex 525 3P 400V 5.0HP",
            },
        },
        settings={"cip": {"vendor_number": "1", "device_type": "150"}},
    ),
    Host(
        name="plc-dosing",
        ip="10.61.8.14",
        mac="00:80:f4:1a:66:14",
        role="PLC",
        purdue_level=1,
        maker="Schneider Electric",
        says={
            "modbus": {
                "vendor": "Schneider Electric",
                "product_code": "BMX P34 2020",
                "firmware": "v2.70",
                "model": "Modicon M340",
            },
            "ftp": {"banner": "BMX P34 2020 FTP server (V2.7) ready."},
            "http": {"server_banner": "Schneider-WEB/V2.1.5", "auth_realm": "Schneider Web", "page_title": "Modicon M340 BMX P34 2020"},
        },
    ),
    Host(
        name="gw-meters",
        ip="10.61.8.15",
        mac="00:90:e8:6d:3a:15",
        role="gateway",
        purdue_level=1,
        maker="Moxa",
        says={"telnet": {"banner": "MGate MB3270 Modbus gateway, firmware 4.1, serial 07251 console login:"}},
        units={
            11: {"vendor": "Endress+Hauser", "product_code": "5W4C", "firmware": "01.06.00", "model": "Promag W 400"},
            12: {"vendor": "Endress+Hauser", "product_code": "5W4C", "firmware": "01.05.02", "model": "Promag W 400"},
            13: {"vendor": "Janitza electronics GmbH", "product_code": "UMG 96RM-E", "firmware": "3.12", "model": "UMG 96RM-E"},
        },
    ),
    Host(
        name="rtu-tower",
        ip="10.61.8.21",
        mac="00:30:a7:0f:42:21",
        role="RTU",
        purdue_level=1,
        maker="Schweitzer Engineering Laboratories",
        says={"dnp3": {"dnp3_address": "21", "role": "outstation"}, "ssh": {"banner": "SSH-2.0-OpenSSH_9.2p1"}},
    ),
    Host(
        name="rtu-spring",
        ip="10.61.8.22",
        mac="00:30:a7:0f:5b:22",
        role="RTU",
        purdue_level=1,
        maker="Schweitzer Engineering Laboratories",
        says={"dnp3": {"dnp3_address": "22", "role": "outstation"}},
    ),
    Host(
        name="ahu-hall",
        ip="10.61.8.31",
        mac="00:10:8d:77:05:31",
        role="building controller",
        purdue_level=1,
        maker="Johnson Controls",
        says={
            "bacnet": {
                "vendor": "Johnson Controls, Inc.",
                "device_instance": "5031",
                "device_name": "AHU-PUMP-HALL",
                "model": "MS-FEC2611-0",
                "firmware": "6.3.0.1044",
                "application_software_version": "2.1",
                "location": "Pump hall roof",
                "description": "Air handling, pump hall",
            },
        },
        settings={"bacnet": {"vendor_id": "5"}},
    ),
    Host(
        name="io-sludge",
        ip="10.61.8.32",
        mac="00:0e:8c:a1:4d:32",
        role="remote I/O",
        purdue_level=1,
        maker="Siemens",
        says={"pn_dcp": {"station_name": "io-sludge", "vendor_id": "0x002a", "device_id": "0x0313", "ip_address": "10.61.8.32"}},
    ),
    Host(
        name="ups-hall",
        ip="10.61.8.41",
        mac="00:c0:b7:b3:8e:41",
        role="UPS",
        purdue_level=2,
        maker="APC",
        says={
            "snmp": {
                "system_description": (
                    "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.9.6 PN:apc_hw05_aos_696.bin AF1:v6.9.6 AN1:apc_hw05_sumx_696.bin"
                    " MN:AP9630 HR:05 SN: 5A2031T44817 MD:07/29/2020)"
                ),
                "sys_object_id": "1.3.6.1.4.1.318.1.3.27",
                "device_name": "ups-hall",
                "location": "Pump hall, switch room",
                "contact": "duty engineer, ext. 214",
            },
        },
    ),
    Host(
        name="cam-gate",
        ip="10.61.8.51",
        mac="00:40:8c:e2:19:51",
        role="camera",
        purdue_level=2,
        maker="Axis",
        by_dhcp=True,
        says={
            "dhcp": {"host_name": "cam-gate", "vendor_class": "AXIS,Network Camera,P3245-LV,10.12.206"},
            "http": {"server_banner": "nginx", "auth_realm": "AXIS_00408CE21951", "page_title": "AXIS P3245-LV"},
            "tls": {"certificate_name": "axis-00408ce21951.elmsbrook.example"},
        },
    ),
    Host(
        name="hmi-filter",
        ip="10.61.8.61",
        mac="00:0c:26:40:7d:61",
        role="HMI",
        purdue_level=2,
        maker="Weintek",
    ),
    Host(
        name="scada",
        ip="10.61.8.62",
        mac="00:50:56:9a:31:62",
        role="SCADA server",
        purdue_level=2,
        maker="VMware",
        says={
            "dnp3": {"dnp3_address": str(DNP3_MASTER), "role": "master"},
            "bacnet": {"vendor": "Scada Engine", "device_instance": "4062"},
        },
        settings={"bacnet": {"vendor_id": "123"}},
    ),
    Host(
        name="ews-1",
        ip="10.61.8.71",
        mac="f4:8e:38:2c:b6:71",
        role="engineering workstation",
        purdue_level=3,
        maker="Dell",
        by_dhcp=True,
        says={
            "dhcp": {"host_name": "ews-1", "vendor_class": "MSFT 5.0"},
            "bacnet": {"vendor": "Scada Engine", "device_instance": "4071"},
        },
        settings={"bacnet": {"vendor_id": "123"}},
    ),
    Host(
        name="kx-field-07",
        ip="10.61.8.150",
        mac="54:ee:75:d8:03:50",
        role="contractor laptop",
        purdue_level=3,
        maker="Wistron",
        by_dhcp=True,
        says={
            "dhcp": {"host_name": "kx-field-07", "vendor_class": "MSFT 5.0"},
            "bacnet": {"vendor": "Chipkin Automation Systems", "device_instance": "4150"},
        },
        settings={"bacnet": {"vendor_id": "389"}},
    ),
)

BY_NAME: dict[str, Host] = {host.name: host for host in HOSTS}


def address(name: str) -> str:
    """The IP address of the host with this name."""
    return BY_NAME[name].ip


def says(name: str, protocol: str) -> Mapping[str, str]:
    """What that host is configured to say about itself in that protocol."""
    return BY_NAME[name].says[protocol]


def setting(name: str, protocol: str) -> Mapping[str, str]:
    """The registry numbers that the stack of that host needs."""
    return BY_NAME[name].settings[protocol]
