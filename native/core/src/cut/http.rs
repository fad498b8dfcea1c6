//! HTTP/1 (RFC 9112): heads as messages, with the first bytes of textual bodies; the rest of bodies is skipped by length or by chunks.

use super::{find, Cut, Part, Rule, State as All};

/// Requests whose answers are to come: for each, whether it was HEAD, whose answer has a head only (RFC 9110 section 9.3.2). The first is the
/// lowest bit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    heads: u64,
    count: u32,
}

impl Asked {
    /// Beyond 64 requests without an answer nothing is known of any.
    pub(super) fn push(&mut self, is_head: bool) {
        if self.count >= u64::BITS {
            *self = Asked::default();
            return;
        }
        self.heads |= u64::from(is_head) << self.count;
        self.count += 1;
    }

    fn pop(&mut self) -> bool {
        let is_head = self.heads & 1 == 1;
        self.heads >>= 1;
        self.count = self.count.saturating_sub(1);
        is_head
    }
}

const HEAD_MOST: usize = 32 << 10;
const BODY_MOST: usize = 4096;
const CHUNK_LINE_MOST: usize = 1024;
const TRAILER_MOST: usize = 4096;
/// So many bytes of a head must be text before its end is searched for.
const TEXT_LEAST: usize = 16;
const TEXTUAL: [&[u8]; 5] = [b"text/html", b"xml", b"json", b"soap", b"x-www-form-urlencoded"];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Head,
    Chunk,
    ChunkEnd,
    Trailer,
    /// The body goes on to the end of the connection.
    Opaque,
    /// Another protocol goes on in both directions (RFC 9110 section 7.8).
    Upgraded,
}

pub(super) fn cut(all: &mut All, window: &[u8]) -> Cut {
    if all.http == State::Head {
        return head(all, window);
    }
    let state = &mut all.http;
    match state {
        State::Head | State::Opaque | State::Upgraded => Cut::Opaque,
        State::Chunk => chunk(state, window),
        State::ChunkEnd => {
            *state = State::Chunk;
            Cut::Skip { length: 2 }
        }
        State::Trailer => trailer(state, window),
    }
}

fn head(all: &mut All, window: &[u8]) -> Cut {
    if window.first().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
        return Cut::Skip { length: 1 };
    }
    let text = window.get(..HEAD_MOST).unwrap_or(window);
    let end = find(text, b"\r\n\r\n").map(|at| at + 4);
    let begins = text.iter().take(TEXT_LEAST.min(end.unwrap_or(TEXT_LEAST)));
    if let Some(at) = begins.copied().position(is_no_text) {
        return Cut::Bad { rule: Rule::Text, have: at as u64 };
    }
    let Some(length) = end else { return endless(text.len(), HEAD_MOST) };
    let head = window.get(..length).unwrap_or(window);
    let body = if answers_head(all, head) { Body::None } else { body_of(head) };
    let shown = match body {
        Body::Length(size) if textual(head) => size.min(BODY_MOST as u64) as usize,
        _ => 0,
    };
    if window.len() < length + shown {
        return Cut::More { need: length + shown };
    }
    note(all, head);
    match body {
        Body::Chunks => all.http = State::Chunk,
        Body::UntilClose => all.http = State::Opaque,
        Body::OtherProtocol => all.http = State::Upgraded,
        _ => {}
    }
    let Body::Length(size) = body else { return Cut::Whole { length } };
    let rest = size.saturating_sub(shown as u64).min(1 << 40) as usize;
    if rest == 0 {
        return Cut::Whole { length: length + shown };
    }
    Cut::Pieces { length: length + shown + rest, parts: vec![Part::Window { at: 0, length: length + shown }], first: true, last: true }
}

/// True for the answer to a HEAD; the head of an answer to come stays in `asked` until it is whole.
fn answers_head(all: &All, head: &[u8]) -> bool {
    head.starts_with(b"HTTP/") && all.asked.heads & 1 == 1 && !is_interim(head)
}

