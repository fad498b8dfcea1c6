//! A block of the ring, as bytes: how many frames it has, and where each of them is.
//!
//! The kernel is trusted and yet checked: a place beyond the block's end ends the block, so that no number in it can do harm.

use crate::tag::Tag;

/// struct tpacket_block_desc: version, offset to private data, then status, number of frames, offset of the first.
pub(crate) const STATUS_AT: usize = 8;
const COUNT_AT: usize = 12;
const FIRST_AT: usize = 16;

/// struct tpacket3_hdr: offset to the next frame, seconds, nanoseconds, captured length, length on the wire, status, offset of the frame;
/// after the checksum fields of `hv1`, the tag's control information and protocol.
const NEXT_AT: usize = 0;
const SECONDS_AT: usize = 4;
const NANOSECONDS_AT: usize = 8;
const CAPTURED_AT: usize = 12;
const LENGTH_AT: usize = 16;
const FRAME_STATUS_AT: usize = 20;
const FRAME_AT: usize = 24;
const TAG_CONTROL_AT: usize = 32;
const TAG_PROTOCOL_AT: usize = 36;

/// A frame's header; the next frame is at least so far away. The last frame says 0.
const HEADER: usize = 48;

const TAG_VALID: u32 = 1 << 4;
const TAG_PROTOCOL_VALID: u32 = 1 << 6;
/// IEEE 802.1Q: what a tag's protocol is where the kernel does not say.
const CUSTOMER_TAG: u16 = 0x8100;

/// Where the next frame of a block is, and how many are left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    at: usize,
    left: u32,
}

/// A frame: its place in the block, and what the kernel notes beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) start: usize,
    pub(crate) length: usize,
    pub(crate) wire_length: u32,
    pub(crate) seen_ns: i64,
    pub(crate) tag: Option<Tag>,
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

impl Cursor {
    /// The front of a block that the kernel has filled.
    pub(crate) fn of(block: &[u8]) -> Cursor {
        let place = || Some(Cursor { at: word(block, FIRST_AT)? as usize, left: word(block, COUNT_AT)? });
        place().unwrap_or_default()
    }

    /// The next frame; None behind the last one.
    pub(crate) fn next(&mut self, block: &[u8]) -> Option<Frame> {
        self.left = self.left.checked_sub(1)?;
        let Some((frame, next)) = frame(block.get(self.at..)?, self.at) else {
            self.left = 0;
            return None;
        };
        self.at = self.at.saturating_add(next);
        if next < HEADER {
            self.left = 0;
        }
        block.get(frame.start..)?.get(..frame.length)?;
        Some(frame)
    }
}

