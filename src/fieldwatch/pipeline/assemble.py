"""From a stream's counts and readings to facts: who did what to whom, where it stands, how often."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from fieldwatch.facts import (
    COUNTED,
    Claim,
    Conversation,
    Effect,
    Evidence,
    Gap,
    Login,
    Malformed,
    MessageClass,
    Occurrence,
    Operation,
    Slice,
    Span,
    Subject,
    Undecoded,
)
from fieldwatch.pipeline.slices import slices
from fieldwatch.pipeline.stream import ClaimTag, Stream, Template, claim_tag
from fieldwatch.protocols._protocol import At, Done, Exchange, LoggedIn, Side, Who
from fieldwatch.wire.rows import ConversationRow, Moment, Piece, SightingRow, TallyRow

OVER_BUDGET = "not read: more new messages than are read of one conversation"
UNKNOWN = "unknown"

PLACES = {"tcp": "tcp port {}", "udp": "udp port {}", "icmp": "icmp", "ip": "ip protocol {}", "ethernet": "ethernet {:#06x}"}
"""Where a conversation takes place, by what carries it: a port, an IP protocol number or an EtherType."""

MOST_PLACES = 64
"""Tallies, in the order in which they began, in which the place of one claim is looked at, to find where it was said first."""

MOST_VALUES = 300_000
"""Values that the occurrences of all operations together may have; beyond them an occurrence is kept without its values, and counted."""

FRAMING = {
    "length": ("a message of {} bytes", "what the protocol allows"),
    "start bytes": ("0x{:04x}", "the bytes that a frame begins with"),
    "CRC": ("a frame with a wrong checksum", "a right one; its receiver drops the frame"),
    "text": ("{} bytes without an end", "a head or a line of text"),
    "record": ("a record of {} bytes", "a type, version and length that exist"),
}
"""Rules of framing, by the core's words for them: what there was, what is allowed."""


class Capture(NamedTuple):
    """One capture file as it was read. Times are of its first and last packet, None where it has none."""

    path: str
    packets: int
    size_bytes: int
    first_ns: int | None
    last_ns: int | None
    truncated: str
    counters: tuple[tuple[str, int], ...]


class Sighting(NamedTuple):
    """A sender as its frames show it: addresses, VLAN, packets, times, the frame that shows it first."""

    mac: str
    ip: str
    vlan: int
    packets: int
    first_ns: int
    last_ns: int
    evidence: Evidence
    least_ttl: int
    greatest_ttl: int


@dataclass(slots=True)
class Facts:
    """All facts of one or more sources."""

    captures: list[Capture] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    logins: list[Login] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)
    undecoded: list[Undecoded] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    slices: list[Slice] = field(default_factory=list)
    distinct: dict[str, int] = field(default_factory=dict)

    def add(self, other: Facts) -> None:
        """Takes in the facts of another source."""
        for one in fields(self):
            if one.name != "distinct":
                getattr(self, one.name).extend(getattr(other, one.name))
        for name, count in other.distinct.items():
            self.distinct[name] = self.distinct.get(name, 0) + count

    def __getstate__(self) -> dict[str, Any]:
        """For another process: conversations, of which there are most, as plain tuples; records take three times as long to pack."""
        packed = [
            (tuple(client), tuple(server), *middle, tuple(map(tuple, messages))) for client, server, *middle, messages in self.conversations
        ]
        return {one.name: getattr(self, one.name) for one in fields(self)} | {"conversations": packed}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.conversations = [
            Conversation._make((Subject._make(client), Subject._make(server), *middle, tuple(map(MessageClass._make, messages))))
            for client, server, *middle, messages in state["conversations"]
        ]


def hashed(secret_key: bytes, secret: bytes) -> str:
    """What is kept of a secret (HMAC-SHA-256, RFC 2104, cut to 128 bits): equal ones of one reading can be seen to be equal."""
    return hmac.new(secret_key, secret, hashlib.sha256).hexdigest()[:32]


class _Pair(NamedTuple):
    """The asker and the answerer of a tally's exchanges."""

    asker: Subject
    answerer: Subject