/// Notes what the other side must know of a request, and that an answer has come.
fn note(all: &mut All, head: &[u8]) {
    if !head.starts_with(b"HTTP/") {
        all.sent_head = Some(head.starts_with(b"HEAD "));
    } else if !is_interim(head) {
        all.asked.pop();
    }
}

/// An answer after which another one comes to the same request (RFC 9110 section 15.2).
fn is_interim(head: &[u8]) -> bool {
    status_of(head).is_some_and(|code| code.first() == Some(&b'1') && code != b"101")
}

fn status_of(head: &[u8]) -> Option<&[u8]> {
    head.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..5))
}

/// Not among the bytes of a head (RFC 9112 section 2.2).
fn is_no_text(byte: u8) -> bool {
    !(0x20..0x7f).contains(&byte) && !matches!(byte, b'\r' | b'\n' | b'\t')
}

/// There is no end in `length` bytes, where it must come within `most`.
fn endless(length: usize, most: usize) -> Cut {
    if length < most {
        Cut::More { need: length + 1 }
    } else {
        Cut::Bad { rule: Rule::Text, have: most as u64 }
    }
}

/// A line of at most `most` bytes, without its CRLF.
fn line(window: &[u8], most: usize) -> Result<&[u8], Cut> {
    let text = window.get(..most + 2).unwrap_or(window);
    let end = find(text, b"\r\n").ok_or_else(|| endless(text.len(), most + 2))?;
    Ok(text.get(..end).unwrap_or(text))
}

enum Body {
    None,
    Length(u64),
    Chunks,
    UntilClose,
    OtherProtocol,
}

/// How the body after a head ends (RFC 9112 section 6.3), but for the answer to a HEAD.
fn body_of(head: &[u8]) -> Body {
    let status = status_of(head);
    if status.is_some_and(|code| code.first() == Some(&b'1') || code == b"204" || code == b"304") {
        return if status == Some(b"101") { Body::OtherProtocol } else { Body::None };
    }
    if field(head, b"transfer-encoding:").is_some_and(|value| contains(value, b"chunked")) {
        return Body::Chunks;
    }
    if let Some(value) = field(head, b"content-length:") {
        let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).take(18);
        return Body::Length(digits.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')));
    }
    if status.is_some() {
        Body::UntilClose
    } else {
        Body::None
    }
}

fn textual(head: &[u8]) -> bool {
    field(head, b"content-type:").is_some_and(|value| TEXTUAL.iter().any(|word| contains(value, word)))
}

/// The value of a header field, without leading blanks; `name` in lower case with its colon.
fn field<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
        let start = line.get(..name.len())?;
        start.eq_ignore_ascii_case(name).then(|| line.get(name.len()..).unwrap_or(&[]).trim_ascii())
    })
}

fn contains(hay: &[u8], word: &[u8]) -> bool {
    hay.windows(word.len()).any(|found| found.eq_ignore_ascii_case(word))
}

fn chunk(state: &mut State, window: &[u8]) -> Cut {
    let digits = match line(window, CHUNK_LINE_MOST) {
        Ok(digits) => digits,
        Err(cut) => return cut,
    };
    if !digits.first().is_some_and(u8::is_ascii_hexdigit) {
        return Cut::Bad { rule: Rule::Text, have: digits.len() as u64 };
    }
    let size = digits.iter().map_while(|byte| char::from(*byte).to_digit(16)).take(12).fold(0u64, |sum, digit| sum << 4 | u64::from(digit));
    *state = if size == 0 { State::Trailer } else { State::ChunkEnd };
    Cut::Skip { length: digits.len() as u64 + 2 + size }
}

fn trailer(state: &mut State, window: &[u8]) -> Cut {
    let field = match line(window, TRAILER_MOST) {
        Ok(field) => field,
        Err(cut) => return cut,
    };
    if field.is_empty() {
        *state = State::Head;
    }
    Cut::Skip { length: field.len() as u64 + 2 }
}
