//! One direction of a connection, segment by segment: what comes out, in which order, and what counts as lost. Both sides of each bound.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use super::{Arrival, Direction, HELD_BYTES, HELD_NS, HELD_SEGMENTS, JUMP};
use crate::packet::Piece;

/// What came out of the stream: bytes, and gaps of so many bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Out {
    Bytes(Vec<u8>),
    Gap(u64),
}

/// A direction that is fed as the engine feeds it.
struct Stream {
    direction: Direction,
    out: Vec<Out>,
    now_ns: i64,
    frame: u64,
}

impl Stream {
    /// The SYN had the number before `first`.
    fn from(first: u32) -> Stream {
        let mut direction = Direction::default();
        direction.begin(first.wrapping_sub(1));
        Stream { direction, out: Vec::new(), now_ns: 0, frame: 0 }
    }

    fn segment(&mut self, sequence: u32, data: &[u8]) -> &mut Stream {
        self.frame += 1;
        match self.direction.arrive(sequence, data.len()) {
            Arrival::New(skip) => self.put(&data[skip..]),
            Arrival::Middle => self.put(data),
            Arrival::Again => return self,
            Arrival::Ahead => {
                let piece = Piece { frame: self.frame, file: 0, frame_offset: 54, length: data.len() as u32 };
                self.direction.hold(sequence, data, piece, self.now_ns);
            }
            Arrival::Lost(length) => {
                self.out.push(Out::Gap(length));
                self.put(data);
            }
        }
        self.release(None, false)
    }

    fn release(&mut self, acknowledged: Option<u32>, flush: bool) -> &mut Stream {
        while let Some(released) = self.direction.release(self.now_ns, acknowledged, flush) {
            assert_eq!(released.data.len(), released.piece.length as usize);
            if released.gap > 0 {
                self.out.push(Out::Gap(released.gap));
            }
            self.put(&released.data);
        }
        self
    }

    fn put(&mut self, data: &[u8]) {
        match self.out.last_mut() {
            Some(Out::Bytes(bytes)) => bytes.extend_from_slice(data),
            _ => self.out.push(Out::Bytes(data.to_vec())),
        }
    }

    #[track_caller]
    fn gives(&self, out: &[Out]) {
        assert_eq!(self.out, out);
    }
}

fn bytes(text: &str) -> Out {
    Out::Bytes(text.as_bytes().to_vec())
}

#[test]
fn in_order() {
    let mut stream = Stream::from(100);
    stream.segment(100, b"abc").segment(103, b"d").segment(104, b"ef").gives(&[bytes("abcdef")]);
    assert!(!stream.direction.is_holding());
}

#[test]
fn out_of_order() {
    let mut stream = Stream::from(100);
    stream.segment(103, b"def").segment(106, b"g").gives(&[]);
    assert!(stream.direction.is_holding());
    stream.segment(100, b"abc").gives(&[bytes("abcdefg")]);
    assert!(!stream.direction.is_holding());
}

#[test]
fn retransmissions_bring_nothing() {
    let mut stream = Stream::from(100);
    stream.segment(100, b"abc").segment(100, b"abc").segment(101, b"XX").segment(103, b"d").segment(100, b"ABCD");
    stream.gives(&[bytes("abcd")]);
    assert_eq!(stream.direction.arrive(100, 4), Arrival::Again);
}

#[test]
fn what_overlaps_brings_its_new_bytes() {
    let mut stream = Stream::from(100);
    stream.segment(100, b"abc").segment(101, b"BCde").segment(99, b"_ABCDEf").gives(&[bytes("abcdef")]);
}

#[test]
fn what_is_held_may_overlap() {
    Stream::from(0).segment(2, b"cdef").segment(4, b"efgh").segment(0, b"abc").gives(&[bytes("abcdefgh")]);
    Stream::from(0).segment(4, b"ef").segment(2, b"cdefgh").segment(0, b"ab").gives(&[bytes("abcdefgh")]);
    Stream::from(0).segment(2, b"c").segment(0, b"abcd").gives(&[bytes("abcd")]);
    Stream::from(0).segment(2, b"cdef").segment(4, b"EFgh").segment(0, b"ab").gives(&[bytes("abcdefgh")]);
}

#[test]
fn of_two_held_copies_the_first_wins() {
    Stream::from(0).segment(2, b"first").segment(2, b"other").segment(0, b"ab").gives(&[bytes("abfirst")]);
    Stream::from(0).segment(2, b"first").segment(2, b"oth").segment(0, b"ab").gives(&[bytes("abfirst")]);
}

