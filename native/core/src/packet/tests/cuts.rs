//! Every envelope cut at every byte, and with every byte changed: an answer within the frame, and one that holds to what is there.

use super::build::*;
use super::matrix::{envelopes, payload, Case};
use crate::packet::{dissect, Kind, Packet, Why};

fn within(packet: &Packet, frame: &[u8]) -> bool {
    packet.start as usize + packet.length as usize <= frame.len()
}

fn cases() -> Vec<Case> {
    let options = ipv4_from(SOURCE, TARGET, TCP, 0, &[1; 12], &tcp_options(&[1; 8], PAYLOAD));
    let mut cases = envelopes(&options);
    let headers = extension(60, 0, &extension(51, 1, &ah(TCP, &tcp(PAYLOAD))));
    cases.push(Case { name: "IPv6", frame: ethernet(0x86dd, &ipv6(0, &headers)), ..envelopes(&options).remove(0) });
    cases
}

#[test]
fn a_cut_frame_misses_bytes_or_ends_within_a_header() {
    for case in cases() {
        let whole = dissect(case.link, &case.frame);
        for end in 0..case.frame.len() {
            let cut = &case.frame[..end];
            let packet = dissect(case.link, cut);
            assert!(within(&packet, cut), "{} {end}", case.name);
            if end < whole.start as usize {
                assert!(!matches!(packet.kind, Kind::Tcp { .. }), "{} {end}: {packet:?}", case.name);
                assert!(packet.kind != Kind::Unread(Why::Lying) && packet.kind != Kind::Unread(Why::Nested), "{} {end}", case.name);
            } else {
                assert_eq!((packet.kind, packet.start), (whole.kind, whole.start), "{} {end}", case.name);
                assert_eq!(payload(&packet, cut), &PAYLOAD[..end - whole.start as usize]);
                assert_eq!(packet.length + packet.missing, whole.length, "{} {end}", case.name);
            }
        }
    }
}

#[test]
fn any_byte_may_be_anything() {
    for case in cases() {
        for at in 0..case.frame.len() {
            let mut frame = case.frame.clone();
            for byte in 0..=255 {
                frame[at] = byte;
                let packet = dissect(case.link, &frame);
                assert!(within(&packet, &frame), "{} {at} {byte}", case.name);
            }
        }
    }
}
