//! DNP3 (IEEE 1815-2012): link frames with a CRC after the header and after every 16 bytes (9.2), joined by the transport header (8.2).
//!
//! The message: the ten bytes of the first frame's header, its transport byte, then the application data of all segments without CRCs.

use super::{Cut, Part, Rule, State as All};

const HEADER: usize = 10;
const BLOCK: usize = 16;
const FINAL: u8 = 0x80;
const FIRST: u8 = 0x40;

const SEQUENCE: u8 = 0x3f;

/// The sequence number that the next segment must have (8.2.3), while a message is unfinished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    next: Option<u8>,
}

pub(super) fn cut(all: &mut All, window: &[u8]) -> Cut {
    let Some(header) = window.get(..HEADER) else { return Cut::More { need: HEADER } };
    let [first, second, length, ..] = *header else { return Cut::More { need: HEADER } };
    if (first, second) != (0x05, 0x64) {
        return Cut::Bad { rule: Rule::Start, have: u64::from(first) << 8 | u64::from(second) };
    }
    if length < 5 {
        return Cut::Bad { rule: Rule::Length, have: u64::from(length) };
    }
    let user = usize::from(length) - 5;
    let whole = HEADER + user + 2 * user.div_ceil(BLOCK);
    if window.len() < whole {
        return Cut::More { need: whole };
    }
    if !header_and_blocks(window, user).all(is_sound) {
        return Cut::Flawed { length: whole, rule: Rule::Crc, have: 0 };
    }
    if user == 0 {
        return Cut::Whole { length: HEADER };
    }
    let transport = window.get(HEADER).copied().unwrap_or(0);
    let first = transport & FIRST != 0;
    if !first && all.dnp3.next != Some(transport & SEQUENCE) {
        // out of sequence: the segment is discarded, and with it the message (8.2.4)
        all.dnp3.next = None;
        return Cut::Skip { length: whole as u64 };
    }
    let last = transport & FINAL != 0;
    all.dnp3.next = (!last).then_some(transport.wrapping_add(1) & SEQUENCE);
    let mut parts = Vec::with_capacity(2 + user / BLOCK);
    let mut skip = 1;
    if first {
        parts.push(Part::Window { at: 0, length: HEADER });
        skip = 0;
    }
    let mut at = HEADER;
    let mut left = user;
    while left > 0 {
        let length = left.min(BLOCK);
        if length > skip {
            parts.push(Part::Window { at: at + skip, length: length - skip });
        }
        skip = 0;
        at += length + 2;
        left -= length;
    }
    Cut::Pieces { length: whole, parts, first, last }
}

/// The header and the data blocks of a frame, each with its CRC.
fn header_and_blocks(window: &[u8], user: usize) -> impl Iterator<Item = &[u8]> {
    let data = window.get(HEADER..HEADER + user + 2 * user.div_ceil(BLOCK)).unwrap_or(&[]);
    window.get(..HEADER).into_iter().chain(data.chunks(BLOCK + 2))
}

/// True where the last two bytes are the CRC of those before (9.2.4; reflected polynomial 0xA6BC, inverted, least byte first).
fn is_sound(block: &[u8]) -> bool {
    let Some((bytes, crc)) = block.split_last_chunk::<2>() else { return false };
    let step = |sum: u16, byte: &u8| sum >> 8 ^ CRC.get(usize::from((sum ^ u16::from(*byte)) & 0xff)).copied().unwrap_or(0);
    !bytes.iter().fold(0, step) == u16::from_le_bytes(*crc)
}

const CRC: [u16; 256] = crc_table();

#[allow(clippy::indexing_slicing)] // the index of a constant loop over the table itself
const fn crc_table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut number = 0;
    while number < 256 {
        let mut sum = number as u16;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xa6bc } else { sum >> 1 };
            bit += 1;
        }
        table[number] = sum;
        number += 1;
    }
    table
}