/// The frame whose header `rest` begins with, at `at` of its block; and how far it is to the next one.
fn frame(rest: &[u8], at: usize) -> Option<(Frame, usize)> {
    let status = word(rest, FRAME_STATUS_AT)?;
    let control = word(rest, TAG_CONTROL_AT)? as u16;
    let protocol = if status & TAG_PROTOCOL_VALID == 0 { CUSTOMER_TAG } else { half(rest, TAG_PROTOCOL_AT)? };
    let seconds = i64::from(word(rest, SECONDS_AT)?);
    let frame = Frame {
        start: at.saturating_add(usize::from(half(rest, FRAME_AT)?)),
        length: word(rest, CAPTURED_AT)? as usize,
        wire_length: word(rest, LENGTH_AT)?,
        seen_ns: seconds.saturating_mul(1_000_000_000).saturating_add(i64::from(word(rest, NANOSECONDS_AT)?)),
        tag: (status & TAG_VALID != 0).then_some(Tag { protocol, control }),
    };
    Some((frame, word(rest, NEXT_AT)? as usize))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use std::mem::{offset_of, size_of};

    const FRONT: usize = size_of::<libc::tpacket_block_desc>();

    fn put(block: &mut [u8], at: usize, value: u32) {
        block[at..at + 4].copy_from_slice(&value.to_ne_bytes());
    }

    /// A block of two frames of four bytes, the second with a tag.
    fn block() -> Vec<u8> {
        let mut block = vec![0; FRONT + 2 * (HEADER + 16)];
        put(&mut block, COUNT_AT, 2);
        put(&mut block, FIRST_AT, FRONT as u32);
        for number in 0..2 {
            let at = FRONT + number * (HEADER + 16);
            put(&mut block, at + NEXT_AT, if number == 0 { HEADER as u32 + 16 } else { 0 });
            put(&mut block, at + SECONDS_AT, 1_700_000_000);
            put(&mut block, at + NANOSECONDS_AT, 999_999_999);
            put(&mut block, at + CAPTURED_AT, 4);
            put(&mut block, at + LENGTH_AT, 60);
            put(&mut block, at + FRAME_STATUS_AT, 1 | if number == 1 { TAG_VALID } else { 0 });
            put(&mut block, at + FRAME_AT, HEADER as u32);
            put(&mut block, at + TAG_CONTROL_AT, 100);
            block[at + HEADER..at + HEADER + 4].copy_from_slice(b"data");
        }
        block
    }

    fn frames(block: &[u8]) -> Vec<Frame> {
        let mut cursor = Cursor::of(block);
        std::iter::from_fn(|| cursor.next(block)).collect()
    }

    #[test]
    fn the_places_are_those_of_the_kernel_header() {
        use libc::{tpacket3_hdr as Header, tpacket_block_desc as Block, tpacket_hdr_v1 as Front, tpacket_hdr_variant1 as Variant};
        let front = offset_of!(Block, hdr);
        assert_eq!(STATUS_AT, front + offset_of!(Front, block_status));
        assert_eq!(COUNT_AT, front + offset_of!(Front, num_pkts));
        assert_eq!(FIRST_AT, front + offset_of!(Front, offset_to_first_pkt));
        assert_eq!(HEADER, size_of::<Header>());
        assert_eq!(NEXT_AT, offset_of!(Header, tp_next_offset));
        assert_eq!(SECONDS_AT, offset_of!(Header, tp_sec));
        assert_eq!(NANOSECONDS_AT, offset_of!(Header, tp_nsec));
        assert_eq!(CAPTURED_AT, offset_of!(Header, tp_snaplen));
        assert_eq!(LENGTH_AT, offset_of!(Header, tp_len));
        assert_eq!(FRAME_STATUS_AT, offset_of!(Header, tp_status));
        assert_eq!(FRAME_AT, offset_of!(Header, tp_mac));
        assert_eq!(TAG_CONTROL_AT, offset_of!(Header, hv1) + offset_of!(Variant, tp_vlan_tci));
        assert_eq!(TAG_PROTOCOL_AT, offset_of!(Header, hv1) + offset_of!(Variant, tp_vlan_tpid));
        assert_eq!((TAG_VALID, TAG_PROTOCOL_VALID), (libc::TP_STATUS_VLAN_VALID, libc::TP_STATUS_VLAN_TPID_VALID));
    }

    #[test]
    fn all_frames_are_found() {
        let block = block();
        let found = frames(&block);
        assert_eq!(found.len(), 2);
        for frame in &found {
            assert_eq!(&block[frame.start..frame.start + frame.length], b"data");
            assert_eq!((frame.wire_length, frame.seen_ns), (60, 1_700_000_000_999_999_999));
        }
        assert_eq!(found[0].tag, None);
        assert_eq!(found[1].tag, Some(Tag { protocol: 0x8100, control: 100 }));
    }

    #[test]
    fn a_block_cut_anywhere_gives_only_whole_frames() {
        let block = block();
        for length in 0..block.len() {
            let cut = &block[..length];
            for frame in frames(cut) {
                assert_eq!(&cut[frame.start..frame.start + frame.length], b"data");
            }
        }
    }

    #[test]
    fn lying_numbers_do_no_harm() {
        for at in (0..block().len() - 4).step_by(4) {
            for value in [0, 1, 0x7fff_ffff, u32::MAX] {
                let mut block = block();
                put(&mut block, at, value);
                let found = frames(&block);
                assert!(found.len() <= 4, "frames do not overlap");
                for frame in found {
                    assert!(block.get(frame.start..frame.start + frame.length).is_some());
                }
            }
        }
    }
}
