"""From claims to attributes: the stated order among rivals, and what follows from a value."""

from __future__ import annotations

from fieldwatch.facts import Claim, Evidence, Span, Subject
from fieldwatch.inventory.asset import Attribute
from fieldwatch.inventory.attributes import attributes, is_part, voices


def claim(attribute: str, value: str, protocol: str = "cip", seen_ns: int = 1, component: str = "", frame: int = 1) -> Claim:
    return Claim(Subject("10.0.0.1", "", 0, component), attribute, value, Evidence("capture", (Span(frame, 0, 1),), seen_ns, protocol))


def read(*claims: Claim) -> dict[str, Attribute]:
    return {one.name: one for one in attributes(voices(claims))}


def test_the_more_trusted_protocol_is_shown_and_the_other_kept() -> None:
    vendor = read(claim("vendor", "Banner Inc.", "http", seen_ns=9), claim("vendor", "Maker", "cip"))["vendor"]
    assert (vendor.value, vendor.confidence, vendor.reason) == ("Maker", 0.95, "cip: vendor")
    assert [(one.value, one.confidence) for one in vendor.rivals] == [("Maker", 0.95), ("Banner Inc.", 0.6)]


def test_the_latest_is_shown_among_equals() -> None:
    firmware = read(claim("firmware", "20.011", seen_ns=1), claim("firmware", "20.014", seen_ns=2), claim("firmware", "20.012", seen_ns=1))[
        "firmware"
    ]
    assert [one.value for one in firmware.rivals] == ["20.014", "20.011", "20.012"]


def test_more_evidence_then_text_decide_last() -> None:
    told = [claim("model", "B", frame=1), claim("model", "B", frame=2), claim("model", "A", frame=3), claim("model", "C", frame=4)]
    assert [one.value for one in read(*told)["model"].rivals] == ["B", "A", "C"]


def test_what_stands_later_in_one_message_is_more_special() -> None:
    def at(value: str, offset: int) -> Claim:
        return Claim(Subject("10.0.0.1", ""), "model", value, Evidence("capture", (Span(1, offset, 4),), 1, "modbus"))

    assert [one.value for one in read(at("BMX P34 2020", 70), at("Modicon M340", 60))["model"].rivals] == ["BMX P34 2020", "Modicon M340"]
    assert [one.value for one in read(at("BMX P34 2020", 60), at("Modicon M340", 70))["model"].rivals] == ["Modicon M340", "BMX P34 2020"]


def test_a_modbus_device_has_its_model_by_name_else_by_product_code() -> None:
    code = claim("product_code", "BMX P34 2020", "modbus")
    found = read(code)
    assert (found["model"].value, found["order_number"].value, found["role"].value) == ("BMX P34 2020", "BMX P34 2020", "PLC")
    assert found["product_code"].value == "BMX P34 2020"
    named = read(code, claim("model", "Modicon M340", "modbus"))
    assert (named["model"].value, named["order_number"].value) == ("Modicon M340", "BMX P34 2020")
    assert "model" not in read(claim("product_code", "55", "cip"))


def test_all_evidence_of_a_value_is_kept_in_order_of_time() -> None:
    told = [claim("model", "A", seen_ns=at, frame=at) for at in (5, 3, 9)]
    assert [one.seen_ns for one in read(*told)["model"].evidence] == [3, 5, 9]


def test_names_of_all_kinds_are_rivals_for_the_name() -> None:
    found = read(claim("host_name", "PC7", "nbns"), claim("station_name", "plc-1", "pn_dcp"))
    assert found["name"].value == "plc-1"
    assert [one.value for one in found["name"].rivals] == ["plc-1", "PC7"]
    assert found["station_name"].value == "plc-1"
    assert found["host_name"].value == "PC7"


def test_a_placeholder_is_no_name() -> None:
    found = read(claim("device_name", "Unknown", "bacnet"))
    assert "name" not in found
    assert found["device_name"].value == "Unknown"


def test_what_is_said_about_a_part_weighs_less() -> None:
    told = [claim("firmware", "V3.2.6", "s7comm", component="module"), claim("firmware", "A9.9", "s7comm", 8, "bootloader")]
    assert [(one.value, one.confidence) for one in read(*told)["firmware"].rivals] == [("V3.2.6", 0.902), ("A9.9", 0.475)]


def test_parts_have_no_number() -> None:
    assert [is_part(word) for word in ("", "bootloader", "unit 3", "cip-serial 0x0000ad77")] == [True, True, False, False]


def test_order_number_gives_the_vendor_away() -> None:
    vendor = read(claim("order_number", "6ES7 315-2EH14-0AB0", "s7comm"))["vendor"]
    assert (vendor.value, vendor.reason) == ("Siemens", "s7comm: order_number 6ES7 315-2EH14-0AB0")


def test_a_vendor_has_one_name_whatever_the_spelling() -> None:
    vendor = read(claim("vendor", "Rockwell Automation/Allen-Bradley", "cip"), claim("vendor", "Allen-Bradley Company", "http", 9))[
        "vendor"
    ]
    assert [(one.value, len(one.evidence)) for one in vendor.rivals] == [("Rockwell Automation", 2)]
    assert (vendor.confidence, vendor.reason) == (0.95, "cip: vendor: Rockwell Automation/Allen-Bradley")


def test_vendor_id_is_named_by_its_registry() -> None:
    vendor = read(claim("vendor_id", "0x002a", "pn_dcp"))["vendor"]
    assert (vendor.value, vendor.reason) == ("Siemens", "pn_dcp: vendor_id 0x002a: SIEMENS AG")
    assert "vendor" not in read(
        claim("vendor_id", "0xfffe", "pn_dcp"), claim("vendor_id", "many", "pn_dcp"), claim("vendor_id", "42", "hart_ip")
    )


def test_a_claimed_role_is_a_sign_and_not_shown_as_it_is() -> None:
    assert [one.value for one in read(claim("role", "outstation", "dnp3"))["role"].rivals] == ["RTU"]


def test_empty_values_say_nothing() -> None:
    assert read(claim("model", "")) == {}
