//! Cutting a stream into messages, as the protocol's framing says: the same messages however the stream comes in segments.

mod dnp3;
mod http;
#[cfg(test)]
mod tests;
mod tls;

use crate::spec::Framing;

/// A piece of a message: bytes of the window, or a few bytes that the cutter remembers from before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Window { at: usize, length: usize },
    Remembered { bytes: [u8; 16], length: usize },
}

/// What the front of the window is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// A message of `length` bytes, whole.
    Whole { length: usize },
    /// `length` bytes (maybe beyond the window) are used up; their `parts` are the next piece of a message: it begins one where `first`
    /// (what was not ended before is given up), and ends it where `last`.
    Pieces { length: usize, parts: Vec<Part>, first: bool, last: bool },
    /// At least `need` bytes must be there before it can be said.
    More { need: usize },
    /// `length` bytes (maybe beyond the window) that are no message of interest.
    Skip { length: u64 },
    /// From here on the direction is opaque: counted, not read.
    Opaque,
    /// The bytes break a rule of the framing: nothing more can be cut before the stream finds itself again.
    Bad { rule: Rule, have: u64 },
    /// `length` bytes are a frame that its receiver drops, for it breaks a rule; the next one may be sound.
    Flawed { length: usize, rule: Rule, have: u64 },
}

/// A rule of framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// How long the message says it is.
    Length,
    /// The bytes that a frame begins with.
    Start,
    /// A checksum.
    Crc,
    /// Text that is no head, or no line, or longer than one is believed to be.
    Text,
    /// The type or version of a record.
    Record,
}

/// What a cutter remembers of one direction of a flow.
#[derive(Clone, Debug, Default)]
pub struct State {
    lines: u32,
    dnp3: dnp3::State,
    http: http::State,
    asked: http::Asked,
    /// The request that was cut last was HEAD, or was not; taken by `tell`.
    sent_head: Option<bool>,
    tls: tls::State,
}

impl State {
    /// Tells the other direction what it must know of the request that was cut last.
    #[inline(always)]
    pub fn tell(&mut self, other: &mut State) {
        if let Some(is_head) = self.sent_head.take() {
            other.asked.push(is_head);
        }
    }

    /// True where what was cut last says that another protocol goes on, in both directions.
    pub fn is_upgraded(&self) -> bool {
        self.http == http::State::Upgraded
    }
}

/// Cuts the front of a window.
pub type Cutter = fn(&mut State, &[u8]) -> Cut;

/// The framings for which no declaration is enough, with the reason.
const TABLE: [(&str, Cutter); 3] = [
    ("dnp3", dnp3::cut), // CRCs within the data; segments and frames joined by bits of the transport header
    ("http", http::cut), // text heads; bodies by length or by chunks
    ("tls", tls::cut),   // handshake messages within records, across records
];

/// The native framing called `name`.
pub fn native(name: &str) -> Option<Cutter> {
    TABLE.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}

/// The longest message that is kept together; longer ones are skipped and counted.
pub const LONGEST: usize = 1 << 16;

/// Cuts the front of `window`.
#[inline(always)]
pub fn cut(framing: &Framing, native: Option<Cutter>, state: &mut State, window: &[u8]) -> Cut {
    match framing {
        Framing::Datagram => Cut::Whole { length: window.len() },
        Framing::Segment { most } => segment(*most, window),
        Framing::Length { at, size, least, most, .. } => match framing.declared(window) {
            None => Cut::More { need: at + size },
            Some(length) if length < *least as i64 || length > *most as i64 || length <= 0 => {
                Cut::Bad { rule: Rule::Length, have: length.max(0) as u64 }
            }
            Some(length) if window.len() < length as usize => Cut::More { need: length as usize },
            Some(length) => Cut::Whole { length: length as usize },
        },
        Framing::Delimiter { end, most, lines } => line(&end.0, *most, *lines, state, window),
        Framing::Native { .. } => native.map_or(Cut::Opaque, |function| function(state, window)),
    }
}

fn segment(most: usize, window: &[u8]) -> Cut {
    if window.len() <= most {
        return Cut::Whole { length: window.len() };
    }
    Cut::Pieces { length: window.len(), parts: vec![Part::Window { at: 0, length: most }], first: true, last: true }
}

fn line(end: &[u8], most: usize, lines: u32, state: &mut State, window: &[u8]) -> Cut {
    if lines > 0 && state.lines >= lines {
        return Cut::Opaque;
    }
    let text = window.get(..most).unwrap_or(window);
    match find(text, end) {
        Some(at) => {
            state.lines += 1;
            Cut::Whole { length: at + end.len() }
        }
        None if text.len() == most => Cut::Bad { rule: Rule::Text, have: most as u64 },
        None => Cut::More { need: window.len() + 1 },
    }
}

/// Where `needle` first stands in `hay`.
pub(crate) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len().max(1)).position(|found| found == needle)
}
