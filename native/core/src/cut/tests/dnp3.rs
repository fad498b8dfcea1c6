//! DNP3: frames of every length, checksums, and messages of several segments (IEEE 1815-2012 clauses 8 and 9).

use super::super::Rule;
use super::messages::{every_beginning, every_cut, only, read, End, Found};
use crate::spec::Framing;

const FIRST: u8 = 0x40;
const FINAL: u8 = 0x80;

/// The checksum of 9.2.4, bit by bit.
fn crc(bytes: &[u8]) -> [u8; 2] {
    let mut sum = 0_u16;
    for byte in bytes {
        sum ^= u16::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xa6bc } else { sum >> 1 };
        }
    }
    (!sum).to_le_bytes()
}

fn sealed(bytes: &[u8]) -> Vec<u8> {
    [bytes, &crc(bytes)].concat()
}

/// A header from station 1 to station 1024, with its checksum.
fn header(user: usize) -> Vec<u8> {
    sealed(&[0x05, 0x64, 5 + user as u8, 0xc4, 0x00, 0x04, 0x01, 0x00])
}

/// A frame of this user data, as it goes over the wire.
fn frame(user: &[u8]) -> Vec<u8> {
    let blocks: Vec<u8> = user.chunks(16).flat_map(sealed).collect();
    [header(user.len()), blocks].concat()
}

/// A frame with one segment of a message.
fn segment(transport: u8, data: &[u8]) -> Vec<u8> {
    frame(&[&[transport], data].concat())
}

/// The message as a protocol file sees it.
fn message(user: usize, transport: u8, data: &[u8]) -> Vec<u8> {
    [&header(user)[..], &[transport], data].concat()
}

fn cut(stream: &[u8]) -> Found {
    every_cut("dnp3", stream)
}

fn numbers(length: usize) -> Vec<u8> {
    (0..length).map(|number| number as u8).collect()
}

#[test]
fn the_checksum_is_that_of_the_standard() {
    assert_eq!(u16::from_le_bytes(crc(b"123456789")), 0xea82);
    assert_eq!(header(0).len(), 10);
}

#[test]
fn a_frame_without_data_is_its_header() {
    assert_eq!(cut(&[header(0), header(0)].concat()), only(&[&header(0), &header(0)]));
}

/// One byte and the most that a frame can hold, and each side of a block's end.
#[test]
fn a_frame_of_every_length_gives_its_data_without_checksums() {
    for length in [0, 1, 14, 15, 16, 30, 31, 32, 47, 233, 248, 249] {
        let data = numbers(length);
        let stream = [segment(FIRST | FINAL, &data), header(0)].concat();
        let whole = message(length + 1, FIRST | FINAL, &data);
        assert_eq!(cut(&stream), only(&[&whole, &header(0)]), "{length} bytes");
        every_beginning("dnp3", &stream);
    }
}

#[test]
fn segments_are_joined_in_order() {
    let data = numbers(100);
    let stream = [segment(FIRST | 61, &data[..40]), segment(62, &data[40..41]), segment(63, &[]), segment(FINAL, &data[41..])].concat();
    assert_eq!(cut(&stream), only(&[&message(41, FIRST | 61, &data)]), "sequence numbers go from 63 to 0");
    every_beginning("dnp3", &stream);
}

#[test]
fn a_segment_out_of_order_is_dropped_with_its_message() {
    let start = segment(FIRST | 5, b"lost");
    let sound = [segment(FIRST | 9, b"so"), segment(FINAL | 10, b"und")].concat();
    let whole = message(3, FIRST | 9, b"sound");
    for wrong in [segment(FINAL | 5, b"again"), segment(FINAL | 7, b"later"), segment(8, b"more")] {
        let end = segment(FINAL | 6, b"end");
        assert_eq!(cut(&[&start[..], &wrong, &end, &sound].concat()), Found { given_up: 1, ..only(&[&whole]) });
        assert_eq!(cut(&[&wrong[..], &end, &sound].concat()), only(&[&whole]), "nothing had begun");
    }
}

#[test]
fn a_first_segment_gives_up_what_was_begun() {
    let stream = [segment(FIRST | 5, b"begun"), segment(FIRST | FINAL | 6, b"whole")].concat();
    assert_eq!(cut(&stream), Found { given_up: 1, ..only(&[&message(6, FIRST | FINAL | 6, b"whole")]) });
}

#[test]
fn a_wrong_checksum_anywhere_drops_the_frame_and_no_other() {
    let (before, after) = (segment(FIRST | FINAL, b"before"), segment(FIRST | FINAL, b"after"));
    let frame = segment(FIRST | FINAL, &numbers(40));
    let sound = only(&[&message(7, FIRST | FINAL, b"before"), &message(6, FIRST | FINAL, b"after")]);
    for at in 3..frame.len() {
        let mut wrong = frame.clone();
        wrong[at] ^= 0x01;
        let stream = [&before[..], &wrong, &after].concat();
        let found = read(&Framing::Native { name: "dnp3".into() }, &stream, [stream.len()]);
        assert_eq!(found, Found { flawed: vec![Rule::Crc], ..sound.clone() }, "byte {at}");
    }
    let mut wrong = frame;
    wrong[30] ^= 0x80;
    assert_eq!(cut(&[&before[..], &wrong, &after].concat()), Found { flawed: vec![Rule::Crc], ..sound });
}

#[test]
fn a_frame_begins_with_its_start_bytes() {
    let sound = segment(FIRST | FINAL, b"x");
    let whole = message(2, FIRST | FINAL, b"x");
    for (start, have) in [([0x05, 0x65], 0x0565), ([0x64, 0x05], 0x6405), ([0, 0], 0)] {
        let stream = [&sound[..], &start, &sound[2..]].concat();
        assert_eq!(cut(&stream), only(&[&whole]).then(End::Bad(Rule::Start, have)));
    }
}

#[test]
fn a_length_is_at_least_that_of_the_header() {
    let short = |length: u8| sealed(&[0x05, 0x64, length, 0xc4, 0, 4, 1, 0]);
    assert_eq!(cut(&short(5)), only(&[&short(5)]));
    assert_eq!(cut(&short(4)), only(&[]).then(End::Bad(Rule::Length, 4)));
    assert_eq!(cut(&short(0)), only(&[]).then(End::Bad(Rule::Length, 0)));
}
