//! From the bytes of a flow to complete exchanges: recognition, framing, joining, pairing.

use super::{BadFraming, Engine, Exchange, Heard};
use crate::cut::{self, Cut, Part};
use crate::flow::{Pending, Recognised};
use crate::key::ContextKey;
use crate::locate::Located;
use crate::packet::Piece;
use crate::pieces;
use crate::spec::{Framing, Role, Transport};
use crate::tally::Moment;

/// Payloads of a flow that are looked at before it stays unrecognised.
const LOOKS: u8 = 12;
/// Requests of one flow that wait for an answer.
const MOST_PENDING: usize = 64;

/// Bytes of one direction of a flow, and where they stand.
#[derive(Clone, Copy)]
pub(super) struct Window<'a> {
    pub slot: u32,
    /// Which end of the flow's key sent it.
    pub side: usize,
    pub data: &'a [u8],
    pub pieces: &'a [Piece],
    pub seen_ns: i64,
}

impl<'a> Window<'a> {
    fn tail(self, data: &'a [u8], pieces: &'a [Piece]) -> Window<'a> {
        Window { data, pieces, ..self }
    }
}

impl Engine {
    /// The protocol of the window's flow, once it is recognised.
    pub(super) fn recognise(&mut self, window: &Window<'_>, transport: Transport) -> Option<u16> {
        let flow = self.flows.get_mut(window.slot)?;
        let tries = match flow.recognised {
            Recognised::Known => return Some(flow.protocol),
            Recognised::Never => return None,
            Recognised::Searching(tries) => tries,
        };
        let found = self.table.recognise(transport, flow.port, window.data);
        flow.recognised = match found {
            Some(protocol) => {
                flow.protocol = protocol;
                Recognised::Known
            }
            None if tries + 1 >= LOOKS => Recognised::Never,
            None => Recognised::Searching(tries + 1),
        };
        let conversation = flow.conversation;
        if let (Some(protocol), Some(conversation)) = (found, self.conversations.get_mut(conversation)) {
            conversation.protocol = protocol;
        }
        found
    }

    pub(super) fn leave_unread(&mut self, slot: u32, length: usize) {
        let conversation = self.flows.get_mut(slot).map(|flow| flow.conversation);
        if let Some(conversation) = conversation.and_then(|number| self.conversations.get_mut(number)) {
            conversation.unread_bytes += length as u64;
        }
    }

    /// A datagram or layer-2 frame of a recognised flow.
    pub(super) fn datagram(&mut self, window: Window<'_>, protocol: u16) {
        let Some(entry) = self.table.get(protocol) else { return };
        if !matches!(entry.spec.frame, Framing::Native { .. }) {
            self.message(window, protocol);
            return;
        }
        let used = self.consume(window, protocol);
        if used < window.data.len() {
            self.leave_unread(window.slot, window.data.len() - used);
        }
        if let Some(direction) = self.direction(window.slot, window.side) {
            direction.skip = 0; // a message may go on in the next datagram, but not in the middle of a frame
            direction.opaque = false;
        }
    }

    /// In-order bytes of a TCP stream.
    pub(super) fn stream(&mut self, window: Window<'_>) {
        let Some(flow) = self.flows.get_mut(window.slot) else { return };
        let (known, protocol) = (flow.recognised == Recognised::Known, flow.protocol);
        let Some(direction) = flow.directions.get_mut(window.side) else { return };
        if known && direction.is_plain() {
            let used = self.consume(window, protocol);
            if used < window.data.len() {
                self.keep_rest(&window, used);
            }
            return;
        }
        if direction.opaque {
            self.leave_unread(window.slot, window.data.len());
            return;
        }
        let Some(protocol) = self.recognise(&window, Transport::Tcp) else {
            self.leave_unread(window.slot, window.data.len());
            return;
        };
        let Some(window) = self.pass_over(window) else { return };
        if !self.finds_itself(&window, protocol) {
            self.leave_unread(window.slot, window.data.len());
            return;
        }
        let Some(direction) = self.direction(window.slot, window.side) else { return };
        if direction.buffer.is_empty() {
            let used = self.consume(window, protocol);
            self.keep_rest(&window, used);
            return;
        }
        direction.buffer.extend_from_slice(window.data);
        direction.pieces.extend_from_slice(window.pieces);
        let (full, need) = (direction.buffer.len(), direction.need);
        self.buffered += window.data.len();
        if full >= need {
            self.consume_buffer(window, protocol);
        }
        self.shed_buffer(window.slot, window.side);
    }

