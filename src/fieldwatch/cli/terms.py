"""The closed sets of words that the page shows in its language: effects, priorities, roles, attributes. The data keep the English word."""

from __future__ import annotations

from fieldwatch.cli.language import Language

KNOWN = (
    "name", "vendor", "model", "order_number", "hardware_version", "firmware", "serial_number", "os", "role", "purdue_level",
    "address_conflict", "application_name", "application_software_version", "asset_id", "auth_realm", "banner", "certificate_name",
    "chassis_id", "component_name", "contact", "copyright", "description", "device_id", "device_instance", "device_name",
    "device_type", "dnp3_address", "dns_domain", "forged_sources", "fqdn", "gateway", "host_name", "ip_address", "location",
    "mac_address", "memory_card_serial", "native_vlan", "page_title", "port_description", "port_id", "product_code",
    "protocol_revision", "protocol_version", "rack_slot", "server_banner", "server_id_hex", "server_id_text", "service_instance",
    "service_type", "snmp_engine_id", "software_version", "station_name", "subnet_mask", "sys_object_id", "system_description",
    "system_type", "tag", "tsap_name", "txt", "type_of_station", "user_agent", "user_assigned_id", "username", "vendor_class",
    "vendor_id", "vendor_url", "vtp_domain", "workgroup",
)  # fmt: skip
"""All attributes (`docs/words.md`)."""


def english() -> dict[str, dict[str, str]]:
    """Every term in English, by kind and by the name that the data have for it."""
    from fieldwatch.cli.dangers import PRIORITIES
    from fieldwatch.facts import Effect
    from fieldwatch.inventory.attributes import called
    from fieldwatch.library.table import table
    from fieldwatch.vulnerabilities.finding import FIELDS

    return {
        "effect": {one.value: one.value.replace("_", " ") for one in Effect},
        "priority": {one.word: one.word for one in PRIORITIES.values()},
        "when": {"now": "now", "next": "next", "never": "never"},
        "verdict": {"affected": "affected", "not_affected": "not affected", "undetermined": "undetermined"},
        "severity": {name: name for name in ("critical", "high", "medium", "low", "none")},
        "role": {row[0]: row[0] for row in table("roles.tsv").rows},
        "field": FIELDS,
        "attribute": {name: called(name) for name in KNOWN},
    }


def terms(language: Language) -> dict[str, dict[str, str]]:
    """Every term in this language."""
    return {kind: {name: language.term(kind, word) for name, word in words.items()} for kind, words in english().items()}
