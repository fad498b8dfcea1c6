//! What a whole datagram carries.

use super::build::*;
use super::matrix::payload;
use crate::packet::{dissect, resume, transport, Address, Kind, Packet, Why};

fn fragment_of(protocol: u8) -> Packet {
    dissect(ETHERNET, &outer_ethernet(0x0800, &ipv4_from(OUTER_SOURCE, OUTER_TARGET, protocol, 0x2000, &[], &[0; 8])))
}

#[test]
fn transports() {
    let segment = tcp(PAYLOAD);
    assert!(matches!(transport(&fragment_of(TCP), &segment), (Kind::Tcp { target: 502, .. }, 20, 27)));
    let datagram = [&udp(1, 2, PAYLOAD)[..], &[0; 3]].concat();
    assert_eq!(transport(&fragment_of(UDP), &datagram), (Kind::Udp { source: 1, target: 2 }, 8, 27));
    assert_eq!(transport(&fragment_of(1), PAYLOAD), (Kind::Icmp, 0, 27));
    assert_eq!(transport(&fragment_of(89), PAYLOAD), (Kind::Ip, 0, 27));
    assert_eq!(transport(&fragment_of(TCP), &segment[..19]).0, Kind::Unread(Why::Lying));
    assert_eq!(transport(&fragment_of(UDP), &datagram[..34]).0, Kind::Unread(Why::Lying));
}

#[test]
fn ipv6_headers_behind_the_fragment_header() {
    let packet = dissect(ETHERNET, &ethernet(0x86dd, &ipv6(44, &fragment6(60, 1, 0, true, &[0; 8]))));
    let whole = extension(58, 0, PAYLOAD);
    assert_eq!(transport(&packet, &whole), (Kind::Icmp, 8, 27));
}

#[test]
fn a_tunnel_in_a_whole_datagram() {
    let whole = gre(0x10, 0x88be, &erspan_ii(&ethernet(0x8100, &tag(100, 0x0800, &ipv4(TCP, &tcp(PAYLOAD))))));
    let packet = fragment_of(47);
    let inner = resume(&packet, &whole);
    assert!(matches!(inner.kind, Kind::Tcp { .. }));
    assert_eq!((inner.source, inner.vlan, inner.tunnels, inner.fragment), (Some(Address::V4(SOURCE)), 100, 1, None));
    assert_eq!((inner.source_mac, payload(&inner, &whole)), (Some(SOURCE_MAC), PAYLOAD));
    assert_eq!(transport(&packet, &whole), (Kind::Ip, 0, whole.len()));
}

#[test]
fn tunnels_count_on_through_fragments() {
    let mut packet = fragment_of(4);
    packet.tunnels = 8;
    assert_eq!(resume(&packet, &ipv4(TCP, &tcp(PAYLOAD))).kind, Kind::Unread(Why::Nested));
}
