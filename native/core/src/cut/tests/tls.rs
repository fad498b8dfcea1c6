//! TLS: handshake messages within records, across records, several in one; and what cannot be read any more (RFC 8446 section 5.1).

use super::super::Rule;
use super::messages::{every_beginning, every_cut, only, End, Found};

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3, (content.len() >> 8) as u8, content.len() as u8], content].concat()
}

/// A handshake message of so many bytes, without its four bytes of head.
fn message(kind: u8, length: usize) -> Vec<u8> {
    let body: Vec<u8> = (0..length).map(|number| number as u8).collect();
    [&[kind, (length >> 16) as u8, (length >> 8) as u8, length as u8], &body[..]].concat()
}

/// As a protocol file sees it: the header of the record in which it begins, then the message.
fn seen(begins_in: &[u8], message: &[u8]) -> Vec<u8> {
    [&begins_in[..5], message].concat()
}

fn cut(stream: &[u8]) -> Found {
    every_cut("tls", stream)
}

#[track_caller]
fn gives(stream: &[u8], messages: &[&[u8]]) {
    assert_eq!(cut(stream), only(messages));
    every_beginning("tls", stream);
}

#[test]
fn one_message_in_one_record() {
    for length in [0, 1, 50, 300] {
        let hello = record(HANDSHAKE, &message(1, length));
        gives(&[&hello[..], &hello].concat(), &[&hello, &hello]);
    }
}

#[test]
fn several_messages_in_one_record() {
    let (hello, certificate, done) = (message(2, 20), message(11, 300), message(14, 0));
    let all = record(HANDSHAKE, &[&hello[..], &certificate, &done].concat());
    gives(&all, &[&seen(&all, &hello), &seen(&all, &certificate), &seen(&all, &done)]);
}

#[test]
fn one_message_across_records() {
    let whole = message(11, 200);
    let pieces: Vec<Vec<u8>> =
        [&whole[..4], &whole[4..5], &whole[5..150], &[], &whole[150..]].map(|piece| record(HANDSHAKE, piece)).to_vec();
    gives(&pieces.concat(), &[&seen(&pieces[0], &whole)]);
}

#[test]
fn a_message_begins_where_the_one_before_ends() {
    let (one, other) = (message(11, 30), message(12, 40));
    let first = record(HANDSHAKE, &[&one[..], &other[..10]].concat());
    let second = record(HANDSHAKE, &[&other[10..], &one].concat());
    gives(&[&first[..], &second].concat(), &[&seen(&first, &one), &seen(&first, &other), &seen(&second, &one)]);
}

#[test]
fn alerts_are_passed_over() {
    let hello = record(HANDSHAKE, &message(1, 30));
    gives(&[&record(ALERT, &[1, 0])[..], &hello, &record(ALERT, &[2, 40])].concat(), &[&hello]);
}

#[test]
fn what_is_enciphered_is_opaque() {
    let hello = record(HANDSHAKE, &message(1, 30));
    for kind in [20, 23, 24] {
        let stream = [&hello[..], &record(kind, &[1; 40]), &hello].concat();
        assert_eq!(cut(&stream), only(&[&hello]).then(End::Opaque), "records of type {kind}");
    }
}

#[test]
fn what_is_no_record_is_bad() {
    let hello = record(HANDSHAKE, &message(1, 30));
    for (head, have) in [([19, 3, 3, 0, 9], 9), ([25, 3, 3, 0, 9], 9), ([22, 2, 0, 0, 9], 9), ([22, 3, 3, 0x48, 1], 0x4801)] {
        assert_eq!(cut(&[&hello[..], &head, b"rest"].concat()), only(&[&hello]).then(End::Bad(Rule::Record, have)), "{head:?}");
    }
}

/// 2^14 bytes and what a cipher may add (RFC 5246 section 6.2.3).
#[test]
fn a_record_has_so_many_bytes() {
    let most = (1 << 14) + 2048;
    let filled = |length: usize| super::messages::read(&framing(), &record(HANDSHAKE, &message(11, length - 4)), [5 + length]);
    assert_eq!(filled(most).messages.len(), 1);
    assert_eq!(filled(most + 1), only(&[]).then(End::Bad(Rule::Record, most as u64 + 1)));
}

#[test]
fn a_message_longer_than_is_believed_ends_the_reading() {
    let most = (60 << 10) - 4;
    for (length, found) in [(most, 1), (most + 1, 0)] {
        let records: Vec<u8> = message(11, length).chunks(16_384).flat_map(|piece| record(HANDSHAKE, piece)).collect();
        let read = super::messages::read(&framing(), &records, [records.len()]);
        assert_eq!(read.messages.len(), found, "{length} bytes");
        assert_eq!(read.end, if found == 1 { End::Open } else { End::Opaque });
    }
}

fn framing() -> crate::spec::Framing {
    crate::spec::Framing::Native { name: "tls".into() }
}