    fn consume_buffer(&mut self, window: Window<'_>, protocol: u16) {
        let Some(direction) = self.direction(window.slot, window.side) else { return };
        let mut buffer = std::mem::take(&mut direction.buffer);
        let mut places = std::mem::take(&mut direction.pieces);
        let before = buffer.len();
        let used = self.consume(window.tail(&buffer, &places), protocol);
        buffer.drain(..used.min(before));
        pieces::drop_front(&mut places, used.min(before));
        self.buffered = self.buffered.saturating_sub(used.min(before));
        if buffer.is_empty() && buffer.capacity() > 4096 {
            buffer = Vec::new();
        }
        if let Some(direction) = self.direction(window.slot, window.side) {
            direction.buffer = buffer;
            direction.pieces = places;
        }
    }

    fn keep_rest(&mut self, window: &Window<'_>, used: usize) {
        let Some(rest) = window.data.get(used..).filter(|rest| !rest.is_empty()) else { return };
        let Some(direction) = self.direction(window.slot, window.side) else { return };
        direction.buffer.extend_from_slice(rest);
        pieces::cut_out(window.pieces, used, rest.len(), &mut direction.pieces);
        self.buffered += rest.len();
        self.shed_buffer(window.slot, window.side);
    }

    /// Gives up the unfinished message of this direction where all flows together hold too much.
    fn shed_buffer(&mut self, slot: u32, side: usize) {
        if self.buffered <= self.limits.buffered {
            return;
        }
        let Some(direction) = self.direction(slot, side) else { return };
        let freed = direction.buffer.len() + direction.joined.len();
        direction.forget();
        direction.buffer = Vec::new();
        direction.lost = true;
        self.buffered = self.buffered.saturating_sub(freed);
        self.counters.buffers_shed += 1;
    }

