//! The short way for what most frames are: Ethernet, at most one VLAN tag, IPv4 without options, TCP.
//!
//! It gives what the walk would give, as far as a known connection needs it, or nothing; `tests/plain.rs` holds the two against one another.

const TCP: u8 = 6;

/// A plain TCP segment. The ends are numbers of 48 bits: address, then port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub source_mac: [u8; 6],
    pub vlan: u16,
    pub ttl: u8,
    pub source: u64,
    pub target: u64,
    pub sequence: u32,
    pub acknowledgement: u32,
    pub flags: u8,
    /// The payload's place in the frame.
    pub start: u32,
    pub length: u32,
}

impl Segment {
    /// The segment in an Ethernet frame that is whole and plain in every respect; nothing for any other.
    #[inline(always)]
    pub fn of(frame: &[u8]) -> Option<Segment> {
        let (&[_, _, _, _, _, _, g, h, i, j, k, l, type0, type1], rest) = frame.split_first_chunk::<14>()?;
        let (vlan, before, rest) = match [type0, type1] {
            [0x08, 0x00] => (0, 14, rest),
            [0x81, 0x00] => {
                let (&[control0, control1, 0x08, 0x00], rest) = rest.split_first_chunk::<4>()? else {
                    return None;
                };
                (u16::from_be_bytes([control0, control1]) & 0x0fff, 18, rest)
            }
            _ => return None,
        };
        let head = rest.first_chunk::<40>()?;
        let is_fragment = u16::from_be_bytes([head[6], head[7]]) & 0x3fff != 0;
        if head[0] != 0x45 || head[9] != TCP || is_fragment {
            return None;
        }
        let total = u32::from(u16::from_be_bytes([head[2], head[3]]));
        let headers = 20 + u32::from(head[32] >> 4) * 4;
        if headers < 40 || headers > total || total as usize > rest.len() {
            return None;
        }
        Some(Segment {
            source_mac: [g, h, i, j, k, l],
            vlan,
            ttl: head[8],
            source: u64::from_be_bytes([0, 0, head[12], head[13], head[14], head[15], head[20], head[21]]),
            target: u64::from_be_bytes([0, 0, head[16], head[17], head[18], head[19], head[22], head[23]]),
            sequence: u32::from_be_bytes([head[24], head[25], head[26], head[27]]),
            acknowledgement: u32::from_be_bytes([head[28], head[29], head[30], head[31]]),
            flags: head[33],
            start: before + headers,
            length: total - headers,
        })
    }
}
