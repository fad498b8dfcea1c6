//! TLS (RFC 8446 section 5.1, RFC 5246 section 6.2): handshake messages within records; after ChangeCipherSpec or data, opaque.
//!
//! The message: the five bytes of its first record's header, then the handshake message (type, length, body), also across records.

use super::{Cut, Part, Rule, State as All};

const RECORD: usize = 5;
const RECORD_MOST: usize = (1 << 14) + 2048;
const MESSAGE_MOST: usize = 60 << 10;
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    header: [u8; RECORD],
    /// Bytes of the current handshake record that are not used yet.
    record: usize,
    /// Bytes of the current handshake message that are missing yet.
    message: usize,
    opaque: bool,
}

pub(super) fn cut(all: &mut All, window: &[u8]) -> Cut {
    let state = &mut all.tls;
    if state.opaque {
        return Cut::Opaque;
    }
    if state.record == 0 {
        return record(state, window);
    }
    // further bytes of a record: the rest of a message, or another message
    if state.message > 0 {
        let length = state.message.min(state.record);
        if window.len() < length {
            return Cut::More { need: length };
        }
        return take(state, length, vec![Part::Window { at: 0, length }], false);
    }
    if state.record < 4 {
        let length = state.record as u64;
        state.record = 0;
        return Cut::Skip { length };
    }
    let mut remembered = [0; 16];
    for (slot, byte) in remembered.iter_mut().zip(state.header) {
        *slot = byte;
    }
    begin(state, window, 0, Part::Remembered { bytes: remembered, length: RECORD })
}

fn record(state: &mut State, window: &[u8]) -> Cut {
    let Some(header) = window.first_chunk::<RECORD>() else { return Cut::More { need: RECORD } };
    let [kind, major, _, high, low] = *header;
    let length = usize::from(high) << 8 | usize::from(low);
    if major != 3 || !(CHANGE_CIPHER_SPEC..=24).contains(&kind) || length > RECORD_MOST {
        return Cut::Bad { rule: Rule::Record, have: length as u64 };
    }
    match kind {
        HANDSHAKE if length >= 4 || state.message > 0 => {
            state.header = *header;
            state.record = length;
            if state.message > 0 {
                return Cut::Skip { length: RECORD as u64 };
            }
            let cut = begin(state, window, RECORD, Part::Window { at: 0, length: RECORD });
            if matches!(cut, Cut::More { .. }) {
                state.record = 0; // nothing is used up yet: the record is read again
            }
            cut
        }
        HANDSHAKE | ALERT => Cut::Skip { length: (RECORD + length) as u64 },
        _ => {
            state.opaque = true;
            Cut::Opaque
        }
    }
}

/// A handshake message begins at `at`; `head` is its record's header.
fn begin(state: &mut State, window: &[u8], at: usize, head: Part) -> Cut {
    let Some([_, a, b, c]) = window.get(at..).and_then(|rest| rest.first_chunk::<4>()).copied() else {
        return Cut::More { need: at + 4 };
    };
    let message = 4 + (usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c));
    if message > MESSAGE_MOST {
        state.opaque = true;
        return Cut::Opaque;
    }
    let length = message.min(state.record);
    if window.len() < at + length {
        return Cut::More { need: at + length };
    }
    state.message = message;
    let mut cut = take(state, length, vec![head, Part::Window { at, length }], true);
    if let Cut::Pieces { length, .. } = &mut cut {
        *length += at;
    }
    cut
}

fn take(state: &mut State, length: usize, parts: Vec<Part>, first: bool) -> Cut {
    state.record -= length;
    state.message -= length;
    Cut::Pieces { length, parts, first, last: state.message == 0 }
}
