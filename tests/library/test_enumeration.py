"""Abridged lists in the names of products, written out."""

from __future__ import annotations

import pytest

from fieldwatch.library.enumeration import OR, enumerated


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("FX5U-xMy/z x=32,64,80, y=T,R, z=ES,DS", ["FX5U-*M*"]),
        ("FX5UJ-xMy/ES-A x=244060 y=T.R", ["FX5UJ-*M*/ES-A"]),
        ("SEL-787-2/-3/-4", ["SEL-787-2", "787-3", "787-4"]),
        ("RSP RSPE RSPS MSP EES", ["RSP", "RSPE", "RSPS", "MSP", "EES"]),
        ("MP70 MP70E RV50 LX40 and LX60", ["MP70", "MP70E", "RV50", "LX40", "LX60"]),
        ("Vision and Samba series", ["Vision", "Samba series"]),
        ("Proton/Enterprise", ["Proton", "Enterprise"]),
        ("NVRmini2 NVRsolo", ["NVRmini2", "NVRsolo"]),
        ("ADS/ADX/OAS", ["ADS", "ADX", "OAS"]),
        ("XGK-CPUU/H/A/S/E", ["XGK-CPUU", "XGK-CPUH", "XGK-CPUA", "XGK-CPUS", "XGK-CPUE"]),
        ("NJ/NX-series", ["NJ", "NX series"]),
        ("CS1H/G-CPU**H", ["CS1H-CPU**H", "CS1G-CPU**H"]),
        ("ELI 250c/BUR 250c", ["ELI250c", "BUR250c"]),
        ("XPS-Qx", ["XPS-Q□"]),
        ("TSW-X60", ["TSW-□60"]),
        ("Flexy and Cosy", ["Flexy", "Cosy"]),
    ],
)
def test_what_stands_for_several_is_several(name: str, written: list[str]) -> None:
    assert [one.strip() for one in enumerated(name).split(OR)] == written


@pytest.mark.parametrize(
    "name",
    ["SIMATIC S7-1500 CPU 1511-1 PN/DP", "FL SWITCH GHS 4G/12", "CompactLogix 5370", "LVIS-3ME", "TCP/IP stack", "Modicon M340 CPUs"],
)
def test_what_is_one_name_stays(name: str) -> None:
    assert enumerated(name) == name


@pytest.mark.parametrize(
    ("name", "written"), [("750-880/025-000", "750-880 025-000"), ("750-880/xxx-xxx", "750-880"), ("3701/40", "370140")]
)
def test_a_stroke_inside_a_number_makes_no_list(name: str, written: str) -> None:
    assert enumerated(name) == written
