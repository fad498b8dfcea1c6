//! Both sides of every limit, and lengths that lie.

use super::build::*;
use super::matrix::payload;
use crate::packet::{dissect, Fragment, Kind, Why};

const UDP_KIND: Kind = Kind::Udp { source: 1, target: 2 };

fn ip_kind(packet: &[u8]) -> Kind {
    dissect(ETHERNET, &ethernet(0x0800, packet)).kind
}

fn ip6_kind(packet: &[u8]) -> Kind {
    dissect(ETHERNET, &ethernet(0x86dd, packet)).kind
}

/// `inner` within `depth` layers that `wrap` puts around it.
fn nest(inner: Vec<u8>, depth: usize, wrap: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    (0..depth).fold(inner, |packet, _| wrap(&packet))
}

#[test]
fn eight_tunnels_are_followed() {
    let inner = ipv4(UDP, &udp(1, 2, PAYLOAD));
    assert_eq!(ip_kind(&nest(inner.clone(), 8, |packet| outer(4, packet))), UDP_KIND);
    assert_eq!(ip_kind(&nest(inner, 9, |packet| outer(4, packet))), Kind::Unread(Why::Nested));
}

#[test]
fn eight_tags_are_followed() {
    let inner = ipv4(UDP, &udp(1, 2, PAYLOAD));
    let tags =
        |count: usize| dissect(ETHERNET, &ethernet(0x8100, &nest(tag(9, 0x0800, &inner), count - 1, |rest| tag(9, 0x8100, rest)))).kind;
    assert_eq!([tags(8), tags(9)], [UDP_KIND, Kind::Unread(Why::Nested)]);
}

#[test]
fn eight_labels_are_followed() {
    let inner = label(true, &ipv4(UDP, &udp(1, 2, PAYLOAD)));
    let labels = |count: usize| dissect(ETHERNET, &ethernet(0x8847, &nest(inner.clone(), count - 1, |rest| label(false, rest)))).kind;
    assert_eq!([labels(8), labels(9)], [UDP_KIND, Kind::Unread(Why::Nested)]);
}

#[test]
fn eight_extension_headers_are_followed() {
    let first = extension(UDP, 0, &udp(1, 2, PAYLOAD));
    let headers = |count: usize| ip6_kind(&ipv6(60, &nest(first.clone(), count - 1, |rest| extension(60, 1, rest))));
    assert_eq!([headers(8), headers(9)], [UDP_KIND, Kind::Unread(Why::Nested)]);
}

#[test]
fn extension_headers_of_every_sort() {
    let inner = udp(1, 2, PAYLOAD);
    let all = extension(43, 0, &extension(60, 2, &extension(44, 1, &fragment6(51, 7, 0, false, &ah(UDP, &inner)))));
    // hop-by-hop, routing, destination options, an atomic fragment, AH
    assert_eq!(ip6_kind(&ipv6(0, &all)), UDP_KIND);
    assert_eq!(ip_kind(&ipv4(51, &ah(UDP, &inner))), UDP_KIND);
    assert_eq!(ip6_kind(&ipv6(59, &[])), Kind::Ip);
    assert_eq!(ip_kind(&ipv4(60, &extension(UDP, 0, &inner))), Kind::Ip);
}

#[test]
fn an_extension_header_beyond_the_packet_lies() {
    let mut packet = ipv6(60, &extension(UDP, 0, &udp(1, 2, PAYLOAD)));
    packet[41] = 200;
    assert_eq!(ip6_kind(&packet), Kind::Unread(Why::Lying));
}

#[test]
fn ip_header_lengths() {
    let change = |at: usize, byte: u8| {
        let mut packet = ipv4(UDP, &udp(1, 2, PAYLOAD));
        packet[at] = byte;
        ip_kind(&packet)
    };
    assert_eq!(change(0, 0x44), Kind::Unread(Why::Lying));
    assert_eq!(change(0, 0x65), Kind::Unread(Why::Lying));
    assert_eq!(change(3, 19), Kind::Unread(Why::Lying));
    assert_eq!(change(3, 20), Kind::Unread(Why::Lying));
    assert_eq!(change(3, 27), Kind::Unread(Why::Lying));
    assert_eq!(ip_kind(&ipv4(61, &[])), Kind::Ip);
}

#[test]
fn a_total_length_beyond_the_frame_is_missing_bytes() {
    let mut inner = ipv4(TCP, &tcp(PAYLOAD));
    inner[3] += 10;
    let frame = ethernet(0x0800, &inner);
    let packet = dissect(ETHERNET, &frame);
    assert!(matches!(packet.kind, Kind::Tcp { .. }));
    assert_eq!((payload(&packet, &frame), packet.missing), (PAYLOAD, 10));
    // ... within a tunnel whose own length is right: the mirror cut the copy
    let frame = ethernet(0x0800, &outer(47, &gre(0, 0x88be, &frame)));
    let packet = dissect(ETHERNET, &frame);
    assert_eq!((payload(&packet, &frame), packet.missing), (PAYLOAD, 10));
}

