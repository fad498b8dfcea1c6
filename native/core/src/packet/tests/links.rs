//! Link layers, LLC, and what is not IP.

use super::build::*;
use super::matrix::payload;
use crate::packet::{dissect, Address, Kind, Why};

#[test]
fn a_layer_2_message_follows_its_ether_type() {
    for ether_type in [0x0806, 0x88b8, 0x88ba, 0x88cc, 0x8892, 0x88a4, 0x88ab, 0x8863, 0x0600] {
        let frame = ethernet(ether_type, PAYLOAD);
        let packet = dissect(ETHERNET, &frame);
        assert_eq!((packet.kind, packet.ether_type), (Kind::Layer2, ether_type));
        assert_eq!(payload(&packet, &frame), PAYLOAD);
        assert_eq!((packet.source, packet.target, packet.vlan), (None, None, 0));
        let tagged = ethernet(0x8100, &tag(0x8000 | 5, ether_type, PAYLOAD));
        let packet = dissect(ETHERNET, &tagged);
        assert_eq!((packet.kind, packet.ether_type, packet.vlan, packet.start), (Kind::Layer2, ether_type, 5, 18));
    }
}

#[test]
fn an_hsr_tag_stands_before_the_message() {
    let frame = ethernet(0x892f, &[&[0x10, 0x40, 0x00, 0x01, 0x88, 0xb8][..], PAYLOAD].concat());
    let packet = dissect(ETHERNET, &frame);
    assert_eq!((packet.kind, packet.ether_type), (Kind::Layer2, 0x88b8));
    assert_eq!(payload(&packet, &frame), PAYLOAD);
}

#[test]
fn an_llc_pdu_begins_at_its_header_and_ends_by_the_length_field() {
    for pdu in [&snap([0, 0, 0x0c], 0x2000, PAYLOAD)[..], &[0x42, 0x42, 0x03, 0, 0], &[0xfe, 0xfe, 0x03, 0x83], &[]] {
        let frame = [&ieee_802_3(pdu)[..], &[0; 30]].concat();
        let packet = dissect(ETHERNET, &frame);
        assert_eq!((packet.kind, packet.ether_type, packet.missing), (Kind::Layer2, 0, 0));
        assert_eq!(payload(&packet, &frame), pdu);
    }
}

#[test]
fn a_message_in_snap_has_its_ether_type() {
    let frame = ieee_802_3(&snap([0; 3], 0x0806, PAYLOAD));
    let packet = dissect(ETHERNET, &frame);
    assert_eq!((packet.kind, packet.ether_type), (Kind::Layer2, 0x0806));
    assert_eq!(payload(&packet, &frame), PAYLOAD);
}

#[test]
fn a_snap_protocol_below_the_ether_types_stays_llc() {
    let pdu = snap([0; 3], 0x05ff, PAYLOAD);
    let frame = ieee_802_3(&pdu);
    let packet = dissect(ETHERNET, &frame);
    assert_eq!((packet.kind, packet.ether_type), (Kind::Layer2, 0));
    assert_eq!(payload(&packet, &frame), pdu);
}

#[test]
fn between_length_and_type_there_is_nothing() {
    let kind = |ether_type| dissect(ETHERNET, &ethernet(ether_type, &[0x42; 1600])).kind;
    assert_eq!([1500, 1501, 1535, 1536].map(kind), [Kind::Layer2, Kind::Unread(Why::Lying), Kind::Unread(Why::Lying), Kind::Layer2]);
}

#[test]
fn a_length_field_beyond_the_frame_is_missing_bytes() {
    let packet = dissect(ETHERNET, &ethernet(100, &[0x42; 60]));
    assert_eq!((packet.kind, packet.length, packet.missing), (Kind::Layer2, 60, 40));
}

#[test]
fn unknown_link_types_are_said_to_be_so() {
    for link in [2, 9, 50, 105, 127, 195, 230, 277, u16::MAX] {
        let packet = dissect(link, &ethernet(0x0800, &ipv4(TCP, &tcp(PAYLOAD))));
        assert_eq!(packet.kind, Kind::Unread(Why::Link), "{link}");
    }
}

#[test]
fn loopback_families() {
    for family in [10, 23, 24, 28, 30_u32] {
        for head in [family.to_be_bytes(), family.to_le_bytes()] {
            let frame = [&head[..], &ipv6(UDP, &udp(1, 2, PAYLOAD))].concat();
            assert_eq!(dissect(0, &frame).kind, Kind::Udp { source: 1, target: 2 });
            assert_eq!(dissect(108, &frame).source, Some(Address::V6(SOURCE6)));
        }
    }
    assert_eq!(dissect(0, &[0, 0, 0, 7, 1, 2]).kind, Kind::Unread(Why::Link));
}

