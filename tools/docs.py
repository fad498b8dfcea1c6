"""`make docs`: writes the parts of the documentation that say what the code says, so that neither can lie about the other.

`docs/protocols.md` comes from the protocol files, their tables and their goldens; `docs/json.md` from the JSON schema; and what stands
between `<!-- NAME -->` and `<!-- end -->` in other pages from the table of that name. `--check` writes nothing: it names what is stale.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import orjson

from fieldwatch.cli.protocols import row
from fieldwatch.facts import Effect
from fieldwatch.library.table import table as data
from fieldwatch.pipeline.losses import LOSSES
from fieldwatch.protocols import Protocol, registry
from fieldwatch.protocols._golden import Goldens

ROOT = Path(__file__).resolve().parent.parent
GOLDENS = ROOT / "tests" / "protocols"
SCHEMA = ROOT / "docs" / "schema" / "inspect.schema.json"
FILES = "fieldwatch.protocols."
TECHNIQUE = "https://attack.mitre.org/techniques/{}/"
GENERATED = "<!-- Written by `make docs`. Do not edit. -->"
REGION = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

# --------------------------------------------------------------------------------------------------------------- protocols


class Named(NamedTuple):
    """Something that a message of a protocol does: its name, its effect, and the ATT&CK for ICS technique that it shows alone."""

    name: str
    effect: Effect
    technique: str


class Shown(NamedTuple):
    """What the goldens of all protocols show, by protocol: a carrier's golden also shows what is inside."""

    operations: dict[str, set[Named]]
    attributes: dict[str, set[str]]


def shown() -> Shown:
    """Everything that any golden is read as."""
    found = Shown(defaultdict(set), defaultdict(set))
    for protocol in registry().protocols:
        path = GOLDENS / f"{protocol.name}.hex"
        goldens = Goldens(path, protocol, registry()) if path.is_file() else None
        for name in goldens.by_name if goldens else ():
            reading = goldens.read(name) if goldens else None
            for who, done in reading.done if reading else ():
                found.operations[who].add(Named(done.name, done.effect, done.technique))
            for who, claimed in reading.claims if reading else ():
                found.attributes[who].add(claimed.attribute)
    return found


def tabled(protocol: Protocol) -> Iterator[Named]:
    """The rows of the protocol's own tables that name an operation with its effect."""
    for value in _own_tables(protocol):
        rows = value.items() if isinstance(value, dict) else [("", one) for one in value]
        for key, one in rows:
            if all(hasattr(one, part) for part in Named._fields):
                yield Named(one.name, one.effect, one.technique)
            elif type(one) is tuple and len(one) > 1 and isinstance(one[0], str) and isinstance(one[1], Effect):
                yield Named(one[0], one[1], one[2] if len(one) > 2 else "")
            elif isinstance(one, Effect) and isinstance(key, (str, bytes)) and isinstance(value, dict):
                yield Named(key if isinstance(key, str) else key.decode(), one, "")


def _own_tables(protocol: Protocol) -> Iterator[Any]:
    """The tables of the protocol's file, and of the private files that carry its name; not those that belong to another protocol."""
    own = protocol.parse.__module__
    private = f"{FILES}_{own.removeprefix(FILES)}"
    files = {name: module for name, module in sorted(sys.modules.items()) if name.startswith(FILES)}
    ours = [module for name, module in files.items() if name in (own, private) or name.startswith(f"{private}_")]
    foreign = {id(value) for name, module in files.items() if module not in ours and _is_private(name) for value in _tables(module)}
    yield from (value for module in ours for value in _tables(module) if id(value) not in foreign)


def _is_private(name: str) -> bool:
    return name.removeprefix(FILES).startswith("_")


def _tables(module: ModuleType) -> Iterator[Any]:
    for name, value in vars(module).items():
        if name.isupper() and isinstance(value, (dict, tuple)) and not isinstance(value, Protocol):
            yield value


def protocols_page() -> str:
    """`docs/protocols.md`."""
    seen = shown()
    parts = [
        "# Protocols",
        GENERATED,
        "What Fieldwatch reads, by protocol. An operation stands here when a golden of `tests/protocols` is read as it, or when a table of "
        "the protocol's file names it. The *effect* is what it does to the plant ([words](words.md#effects)); the *technique* is that of "
        "ATT&CK for ICS which the message alone shows. Attributes are [words](words.md#attributes) too. A message that is recognised and "
        "not decoded is counted by protocol and function.",
        _lines(f"- [{one.title}](#{_anchor(one.name)})" for one in registry().protocols),
    ]
    for protocol in registry().protocols:
        names = seen.operations[protocol.name] | set(tabled(protocol))
        parts += _protocol(protocol, names, seen.attributes[protocol.name])
    return "\n\n".join(parts) + "\n"


def _protocol(protocol: Protocol, names: set[Named], attributes: set[str]) -> Iterator[str]:
    said = row(protocol)
    yield f"## {protocol.name}"
    yield f"**{protocol.title}.** {standards(protocol)}"
    facts = [
        ("Found at", ", ".join(said["where"]) + ("; elsewhere by its signature" if said["elsewhere"] else "")),
        ("Decoded", "; ".join(said["decoded"])),
        ("Not decoded", "; ".join(said["not_decoded"])),
        ("Attributes", ", ".join(f"`{one}`" for one in sorted(attributes))),
        ("May be asked", "; ".join(dict.fromkeys(f"{one.name} ({one.transport} {one.port})" for one in protocol.questions))),
    ]
    yield _lines(f"- {head}: {text}" for head, text in facts if text)
    yield _table(("effect", "technique", "operations"), _operations(names))


