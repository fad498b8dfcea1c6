//! Framings that a protocol declares: datagrams, segments, length fields of every size, lines.

use super::super::{native, Cut, State};
use super::messages::{only, read, End};
use crate::spec::{Framing, Hex};

fn length(at: usize, size: usize, add: i64, little: bool) -> Framing {
    Framing::Length { at, size, add, little, least: 1, most: 300 }
}

#[test]
fn a_datagram_is_a_message() {
    assert_eq!(read(&Framing::Datagram, b"abc", [3]), only(&[b"abc"]));
}

#[test]
fn a_segment_is_a_message_of_which_so_much_is_read() {
    let segments = Framing::Segment { most: 4 };
    assert_eq!(read(&segments, b"abcdefghi", [1, 5, 9]), only(&[b"a", b"bcde", b"fghi"]));
    assert_eq!(read(&segments, b"abcdefghi", [5, 9]), only(&[b"abcd", b"fghi"]), "the rest of a segment is no message of its own");
}

#[test]
fn a_length_field_of_every_size_in_both_orders() {
    for size in 1..=4 {
        for little in [false, true] {
            for (at, add) in [(0, 0), (2, 0), (3, 6), (1, -1)] {
                let number = (20 - add) as u32;
                let field = if little { number.to_le_bytes()[..size].to_vec() } else { number.to_be_bytes()[4 - size..].to_vec() };
                let mut message = vec![0xaa; 20];
                message[at..at + size].copy_from_slice(&field);
                let (framing, stream) = (length(at, size, add, little), [&message[..], &message].concat());
                let both = only(&[&message, &message]);
                assert_eq!(read(&framing, &stream, [40]), both, "{size} at {at}");
                assert_eq!(read(&framing, &stream, 1..=40), both, "{size} at {at}, byte by byte");
            }
        }
    }
}

#[test]
fn a_length_that_is_none_is_bad() {
    let bad = |framing: &Framing, message: &[u8]| matches!(read(framing, message, [message.len()]).end, End::Bad(..));
    assert!(bad(&length(0, 1, 0, false), &[0]));
    assert!(bad(&length(0, 1, -5, false), &[4, 0, 0]));
    assert!(bad(&length(0, 4, 0, false), &[0xff, 0xff, 0xff, 0xff]));
    assert!(bad(&Framing::Length { at: 0, size: 1, add: -9, little: false, least: 0, most: 9 }, &[3]), "also where nothing is too short");
}

#[test]
fn after_so_many_lines_the_rest_is_opaque() {
    let lines = Framing::Delimiter { end: Hex(b"\n".to_vec()), most: 8, lines: 2 };
    assert_eq!(read(&lines, b"a\nbc\nrest", [9]), only(&[b"a\n", b"bc\n"]).then(End::Opaque));
    assert_eq!(read(&lines, b"a\nbc\nrest", 1..=9), only(&[b"a\n", b"bc\n"]).then(End::Opaque));
    assert_eq!(read(&lines, b"a\nbc\n", [5]), only(&[b"a\n", b"bc\n"]));
}

#[test]
fn an_unknown_framing_reads_nothing() {
    assert!(native("dnp").is_none());
    let unknown = Framing::Native { name: "dnp".into() };
    assert_eq!(super::super::cut(&unknown, None, &mut State::default(), b"x"), Cut::Opaque);
}
