"""The words of the map, which its script is handed over by the page (their names: docs/map.md)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy, pgettext_lazy

from fieldwatch.facts import Effect
from fieldwatch.server.records._record import Text
from fieldwatch.server.words import effect

WORDS: Mapping[str, Text] = {
    "abnormal": gettext_lazy("abnormal"),
    "abnormal.only": gettext_lazy("only abnormal"),
    "all": gettext_lazy("all"),
    "column.effects": gettext_lazy("effects"),
    "column.first": gettext_lazy("first seen"),
    "column.from": gettext_lazy("from"),
    "column.last": gettext_lazy("last seen"),
    "column.name": gettext_lazy("name"),
    "column.packets": gettext_lazy("packets"),
    "column.peers": gettext_lazy("talks with"),
    "column.protocols": gettext_lazy("protocols"),
    "column.role": gettext_lazy("role"),
    "column.status": gettext_lazy("status"),
    "column.to": gettext_lazy("to"),
    "column.vendor": gettext_lazy("vendor"),
    "conduits.some": gettext_lazy("the gravest {n} of {all} conduits; point at a zone for all of its own"),
    "effects": gettext_lazy("Effects"),
    "effect.unread": gettext_lazy("not read"),
    "empty": gettext_lazy(
        "The map shows who talks with whom once a capture or a sensor has seen devices of this site. Upload a capture to fill it."
    ),
    "empty.fill": gettext_lazy("upload a capture"),
    "error.data": gettext_lazy(
        "The server's answer does not fit this page. Read and allowed: {where}. Load the page anew; if that does not help, "
        "server and page are of different versions."
    ),
    "error.load": gettext_lazy("The map could not be loaded: {reason}"),
    "error.pin": gettext_lazy("The place was not kept: {reason}"),
    "error.png": gettext_lazy("The picture is too large for this browser. Make the window smaller, or save SVG."),
    "export.made": gettext_lazy("made {when}"),
    "export.png": gettext_lazy("save as PNG"),
    "export.svg": gettext_lazy("save as SVG"),
    "export.time": gettext_lazy("{from} to {until}"),
    "export.title": gettext_lazy("Map of {site}"),
    "filters": gettext_lazy("Filters"),
    "fit": gettext_lazy("fit"),
    "found.count": gettext_lazy("{n} found"),
    "keys": gettext_lazy(
        "Arrows move between neighbours, Enter opens, plus and minus zoom, 0 shows all, p begins and ends a path, Shift with "
        "an arrow moves a node, Delete lets it go back, f searches, Escape leaves. The list holds the same as tables."
    ),
    "kind.operate": gettext_lazy("operate, start, stop"),
    "kind.program": gettext_lazy("program, configure"),
    "kind.read": gettext_lazy("read and other talk"),
    "kind.write": gettext_lazy("write"),
    "level": gettext_lazy("level"),
    "level.0": gettext_lazy("Process"),
    "level.1": gettext_lazy("Control"),
    "level.2": gettext_lazy("Supervision"),
    "level.3": pgettext_lazy("level", "Operations"),
    "level.3.5": gettext_lazy("DMZ"),
    "level.4": gettext_lazy("Business"),
    "level.5": gettext_lazy("Enterprise"),
    "level.unknown": gettext_lazy("level not known"),
    "lines": gettext_lazy("Lines"),
    "list": gettext_lazy("List"),
    "list.edges": gettext_lazy("Conversations"),
    "list.nodes": gettext_lazy("Assets"),
    "loading": gettext_lazy("Reading the map ..."),
    "loose": gettext_lazy("{n} conversations lead to assets that are not on this map."),
    "map": gettext_lazy("Map of the plant by Purdue level"),
    "new": gettext_lazy("New"),
    "new.show": gettext_lazy("show what is new"),
    "new.since": gettext_lazy("since"),
    "none": gettext_lazy("none"),
    "nothing": gettext_lazy("Nothing is left by these filters."),
    "open": pgettext_lazy("action", "open"),
    "page.back": gettext_lazy("back"),
    "page.on": pgettext_lazy("page", "on"),
    "path": gettext_lazy("path"),
    "path.found": gettext_lazy("path of {n} steps"),
    "path.from": gettext_lazy("path from {name}: choose where it ends, then p or Path"),
    "path.how": gettext_lazy("Choose a node first, then another with Shift."),
    "path.none": gettext_lazy("No path: nothing that is shown leads from one to the other."),
    "priority": gettext_lazy("Priority"),
    "priority.never": gettext_lazy("never"),
    "priority.next": gettext_lazy("next"),
    "priority.none": gettext_lazy("no finding"),
    "priority.now": gettext_lazy("now"),
    "protocols": gettext_lazy("Protocols"),
    "reset": gettext_lazy("reset filters"),
    "retry": gettext_lazy("try again"),
    "rows": gettext_lazy("{from} to {to} of {n}"),
    "search": gettext_lazy("find by name, role, vendor, zone"),
    "seen": gettext_lazy("seen"),
    "shown": gettext_lazy("{nodes} assets, {edges} conversations"),
    "status.found": gettext_lazy("found"),
    "status.new": gettext_lazy("new"),
    "talks": gettext_lazy("talks with {n}"),
    "talks.more": gettext_lazy("and {n} more"),
    "time": gettext_lazy("Time"),
    "time.from": gettext_lazy("from"),
    "time.until": gettext_lazy("until"),
    "toomany": gettext_lazy("{n} assets are too many to show one by one: here are their zones. Filter to see each."),
    "tools": gettext_lazy("Tools of the map"),
    "unknown": gettext_lazy("unknown"),
    "unpin": gettext_lazy("unpin"),
    "zone": gettext_lazy("zone"),
    "zone.none": gettext_lazy("no zone"),
    "zones": gettext_lazy("Zones"),
    "zoom.fit": gettext_lazy("fit all (0)"),
    "zoom.in": gettext_lazy("nearer (+)"),
    "zoom.out": gettext_lazy("farther (-)"),
}


def labels() -> dict[str, str]:
    """All words, in the language of the request; the effects in those of their badges."""
    return {name: str(words) for name, words in WORDS.items()} | {f"effect.{one.value}": effect(one.value) for one in Effect}
