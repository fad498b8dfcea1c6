//! Any frame of any link type: no panic, and every place that is named lies in the frame.
//! The input: two bytes of link type, then frames, each after two bytes of length.
#![no_main]

use fieldwatch_core::packet::{dissect, resume, transport, Fragments, Kind, Limits, Packet};
use libfuzzer_sys::fuzz_target;

fn check(packet: &Packet, bytes: usize) {
    let end = packet.start as usize + packet.length as usize;
    assert!(end <= bytes, "{packet:?} in {bytes} bytes");
}

/// Reads on in the payload of a whole datagram, as long as it is a fragment of another.
fn follow(packet: &Packet, payload: &[u8]) {
    let mut packet = *packet;
    let mut payload = payload;
    for _ in 0..64 {
        packet = resume(&packet, payload);
        check(&packet, payload.len());
        if packet.fragment.is_none() {
            return;
        }
        let start = packet.start as usize;
        payload = &payload[start..start + packet.length as usize];
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((link, mut rest)) = data.split_first_chunk::<2>() else { return };
    let link = u16::from_be_bytes(*link);
    let limits = Limits { datagrams: 4, bytes: 8192, wait_ns: 1_000_000_000 };
    let mut fragments = Fragments::new(limits);
    let mut number = 0;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (frame, after) = after.split_at(after.len().min(usize::from(u16::from_be_bytes(*length))));
        rest = after;
        number += 1;
        let packet = dissect(link, frame);
        check(&packet, frame.len());
        if let Kind::Tcp { .. } | Kind::Udp { .. } = packet.kind {
            assert!(packet.source.is_some() && packet.target.is_some());
        }
        if let Some(whole) = fragments.add(&packet, frame, 0, number, number as i64 * 100_000_000) {
            let placed: usize = whole.pieces.iter().map(|piece| piece.length as usize).sum();
            assert_eq!(placed, whole.data.len(), "every byte of a datagram stands somewhere");
            follow(&packet, &whole.data);
            let (_, start, length) = transport(&packet, &whole.data);
            assert!(start + length <= whole.data.len());
        }
        assert!(fragments.waiting() <= limits.datagrams);
        assert!(fragments.held_bytes() <= limits.bytes + 65_535 + 512, "{}", fragments.held_bytes());
    }
});
