"""Whether a device may be called by the name that an advisory uses."""

from __future__ import annotations

import pytest

from fieldwatch.library.designation import designation
from fieldwatch.library.device import device
from fieldwatch.library.gazetteer import Gazetteer
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Likeness, Sure, likeness
from fieldwatch.library.resolve import resolve

NOTHING = Gazetteer(())


def alike(name: str, product: str, vendor: str = "", hardware: str = "") -> Likeness:
    resolution, called = resolve(Identity(vendor, product, "", "", hardware), NOTHING)
    return likeness(designation(name), frozenset(), device(called, resolution.hardware))


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("Medfusion 4000 Wireless Syringe Infusion Pump", "Medfusion 4000"),
        ("489 Generator Protection Relay firmware", "489 Generator Management Relay"),
        ("Linear eMerge 50P/5000P", "eMerge 5000P"),
        ("Hills ComNav", "ComNav"),
        ("NOTI-FIRE-NET Web Server (NWS-3)", "NWS-3"),
        ("Power Focus 6000", "PF6000"),
        ("MSC800", "MSC800-2300"),
        ("460 Series", "460ETCMM-N34"),
        ("5100 Series", "NPort 5110"),
        ("IQ Series Controllers", "IQ4E"),
        ("NX7-series Machine Automation Controller", "NX701-1600"),
        ("60M100 (3701/60)", "60M100 Condition Monitor"),
        ("ConnectPort LTS 8/16/32", "ConnectPort LTS 32 MEI"),
        ("XPS-Qx", "XPS-Q8"),
        ("Winlog Pro SCADA Software", "Winlog Pro"),
    ],
)
def test_one_product_in_two_ways(name: str, product: str) -> None:
    assert alike(name, product).sure is Sure.YES


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("SIMATIC CP 343-1 Lean", "CP 343-1"),
        ("EcoStruxure Process Expert", "EcoStruxure Control Expert"),
        ("FX5UJ-xMy/ES-A x=244060 y=T.R", "FX5UJ-24MT/ES"),
        ("Tracer SC+", "Tracer SC"),
        ("MMS/OPC Server for AC 800M", "AC 800M"),
        ("750-8100 Controller", "FL SWITCH 2208"),
        ("3701/40", "3701/44"),
        ("PanelView Plus 6 700-1500", "PanelView Plus 6 400"),
        ("PI Connector for BACnet", "PI Connector for OPC UA"),
        ("JetWave 2212X", "JetWave 2212G"),
        ("MELSEC FX5U-**M*/**", "GT2710-VTBA"),
        ("PACSystems RX3i CPE305/310", "PACSystems RX3i"),
    ],
)
def test_a_sibling_is_another_product(name: str, product: str) -> None:
    assert alike(name, product).sure is Sure.NO


def test_what_the_hardware_says_of_brackets() -> None:
    assert alike("SIPROTEC 5 7SJ82 (CP150)", "SIPROTEC 5 7SJ82", hardware="CP150").sure is Sure.YES
    assert alike("SIPROTEC 5 7SJ82 (CP100)", "SIPROTEC 5 7SJ82", hardware="CP150").sure is Sure.NO
    open_ = alike("SIPROTEC 5 7SJ82 (CP100)", "SIPROTEC 5 7SJ82")
    assert (open_.sure, open_.missing) == (Sure.MAYBE, "whether it is cp100")


def test_the_words_left_of_a_name_are_counted() -> None:
    assert alike("VSN300 WiFi Logger Card for React", "VSN300 WiFi Logger Card").left == 1
    assert alike("VSN300 WiFi Logger Card", "VSN300 WiFi Logger Card").left == 0