#[test]
fn a_released_segment_that_overlaps_says_where_its_new_bytes_stand() {
    let mut direction = Direction::default();
    direction.begin(u32::MAX);
    direction.hold(2, b"cdef", Piece { frame: 9, file: 1, frame_offset: 54, length: 4 }, 0);
    assert_eq!(direction.arrive(0, 4), Arrival::New(0));
    let released = direction.release(0, None, false).unwrap();
    assert_eq!((released.data.as_slice(), released.gap), (&b"ef"[..], 0));
    assert_eq!(released.piece, Piece { frame: 9, file: 1, frame_offset: 56, length: 2 });
}

/// Eight segments in many orders, with copies and overlaps: the same bytes come out, and nothing is lost.
#[test]
fn any_order_gives_the_same_bytes() {
    let text: Vec<u8> = (0..80).collect();
    let mut dice = 3_u64;
    let mut next = move |below: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % below
    };
    for first in [0, 1_000, u32::MAX - 40, u32::MAX] {
        for _ in 0..500 {
            let mut segments: Vec<(usize, usize)> = (0..8).map(|number| (number * 10, number * 10 + 10)).collect();
            for _ in 0..next(8) {
                let start = next(79);
                segments.push((start, (start + 1 + next(20)).min(80)));
            }
            for at in (1..segments.len()).rev() {
                segments.swap(at, next(at + 1));
            }
            let mut stream = Stream::from(first);
            for (start, end) in &segments {
                stream.segment(first.wrapping_add(*start as u32), &text[*start..*end]);
            }
            assert_eq!(stream.out, [Out::Bytes(text.clone())], "{first} {segments:?}");
            assert!(!stream.direction.is_holding());
        }
    }
}

#[test]
fn a_hole_that_the_receiver_confirms_is_a_gap() {
    let mut stream = Stream::from(100);
    stream.segment(100, b"ab").segment(105, b"f").segment(107, b"h");
    stream.release(Some(105), false).gives(&[bytes("ab")]);
    stream.release(Some(106), false).gives(&[bytes("ab"), Out::Gap(3), bytes("f")]);
    stream.release(Some(108), false).gives(&[bytes("ab"), Out::Gap(3), bytes("f"), Out::Gap(1), bytes("h")]);
}

#[test]
fn at_the_end_every_hole_is_a_gap() {
    let mut stream = Stream::from(100);
    stream.segment(102, b"c").segment(105, b"f").release(None, true);
    stream.gives(&[Out::Gap(2), bytes("c"), Out::Gap(2), bytes("f")]);
    assert!(!stream.direction.is_holding());
}

#[test]
fn what_fills_a_hole_after_it_was_given_up_comes_too_late() {
    let mut stream = Stream::from(100);
    stream.segment(103, b"d").release(None, true).segment(100, b"abc").segment(102, b"CDe");
    stream.gives(&[Out::Gap(3), bytes("de")]);
}

#[test]
fn so_many_segments_are_held() {
    let mut stream = Stream::from(0);
    for number in 1..=HELD_SEGMENTS as u32 {
        stream.segment(2 * number, b"x");
    }
    stream.gives(&[]);
    stream.segment(2 * HELD_SEGMENTS as u32 + 2, b"x").gives(&[Out::Gap(2), bytes("x")]);
    assert!(stream.direction.is_holding(), "the other holes may still be filled");
    stream.segment(3, b"y").gives(&[Out::Gap(2), bytes("xyx")]);
}

#[test]
fn so_many_bytes_are_held() {
    let half = vec![b'x'; HELD_BYTES / 2];
    let mut stream = Stream::from(0);
    stream.segment(1, &half).segment(1 + half.len() as u32, &half).gives(&[]);
    stream.segment(1 + HELD_BYTES as u32, b"x").gives(&[Out::Gap(1), Out::Bytes(vec![b'x'; HELD_BYTES + 1])]);
}

#[test]
fn a_hole_is_waited_for_so_long() {
    let mut stream = Stream::from(0);
    stream.segment(1, b"b");
    stream.now_ns = HELD_NS;
    stream.release(None, false).gives(&[]);
    stream.now_ns += 1;
    stream.release(None, false).gives(&[Out::Gap(1), bytes("b")]);
    let mut stream = Stream::from(0);
    stream.now_ns = i64::MAX;
    stream.segment(1, b"b");
    stream.now_ns = i64::MIN;
    stream.release(None, false).gives(&[]);
}

/// After a flood of holes what is held is what still counts: the bounds hold again.
#[test]
fn the_bounds_are_kept_however_long_it_goes_on() {
    let mut stream = Stream::from(0);
    for number in 1..2_000_u32 {
        stream.segment(1_000 * number, &[7; 900]);
        assert!(stream.direction.held.len() <= HELD_SEGMENTS);
        assert_eq!(stream.direction.held_bytes, stream.direction.held.iter().map(|held| held.data.len()).sum::<usize>());
    }
    stream.release(None, true);
    assert_eq!((stream.direction.held.len(), stream.direction.held_bytes), (0, 0));
}

