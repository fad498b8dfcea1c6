//! One TCP payload, in every envelope: always the same innermost addresses, ports and bytes.

use super::build::*;
use crate::packet::{dissect, Address, Kind, Packet};

/// An envelope: name, LINKTYPE, frame, VLAN, tunnels, whether the innermost Ethernet is in the frame (cooked headers have a sender only).
pub struct Case {
    pub name: &'static str,
    pub link: u16,
    pub frame: Vec<u8>,
    pub vlan: u16,
    pub tunnels: u8,
    pub macs: Macs,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Macs {
    Inner,
    Outer,
    SourceOnly,
    None,
}

fn case(name: &'static str, link: u16, frame: Vec<u8>, vlan: u16, tunnels: u8, macs: Macs) -> Case {
    Case { name, link, frame, vlan, tunnels, macs }
}

/// All envelopes around `inner`, an IPv4 packet.
pub fn envelopes(inner: &[u8]) -> Vec<Case> {
    let mut cases = links(inner);
    cases.extend(tunnels(inner, &ethernet(0x0800, inner)));
    cases.extend(ethernet_tunnels(&ethernet(0x0800, inner)));
    cases.extend(vlans_in_tunnels(inner));
    cases
}

fn links(ip: &[u8]) -> Vec<Case> {
    let tagged = tag(0x6064, 0x0800, ip);
    let mut cases = vec![
        case("none", ETHERNET, ethernet(0x0800, ip), 0, 0, Macs::Inner),
        case("802.1Q", ETHERNET, ethernet(0x8100, &tagged), 100, 0, Macs::Inner),
        case("priority tag", ETHERNET, ethernet(0x8100, &tag(0x6000, 0x0800, ip)), 0, 0, Macs::Inner),
        case("QinQ 88a8", ETHERNET, ethernet(0x88a8, &tag(200, 0x8100, &tagged)), 200, 0, Macs::Inner),
        case("QinQ 9100", ETHERNET, ethernet(0x9100, &tag(200, 0x8100, &tagged)), 200, 0, Macs::Inner),
        case("QinQ 8100", ETHERNET, ethernet(0x8100, &tag(200, 0x8100, &tagged)), 200, 0, Macs::Inner),
        case("HSR", ETHERNET, ethernet(0x892f, &[&[0x00, 0x60, 0, 9, 0x08, 0][..], ip].concat()), 0, 0, Macs::Inner),
        case("SNAP", ETHERNET, ieee_802_3(&snap([0; 3], 0x0800, ip)), 0, 0, Macs::Inner),
        case("SNAP 802.1H", ETHERNET, ieee_802_3(&snap([0, 0, 0xf8], 0x0800, ip)), 0, 0, Macs::Inner),
        case("cooked", 113, cooked(0x0800, ip), 0, 0, Macs::SourceOnly),
        case("cooked 802.1Q", 113, cooked(0x8100, &tagged), 100, 0, Macs::SourceOnly),
        case("cooked LLC", 113, cooked(0x0004, &snap([0; 3], 0x0800, ip)), 0, 0, Macs::SourceOnly),
        case("cooked v2", 276, cooked_v2(0x0800, ip), 0, 0, Macs::SourceOnly),
        case("raw IPv4", 228, ip.to_vec(), 0, 0, Macs::None),
        case("NULL little", 0, [&[2, 0, 0, 0][..], ip].concat(), 0, 0, Macs::None),
        case("NULL big", 0, [&[0, 0, 0, 2][..], ip].concat(), 0, 0, Macs::None),
        case("LOOP", 108, [&[0, 0, 0, 2][..], ip].concat(), 0, 0, Macs::None),
    ];
    cases.extend([12, 14, 101].map(|link| case("raw", link, ip.to_vec(), 0, 0, Macs::None)));
    cases
}

/// Tunnels that carry IP; the MACs stay those of the frame around them.
fn tunnels(ip: &[u8], frame: &[u8]) -> Vec<Case> {
    let around = |packet: &[u8]| outer_ethernet(0x0800, packet);
    let mut cases = vec![
        case("IP in IP", ETHERNET, around(&outer(4, ip)), 0, 1, Macs::Outer),
        case("IP in IPv6", ETHERNET, outer_ethernet(0x86dd, &ipv6(4, ip)), 0, 1, Macs::Outer),
        case("IP in IPv6 behind options", ETHERNET, outer_ethernet(0x86dd, &ipv6(60, &extension(4, 0, ip))), 0, 1, Macs::Outer),
        case("two deep", ETHERNET, around(&outer(4, &outer(47, &gre(0, 0x0800, ip)))), 0, 2, Macs::Outer),
        case("PPPoE", ETHERNET, outer_ethernet(0x8864, &pppoe(0x0021, ip)), 0, 1, Macs::Outer),
        case("MPLS", ETHERNET, outer_ethernet(0x8847, &label(false, &label(true, ip))), 0, 1, Macs::Outer),
        case("MPLS multicast", ETHERNET, outer_ethernet(0x8848, &label(true, ip)), 0, 1, Macs::Outer),
        case("MPLS in IP", ETHERNET, around(&outer(137, &label(true, ip))), 0, 1, Macs::Outer),
        case("MPLS in GRE", ETHERNET, around(&outer(47, &gre(0, 0x8847, &label(true, ip)))), 0, 2, Macs::Outer),
        case("tag, then PPPoE", ETHERNET, outer_ethernet(0x8100, &tag(7, 0x8864, &pppoe(0x0021, ip))), 7, 1, Macs::Outer),
        case("ERSPAN III of IP", ETHERNET, around(&outer(47, &gre(0x10, 0x22eb, &erspan_iii(2, 0, ip)))), 0, 1, Macs::Outer),
        case("pseudowire", ETHERNET, outer_ethernet(0x8847, &label(true, &[&[0; 4], frame].concat())), 0, 1, Macs::Inner),
    ];
    cases.extend((0..8).map(|bits: u8| {
        let flags = (bits & 4) << 5 | (bits & 2) << 4 | (bits & 1) << 4;
        case("GRE", ETHERNET, around(&outer(47, &gre(flags, 0x0800, ip))), 0, 1, Macs::Outer)
    }));
    cases
}

/// Tunnels that carry Ethernet.
fn ethernet_tunnels(frame: &[u8]) -> Vec<Case> {
    let around = |name, packet: Vec<u8>, tunnels| case(name, ETHERNET, outer_ethernet(0x0800, &packet), 0, tunnels, Macs::Inner);
    vec![
        around("transparent Ethernet", outer(47, &gre(0x20, 0x6558, frame)), 1),
        around("ERSPAN I", outer(47, &gre(0, 0x88be, frame)), 1),
        around("ERSPAN II", outer(47, &gre(0x10, 0x88be, &erspan_ii(frame))), 1),
        around("ERSPAN III", outer(47, &gre(0x10, 0x22eb, &erspan_iii(0, 0, frame))), 1),
        around("ERSPAN III with platform", outer(47, &gre(0x10, 0x22eb, &erspan_iii(0, 1, frame))), 1),
        around("VXLAN", outer(UDP, &udp(50000, 4789, &vxlan(frame))), 1),
        around("VXLAN of Linux", outer(UDP, &udp(50000, 8472, &vxlan(frame))), 1),
        around("VXLAN in GRE", outer(47, &gre(0, 0x0800, &outer(UDP, &udp(50000, 4789, &vxlan(frame))))), 2),
    ]
}

/// The innermost Ethernet that has a tag gives the VLAN.
fn vlans_in_tunnels(ip: &[u8]) -> Vec<Case> {
    let tagged = ethernet(0x8100, &tag(100, 0x0800, ip));
    let around = |inner: &[u8]| outer_ethernet(0x8100, &tag(7, 0x0800, &outer(47, &gre(0, 0x88be, inner))));
    vec![
        case("both tagged", ETHERNET, around(&tagged), 100, 1, Macs::Inner),
        case("outer tagged", ETHERNET, around(&ethernet(0x0800, ip)), 7, 1, Macs::Inner),
        case("outer tagged, inner priority", ETHERNET, around(&ethernet(0x8100, &tag(0, 0x0800, ip))), 7, 1, Macs::Inner),
    ]
}

pub fn payload<'a>(packet: &Packet, frame: &'a [u8]) -> &'a [u8] {
    &frame[packet.start as usize..][..packet.length as usize]
}

