//! TCP (RFC 9293): connections begin, end and are used again; segments come in order, again, ahead of holes, or not at all.

use super::deliver::Window;
use super::packets::Payload;
use super::Engine;
use crate::flow::{Flow, Recognised, Side};
use crate::stream::{Arrival, Direction};
use crate::tally::Moment;

pub(super) const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
pub(super) const RST: u8 = 0x04;
pub(super) const ACK: u8 = 0x10;

impl Engine {
    #[allow(clippy::too_many_arguments)]
    #[inline(always)]
    pub(super) fn tcp(
        &mut self,
        flow: &mut Flow,
        side: Side,
        sequence: u32,
        acknowledged: Option<u32>,
        flags: u8,
        payload: Payload<'_>,
        moment: Moment,
    ) {
        let mut sequence = sequence;
        if flags & (SYN | FIN | RST) != 0 {
            self.begin_or_end(flow, side, sequence, flags);
            sequence = sequence.wrapping_add(u32::from(flags & SYN != 0));
        }
        if acknowledged.is_some() && flow.direction(side.other()).is_holding() {
            self.release(flow, side.other(), acknowledged, false); // what is confirmed was there before the confirmation
        }
        if !payload.data.is_empty() && flags & RST == 0 {
            self.segment(flow, side, sequence, payload, moment);
        }
    }

    #[cold]
    fn begin_or_end(&mut self, flow: &mut Flow, side: Side, sequence: u32, flags: u8) {
        if flags & SYN != 0 {
            if flow.direction(side).is_new_beginning(sequence) {
                self.restart(flow);
            }
            let direction = flow.direction(side);
            self.buffered = self.buffered.saturating_sub(direction.kept() + direction.held_bytes());
            direction.begin(sequence);
        }
        if flags & FIN != 0 {
            *side.of(&mut flow.ended) = true;
        }
        if flags & RST != 0 {
            flow.ended = [true; 2];
        }
    }

    /// Counts what both directions have of messages that will not become whole any more.
    pub(super) fn give_up_unfinished(&mut self, flow: &Flow) {
        for direction in &flow.directions {
            if direction.kept() > 0 {
                self.counters.messages_unfinished += 1;
                self.leave_unread(flow, direction.kept());
            }
        }
    }

    /// The ports are used for another connection: what the old one left is ended.
    fn restart(&mut self, flow: &mut Flow) {
        while !flow.pending.is_empty() {
            self.give_up(flow);
        }
        self.give_up_unfinished(flow);
        self.buffered = self.buffered.saturating_sub(flow.held());
        flow.directions = [Direction::default(), Direction::default()];
        flow.contexts = crate::context::FlowContexts::default();
        flow.recognised = Recognised::Searching(0);
        flow.ended = [false; 2];
        if let Some(row) = self.conversations.get_mut(flow.conversation) {
            row.connections += 1;
        }
    }

    #[inline(always)]
    fn segment(&mut self, flow: &mut Flow, side: Side, sequence: u32, payload: Payload<'_>, moment: Moment) {
        let direction = flow.direction(side);
        let window = Window { side, data: payload.data, pieces: payload.pieces, seen_ns: moment.seen_ns };
        match direction.arrive(sequence, payload.data.len()) {
            Arrival::New(0) => self.stream(flow, window),
            Arrival::New(skip) => {
                self.counters.retransmitted += 1;
                self.stream_from(flow, window, skip);
            }
            Arrival::Middle => {
                direction.lost = true;
                self.stream(flow, window);
            }
            Arrival::Again => {
                self.counters.retransmitted += 1;
                return;
            }
            Arrival::Ahead => {
                let before = direction.held_bytes();
                if let Some(piece) = payload.pieces.first() {
                    let conflicts = direction.hold(sequence, payload.data, *piece, moment.seen_ns);
                    self.counters.segments_conflicting += u64::from(conflicts);
                }
                self.counters.reordered += 1;
                self.buffered += direction.held_bytes() - before;
                if self.buffered > self.limits.buffered {
                    self.counters.buffers_shed += 1;
                    self.release(flow, side, None, true);
                }
            }
            Arrival::Lost(length) => {
                self.buffered = self.buffered.saturating_sub(direction.drop_held());
                self.lose(flow, side, length);
                self.stream(flow, window);
            }
        }
        if flow.direction(side).is_holding() {
            self.release(flow, side, None, false);
        }
    }

    fn stream_from(&mut self, flow: &mut Flow, window: Window<'_>, skip: usize) {
        let Some(data) = window.data.get(skip..) else { return };
        let mut pieces = Vec::new();
        crate::pieces::cut_out(window.pieces, skip, data.len(), &mut pieces);
        self.stream(flow, Window { data, pieces: &pieces, ..window });
    }

    #[cold]
    pub(super) fn release(&mut self, flow: &mut Flow, side: Side, acknowledged: Option<u32>, flush: bool) {
        loop {
            let direction = flow.direction(side);
            let before = direction.held_bytes();
            let released = direction.release(self.now_ns, acknowledged, flush);
            self.buffered = self.buffered.saturating_sub(before - direction.held_bytes());
            let Some(released) = released else { return };
            if released.gap > 0 {
                self.lose(flow, side, released.gap);
            }
            self.stream(flow, Window { side, data: &released.data, pieces: &[released.piece], seen_ns: released.seen_ns });
        }
    }

    fn lose(&mut self, flow: &mut Flow, side: Side, length: u64) {
        self.counters.gaps += 1;
        self.counters.gap_bytes += length;
        let direction = flow.direction(side);
        let held = direction.kept();
        if direction.lose(length) {
            self.buffered = self.buffered.saturating_sub(held);
        }
        if let Some(row) = self.conversations.get_mut(flow.conversation) {
            row.gaps += 1;
            row.gap_bytes += length;
        }
    }
}

/// The flags, without a SYN that ends the connection too: nobody opens one so (RFC 9293 3.10.7.4).
pub(super) fn sane(flags: u8) -> u8 {
    if flags & SYN != 0 && flags & (FIN | RST) != 0 {
        flags & !SYN
    } else {
        flags
    }
}
