//! One direction of a TCP connection: bytes in order, with retransmissions, reordering and loss; what is not a message yet is kept.

use crate::cut;
use crate::packet::Piece;

/// Segments ahead of a hole are held until it closes; beyond these bounds, or once the receiver has acknowledged them, the hole is a gap.
const HELD_SEGMENTS: usize = 24;
const HELD_BYTES: usize = 96 << 10;
const HELD_NS: i64 = 3_000_000_000;

/// A jump of the sequence number beyond this is a new beginning, not a hole.
const JUMP: u32 = 1 << 25;

#[derive(Debug)]
struct Held {
    sequence: u32,
    data: Vec<u8>,
    piece: Piece,
    seen_ns: i64,
}

/// What a segment turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It continues the stream: its bytes from the given offset on are new.
    New(usize),
    /// All of it was there before.
    Again,
    /// It is ahead of a hole, and held.
    Ahead,
    /// It is the first that is seen, without a SYN: the stream may be in the middle of a message.
    Middle,
    /// Its sequence number has nothing to do with the stream: so many bytes are lost, the stream begins anew with it.
    Lost(u64),
}

/// One direction's state. `buffer` holds bytes that are no whole message yet; `pieces` says where they stand.
#[derive(Debug, Default)]
pub struct Direction {
    next: u32,
    started: bool,
    held: Vec<Held>,
    held_bytes: usize,
    pub buffer: Vec<u8>,
    pub pieces: Vec<Piece>,
    /// The cutter said that nothing can be done before so many bytes are there.
    pub need: usize,
    /// Bytes to come that are of no interest.
    pub skip: u64,
    pub cutter: cut::State,
    /// The pieces of a message that is being joined.
    pub joined: Vec<u8>,
    pub joined_pieces: Vec<Piece>,
    /// True while the stream may be in the middle of a message: a segment that looks right begins it again.
    pub lost: bool,
    pub opaque: bool,
}

/// A segment that was held and now continues the stream, or follows a gap of so many bytes.
pub struct Released {
    pub data: Vec<u8>,
    pub piece: Piece,
    pub seen_ns: i64,
    pub gap: u64,
}

impl Direction {
    /// The connection begins: the first byte will have the number after the SYN's.
    pub fn begin(&mut self, sequence: u32) {
        *self = Direction { next: sequence.wrapping_add(1), started: true, ..Direction::default() };
    }

    /// True where this SYN is not the one that began the stream.
    pub fn is_new_beginning(&self, sequence: u32) -> bool {
        self.started && self.next != sequence.wrapping_add(1)
    }

    /// Where the segment stands in the stream. `New` and `Middle` advance it.
    #[inline(always)]
    pub fn arrive(&mut self, sequence: u32, length: usize) -> Arrival {
        let length = length as u32;
        if !self.started {
            self.started = true;
            self.next = sequence.wrapping_add(length);
            return Arrival::Middle;
        }
        let ahead = sequence.wrapping_sub(self.next);
        if ahead == 0 {
            self.next = self.next.wrapping_add(length);
            return Arrival::New(0);
        }
        if ahead < JUMP {
            return Arrival::Ahead;
        }
        let behind = self.next.wrapping_sub(sequence);
        if behind < JUMP {
            if behind >= length {
                return Arrival::Again;
            }
            self.next = sequence.wrapping_add(length);
            return Arrival::New(behind as usize);
        }
        self.next = sequence.wrapping_add(length);
        Arrival::Lost(0)
    }

