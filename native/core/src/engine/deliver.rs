//! From the bytes of a flow to complete exchanges: recognition, framing, joining, pairing.

use super::{BadFraming, Engine, Exchange, Heard};
use crate::cut::{self, Cut, Part};
use crate::flow::{Flow, Pending, Recognised, Side};
use crate::key::{ContextKey, PairKey};
use crate::locate::Located;
use crate::packet::Piece;
use crate::pieces::{self, Places};
use crate::spec::{Framing, Role, Transport};
use crate::tally::Moment;

/// Payloads of a flow that are looked at before it stays unrecognised.
const LOOKS: u8 = 12;
/// Requests of one flow that wait for an answer.
const MOST_PENDING: usize = 64;

/// Bytes of one direction of a flow, and where they stand.
#[derive(Clone, Copy)]
pub(super) struct Window<'a> {
    /// Which end of the flow's key sent it.
    pub side: Side,
    pub data: &'a [u8],
    pub pieces: &'a [Piece],
    pub seen_ns: i64,
}

impl<'a> Window<'a> {
    #[inline(always)]
    fn tail(self, data: &'a [u8], pieces: &'a [Piece]) -> Window<'a> {
        Window { data, pieces, ..self }
    }
}

impl Engine {
    /// True once the protocol of the flow is recognised.
    #[inline(always)]
    pub(super) fn recognise(&mut self, flow: &mut Flow, data: &[u8], transport: Transport) -> bool {
        match flow.recognised {
            Recognised::Known => true,
            Recognised::Never => false,
            Recognised::Searching(tries) => self.search(flow, data, transport, tries),
        }
    }

    #[cold]
    fn search(&mut self, flow: &mut Flow, data: &[u8], transport: Transport, tries: u8) -> bool {
        let Some(protocol) = self.table.recognise(transport, flow.port, data) else {
            flow.recognised = if tries + 1 >= LOOKS { Recognised::Never } else { Recognised::Searching(tries + 1) };
            return false;
        };
        flow.protocol = protocol;
        flow.recognised = Recognised::Known;
        if let Some(conversation) = self.conversations.get_mut(flow.conversation) {
            conversation.protocol = protocol;
        }
        true
    }

    pub(super) fn leave_unread(&mut self, flow: &Flow, length: usize) {
        if let Some(conversation) = self.conversations.get_mut(flow.conversation) {
            conversation.unread_bytes += length as u64;
        }
    }

    /// A datagram or layer-2 frame of a recognised flow.
    pub(super) fn datagram(&mut self, flow: &mut Flow, window: Window<'_>) {
        let Some(entry) = self.table.get(flow.protocol) else { return };
        if !matches!(entry.spec.frame, Framing::Native { .. }) {
            self.message(flow, window);
            return;
        }
        let used = self.consume(flow, window);
        if used < window.data.len() {
            self.leave_unread(flow, window.data.len() - used);
        }
        let direction = flow.direction(window.side);
        direction.skip = 0; // a message may go on in the next datagram, but not in the middle of a frame
        direction.opaque = false;
    }

    /// In-order bytes of a TCP stream.
    #[inline(always)]
    pub(super) fn stream(&mut self, flow: &mut Flow, window: Window<'_>) {
        if flow.recognised == Recognised::Known && flow.direction(window.side).is_plain() {
            if self.table.get(flow.protocol).is_some_and(|entry| entry.is_one_message(window.data)) {
                self.message(flow, window); // nearly always
                return;
            }
            let used = self.consume(flow, window);
            if used < window.data.len() {
                self.keep_rest(flow, &window, used);
            }
            return;
        }
        self.stream_with_care(flow, window);
    }

    /// Bytes of a stream that is not recognised yet, or of which something is left over, to be skipped, or to be found again.
    #[inline(never)]
    fn stream_with_care(&mut self, flow: &mut Flow, window: Window<'_>) {
        if flow.direction(window.side).opaque || !self.recognise(flow, window.data, Transport::Tcp) {
            self.leave_unread(flow, window.data.len());
            return;
        }
        let Some(window) = self.pass_over(flow, window) else { return };
        if !self.finds_itself(flow, &window) {
            self.leave_unread(flow, window.data.len());
            return;
        }
        let direction = flow.direction(window.side);
        if direction.buffer.is_empty() {
            let used = self.consume(flow, window);
            self.keep_rest(flow, &window, used);
            return;
        }
        direction.buffer.extend_from_slice(window.data);
        direction.pieces.extend_from_slice(window.pieces);
        self.buffered += window.data.len();
        if direction.buffer.len() >= direction.need {
            self.consume_buffer(flow, window);
        }
        self.shed_buffer(flow, window.side);
    }

