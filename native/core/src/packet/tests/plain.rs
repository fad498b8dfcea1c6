//! The short way says what the walk says, or nothing.

use super::build::*;
use super::matrix::envelopes;
use crate::packet::{walk, Address, Kind, Packet, Segment};

fn end(address: Option<Address>, port: u16) -> u64 {
    let Some(Address::V4(address)) = address else { panic!("{address:?}") };
    u64::from(u32::from_be_bytes(address)) << 16 | u64::from(port)
}

/// The segment that the walk's packet is.
fn segment_of(packet: &Packet) -> Segment {
    let Kind::Tcp { source, target, sequence, acknowledgement, flags } = packet.kind else { panic!("{packet:?}") };
    Segment {
        source_mac: packet.source_mac.unwrap(),
        vlan: packet.vlan,
        ttl: packet.ttl,
        source: end(packet.source, source),
        target: end(packet.target, target),
        sequence,
        acknowledgement,
        flags,
        start: packet.start,
        length: packet.length,
    }
}

fn agree(frame: &[u8]) -> bool {
    let short = Segment::of(frame);
    if let Some(segment) = short {
        let packet = walk::from_link(ETHERNET, frame);
        assert_eq!(segment, segment_of(&packet), "{frame:02x?}");
        assert_eq!((packet.fragment, packet.tunnels, packet.missing), (None, 0, 0), "{frame:02x?}");
    }
    short.is_some()
}

#[test]
fn plain_frames_take_the_short_way() {
    let inner = ipv4(TCP, &tcp(PAYLOAD));
    assert!(agree(&ethernet(0x0800, &inner)));
    assert!(agree(&ethernet(0x0800, &ipv4(TCP, &tcp_options(&[1; 12], &[])))));
    assert!(agree(&[&ethernet(0x8100, &tag(0xe00c, 0x0800, &inner))[..], &[0; 9]].concat()));
}

#[test]
fn no_change_of_a_byte_or_cut_parts_the_two() {
    for case in envelopes(&ipv4(TCP, &tcp_options(&[1; 4], PAYLOAD))) {
        for at in 0..case.frame.len() {
            agree(&case.frame[..at]);
            let mut frame = case.frame.clone();
            for byte in 0..=255 {
                frame[at] = byte;
                agree(&frame);
            }
        }
    }
}