#[test]
fn what_is_missing_around_a_whole_packet_is_not_missing() {
    let mut around = outer(4, &ipv4(TCP, &tcp(PAYLOAD)));
    around[3] += 4;
    assert_eq!(dissect(ETHERNET, &ethernet(0x0800, &around)).missing, 0);
}

#[test]
fn tcp_data_offsets() {
    let offset = |words: u8| {
        let mut segment = tcp(&[0; 40]);
        segment[12] = words << 4;
        let packet = dissect(ETHERNET, &ethernet(0x0800, &ipv4(TCP, &segment)));
        (packet.kind == Kind::Unread(Why::Lying), packet.length)
    };
    assert!(offset(4).0);
    assert_eq!(offset(5), (false, 40));
    assert_eq!(offset(15), (false, 0));
    let mut segment = tcp(&[0; 39]);
    segment[12] = 0xf0;
    assert_eq!(ip_kind(&ipv4(TCP, &segment)), Kind::Unread(Why::Lying));
}

#[test]
fn udp_lengths() {
    let with = |length: u8, around: &dyn Fn(&[u8]) -> Vec<u8>| {
        let mut datagram = udp(1, 2, &[0; 20]);
        datagram[5] = length;
        let frame = around(&datagram);
        let packet = dissect(101, &frame);
        (packet.kind == UDP_KIND, packet.length)
    };
    let four = |datagram: &[u8]| ipv4(UDP, datagram);
    let six = |datagram: &[u8]| ipv6(UDP, datagram);
    assert!(!with(0, &four).0 && !with(7, &four).0 && !with(29, &four).0 && !with(7, &six).0 && !with(29, &six).0);
    assert_eq!([with(8, &four), with(27, &four), with(28, &four)], [(true, 0), (true, 19), (true, 20)]);
    assert_eq!(with(0, &six), (true, 20));
}

#[test]
fn a_udp_length_beyond_the_capture_is_missing_bytes() {
    let frame = ipv4(UDP, &udp(1, 2, &[7; 100]));
    let packet = dissect(101, &frame[..68]);
    assert_eq!((packet.kind, packet.length, packet.missing), (UDP_KIND, 40, 60));
}

#[test]
fn pppoe_lengths() {
    let with = |at: usize, byte: u8| {
        let mut session = pppoe(0x0021, &ipv4(UDP, &udp(1, 2, PAYLOAD)));
        session[at] = byte;
        dissect(ETHERNET, &ethernet(0x8864, &session)).kind
    };
    assert_eq!(with(5, 1), Kind::Unread(Why::Lying));
    assert_eq!(with(0, 0x21), Kind::Unread(Why::Lying));
    assert_eq!(with(1, 0xa7), Kind::Unread(Why::Lying));
    assert_eq!(with(5, 2), Kind::Unread(Why::Lying));
    assert_eq!(with(4, 1), UDP_KIND);
}

#[test]
fn tunnel_versions() {
    let frame = ethernet(0x0800, &ipv4(UDP, &udp(1, 2, PAYLOAD)));
    let mut two = erspan_ii(&frame);
    two[0] = 0x20;
    assert_eq!(ip_kind(&outer(47, &gre(0x10, 0x88be, &two))), Kind::Unread(Why::Lying));
    let mut three = erspan_iii(0, 0, &frame);
    three[0] = 0x10;
    assert_eq!(ip_kind(&outer(47, &gre(0x10, 0x22eb, &three))), Kind::Unread(Why::Lying));
    assert_eq!(ip_kind(&outer(47, &gre(0x10, 0x22eb, &erspan_iii(1, 0, &frame)))), Kind::Unread(Why::Link));
    assert_eq!(ip_kind(&outer(4, &ipv6(UDP, &udp(1, 2, PAYLOAD)))), Kind::Unread(Why::Lying));
    assert_eq!(ip_kind(&outer(41, &ipv6(UDP, &udp(1, 2, PAYLOAD)))), UDP_KIND);
}

#[test]
fn fragments_are_left_to_be_put_together() {
    let frame = ethernet(0x0800, &ipv4_from(SOURCE, TARGET, UDP, 0x2000, &[], &udp(1, 2, PAYLOAD)));
    let packet = dissect(ETHERNET, &frame);
    assert_eq!((packet.kind, packet.protocol, packet.start), (Kind::Ip, UDP, 34));
    assert_eq!(packet.fragment, Some(Fragment { id: 0x1234, offset: 0, more: true }));
    let packet = dissect(ETHERNET, &ethernet(0x0800, &ipv4_from(SOURCE, TARGET, UDP, 0x1fff, &[], PAYLOAD)));
    assert_eq!(packet.fragment, Some(Fragment { id: 0x1234, offset: 65528, more: false }));
    let packet = dissect(ETHERNET, &ethernet(0x86dd, &ipv6(44, &fragment6(UDP, 0xdead_beef, 0x0040, true, PAYLOAD))));
    assert_eq!((packet.kind, packet.protocol, packet.start), (Kind::Ip, UDP, 62));
    assert_eq!(packet.fragment, Some(Fragment { id: 0xdead_beef, offset: 0x40, more: true }));
}