#[test]
fn a_far_jump_is_a_new_beginning() {
    let mut stream = Stream::from(0);
    stream.segment(0, b"a").segment(JUMP, b"x");
    assert!(stream.direction.is_holding(), "a hole of less than the jump");
    let mut stream = Stream::from(0);
    stream.segment(0, b"a").segment(5, b"held").segment(1 + JUMP, b"x").segment(2 + JUMP, b"y");
    stream.gives(&[bytes("a"), Out::Gap(0), bytes("xy")]);
    assert!(!stream.direction.is_holding());
    let mut stream = Stream::from(JUMP);
    assert_eq!(stream.segment(JUMP, b"a").direction.arrive(2, 4), Arrival::Again, "as far back");
    assert_eq!(stream.direction.arrive(1, 4), Arrival::Lost(0));
}

#[test]
fn without_a_syn_it_may_begin_in_the_middle() {
    let mut direction = Direction::default();
    assert_eq!(direction.arrive(777, 3), Arrival::Middle);
    assert_eq!(direction.arrive(780, 3), Arrival::New(0));
    assert_eq!(direction.arrive(777, 6), Arrival::Again);
}

#[test]
fn a_syn_begins_the_stream_anew() {
    let mut direction = Direction::default();
    assert!(!direction.is_new_beginning(5), "nothing was there before");
    direction.begin(u32::MAX);
    assert!(!direction.is_new_beginning(u32::MAX), "the same SYN again");
    assert!(direction.is_new_beginning(0));
    assert_eq!(direction.arrive(0, 1), Arrival::New(0));
    direction.hold(9, b"x", Piece { frame: 1, file: 0, frame_offset: 0, length: 1 }, 0);
    direction.begin(500);
    assert!(!direction.is_holding());
    assert_eq!(direction.arrive(501, 1), Arrival::New(0));
}

#[test]
fn a_loss_gives_up_what_is_no_whole_message_yet() {
    let mut direction = Direction { buffer: vec![1, 2], joined: vec![3], need: 9, ..Direction::default() };
    assert_eq!((direction.kept(), direction.is_plain()), (3, false));
    assert!(direction.lose(1));
    assert_eq!((direction.kept(), direction.need, direction.lost, direction.is_plain()), (0, 0, true, false));
}

#[test]
fn a_loss_of_what_is_skipped_anyway_is_none() {
    let mut direction = Direction { skip: 10, ..Direction::default() };
    assert!(!direction.lose(10));
    assert_eq!((direction.skip, direction.lost, direction.is_plain()), (0, false, true));
    let mut direction = Direction { skip: 10, ..Direction::default() };
    assert!(direction.lose(11));
    assert_eq!((direction.skip, direction.lost), (0, true));
    let mut direction = Direction { opaque: true, ..Direction::default() };
    assert!(!direction.lose(10), "nobody looks for messages in it");
    assert!(!direction.is_plain());
}

/// Of bytes that are held twice the first ones stay, wherever the second copy begins and ends; that they differ is said.
#[test]
fn of_held_copies_the_first_wins() {
    let piece = |frame, length| Piece { frame, file: 0, frame_offset: 100, length };
    for (start, text, conflicts, wanted) in [
        (4, "CDEF", true, "cdef"),
        (4, "cdef", false, "cdef"),
        (4, "cdefGH", false, "cdefGH"),
        (3, "BCdefg", true, "Bcdefg"),
        (5, "XX", true, "cdef"),
        (2, "AB", false, "ABcdef"),
        (8, "gh", false, "cdefgh"),
    ] {
        let mut direction = Direction::default();
        direction.begin(0);
        assert!(!direction.hold(4, b"cdef", piece(7, 4), 0));
        assert_eq!(direction.hold(start, text.as_bytes(), piece(8, text.len() as u32), 0), conflicts, "{text}");
        assert_eq!(direction.held_bytes(), wanted.len());
        let mut told = String::new();
        while let Some(released) = direction.release(0, None, true) {
            let own = if released.piece.frame == 7 { ("cdef", 4) } else { (text, start) };
            let at = (released.piece.frame_offset - 100) as usize;
            assert_eq!(released.data, own.0.as_bytes()[at..at + released.piece.length as usize], "each byte with its place");
            told.push_str(std::str::from_utf8(&released.data).unwrap());
        }
        assert_eq!(told, wanted, "{text} at {start}");
        assert_eq!(direction.held_bytes(), 0);
    }
}
