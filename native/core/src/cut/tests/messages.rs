//! Reads a stream as the engine does, to the bytes of its messages; and again in every cut.

use super::super::{cut, native, Cut, Part, Rule, State};
use crate::spec::Framing;

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Open,
    Opaque,
    Bad(Rule, u64),
}

/// The messages of a stream, the frames that broke a rule, how many messages were begun and given up, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub messages: Vec<Vec<u8>>,
    pub flawed: Vec<Rule>,
    pub given_up: usize,
    pub end: End,
}

/// A stream that is only messages, and is open for more.
pub fn only(messages: &[&[u8]]) -> Found {
    Found { messages: messages.iter().map(|message| message.to_vec()).collect(), flawed: Vec::new(), given_up: 0, end: End::Open }
}

impl Found {
    pub fn then(self, end: End) -> Found {
        Found { end, ..self }
    }
}

/// Cuts a stream whose segments end where `ends` says. A cutter that needs so many bytes is not asked before they are there.
pub fn read(framing: &Framing, stream: &[u8], ends: impl IntoIterator<Item = usize>) -> Found {
    let cutter = if let Framing::Native { name } = framing { native(name) } else { None };
    let (mut state, mut at, mut need, mut joined) = (State::default(), 0, 0, Vec::new());
    let mut found = only(&[]);
    for end in ends {
        while let Some(window) = stream.get(at..end).filter(|window| !window.is_empty() && window.len() >= need) {
            need = 0;
            match cut(framing, cutter, &mut state, window) {
                Cut::More { need: more } => {
                    assert!(more > window.len(), "{more} bytes are there");
                    need = more;
                    break;
                }
                Cut::Whole { length } => {
                    assert!((1..=window.len()).contains(&length));
                    found.messages.push(window[..length].to_vec());
                    at += length;
                }
                Cut::Pieces { length, parts, first, last } => {
                    if first && !joined.is_empty() {
                        joined.clear();
                        found.given_up += 1;
                    }
                    assert!(first == joined.is_empty(), "a piece goes on with a message that has begun");
                    parts.iter().for_each(|part| joined.extend_from_slice(bytes_of(part, window)));
                    if last {
                        found.messages.push(std::mem::take(&mut joined));
                    }
                    at += length;
                }
                Cut::Skip { length } => {
                    assert!(length > 0);
                    at += length as usize;
                }
                Cut::Flawed { length, rule, .. } => {
                    found.flawed.push(rule);
                    at += length;
                }
                Cut::Opaque => return found.then(End::Opaque),
                Cut::Bad { rule, have } => return found.then(End::Bad(rule, have)),
            }
        }
    }
    found
}

fn bytes_of<'a>(part: &'a Part, window: &'a [u8]) -> &'a [u8] {
    match part {
        Part::Window { at, length } => &window[*at..at + length],
        Part::Remembered { bytes, length } => &bytes[..*length],
    }
}

/// The same in every cut; what the whole stream gives.
#[track_caller]
pub fn every_cut(name: &str, stream: &[u8]) -> Found {
    let framing = Framing::Native { name: name.to_owned() };
    let whole = read(&framing, stream, [stream.len()]);
    for end in 1..stream.len() {
        assert_eq!(read(&framing, stream, [end, stream.len()]), whole, "in two segments, the first of {end} bytes");
    }
    assert_eq!(read(&framing, stream, 1..=stream.len()), whole, "byte by byte");
    assert_eq!(read(&framing, stream, (1..stream.len()).step_by(7).chain([stream.len()])), whole, "by sevens");
    whole
}

/// Each beginning of the stream gives the messages that are whole by then, and no others.
#[track_caller]
pub fn every_beginning(name: &str, stream: &[u8]) {
    let framing = Framing::Native { name: name.to_owned() };
    let whole = read(&framing, stream, [stream.len()]);
    let mut before = 0;
    for end in 1..=stream.len() {
        let found = read(&framing, &stream[..end], [end]);
        assert!(whole.messages.starts_with(&found.messages), "of the first {end} bytes: {found:?}");
        assert!(found.messages.len() >= before, "a message was there before byte {end}");
        before = found.messages.len();
    }
    assert_eq!(before, whole.messages.len());
}
