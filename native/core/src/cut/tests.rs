//! Both sides of each limit, and each stream in every cut: whole, byte by byte, and in two segments.

#![allow(clippy::panic, clippy::indexing_slicing)]

mod declared;
mod dnp3;
mod http;
mod messages;
mod tls;

use super::{cut, native, Cut, Rule, State};
use crate::spec::{Framing, Hex};

/// How long the messages are, and how the stream ended: open (None), or with bytes that break a rule.
type Found = (Vec<usize>, Option<(Rule, u64)>);

/// Cuts a stream whose segments end where `ends` says. What is passed over counts as no message.
fn read(framing: &Framing, stream: &[u8], ends: impl IntoIterator<Item = usize>) -> Found {
    let cutter = if let Framing::Native { name } = framing { native(name) } else { None };
    let (mut state, mut messages, mut at) = (State::default(), Vec::new(), 0);
    for end in ends {
        while let Some(window) = stream.get(at..end).filter(|window| !window.is_empty()) {
            match cut(framing, cutter, &mut state, window) {
                Cut::More { need } => {
                    assert!(need > window.len());
                    break;
                }
                Cut::Whole { length } => {
                    messages.push(length);
                    at += length;
                }
                Cut::Skip { length } => at += length as usize,
                Cut::Bad { rule, have } => return (messages, Some((rule, have))),
                other => panic!("{other:?} from a framing that cuts no pieces"),
            }
        }
    }
    (messages, None)
}

/// The same in every cut; what the whole stream gives.
#[track_caller]
fn every_cut(framing: &Framing, stream: &[u8]) -> Found {
    let whole = read(framing, stream, [stream.len()]);
    for end in 1..stream.len() {
        assert_eq!(read(framing, stream, [end, stream.len()]), whole, "in two segments, the first of {end} bytes");
    }
    if stream.len() < 8_000 {
        assert_eq!(read(framing, stream, 1..=stream.len()), whole, "byte by byte");
    }
    whole
}

fn http() -> Framing {
    Framing::Native { name: "http".to_owned() }
}

fn head(length: usize) -> Vec<u8> {
    let field = "a".repeat(length - b"GET / HTTP/1.1\r\nA: \r\n\r\n".len());
    format!("GET / HTTP/1.1\r\nA: {field}\r\n\r\n").into_bytes()
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn a_line_ends_within_its_limit() {
    let lines = |text: &str| every_cut(&Framing::Delimiter { end: Hex(b"\r\n".to_vec()), most: 8, lines: 0 }, text.as_bytes());
    assert_eq!(lines("123456\r\n12\r\n"), (vec![8, 4], None));
    assert_eq!(lines("1234567\r\n12\r\n"), (vec![], Some((Rule::Text, 8))));
    assert_eq!(lines("12\r\n1234567"), (vec![4], None));
    assert_eq!(lines("12\r\n12345678"), (vec![4], Some((Rule::Text, 8))));
}

#[test]
fn a_length_lies_within_its_limits() {
    let framing = Framing::Length { at: 1, size: 1, add: 0, little: false, least: 2, most: 4 };
    assert_eq!(every_cut(&framing, &[0, 2, 0, 4, 0, 0, 0, 3, 0]), (vec![2, 4, 3], None));
    assert_eq!(every_cut(&framing, &[0, 2, 0, 1]), (vec![2], Some((Rule::Length, 1))));
    assert_eq!(every_cut(&framing, &[0, 2, 0, 5, 0, 0, 0]), (vec![2], Some((Rule::Length, 5))));
}

#[test]
fn what_follows_a_head_is_no_part_of_it() {
    assert_eq!(every_cut(&http(), b"G\r\n\r\n\x80\x80"), (vec![5], Some((Rule::Text, 0))));
    assert_eq!(every_cut(&http(), b"\r\nGET /\r\n\r\nGET /\x7f\r\n\r\n"), (vec![9], Some((Rule::Text, 5))));
}

#[test]
fn the_first_bytes_of_a_head_are_text() {
    assert_eq!(every_cut(&http(), b"GET /aaaaaaaaaa\x80\r\n\r\n"), (vec![], Some((Rule::Text, 15))));
    assert_eq!(every_cut(&http(), b"GET /aaaaaaaaaaa\x80\r\n\r\n"), (vec![21], None));
}

#[test]
fn a_head_ends_within_its_limit() {
    for (length, found) in [(32 << 10, (vec![32 << 10], None)), ((32 << 10) + 1, (vec![], Some((Rule::Text, 32 << 10))))] {
        let stream = head(length);
        assert_eq!(read(&http(), &stream, [length]), found);
        assert_eq!(read(&http(), &stream, length - 6..=length), found);
    }
}

#[test]
fn the_line_before_a_chunk_ends_within_its_limit() {
    let extended = |length: usize| format!("{CHUNKED}3;{}\r\nabc\r\n0\r\n\r\nG\r\n\r\n", "e".repeat(length - 2));
    assert_eq!(every_cut(&http(), extended(1024).as_bytes()), (vec![CHUNKED.len(), 5], None));
    assert_eq!(every_cut(&http(), extended(1025).as_bytes()), (vec![CHUNKED.len()], Some((Rule::Text, 1026))));
    assert_eq!(every_cut(&http(), format!("{CHUNKED}x\r\n").as_bytes()), (vec![CHUNKED.len()], Some((Rule::Text, 1))));
}

#[test]
fn a_trailer_ends_within_its_limit() {
    let trailed = |length: usize| format!("{CHUNKED}0\r\n{}\r\n\r\nG\r\n\r\n", "t".repeat(length));
    assert_eq!(every_cut(&http(), trailed(4096).as_bytes()), (vec![CHUNKED.len(), 5], None));
    assert_eq!(every_cut(&http(), trailed(4097).as_bytes()), (vec![CHUNKED.len()], Some((Rule::Text, 4098))));
}