class Assembler:
    """Makes facts of one stream. `secret_key` keys the hashes of credentials; of the conversations `without`, nothing is told."""

    def __init__(self, stream: Stream, secret_key: bytes, *, without: frozenset[int] = frozenset()) -> None:
        self.stream = stream
        self.secret_key = secret_key
        self.without = without
        self.secret_frames: set[int] = set()
        """Frames that hold credentials, or parts of a message that does."""
        self.facts = Facts(distinct=dict(stream.distinct))
        self.names = [protocol.name for protocol in stream.registry.protocols]
        self.ends = [_ends(row) for row in stream.conversations]
        self.pairs = [(_Pair(client, server), _Pair(server, client)) for client, server in self.ends]
        self.classes: list[dict[tuple[str, Effect, str], list[int]]] = [{} for _ in stream.conversations]
        self.spoken: list[dict[str, int]] = [{} for _ in stream.conversations]
        self.variants: dict[tuple[int, bytes, bytes], list[Done]] = {}
        self.values_left = MOST_VALUES
        self.said: dict[tuple[str, Subject, str, str], list[tuple[int, ClaimTag]]] = {}
        self.operations: dict[tuple[object, ...], list[object]] = {}
        self.undecoded: dict[tuple[str, str, str], list[object]] = {}

    def assemble(self) -> Facts:
        """All facts of the stream."""
        for sum_ in self.stream.sums:
            if sum_[0] not in self.without:
                self._sum(*sum_)
        for number in self.stream.rich:
            tally = self._row(number)
            if tally.conversation not in self.without:
                self._tally(number, tally)
        self._collect_claims()
        for number, row in enumerate(self.stream.conversations):
            if number not in self.without:
                self._conversation(number, row)
        self._bad()
        self._collect_operations()
        for (protocol, function, reason), (count, evidence) in self.undecoded.items():
            self.facts.undecoded.append(Undecoded(protocol, function, reason, count, evidence))  # type: ignore[arg-type]
        self.facts.sightings.extend(self._sighting(row) for row in self.stream.sightings)
        stream = self.stream
        self.facts.slices.extend(slices(stream.counts, stream.width_ns, stream.tags, stream.conversations, self.ends))
        self._captures()
        return self.facts

    # ------------------------------------------------------------------------------------------------------- one tally

    def _row(self, number: int) -> TallyRow:
        row = self.stream.session.tally(number)
        assert row is not None, number
        return TallyRow(*row)

    def _tally(self, number: int, tally: TallyRow) -> None:
        template = self.stream.templates[tally.template]
        reading = template.reading
        pair = self.pairs[tally.conversation][template.from_server]
        for index, (protocol, done) in enumerate(reading.done):
            if done.effect not in COUNTED:
                self._operation(number, tally, template, index, protocol, done, pair)
        for protocol, login in reading.logins:
            self._login(protocol, login, pair, tally)
        for protocol, broken in reading.broken:
            speaker = pair.asker if broken.at.side == Side.REQUEST else pair.answerer
            evidence = self._evidence(tally, broken.at, protocol)
            self.facts.malformed.append(
                Malformed(speaker, protocol, broken.reason, broken.clause, broken.have, broken.allowed, tally.times, evidence)
            )
        for protocol, unread, at in reading.unread:
            self._undecoded(protocol, unread.function, unread.reason, tally.times, lambda p=protocol, a=at: self._evidence(tally, a, p))

    def _claim(self, conversation: int, tag: ClaimTag, number: int) -> None:
        """A claim that one conversation makes, with the tally in which it came first."""
        if tag.ip or tag.mac:
            subject = Subject(tag.ip, tag.mac, self.stream.conversations[conversation].vlan, tag.component)
        else:
            client, server = self.pairs[conversation][0]
            subject = server if tag.about_server else client
            if tag.component:
                subject = subject._replace(component=tag.component)
        self.said.setdefault((tag.protocol, subject, tag.attribute, tag.value), []).append((number, tag))

    def _collect_claims(self) -> None:
        """What is said again and again stands, in each file, where it was said first."""
        for (_, subject, attribute, value), places in self.said.items():
            first: dict[str, Evidence] = {}
            for number, tag in sorted(places, key=lambda place: place[0])[:MOST_PLACES]:
                evidence = self._said_at(number, tag)
                known = first.get(evidence.source)
                if known is None or evidence.spans < known.spans:
                    first[evidence.source] = evidence
            self.facts.claims.extend(Claim(subject, attribute, value, evidence) for evidence in first.values())

    def _said_at(self, number: int, tag: ClaimTag) -> Evidence:
        """Where the tally's first exchange says it."""
        tally = self._row(number)
        template = self.stream.templates[tally.template]
        at = next(claimed.at for name, claimed in template.reading.claims if claim_tag(name, claimed, template.from_server) == tag)
        return self._evidence(tally, at, tag.protocol)

    def _login(self, protocol: str, login: LoggedIn, pair: _Pair, tally: TallyRow) -> None:
        """One row for each file in which the credentials were seen."""
        secret = hashed(self.secret_key, login.secret) if login.secret else ""
        kept, thinned = tally.kept or ([], tally.times)
        self.secret_frames.update(piece[1] for piece in (*tally.request_pieces, *tally.answer_pieces))
        self.secret_frames.update(frame for _, frame, _, _ in kept)
        by_file: dict[int, list[tuple[int, int]]] = {}
        for file, frame, seen_ns, _ in kept:
            by_file.setdefault(file, []).append((frame, seen_ns))
        for file, seen in by_file.items():
            here = file == tally.first[0]
            evidence = self._evidence(tally, login.at, protocol) if here else self._moment((file, *seen[0]), protocol)
            frames = tuple(frame for frame, _ in seen)
            times = len(frames) + (thinned if here else 0)
            row = (login.username, secret, login.cleartext, login.result, times, frames, evidence)
            self.facts.logins.append(Login(pair.asker, pair.answerer, protocol, *row))

    def _sum(self, conversation: int, tag_number: int, count: int, distinct: int, tally: int, first_ns: int, last_ns: int) -> None:
        tag = self.stream.tags[tag_number]
        if isinstance(tag, ClaimTag):
            self._claim(conversation, tag, tally)
            return
        protocol, operation, effect, object_, unanswered = tag
        spoken = self.spoken[conversation]
        spoken[protocol] = spoken.get(protocol, 0) + count
        classes = self.classes[conversation]
        missing = count if unanswered else 0
        known = classes.get((operation, effect, object_))
        if known is None:
            classes[operation, effect, object_] = [count, missing, distinct, first_ns, last_ns]
        else:
            known[0] += count
            known[1] += missing
            known[2] += distinct
            known[3] = min(known[3], first_ns)
            known[4] = max(known[4], last_ns)

    def _operation(self, number: int, tally: TallyRow, template: Template, index: int, protocol: str, done: Done, pair: _Pair) -> None:
        actor, target = pair if done.by is Who.ASKER else (pair.answerer, pair.asker)
        actor = actor._replace(component=done.actor) if done.actor else actor
        target = target._replace(component=done.component) if done.component else target
        kept, thinned = tally.kept or ([], tally.times)
        readings: dict[int, Done] = {}
        by_file: dict[int, list[Occurrence]] = {}
        for file, frame, seen_ns, variant in kept:
            if variant not in readings:
                readings[variant] = self._done_of(number, template, tally.template, index, variant, done)
            now = readings[variant]
            by_file.setdefault(file, []).append(Occurrence(frame, seen_ns, now.values, now.result))
        for file, occurrences in by_file.items():
            key = (file, actor, target, protocol, done.name, done.effect, done.object, done.technique)
            held = self.operations.setdefault(key, [0, []])
            held[0] += len(occurrences) + (thinned if file == tally.first[0] else 0)  # type: ignore[operator]
            held[1].append((self._evidence(tally, done.at, protocol, occurrences[0]), occurrences))  # type: ignore[attr-defined]

    def _done_of(self, number: int, template: Template, template_number: int, index: int, variant: int, first: Done) -> Done:
        """The operation as one kept content of the exchange has it: the same, but for its values."""
        if not first.values:
            return first
        contents = self.stream.session.variant(number, variant)
        if contents is None:
            return first
        request, answer = contents
        done = self.variants.get((template_number, request, answer))
        if done is None:
            if self.values_left <= 0:
                self.stream.counters["values_shed"] += 1
                return first._replace(values=())
            exchange = Exchange(
                request if template.has_request else None,
                answer if template.has_answer else None,
                template.from_server,
                template.carrier,
                template.port,
            )
            done = [one for _, one in self.stream.registry.read(template.protocol, exchange, template.context).done]
            self.variants[template_number, request, answer] = done
            self.values_left -= sum(len(one.values) for one in done)
        return done[index] if index < len(done) else first

    # ----------------------------------------------------------------------------------------------------- the whole

    def _collect_operations(self) -> None:
        for key, (count, parts) in self.operations.items():
            _, actor, target, protocol, name, effect, object_, technique = key
            parts.sort(key=lambda part: part[0].seen_ns)  # type: ignore[attr-defined]
            occurrences = sorted((one for _, some in parts for one in some), key=lambda one: (one.seen_ns, one.frame))  # type: ignore[attr-defined]
            evidence = parts[0][0]  # type: ignore[index]
            self.facts.operations.append(
                Operation(actor, target, protocol, name, effect, object_, technique, count, tuple(occurrences), evidence)  # type: ignore[arg-type]
            )

    def _conversation(self, number: int, row: ConversationRow) -> None:
        client, server = self.pairs[number][0]
        spoken = self.spoken[number]
        outer = self.names[row.protocol] if row.protocol is not None else UNKNOWN
        protocol = max(sorted(spoken), key=lambda name: spoken[name]) if spoken else outer
        for refused in row.refused:
            self._refused(refused)
        if row.protocol is None and row.losses[2]:
            function = PLACES[row.carrier].format(row.port)
            self._undecoded(UNKNOWN, function, "no protocol file recognises it", sum(row.packets), lambda: self._moment(row.first, UNKNOWN))
        if row.losses[0]:
            self.facts.gaps.append(Gap(protocol, client, server, row.losses[0], row.losses[1]))
        classes = self.classes[number]
        messages = [MessageClass(key[0], key[1], key[2], *counts) for key, counts in classes.items()]
        self.facts.conversations.append(
            Conversation(
                client,
                server,
                row.carrier,
                row.port,
                protocol,
                sum(row.packets),
                sum(row.size_bytes),
                row.first[2],
                row.last[2],
                tuple(sorted(messages)),
            )
        )

    def _refused(self, refused: tuple[int, bytes, int, Moment, Moment]) -> None:
        number, kind, count, first, _ = refused
        protocol = self.stream.registry.protocols[number]
        function = protocol.kinds.get(kind) or (kind.hex() if kind else "any")
        self._undecoded(protocol.name, function, OVER_BUDGET, count, lambda: self._moment(first, protocol.name))

    def _undecoded(self, protocol: str, function: str, reason: str, count: int, evidence: object) -> None:
        known = self.undecoded.get((protocol, function, reason))
        if known is None:
            self.undecoded[protocol, function, reason] = [count, evidence()]  # type: ignore[operator]
        else:
            known[0] += count  # type: ignore[operator]

    def _bad(self) -> None:
        for bad in self.stream.bad:
            if bad.conversation in self.without:
                continue
            client, server = self.pairs[bad.conversation][0]
            name = self.names[bad.protocol]
            file, frame, offset, length = bad.piece
            evidence = Evidence(self.stream.paths[file], (Span(frame, offset, min(length, 64)),), bad.first[2], name)
            speaker = server if bad.from_server else client
            have, allowed = FRAMING[bad.rule]
            row = (bad.rule, "", have.format(bad.have), allowed, bad.times, evidence)
            self.facts.malformed.append(Malformed(speaker, name, *row))

    def _captures(self) -> None:
        paths = self.stream.paths
        first: list[int | None] = [None] * len(paths)
        last: list[int | None] = [None] * len(paths)
        for seen in self.stream.sightings:
            for file, _, seen_ns in (seen.first, seen.last):
                first[file] = seen_ns if first[file] is None else min(first[file] or 0, seen_ns)
                last[file] = seen_ns if last[file] is None else max(last[file] or 0, seen_ns)
        shared = tuple(sorted(self.stream.counters.items()))
        for number, (path, row) in enumerate(zip(paths, self.stream.files, strict=True)):
            own = (("skipped_blocks", row.skipped_blocks), ("capturer_drops", row.capturer_drops), ("not_handed_out", row.not_handed_out))
            counters = (*shared, *own) if number == 0 else own
            self.facts.captures.append(Capture(path, row.packets, row.packet_bytes, first[number], last[number], row.cut or "", counters))

    # ----------------------------------------------------------------------------------------------------- places

    def _sighting(self, row: SightingRow) -> Sighting:
        evidence = self._moment(row.first, "frame")
        return Sighting(row.mac, row.ip, row.vlan, row.packets, row.first[2], row.last[2], evidence, row.least_ttl, row.greatest_ttl)

    def _moment(self, moment: Moment, protocol: str) -> Evidence:
        file, frame, seen_ns = moment
        return Evidence(self.stream.paths[file], (Span(frame, 0, 0),), seen_ns, protocol)

    def _evidence(self, tally: TallyRow, at: At, protocol: str, occurrence: Occurrence | None = None) -> Evidence:
        pieces = tally.request_pieces if at.side == Side.REQUEST else tally.answer_pieces
        pieces = pieces or tally.request_pieces or tally.answer_pieces
        spans = tuple(_spans(pieces, at.offset, at.length))
        file = pieces[0][0] if pieces else tally.first[0]
        if occurrence is not None and spans and occurrence.frame != spans[0].frame and at.side == Side.REQUEST and len(spans) == 1:
            spans = (spans[0]._replace(frame=occurrence.frame),)
        return Evidence(self.stream.paths[file], spans, tally.first[2] if occurrence is None else occurrence.seen_ns, protocol)


def _ends(row: ConversationRow) -> tuple[Subject, Subject]:
    return Subject(row.client[0], row.client[1], row.vlan), Subject(row.server[0], row.server[1], row.vlan)


def _spans(pieces: list[Piece], offset: int, length: int) -> Iterator[Span]:
    """Where `length` bytes from `offset` on stand; at least the place of the first byte, where length is 0."""
    left = max(length, 0)
    first = True
    for _, frame, start, size in pieces:
        if offset >= size:
            offset -= size
            continue
        take = min(size - offset, left)
        if take > 0 or first:
            yield Span(frame, start + offset, take)
        first = False
        left -= take
        offset = 0
        if left <= 0:
            return
    if first and pieces:
        yield Span(pieces[-1][1], pieces[-1][2], 0)


__all__ = ["Assembler", "Capture", "Facts", "Sighting"]
