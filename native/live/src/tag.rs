//! VLAN tags: the kernel takes the outermost one out of a frame and notes it beside it; here it is put back.

/// IEEE 802.1Q-2022 9.6: the tag stands behind both addresses.
const BEHIND_ADDRESSES: usize = 12;

/// A tag as it stood in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) protocol: u16,
    pub(crate) control: u16,
}

/// `frame` with its tag, in `whole`, which is overwritten. A frame that ends within its addresses stays as it is.
pub(crate) fn put_back(tag: Tag, frame: &[u8], whole: &mut Vec<u8>) {
    whole.clear();
    match frame.split_at_checked(BEHIND_ADDRESSES) {
        Some((addresses, rest)) => {
            whole.extend_from_slice(addresses);
            whole.extend_from_slice(&tag.protocol.to_be_bytes());
            whole.extend_from_slice(&tag.control.to_be_bytes());
            whole.extend_from_slice(rest);
        }
        None => whole.extend_from_slice(frame),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const TAG: Tag = Tag { protocol: 0x8100, control: 0x6064 };

    #[test]
    fn the_tag_stands_behind_the_addresses() {
        let mut whole = vec![9; 3];
        put_back(TAG, b"ABCDEFabcdef\x08\x00data", &mut whole);
        assert_eq!(whole, b"ABCDEFabcdef\x81\x00\x60\x64\x08\x00data");
    }

    #[test]
    fn every_short_frame_is_kept() {
        let frame = b"ABCDEFabcdef";
        let mut whole = Vec::new();
        for length in 0..12 {
            put_back(TAG, &frame[..length], &mut whole);
            assert_eq!(whole, &frame[..length]);
        }
        put_back(TAG, frame, &mut whole);
        assert_eq!(whole.len(), 16);
    }
}
