//! Frames, built from the inside out: each function puts one header before a payload.

pub const ETHERNET: u16 = 1;
pub const SOURCE_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x0a];
pub const TARGET_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x0b];
pub const OUTER_SOURCE_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0xa0];
pub const OUTER_TARGET_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0xb0];
pub const SOURCE: [u8; 4] = [10, 0, 0, 1];
pub const TARGET: [u8; 4] = [10, 0, 0, 2];
pub const OUTER_SOURCE: [u8; 4] = [192, 0, 2, 1];
pub const OUTER_TARGET: [u8; 4] = [192, 0, 2, 2];
pub const SOURCE6: [u8; 16] = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
pub const TARGET6: [u8; 16] = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
pub const PAYLOAD: &[u8] = b"a payload that tells itself";

pub const TCP: u8 = 6;
pub const UDP: u8 = 17;

fn join(head: &[u8], payload: &[u8]) -> Vec<u8> {
    [head, payload].concat()
}

fn word(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_be_bytes()
}

pub fn tcp(payload: &[u8]) -> Vec<u8> {
    tcp_options(&[], payload)
}

pub fn tcp_options(options: &[u8], payload: &[u8]) -> Vec<u8> {
    let offset = ((20 + options.len()) / 4) as u8;
    let mut head = vec![0x80, 0x01, 0x01, 0xf6, 0, 0, 1, 0, 0, 0, 2, 0, offset << 4, 0x18, 0x20, 0, 0, 0, 0, 0];
    head.extend_from_slice(options);
    join(&head, payload)
}

pub fn udp(source: u16, target: u16, payload: &[u8]) -> Vec<u8> {
    let [a, b] = source.to_be_bytes();
    let [c, d] = target.to_be_bytes();
    let [e, f] = word(payload.len() + 8);
    join(&[a, b, c, d, e, f, 0, 0], payload)
}

/// An IPv4 packet between two addresses; `place` is the word of flags and fragment offset.
pub fn ipv4_from(source: [u8; 4], target: [u8; 4], protocol: u8, place: u16, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let header = 20 + options.len();
    let [l0, l1] = word(header + payload.len());
    let [p0, p1] = place.to_be_bytes();
    let mut head = vec![0x40 | (header / 4) as u8, 0, l0, l1, 0x12, 0x34, p0, p1, 61, protocol, 0, 0];
    head.extend_from_slice(&source);
    head.extend_from_slice(&target);
    head.extend_from_slice(options);
    join(&head, payload)
}

pub fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_from(SOURCE, TARGET, protocol, 0x4000, &[], payload)
}

/// The IPv4 packet around a tunnel.
pub fn outer(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_from(OUTER_SOURCE, OUTER_TARGET, protocol, 0, &[], payload)
}

pub fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let [l0, l1] = word(payload.len());
    let mut head = vec![0x60, 0, 0, 0, l0, l1, next, 62];
    head.extend_from_slice(&SOURCE6);
    head.extend_from_slice(&TARGET6);
    join(&head, payload)
}

/// An extension header of `8 + units * 8` bytes.
pub fn extension(next: u8, units: u8, payload: &[u8]) -> Vec<u8> {
    let mut head = vec![next, units];
    head.resize(8 + usize::from(units) * 8, 0);
    join(&head, payload)
}

/// An authentication header with 12 bytes of check value.
pub fn ah(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut head = vec![next, 4];
    head.resize(24, 0x5a);
    join(&head, payload)
}

pub fn fragment6(next: u8, id: u32, offset: u16, more: bool, payload: &[u8]) -> Vec<u8> {
    let [p0, p1] = (offset | u16::from(more)).to_be_bytes();
    let [a, b, c, d] = id.to_be_bytes();
    join(&[next, 0, p0, p1, a, b, c, d], payload)
}

pub fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    ethernet_from(SOURCE_MAC, TARGET_MAC, ether_type, payload)
}

pub fn outer_ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    ethernet_from(OUTER_SOURCE_MAC, OUTER_TARGET_MAC, ether_type, payload)
}

fn ethernet_from(source: [u8; 6], target: [u8; 6], ether_type: u16, payload: &[u8]) -> Vec<u8> {
    [&target[..], &source[..], &ether_type.to_be_bytes(), payload].concat()
}

/// The control word of a tag and the type behind it; the tag's own type stands in the header before.
pub fn tag(control: u16, ether_type: u16, payload: &[u8]) -> Vec<u8> {
    [&control.to_be_bytes()[..], &ether_type.to_be_bytes(), payload].concat()
}

pub fn gre(flags: u8, ether_type: u16, payload: &[u8]) -> Vec<u8> {
    let words = [0x80, 0x20, 0x10].into_iter().filter(|bit| flags & bit != 0).count();
    let [t0, t1] = ether_type.to_be_bytes();
    let mut head = vec![flags, 0, t0, t1];
    head.resize(4 + words * 4, 0x77);
    join(&head, payload)
}

pub fn erspan_ii(payload: &[u8]) -> Vec<u8> {
    join(&[0x10, 0x05, 0x00, 0x01, 0, 0, 0, 3], payload)
}

/// `options`: the last byte, whose lowest bit announces the platform header.
pub fn erspan_iii(frame_type: u8, options: u8, payload: &[u8]) -> Vec<u8> {
    let mut head = vec![0x20, 0x05, 0x00, 0x01, 0, 0, 0, 9, 0, 0, frame_type << 2, options];
    if options & 1 != 0 {
        head.extend_from_slice(&[0x0c; 8]);
    }
    join(&head, payload)
}

pub fn vxlan(payload: &[u8]) -> Vec<u8> {
    join(&[0x08, 0, 0, 0, 0, 0x12, 0x34, 0], payload)
}

pub fn label(bottom: bool, payload: &[u8]) -> Vec<u8> {
    join(&[0x00, 0x01, 0x40 | u8::from(bottom), 64], payload)
}

pub fn pppoe(protocol: u16, payload: &[u8]) -> Vec<u8> {
    let [l0, l1] = word(payload.len() + 2);
    let [p0, p1] = protocol.to_be_bytes();
    join(&[0x11, 0, 0, 7, l0, l1, p0, p1], payload)
}

pub fn cooked(protocol: u16, payload: &[u8]) -> Vec<u8> {
    let mut head = vec![0, 0, 0, 1, 0, 6];
    head.extend_from_slice(&SOURCE_MAC);
    head.extend_from_slice(&[0, 0]);
    head.extend_from_slice(&protocol.to_be_bytes());
    join(&head, payload)
}

pub fn cooked_v2(protocol: u16, payload: &[u8]) -> Vec<u8> {
    let mut head = protocol.to_be_bytes().to_vec();
    head.extend_from_slice(&[0, 0, 0, 0, 0, 2, 0, 1, 0, 6]);
    head.extend_from_slice(&SOURCE_MAC);
    head.extend_from_slice(&[0, 0]);
    join(&head, payload)
}

pub fn snap(organisation: [u8; 3], protocol: u16, payload: &[u8]) -> Vec<u8> {
    [&[0xaa, 0xaa, 0x03][..], &organisation, &protocol.to_be_bytes(), payload].concat()
}

/// An 802.3 frame: its length field counts the LLC PDU.
pub fn ieee_802_3(pdu: &[u8]) -> Vec<u8> {
    ethernet(u16::try_from(pdu.len()).unwrap(), pdu)
}