    /// Keeps a segment that is ahead of a hole, in order of its number: what of it is held already is not taken again, so that the first copy
    /// wins, as it does in order. True where another copy says something else.
    pub fn hold(&mut self, sequence: u32, data: &[u8], piece: Piece, seen_ns: i64) -> bool {
        let next = self.next;
        let start = |held: &Held| held.sequence.wrapping_sub(next) as usize;
        let from = sequence.wrapping_sub(next) as usize;
        let (mut at, end) = (from, from + data.len());
        let mut conflicts = false;
        let mut fresh: Vec<(usize, usize)> = Vec::new();
        for held in &self.held {
            let (first, last) = (start(held), start(held) + held.data.len());
            if last <= at || first >= end {
                continue;
            }
            if first > at {
                fresh.push((at, first));
            }
            let (low, high) = (first.max(at), last.min(end));
            conflicts |= held.data.get(low - first..high - first) != data.get(low - from..high - from);
            at = at.max(last).min(end);
        }
        if at < end {
            fresh.push((at, end));
        }
        for (low, high) in fresh {
            let Some(bytes) = data.get(low - from..high - from) else { continue };
            let offset = (low - from) as u32;
            let piece = Piece { frame_offset: piece.frame_offset + offset, length: (high - low) as u32, ..piece };
            let place = self.held.partition_point(|held| start(held) < low);
            self.held_bytes += bytes.len();
            self.held.insert(place, Held { sequence: sequence.wrapping_add(offset), data: bytes.to_vec(), piece, seen_ns });
        }
        conflicts
    }

    /// How many bytes are kept that are no whole message yet.
    pub fn kept(&self) -> usize {
        self.buffer.len() + self.joined.len()
    }

    /// How many bytes are held ahead of a hole.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Drops what is held; returns how many bytes that were.
    pub fn drop_held(&mut self) -> usize {
        self.held.clear();
        std::mem::take(&mut self.held_bytes)
    }

    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// The next held segment that continues the stream; or, where the hole will not be filled any more, the one after it.
    /// `acknowledged` is what the receiver has confirmed; `flush` gives up every hole.
    pub fn release(&mut self, now_ns: i64, acknowledged: Option<u32>, flush: bool) -> Option<Released> {
        loop {
            let first = self.held.first()?;
            let ahead = first.sequence.wrapping_sub(self.next);
            let behind = self.next.wrapping_sub(first.sequence);
            let length = first.data.len() as u32;
            if ahead != 0 && ahead < JUMP {
                let end = first.sequence.wrapping_add(length);
                let confirmed = acknowledged.is_some_and(|number| number.wrapping_sub(end) < JUMP);
                let full = self.held.len() > HELD_SEGMENTS || self.held_bytes > HELD_BYTES;
                let late = now_ns.saturating_sub(first.seen_ns) > HELD_NS;
                if !(confirmed || full || late || flush) {
                    return None;
                }
                let held = self.held.remove(0);
                self.held_bytes -= held.data.len();
                self.next = end;
                return Some(Released { data: held.data, piece: held.piece, seen_ns: held.seen_ns, gap: u64::from(ahead) });
            }
            let mut held = self.held.remove(0);
            self.held_bytes -= held.data.len();
            if behind >= length {
                continue;
            }
            self.next = held.sequence.wrapping_add(length);
            held.data.drain(..behind as usize);
            held.piece.frame_offset += behind;
            held.piece.length -= behind;
            return Some(Released { data: held.data, piece: held.piece, seen_ns: held.seen_ns, gap: 0 });
        }
    }

    /// True where nothing is left over, to be joined, to be skipped or to be found again: the next byte begins a message.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.buffer.is_empty() && self.joined.is_empty() && self.skip == 0 && !self.lost && !self.opaque
    }

    /// `length` bytes are missing from the capture. True where a message may have been hit, so that the stream must find itself again.
    pub fn lose(&mut self, length: u64) -> bool {
        if self.opaque {
            return false;
        }
        if self.buffer.is_empty() && self.joined.is_empty() && self.skip >= length && self.skip > 0 {
            self.skip -= length;
            return false;
        }
        self.forget();
        self.lost = true;
        true
    }

    /// Drops what is not a whole message yet.
    pub fn forget(&mut self) {
        self.buffer.clear();
        self.pieces.clear();
        self.joined.clear();
        self.joined_pieces.clear();
        self.need = 0;
        self.skip = 0;
        self.cutter = cut::State::default();
    }
}

#[cfg(test)]
mod tests;