const KIND: Kind = Kind::Tcp { source: 0x8001, target: 0x01f6, sequence: 256, acknowledgement: 512, flags: 0x18 };

fn check(case: &Case, frame: &[u8]) {
    let packet = dissect(case.link, frame);
    assert_eq!(packet.kind, KIND, "{}", case.name);
    assert_eq!(payload(&packet, frame), PAYLOAD, "{}", case.name);
    assert_eq!((packet.source, packet.target), (Some(Address::V4(SOURCE)), Some(Address::V4(TARGET))), "{}", case.name);
    assert_eq!((packet.ether_type, packet.protocol, packet.ip_id, packet.ttl), (0x0800, TCP, 0x1234, 61), "{}", case.name);
    assert_eq!((packet.vlan, packet.tunnels, packet.missing), (case.vlan, case.tunnels, 0), "{}", case.name);
    let macs = match case.macs {
        Macs::Inner => (Some(SOURCE_MAC), Some(TARGET_MAC)),
        Macs::Outer => (Some(OUTER_SOURCE_MAC), Some(OUTER_TARGET_MAC)),
        Macs::SourceOnly => (Some(SOURCE_MAC), None),
        Macs::None => (None, None),
    };
    assert_eq!((packet.source_mac, packet.target_mac), macs, "{}", case.name);
}

#[test]
fn every_envelope_gives_the_same_payload() {
    for case in envelopes(&ipv4(TCP, &tcp(PAYLOAD))) {
        check(&case, &case.frame);
    }
}

#[test]
fn padding_and_options_change_nothing() {
    let inner = ipv4_from(SOURCE, TARGET, TCP, 0, &[1; 12], &tcp_options(&[1; 20], PAYLOAD));
    for case in envelopes(&inner) {
        check(&case, &case.frame);
        check(&case, &[&case.frame[..], &[0; 40]].concat());
    }
}

#[test]
fn an_uncut_frame_goes_to_its_end() {
    let mut inner = ipv4(TCP, &tcp(PAYLOAD));
    inner[2..4].fill(0);
    for case in envelopes(&inner) {
        check(&case, &case.frame);
    }
}
