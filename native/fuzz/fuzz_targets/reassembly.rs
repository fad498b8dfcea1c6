//! One direction of a TCP connection whose segments come in any order, again, overlapping or not at all: what is delivered is the stream, in
//! order, each byte at most once, and what is missing is said to be.
//!
//! The input: four bytes of the first sequence number, one that says whether a SYN is seen, then steps of four bytes each: what, offset in
//! the stream (two bytes), length. Every segment has the true bytes of its place.
#![no_main]

use fieldwatch_core::packet::Piece;
use fieldwatch_core::stream::{Arrival, Direction};
use libfuzzer_sys::fuzz_target;

/// Held segments, and held bytes, at most (the bounds of `stream.rs`, with the segment that goes beyond them).
const SECOND_NS: i64 = 1_000_000_000;

fn byte_at(place: u32) -> u8 {
    (place.wrapping_mul(0x9e37_79b1) >> 24) as u8
}

struct Listener {
    direction: Direction,
    first: u32,
    /// The place in the stream that comes next; None before the first byte.
    at: Option<u32>,
    lost: u64,
}

impl Listener {
    /// Bytes are delivered, after a gap of `gap`: they must be those of the place.
    fn deliver(&mut self, sequence: Option<u32>, gap: u64, data: &[u8], piece: Piece) {
        assert_eq!(piece.length as usize, data.len(), "a piece is as long as its bytes");
        let at = match (self.at, sequence) {
            (Some(at), _) => at + gap as u32,
            (None, Some(sequence)) => sequence,
            (None, None) => panic!("released before anything arrived"),
        };
        assert_eq!(piece.frame_offset, at, "the piece stands where its bytes stand");
        for (index, byte) in data.iter().enumerate() {
            assert_eq!(*byte, byte_at(at + index as u32), "a wrong byte at {at}+{index}");
        }
        self.lost += gap;
        self.at = Some(at + data.len() as u32);
    }

    fn release(&mut self, now_ns: i64, acknowledged: Option<u32>, flush: bool) {
        while let Some(released) = self.direction.release(now_ns, acknowledged, flush) {
            assert!(!released.data.is_empty());
            self.deliver(None, released.gap, &released.data, released.piece);
        }
    }

    fn segment(&mut self, place: u32, length: u32, now_ns: i64) {
        let data: Vec<u8> = (place..place + length).map(byte_at).collect();
        let sequence = self.first.wrapping_add(place);
        let piece = Piece { frame: 1, file: 0, frame_offset: place, length };
        match self.direction.arrive(sequence, data.len()) {
            Arrival::New(skip) => {
                let rest = Piece { frame_offset: place + skip as u32, length: length - skip as u32, ..piece };
                self.deliver(Some(place), 0, &data[skip..], rest);
            }
            Arrival::Middle => {
                assert!(self.at.is_none());
                self.deliver(Some(place), 0, &data, piece);
            }
            Arrival::Ahead => assert!(!self.direction.hold(sequence, &data, piece, now_ns), "all copies say the same"),
            Arrival::Again => assert!(self.at.is_some_and(|at| place + length <= at)),
            Arrival::Lost(_) => panic!("no segment is so far away"),
        }
        self.release(now_ns, None, false);
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&[a, b, c, d, begun], steps)) = data.split_first_chunk::<5>() else { return };
    let first = u32::from_be_bytes([a, b, c, d]);
    let mut listener = Listener { direction: Direction::default(), first, at: None, lost: 0 };
    if begun & 1 == 1 {
        listener.direction.begin(first.wrapping_sub(1));
        listener.at = Some(0);
    }
    let mut now_ns = 0i64;
    for step in steps.chunks_exact(4).take(512) {
        let [what, high, low, length] = *step else { continue };
        let place = u32::from(u16::from_be_bytes([high, low]));
        match what % 8 {
            0 => listener.release(now_ns, Some(first.wrapping_add(place)), false),
            1 => now_ns += i64::from(length) * SECOND_NS / 16,
            2 => {
                now_ns += 1;
                listener.segment(listener.at.unwrap_or(place), 1 + u32::from(length), now_ns);
            }
            _ => listener.segment(place, (1 + u32::from(length)) << (what % 3), now_ns),
        }
    }
    listener.release(now_ns, None, true);
    assert!(!listener.direction.is_holding(), "a flush leaves nothing");
});
