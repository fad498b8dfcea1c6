//! Where the bytes of a message stand in the capture's frames.

use crate::packet::Piece;

/// The places of `length` bytes from `at` on, of bytes that stand at `pieces`; appended to `into`, neighbours merged.
pub fn cut_out(pieces: &[Piece], at: usize, length: usize, into: &mut Vec<Piece>) {
    let mut skip = at as u64;
    let mut left = length as u64;
    for piece in pieces {
        if left == 0 {
            return;
        }
        let size = u64::from(piece.length);
        if skip >= size {
            skip -= size;
            continue;
        }
        let take = (size - skip).min(left);
        push(into, Piece { frame_offset: piece.frame_offset + skip as u32, length: take as u32, ..*piece });
        left -= take;
        skip = 0;
    }
}

fn push(into: &mut Vec<Piece>, piece: Piece) {
    if let Some(last) = into.last_mut() {
        let touches = last.file == piece.file && last.frame == piece.frame && last.frame_offset + last.length == piece.frame_offset;
        if touches {
            last.length += piece.length;
            return;
        }
    }
    into.push(piece);
}

/// Removes the first `length` bytes.
pub fn drop_front(pieces: &mut Vec<Piece>, length: usize) {
    let mut left = length as u64;
    let mut whole = 0;
    for piece in pieces.iter_mut() {
        let size = u64::from(piece.length);
        if size > left {
            piece.frame_offset += left as u32;
            piece.length -= left as u32;
            break;
        }
        left -= size;
        whole += 1;
    }
    pieces.drain(..whole);
}

/// The places of one message that is kept: nearly always a single one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    One([Piece; 1]),
    Many(Vec<Piece>),
}

impl Places {
    #[inline(always)]
    pub fn new(pieces: &[Piece]) -> Places {
        match pieces {
            [piece] => Places::One([*piece]),
            many => Places::Many(many.to_vec()),
        }
    }

    #[inline(always)]
    pub fn as_slice(&self) -> &[Piece] {
        match self {
            Places::One(one) => one,
            Places::Many(many) => many,
        }
    }
}