    /// Takes off what is to be skipped; None where nothing is left.
    fn pass_over<'a>(&mut self, window: Window<'a>) -> Option<Window<'a>> {
        let direction = self.direction(window.slot, window.side)?;
        if direction.skip == 0 {
            return Some(window);
        }
        let length = direction.skip.min(window.data.len() as u64);
        direction.skip -= length;
        self.leave_unread(window.slot, length as usize);
        let rest = window.data.get(length as usize..).filter(|rest| !rest.is_empty())?;
        // a window that is skipped in part is one segment, or starts a fresh buffer: its pieces are few
        self.rest_of(window, length as usize, rest);
        None
    }

    fn rest_of(&mut self, window: Window<'_>, skipped: usize, rest: &[u8]) {
        let mut places = Vec::with_capacity(window.pieces.len());
        pieces::cut_out(window.pieces, skipped, rest.len(), &mut places);
        self.stream(window.tail(rest, &places));
    }

    /// After a loss, or where a capture starts in the middle: true once a segment begins like a message.
    fn finds_itself(&mut self, window: &Window<'_>, protocol: u16) -> bool {
        let Some(flow) = self.flows.get_mut(window.slot) else { return false };
        let Some(direction) = flow.directions.get_mut(window.side) else { return false };
        if direction.lost {
            let entry = self.table.get(protocol);
            let right = entry.is_some_and(|entry| entry.spec.looks.is_empty() || entry.spec.looks_right(window.data, false));
            direction.lost = !right;
        }
        !direction.lost
    }

    /// Cuts messages off the front of the window; returns how many bytes are used up.
    fn consume(&mut self, window: Window<'_>, protocol: u16) -> usize {
        let mut at = 0;
        while let Some(rest) = window.data.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(entry) = self.table.get(protocol) else { return window.data.len() };
            let (framing, cutter) = (&entry.spec.frame, entry.cutter);
            let Some(direction) = self.flows.get_mut(window.slot).and_then(|flow| flow.directions.get_mut(window.side)) else {
                return window.data.len();
            };
            match cut::cut(framing, cutter, &mut direction.cutter, rest) {
                Cut::Whole { length } => {
                    self.whole(&window, at, length, protocol);
                    at += length;
                }
                Cut::Pieces { length, parts, first, last } => {
                    self.parts(&window, at, &parts, (first, last), protocol);
                    at = self.advance(&window, at, length as u64);
                }
                Cut::Skip { length } => at = self.advance(&window, at, length),
                Cut::More { need } => {
                    direction.need = need;
                    return at;
                }
                Cut::Opaque => {
                    direction.opaque = true;
                    self.leave_unread(window.slot, rest.len());
                    return window.data.len();
                }
                Cut::Flawed { length, rule, have } => {
                    self.note_bad(&window, at, (rule, have), protocol);
                    at = self.advance(&window, at, length as u64);
                }
                Cut::Bad { rule, have } => {
                    let joined = direction.joined.len();
                    direction.forget();
                    direction.lost = true;
                    self.buffered = self.buffered.saturating_sub(joined);
                    self.note_bad(&window, at, (rule, have), protocol);
                    self.leave_unread(window.slot, rest.len());
                    return window.data.len();
                }
            }
        }
        at
    }

    /// Goes `length` bytes on; what lies beyond the window is skipped when it comes.
    fn advance(&mut self, window: &Window<'_>, at: usize, length: u64) -> usize {
        let left = (window.data.len() - at) as u64;
        if length > left {
            if let Some(direction) = self.direction(window.slot, window.side) {
                direction.skip = length - left;
            }
            return window.data.len();
        }
        at + length as usize
    }

    fn note_bad(&mut self, window: &Window<'_>, at: usize, (rule, have): (cut::Rule, u64), protocol: u16) {
        let Some(flow) = self.flows.get_mut(window.slot) else { return };
        let from_server = (window.side == 0) == flow.first_is_server;
        let conversation = flow.conversation;
        let number = self.bad.len();
        let number = *self.bad_index.entry((conversation, from_server, rule)).or_insert(number);
        if let Some(known) = self.bad.get_mut(number) {
            known.count += 1;
            return;
        }
        let mut place = Vec::new();
        pieces::cut_out(window.pieces, at, window.data.len() - at, &mut place);
        let Some(first_piece) = place.first().copied() else { return };
        let first = Moment { file: first_piece.file, frame: first_piece.frame, seen_ns: window.seen_ns };
        self.bad.push(BadFraming { conversation, protocol, from_server, rule, have, count: 1, first, first_piece });
    }

    /// One message as the framing cut it.
    fn whole(&mut self, window: &Window<'_>, at: usize, length: usize, protocol: u16) {
        let Some(data) = window.data.get(at..at + length) else { return };
        let joins = self.table.get(protocol).and_then(|entry| entry.spec.join.as_ref());
        let joined = match joins.filter(|join| join.when.iter().all(|part| part.holds(data))) {
            None => Some(true),
            Some(join) => data.get(join.at).map(|byte| byte & join.mask == join.last),
        };
        let (body, most) = joins.map_or((0, 0), |join| (join.body, join.most));
        let empty = self.direction(window.slot, window.side).is_none_or(|direction| direction.joined.is_empty());
        match joined {
            Some(true) | None if empty => self.single(window, at, data, protocol),
            Some(true) if joins_plainly(self, protocol, data) => self.single(window, at, data, protocol),
            // a piece without a body, of which more are to follow: it brings nothing
            Some(false) if length <= body => {}
            last => {
                let skip = if empty { 0 } else { body.min(length) };
                let room = self.direction(window.slot, window.side).map_or(0, |direction| most.saturating_sub(direction.joined.len()));
                let parts = [Part::Window { at: skip, length: (length - skip).min(room) }];
                self.parts(window, at, &parts, (empty, last == Some(true)), protocol);
            }
        }
    }

    fn single(&mut self, window: &Window<'_>, at: usize, data: &[u8], protocol: u16) {
        if let [piece] = window.pieces {
            let piece = Piece { frame_offset: piece.frame_offset + at as u32, length: data.len() as u32, ..*piece };
            self.message(window.tail(data, &[piece]), protocol);
            return;
        }
        let mut places = Vec::new();
        pieces::cut_out(window.pieces, at, data.len(), &mut places);
        self.message(window.tail(data, &places), protocol);
    }

    /// The next pieces of a message that is joined from several.
    fn parts(&mut self, window: &Window<'_>, base: usize, parts: &[Part], (first, last): (bool, bool), protocol: u16) {
        let Some(direction) = self.direction(window.slot, window.side) else { return };
        if first == direction.joined.is_empty() {
            // as it should be: a first piece after a whole message, a further one after a first
        } else if first {
            let given_up = direction.joined.len();
            direction.joined.clear();
            direction.joined_pieces.clear();
            self.buffered = self.buffered.saturating_sub(given_up);
            self.counters.messages_unfinished += 1;
        } else {
            self.counters.messages_unfinished += 1;
            return;
        }
        let Some(direction) = self.direction(window.slot, window.side) else { return };
        if let ([Part::Window { at, length }], true, true) = (parts, last, direction.joined.is_empty()) {
            if let Some(data) = window.data.get(base + at..base + at + length) {
                self.single(window, base + at, data, protocol);
            }
            return;
        }
        let before = direction.joined.len();
        for part in parts {
            match part {
                Part::Window { at, length } => {
                    direction.joined.extend_from_slice(window.data.get(base + at..base + at + length).unwrap_or(&[]));
                    pieces::cut_out(window.pieces, base + at, *length, &mut direction.joined_pieces);
                }
                Part::Remembered { bytes, length } => {
                    // bytes of an earlier cut: they stand in the message, their place is that of its first byte here
                    let place = window.pieces.first().map(|piece| Piece { length: *length as u32, ..*piece });
                    direction.joined.extend_from_slice(bytes.get(..*length).unwrap_or(&[]));
                    direction.joined_pieces.extend(place);
                }
            }
        }
        let joined = direction.joined.len();
        self.buffered += joined - before;
        if !last && joined < cut::LONGEST {
            self.shed_buffer(window.slot, window.side);
            return;
        }
        let Some(direction) = self.direction(window.slot, window.side) else { return };
        let data = std::mem::take(&mut direction.joined);
        let places = std::mem::take(&mut direction.joined_pieces);
        self.buffered = self.buffered.saturating_sub(data.len());
        self.message(window.tail(&data, &places), protocol);
    }

    /// One whole message: what it is in its conversation decides what becomes of it.
    pub(super) fn message(&mut self, window: Window<'_>, protocol: u16) {
        self.counters.messages += 1;
        let Some(entry) = self.table.get(protocol) else { return };
        let located = entry.locate(window.data);
        let pair = entry.spec.pair.as_ref().map(|pair| (pair.limit_ms * 1_000_000, pair.many));
        let Some(flow) = self.flows.get_mut(window.slot) else { return };
        let from_server = (window.side == 0) == flow.first_is_server;
        let Some((limit_ns, many)) = pair else {
            self.alone(window, protocol, from_server, &located);
            return;
        };
        while self
            .flows
            .get_mut(window.slot)
            .and_then(|flow| flow.pending.front())
            .is_some_and(|front| window.seen_ns.saturating_sub(front.seen_ns) > limit_ns)
        {
            self.give_up(window.slot, protocol);
        }
        let asks = match located.role {
            Role::Alone => {
                self.alone(window, protocol, from_server, &located);
                return;
            }
            Role::Direction => !from_server,
            Role::Request => true,
            Role::Answer => false,
        };
        if asks {
            self.ask(window, protocol, from_server, &located);
        } else {
            self.answer(window, protocol, from_server, &located, many);
        }
    }

    fn alone(&mut self, window: Window<'_>, protocol: u16, from_server: bool, located: &Located) {
        let heard = Heard { data: window.data, pieces: window.pieces };
        self.complete(window.slot, protocol, from_server, Some(heard), None, located.context, window.seen_ns);
    }

    fn ask(&mut self, window: Window<'_>, protocol: u16, from_server: bool, located: &Located) {
        let crowded = self.flows.get_mut(window.slot).is_some_and(|flow| flow.pending.len() >= MOST_PENDING);
        if crowded {
            self.counters.requests_shed += 1;
            self.give_up(window.slot, protocol);
        }
        if self.pending_bytes + window.data.len() > self.limits.pending {
            self.counters.requests_shed += 1;
            self.alone(window, protocol, from_server, located);
            return;
        }
        let (mut data, mut places) = self.pool.pop().unwrap_or_default();
        data.extend_from_slice(window.data);
        places.extend_from_slice(window.pieces);
        self.pending_bytes += data.len();
        if let Some(flow) = self.flows.get_mut(window.slot) {
            flow.pending.push_back(Pending {
                key: located.key,
                context_key: located.context,
                data,
                pieces: places,
                seen_ns: window.seen_ns,
                from_server,
                answered: false,
            });
        }
    }

    fn answer(&mut self, window: Window<'_>, protocol: u16, from_server: bool, located: &Located, many: bool) {
        let heard = Heard { data: window.data, pieces: window.pieces };
        let asked = self.flows.get_mut(window.slot).and_then(|flow| {
            let fits = |pending: &Pending| pending.from_server != from_server && pending.key == located.key;
            if !many && flow.pending.front().is_some_and(fits) {
                return flow.pending.pop_front(); // nearly always: one request waits
            }
            if many {
                // an answered request stays until the next one is answered
                if flow.pending.iter().any(|pending| fits(pending) && !pending.answered) {
                    flow.pending.retain(|pending| !(pending.answered && fits(pending)));
                }
            }
            let fresh = flow.pending.iter().position(|pending| fits(pending) && !pending.answered);
            let at = fresh.or_else(|| flow.pending.iter().position(fits))?;
            flow.pending.remove(at)
        });
        let Some(mut pending) = asked else {
            self.complete(window.slot, protocol, !from_server, None, Some(heard), located.context, window.seen_ns);
            return;
        };
        let request = Heard { data: &pending.data, pieces: &pending.pieces };
        self.complete(window.slot, protocol, pending.from_server, Some(request), Some(heard), pending.context_key, pending.seen_ns);
        if many {
            pending.answered = true;
            if let Some(flow) = self.flows.get_mut(window.slot) {
                flow.pending.push_front(pending);
                return;
            }
            return;
        }
        self.recycle(pending);
    }

    /// The oldest request of the flow will not be answered any more.
    pub(super) fn give_up(&mut self, slot: u32, protocol: u16) {
        let Some(pending) = self.flows.get_mut(slot).and_then(|flow| flow.pending.pop_front()) else { return };
        if !pending.answered {
            let request = Heard { data: &pending.data, pieces: &pending.pieces };
            self.complete(slot, protocol, pending.from_server, Some(request), None, pending.context_key, pending.seen_ns);
        }
        self.recycle(pending);
    }

    fn recycle(&mut self, pending: Pending) {
        const MOST: usize = 256;
        let Pending { mut data, mut pieces, .. } = pending;
        self.pending_bytes = self.pending_bytes.saturating_sub(data.len());
        if self.pool.len() < MOST && data.capacity() <= 4096 {
            data.clear();
            pieces.clear();
            self.pool.push((data, pieces));
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn complete(
        &mut self,
        slot: u32,
        protocol: u16,
        from_server: bool,
        request: Option<Heard<'_>>,
        answer: Option<Heard<'_>>,
        context_key: ContextKey,
        seen_ns: i64,
    ) {
        let Some(flow) = self.flows.get_mut(slot) else { return };
        let (born, conversation) = (flow.born, flow.conversation);
        self.settle(&Exchange { slot, born, conversation, protocol, from_server, request, answer, context_key, seen_ns });
    }
}

/// True for a message that is no piece (the join's `when` does not hold), in the middle of pieces.
fn joins_plainly(engine: &Engine, protocol: u16, data: &[u8]) -> bool {
    let join = engine.table.get(protocol).and_then(|entry| entry.spec.join.as_ref());
    join.is_none_or(|join| !join.when.iter().all(|part| part.holds(data)))
}