    fn consume_buffer(&mut self, flow: &mut Flow, window: Window<'_>) {
        let direction = flow.direction(window.side);
        let mut buffer = std::mem::take(&mut direction.buffer);
        let mut places = std::mem::take(&mut direction.pieces);
        let before = buffer.len();
        let used = self.consume(flow, window.tail(&buffer, &places)).min(before);
        buffer.drain(..used);
        pieces::drop_front(&mut places, used);
        self.buffered = self.buffered.saturating_sub(used);
        if buffer.is_empty() && buffer.capacity() > 4096 {
            buffer = Vec::new();
        }
        let direction = flow.direction(window.side);
        direction.buffer = buffer;
        direction.pieces = places;
    }

    fn keep_rest(&mut self, flow: &mut Flow, window: &Window<'_>, used: usize) {
        let Some(rest) = window.data.get(used..).filter(|rest| !rest.is_empty()) else { return };
        let direction = flow.direction(window.side);
        direction.buffer.extend_from_slice(rest);
        pieces::cut_out(window.pieces, used, rest.len(), &mut direction.pieces);
        self.buffered += rest.len();
        self.shed_buffer(flow, window.side);
    }

    /// Gives up the unfinished message of this direction where all flows together hold too much.
    fn shed_buffer(&mut self, flow: &mut Flow, side: Side) {
        if self.buffered <= self.limits.buffered {
            return;
        }
        let direction = flow.direction(side);
        let freed = direction.kept();
        direction.forget();
        direction.buffer = Vec::new();
        direction.lost = true;
        self.buffered = self.buffered.saturating_sub(freed);
        self.counters.buffers_shed += 1;
    }

