//! One datagram that is being put together: which bytes are held, and from which frames.

use std::collections::BTreeMap;

use super::{Fragment, Piece};

/// Bytes from one fragment. Parts never overlap.
struct Part {
    data: Vec<u8>,
    piece: Piece,
}

/// What a fragment did to the bytes that were held before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    /// It touched none.
    New,
    /// It repeated some.
    Repeated,
    /// It said something else about them, or about the datagram's end.
    Conflicting,
}

/// The IP payload of one datagram, in parts by offset. What was said first holds.
#[derive(Default)]
pub(super) struct Datagram {
    parts: BTreeMap<u32, Part>,
    total: Option<u32>,
    held: u32,
}

impl Datagram {
    /// Add `payload`, which stands at `piece`, where `fragment` says.
    pub(super) fn add(&mut self, fragment: Fragment, payload: &[u8], piece: Piece) -> Agreement {
        let said_end = fragment.offset.saturating_add(payload.len() as u32);
        let end_agrees = self.learn_total(said_end, fragment.more);
        let end = said_end.min(self.total.unwrap_or(said_end));
        let mut agreement = Agreement::New;
        let mut at = fragment.offset;
        for (start, stop, same) in self.overlaps(fragment.offset, end, payload) {
            agreement = if same && agreement != Agreement::Conflicting { Agreement::Repeated } else { Agreement::Conflicting };
            self.insert(fragment.offset, at, start, payload, piece);
            at = stop;
        }
        self.insert(fragment.offset, at, end, payload, piece);
        if end_agrees {
            agreement
        } else {
            Agreement::Conflicting
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.total == Some(self.held)
    }

    pub(super) fn parts_count(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.held as usize
    }

    /// The bytes in order, and where they stand.
    pub(super) fn into_bytes(self) -> (Vec<u8>, Vec<Piece>) {
        let mut data = Vec::with_capacity(self.held as usize);
        let mut pieces = Vec::with_capacity(self.parts.len());
        for part in self.parts.into_values() {
            data.extend_from_slice(&part.data);
            pieces.push(part.piece);
        }
        (data, pieces)
    }

    /// The last fragment says where the datagram ends. Whether that agrees with what is known.
    fn learn_total(&mut self, end: u32, more: bool) -> bool {
        match self.total {
            Some(total) if more => end < total,
            Some(total) => end == total,
            None if more => true,
            None => {
                let reach = self.parts.last_key_value().map_or(0, |(start, part)| start + part.piece.length);
                if reach <= end {
                    self.total = Some(end);
                }
                reach <= end
            }
        }
    }

    /// What is held of `offset..end`: start and stop within it, and whether `payload` (which begins at `offset`) has the same bytes there.
    fn overlaps(&self, offset: u32, end: u32, payload: &[u8]) -> Vec<(u32, u32, bool)> {
        let touching = self.parts.range(..end).rev().take_while(|(start, part)| *start + part.piece.length > offset);
        let mut overlaps: Vec<_> = touching
            .map(|(start, part)| {
                let (from, to) = ((*start).max(offset), (*start + part.piece.length).min(end));
                (from, to, slice(&part.data, *start, from, to) == slice(payload, offset, from, to))
            })
            .collect();
        overlaps.reverse();
        overlaps
    }

    /// Hold `from..to` of `payload`, which begins at `offset`, where that is not empty.
    fn insert(&mut self, offset: u32, from: u32, to: u32, payload: &[u8], piece: Piece) {
        let data = slice(payload, offset, from, to);
        if data.is_empty() {
            return;
        }
        let length = data.len() as u32;
        let piece = Piece { frame_offset: piece.frame_offset + (from - offset), length, ..piece };
        self.held += length;
        self.parts.insert(from, Part { data: data.to_vec(), piece });
    }
}

/// The bytes `from..to` of a datagram, of which `data` begins at `offset`; nothing where they are not within.
fn slice(data: &[u8], offset: u32, from: u32, to: u32) -> &[u8] {
    let (from, to) = (from.saturating_sub(offset) as usize, to.saturating_sub(offset) as usize);
    data.get(from..to).unwrap_or_default()
}