#[test]
fn cooked_frames_without_an_ether_type() {
    let packet = dissect(113, &cooked(0x000c, PAYLOAD));
    assert_eq!((packet.kind, packet.ether_type, packet.start), (Kind::Layer2, 0x000c, 16));
    let packet = dissect(113, &cooked(0x0001, &[0xff, 0xff, 0, 1]));
    assert_eq!((packet.kind, packet.ether_type, packet.start), (Kind::Layer2, 0, 16));
    let mut netlink = cooked(0x0800, PAYLOAD);
    netlink[2..4].copy_from_slice(&824_u16.to_be_bytes());
    assert_eq!(dissect(113, &netlink).kind, Kind::Unread(Why::Link));
    let mut nameless = cooked(0x0806, PAYLOAD);
    nameless[5] = 0;
    assert_eq!(dissect(113, &nameless).source_mac, None);
}

#[test]
fn raw_ip_goes_by_its_version() {
    assert_eq!(dissect(101, &ipv6(58, PAYLOAD)).kind, Kind::Icmp);
    assert_eq!(dissect(101, &ipv4(1, PAYLOAD)).kind, Kind::Icmp);
    assert_eq!(dissect(101, &[0x50; 40]).kind, Kind::Unread(Why::Lying));
    assert_eq!(dissect(229, &ipv6(58, PAYLOAD)[..39]).kind, Kind::Unread(Why::Cut));
    assert_eq!(dissect(229, &ipv4(1, PAYLOAD)).kind, Kind::Unread(Why::Lying));
    assert_eq!(dissect(229, &ipv4(1, &[0; 40])).kind, Kind::Unread(Why::Lying));
    assert_eq!(dissect(228, &ipv6(58, PAYLOAD)).kind, Kind::Unread(Why::Lying));
}

#[test]
fn a_message_without_ip_inside_a_tunnel_has_no_addresses() {
    let inner = ethernet(0x88b8, PAYLOAD);
    let frame = outer_ethernet(0x0800, &outer(47, &gre(0x10, 0x88be, &erspan_ii(&inner))));
    let packet = dissect(ETHERNET, &frame);
    assert_eq!((packet.kind, packet.ether_type, packet.tunnels), (Kind::Layer2, 0x88b8, 1));
    assert_eq!((packet.source, packet.target, packet.protocol, packet.ttl, packet.ip_id), (None, None, 0, 0, 0));
    assert_eq!(packet.source_mac, Some(SOURCE_MAC));
    assert_eq!(payload(&packet, &frame), PAYLOAD);
}

#[test]
fn what_is_no_tunnel_stays_what_it_is() {
    let kind = |packet: &[u8]| dissect(ETHERNET, &ethernet(0x0800, packet)).kind;
    let frame = ethernet(0x0800, PAYLOAD);
    for wrong in [
        [0x00, 0, 0, 0, 0, 1, 0, 0],
        [0x0c, 0, 0, 0, 0, 1, 0, 0],
        [0x08, 1, 0, 0, 0, 1, 0, 0],
        [0x08, 0, 0, 1, 0, 1, 0, 0],
        [0x08, 0, 0, 0, 0, 1, 0, 1],
    ] {
        assert_eq!(kind(&outer(UDP, &udp(50000, 4789, &[&wrong[..], &frame].concat()))), Kind::Udp { source: 50000, target: 4789 });
    }
    assert_eq!(kind(&outer(UDP, &udp(4789, 50000, &vxlan(&frame)))), Kind::Udp { source: 4789, target: 50000 });
    assert_eq!(kind(&outer(47, &gre(0x40, 0x0800, PAYLOAD))), Kind::Ip);
    assert_eq!(kind(&outer(47, &gre(0, 0x2000, PAYLOAD))), Kind::Ip);
    let mut pptp = gre(0x20, 0x880b, PAYLOAD);
    pptp[1] = 1;
    assert_eq!(kind(&outer(47, &pptp)), Kind::Ip);
    assert_eq!(kind(&outer(50, PAYLOAD)), Kind::Ip);
    assert_eq!(kind(&outer(58, PAYLOAD)), Kind::Ip);
    for (ether_type, message) in [(0x8864, pppoe(0xc021, PAYLOAD)), (0x8847, label(true, &[0x90; 20]))] {
        let frame = ethernet(ether_type, &message);
        let packet = dissect(ETHERNET, &frame);
        assert_eq!((packet.kind, packet.ether_type, packet.tunnels), (Kind::Layer2, ether_type, 0));
        assert_eq!(payload(&packet, &frame), message);
    }
}