def standards(protocol: Protocol) -> str:
    """What the file's docstring says of where the protocol is written down: its paragraph up to `Not decoded`."""
    text = sys.modules[protocol.parse.__module__].__doc__ or ""
    (said,) = re.findall(r"(?:^|\n\n|(?<=\.)  )((?:(?!\n\n).)*?)\s*Not decoded:", text, re.DOTALL)[:1] or [""]
    return _cell(" ".join(said.split()))


def _operations(names: set[Named]) -> Iterator[tuple[str, str, str]]:
    """Operations by effect, in the order of the enum, and technique."""
    by_kind: dict[tuple[Effect, str], set[str]] = defaultdict(set)
    for one in names:
        by_kind[one.effect, one.technique].add(one.name)
    order = list(Effect)
    for effect, technique in sorted(by_kind, key=lambda kind: (order.index(kind[0]), kind[1])):
        link = f"[{technique}]({TECHNIQUE.format(technique)})" if technique else ""
        yield effect.value, link, "; ".join(sorted(by_kind[effect, technique], key=lambda name: (name.casefold(), name)))


# -------------------------------------------------------------------------------------------------------------------- JSON


def json_page() -> str:
    """`docs/json.md`."""
    schema = orjson.loads(SCHEMA.read_bytes())
    kinds: dict[str, Any] = schema["$defs"]
    parts = [
        "# The JSON of `fieldwatch inspect --json`",
        GENERATED,
        f"{schema['description']} The schema is [schema/inspect.schema.json](schema/inspect.schema.json); a test holds what is written to "
        "it. Every field is always there, but those of a map (*map of*), whose names are the plant's.",
        "## The document",
        _fields(schema, linked=True),
    ]
    for name, one in schema["properties"].items():
        inner = one.get("items", one)
        if "properties" in inner:
            parts += [f"## {name}", *_text(one), _fields(inner)]
    for name, one in kinds.items():
        parts += [f"## *{name}*", *_text(one)]
        if one.get("properties"):
            parts.append(_fields(one))
        elif "enum" in one:
            parts.append("One of " + ", ".join(f"`{value}`" for value in one["enum"]) + ".")
        elif (kind := _type(one)) != name:
            parts.append(f"Type: {kind}.")
    parts += [
        "## Counters of what was not seen",
        "Of the counters of `captures` and `totals` these mean, where they are not 0, that something was not seen, read or kept.",
        _table(("counter", "what it counts"), ((f"`{name}`", words) for name, words in LOSSES.items())),
    ]
    return "\n\n".join(parts) + "\n"


def _text(one: dict[str, Any]) -> list[str]:
    text = one.get("description", "")
    return [text[0].upper() + text[1:] + "."] if text else []


def _fields(one: dict[str, Any], linked: bool = False) -> str:
    """The fields of an object; `linked`: those that have a section of their own lead to it."""
    rows = []
    for name, inner in one["properties"].items():
        has_section = linked and "properties" in inner.get("items", inner)
        rows.append((f"[`{name}`](#{name})" if has_section else f"`{name}`", _type(inner), _cell(inner.get("description", ""))))
    return _table(("field", "type", "meaning"), rows)


def _type(one: dict[str, Any]) -> str:
    """The type as people say it; a kind that is described further down is a link."""
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return f"[{name}](#{_anchor(name)})"
    if "anyOf" in one:
        return " or ".join(map(_type, one["anyOf"]))
    if "const" in one:
        return f"`{one['const']}`"
    kind = one.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        inner = one.get("items", {})
        return "list of " + ("objects" if "properties" in inner else _type(inner))
    if kind == "object" and isinstance(one.get("additionalProperties"), dict):
        return "map of " + _type(one["additionalProperties"])
    return str(kind)


# ----------------------------------------------------------------------------------------------------------------- regions


def roles() -> str:
    """The roles that a device may have."""
    return _table(("role", "level", "meaning"), ((name, level, meaning) for name, level, meaning in data("roles.tsv").rows))


def protocols() -> str:
    """The protocols, by name."""
    return ", ".join(f"[{one.title}](docs/protocols.md#{_anchor(one.name)})" for one in registry().protocols) + "."


REGIONS = {"roles": roles, "protocols": protocols}
PAGES = {"docs/protocols.md": protocols_page, "docs/json.md": json_page}
WITH_REGIONS = ("README.md", "docs/words.md")


def _filled(text: str) -> str:
    return REGION.sub(lambda found: f"{found[1]}{REGIONS[found[2]]()}\n{found[3]}", text)


def pages() -> dict[str, str]:
    """Every page that is written, by its path below the root, as it should be."""
    whole = {path: write() for path, write in PAGES.items()}
    return whole | {path: _filled((ROOT / path).read_text(encoding="utf-8")) for path in WITH_REGIONS}


# ---------------------------------------------------------------------------------------------------------------- Markdown


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return _lines(f"| {' | '.join(cells)} |" for cells in (heads, ("---",) * len(heads), *rows))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(heading: str) -> str:
    """The anchor that a heading gets, as GitHub and most others make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def main() -> int:
    """0: all is as it should be; with `--check`, 1: something is stale."""
    options = argparse.ArgumentParser(description="Writes the generated parts of the documentation.")
    options.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    check = options.parse_args().check
    stale = {path: text for path, text in pages().items() if not _is(ROOT / path, text)}
    for path, text in stale.items():
        print(f"{path}: stale; run make docs" if check else f"{path}: written")
        if not check:
            (ROOT / path).write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
