//! The short way for what most frames are: Ethernet, at most one VLAN tag, IPv4 without options, TCP.
//!
//! It gives what the walk would give, or nothing; `tests/plain.rs` holds the two against one another.

use super::link::IPV4;
use super::{Address, Kind, Packet};

const TCP: u8 = 6;

/// The packet of a frame that is whole and plain in every respect; nothing for any other.
#[inline]
pub(super) fn ethernet_ipv4_tcp(frame: &[u8]) -> Option<Packet> {
    let (&[a, b, c, d, e, f, g, h, i, j, k, l, type0, type1], rest) = frame.split_first_chunk::<14>()?;
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
    let whole_in_one = (u16::from_be_bytes([head[6], head[7]]) & 0x3fff) == 0;
    if head[0] != 0x45 || head[9] != TCP || !whole_in_one {
        return None;
    }
    let total = u32::from(u16::from_be_bytes([head[2], head[3]]));
    let tcp_header = u32::from(head[32] >> 4) * 4;
    let headers = 20 + tcp_header;
    if tcp_header < 20 || headers > total || total as usize > rest.len() {
        return None;
    }
    Some(Packet {
        source_mac: Some([g, h, i, j, k, l]),
        target_mac: Some([a, b, c, d, e, f]),
        vlan,
        ether_type: IPV4,
        source: Some(Address::V4([head[12], head[13], head[14], head[15]])),
        target: Some(Address::V4([head[16], head[17], head[18], head[19]])),
        protocol: TCP,
        ip_id: u16::from_be_bytes([head[4], head[5]]),
        ttl: head[8],
        fragment: None,
        tunnels: 0,
        kind: Kind::Tcp {
            source: u16::from_be_bytes([head[20], head[21]]),
            target: u16::from_be_bytes([head[22], head[23]]),
            sequence: u32::from_be_bytes([head[24], head[25], head[26], head[27]]),
            acknowledgement: u32::from_be_bytes([head[28], head[29], head[30], head[31]]),
            flags: head[33],
        },
        start: before + headers,
        length: total - headers,
        missing: 0,
    })
}