    /// Takes off what is to be skipped; None where nothing is left.
    fn pass_over<'a>(&mut self, flow: &mut Flow, window: Window<'a>) -> Option<Window<'a>> {
        let direction = flow.direction(window.side);
        if direction.skip == 0 {
            return Some(window);
        }
        let length = direction.skip.min(window.data.len() as u64);
        direction.skip -= length;
        self.leave_unread(flow, length as usize);
        let rest = window.data.get(length as usize..).filter(|rest| !rest.is_empty())?;
        // a window that is skipped in part is one segment, or starts a fresh buffer: its pieces are few
        self.rest_of(flow, window, length as usize, rest);
        None
    }

    fn rest_of(&mut self, flow: &mut Flow, window: Window<'_>, skipped: usize, rest: &[u8]) {
        let mut places = Vec::with_capacity(window.pieces.len());
        pieces::cut_out(window.pieces, skipped, rest.len(), &mut places);
        self.stream(flow, window.tail(rest, &places));
    }

    /// After a loss, or where a capture starts in the middle: true once a segment begins like a message.
    fn finds_itself(&mut self, flow: &mut Flow, window: &Window<'_>) -> bool {
        let entry = self.table.get(flow.protocol);
        let direction = flow.direction(window.side);
        if direction.lost {
            let right = entry.is_some_and(|entry| entry.spec.looks.is_empty() || entry.spec.looks_right(window.data, false));
            direction.lost = !right;
        }
        !direction.lost
    }

    /// Cuts messages off the front of the window; returns how many bytes are used up.
    fn consume(&mut self, flow: &mut Flow, window: Window<'_>) -> usize {
        let mut at = 0;
        while let Some(rest) = window.data.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(entry) = self.table.get(flow.protocol) else { return window.data.len() };
            let direction = flow.direction(window.side);
            match cut::cut(&entry.spec.frame, entry.cutter, &mut direction.cutter, rest) {
                Cut::Whole { length } => {
                    let upgraded = direction.cutter.is_upgraded();
                    flow.tell(window.side);
                    self.whole(flow, &window, at, length);
                    at += length;
                    if upgraded {
                        flow.direction(window.side.other()).opaque = true;
                    }
                }
                Cut::Pieces { length, parts, first, last } => {
                    flow.tell(window.side);
                    self.parts(flow, &window, at, &parts, (first, last));
                    at = advance(flow, &window, at, length as u64);
                }
                Cut::Skip { length } => at = advance(flow, &window, at, length),
                Cut::More { need } => {
                    direction.need = need;
                    return at;
                }
                Cut::Opaque => {
                    direction.opaque = true;
                    self.leave_unread(flow, rest.len());
                    return window.data.len();
                }
                Cut::Flawed { length, rule, have } => {
                    self.note_bad(flow, &window, at, (rule, have));
                    at = advance(flow, &window, at, length as u64);
                }
                Cut::Bad { rule, have } => {
                    let joined = direction.joined.len();
                    direction.forget();
                    direction.lost = true;
                    self.buffered = self.buffered.saturating_sub(joined);
                    self.note_bad(flow, &window, at, (rule, have));
                    self.leave_unread(flow, rest.len());
                    return window.data.len();
                }
            }
        }
        at
    }

    #[cold]
    fn note_bad(&mut self, flow: &Flow, window: &Window<'_>, at: usize, (rule, have): (cut::Rule, u64)) {
        let from_server = flow.serves(window.side);
        let (conversation, protocol) = (flow.conversation, flow.protocol);
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
    #[inline(always)]
    fn whole(&mut self, flow: &mut Flow, window: &Window<'_>, at: usize, length: usize) {
        let Some(data) = window.data.get(at..at + length) else { return };
        let join = self.table.get(flow.protocol).and_then(|entry| entry.spec.join.as_ref());
        let Some(join) = join.filter(|join| join.when.iter().all(|part| part.holds(data))) else {
            self.single(flow, window, at, data); // no piece: a message of its own, even in the middle of pieces
            return;
        };
        let last = data.get(join.at).map(|byte| byte & join.mask == join.last);
        let joined = flow.direction(window.side).joined.len();
        match (last, joined == 0) {
            (Some(true) | None, true) => self.single(flow, window, at, data),
            // a piece without a body, of which more are to follow: it brings nothing
            (Some(false), _) if length <= join.body => {}
            (last, first) => {
                let skip = if first { 0 } else { join.body.min(length) };
                let room = join.most.saturating_sub(joined);
                let parts = [Part::Window { at: skip, length: (length - skip).min(room) }];
                self.parts(flow, window, at, &parts, (first, last == Some(true)));
            }
        }
    }

    #[inline(always)]
    fn single(&mut self, flow: &mut Flow, window: &Window<'_>, at: usize, data: &[u8]) {
        if let [piece] = window.pieces {
            let piece = Piece { frame_offset: piece.frame_offset + at as u32, length: data.len() as u32, ..*piece };
            self.message(flow, window.tail(data, &[piece]));
            return;
        }
        let mut places = Vec::new();
        pieces::cut_out(window.pieces, at, data.len(), &mut places);
        self.message(flow, window.tail(data, &places));
    }

    /// The next pieces of a message that is joined from several.
    fn parts(&mut self, flow: &mut Flow, window: &Window<'_>, base: usize, parts: &[Part], (first, last): (bool, bool)) {
        let direction = flow.direction(window.side);
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
        if let ([Part::Window { at, length }], true, true) = (parts, last, direction.joined.is_empty()) {
            if let Some(data) = window.data.get(base + at..base + at + length) {
                self.single(flow, window, base + at, data);
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
            self.shed_buffer(flow, window.side);
            return;
        }
        let data = std::mem::take(&mut direction.joined);
        let places = std::mem::take(&mut direction.joined_pieces);
        self.buffered = self.buffered.saturating_sub(data.len());
        self.message(flow, window.tail(&data, &places));
    }

    /// One whole message: what it is in its conversation decides what becomes of it.
    pub(super) fn message(&mut self, flow: &mut Flow, window: Window<'_>) {
        self.counters.messages += 1;
        let Some(entry) = self.table.get(flow.protocol) else { return };
        let located = entry.locate(window.data);
        let Some((limit_ns, many)) = entry.pairing() else {
            self.alone(flow, window, &located);
            return;
        };
        while flow.pending.front().is_some_and(|front| window.seen_ns.saturating_sub(front.seen_ns) > limit_ns) {
            self.give_up(flow);
        }
        match located.role {
            Role::Alone => self.alone(flow, window, &located),
            Role::Request => self.ask(flow, window, &located),
            Role::Direction if !flow.serves(window.side) => self.ask(flow, window, &located),
            Role::Direction | Role::Answer => self.answer(flow, window, &located, many),
        }
    }

    fn alone(&mut self, flow: &mut Flow, window: Window<'_>, located: &Located) {
        let heard = Heard { data: window.data, pieces: window.pieces };
        self.complete(flow, flow.serves(window.side), (Some(heard), None), located.context, window.seen_ns);
    }

    #[inline(always)]
    fn ask(&mut self, flow: &mut Flow, window: Window<'_>, located: &Located) {
        if flow.pending.len() >= MOST_PENDING {
            self.counters.requests_shed += 1;
            self.give_up(flow);
        }
        if self.pending_bytes + window.data.len() > self.limits.pending {
            self.counters.requests_shed += 1;
            self.alone(flow, window, located);
            return;
        }
        let mut data = self.pool.pop().unwrap_or_default();
        data.extend_from_slice(window.data);
        self.pending_bytes += data.len();
        let from_server = flow.serves(window.side);
        flow.pending.push_back(Pending {
            key: located.key,
            context_key: located.context,
            data,
            places: Places::new(window.pieces),
            seen_ns: window.seen_ns,
            from_server,
            answered: false,
        });
    }

    #[inline(always)]
    fn answer(&mut self, flow: &mut Flow, window: Window<'_>, located: &Located, many: bool) {
        let heard = Heard { data: window.data, pieces: window.pieces };
        let from_server = flow.serves(window.side);
        match flow.pending.front() {
            // nearly always: one request waits
            Some(pending) if !many && answers(pending, from_server, &located.key) => {
                let request = Heard { data: &pending.data, pieces: pending.places.as_slice() };
                self.complete(flow, pending.from_server, (Some(request), Some(heard)), pending.context_key, pending.seen_ns);
                if let Some(pending) = flow.pending.pop_front() {
                    self.recycle(pending);
                }
            }
            _ => self.answer_one_of_many(flow, heard, window.seen_ns, from_server, located, many),
        }
    }

    #[inline(never)]
    fn answer_one_of_many(&mut self, flow: &mut Flow, heard: Heard<'_>, seen_ns: i64, from_server: bool, located: &Located, many: bool) {
        if many {
            self.drop_answered(flow, from_server, &located.key);
        }
        let Some(mut pending) = asked(flow, from_server, &located.key) else {
            self.complete(flow, !from_server, (None, Some(heard)), located.context, seen_ns);
            return;
        };
        let request = Heard { data: &pending.data, pieces: pending.places.as_slice() };
        self.complete(flow, pending.from_server, (Some(request), Some(heard)), pending.context_key, pending.seen_ns);
        if many {
            pending.answered = true;
            flow.pending.push_front(pending);
            return;
        }
        self.recycle(pending);
    }

    /// Where there are many answers, an answered request stays until the next one is answered.
    fn drop_answered(&mut self, flow: &mut Flow, from_server: bool, key: &PairKey) {
        if flow.pending.iter().any(|pending| answers(pending, from_server, key) && !pending.answered) {
            let is_over = |pending: &Pending| pending.answered && answers(pending, from_server, key);
            while let Some(over) = flow.pending.iter().position(is_over).and_then(|at| flow.pending.remove(at)) {
                self.recycle(over);
            }
        }
    }

    /// The oldest request of the flow will not be answered any more.
    pub(super) fn give_up(&mut self, flow: &mut Flow) {
        let Some(pending) = flow.pending.pop_front() else { return };
        if !pending.answered {
            let request = Heard { data: &pending.data, pieces: pending.places.as_slice() };
            self.complete(flow, pending.from_server, (Some(request), None), pending.context_key, pending.seen_ns);
        }
        self.recycle(pending);
    }

    #[inline(always)]
    fn recycle(&mut self, pending: Pending) {
        const MOST: usize = 256;
        let Pending { mut data, .. } = pending;
        self.pending_bytes = self.pending_bytes.saturating_sub(data.len());
        if self.pool.len() < MOST && data.capacity() <= 4096 {
            data.clear();
            self.pool.push(data);
        }
    }

    #[inline(always)]
    fn complete(
        &mut self,
        flow: &Flow,
        from_server: bool,
        (request, answer): (Option<Heard<'_>>, Option<Heard<'_>>),
        context_key: ContextKey,
        seen_ns: i64,
    ) {
        let (slot, born, conversation, protocol) = (flow.slot, flow.born, flow.conversation, flow.protocol);
        let exchange = Exchange { slot, born, conversation, protocol, from_server, request, answer, context_key, seen_ns };
        self.settle(&exchange, &flow.contexts);
    }
}

/// Goes `length` bytes on; what lies beyond the window is skipped when it comes.
fn advance(flow: &mut Flow, window: &Window<'_>, at: usize, length: u64) -> usize {
    let left = (window.data.len() - at) as u64;
    if length > left {
        flow.direction(window.side).skip = length - left;
        return window.data.len();
    }
    at + length as usize
}

/// True where an answer of this end and with this key belongs to the request.
#[inline(always)]
fn answers(pending: &Pending, from_server: bool, key: &PairKey) -> bool {
    pending.from_server != from_server && pending.key == *key
}

/// Takes out the request that an answer from this end belongs to: the oldest that has none yet, else the oldest.
fn asked(flow: &mut Flow, from_server: bool, key: &PairKey) -> Option<Pending> {
    let fits = |pending: &Pending| answers(pending, from_server, key);
    let fresh = flow.pending.iter().position(|pending| fits(pending) && !pending.answered);
    let at = fresh.or_else(|| flow.pending.iter().position(fits))?;
    flow.pending.remove(at)
}
