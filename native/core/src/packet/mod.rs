//! One captured frame, taken apart down to its payload: link layer, tags, tunnels, IP and transport.
//!
//! Standards: IEEE 802.3, 802.2 and 802.1Q; RFC 791 (IPv4), 8200 (IPv6), 9293 (TCP), 768 (UDP); the files of this folder name the others.
//! Not decoded: link types other than those in `link.rs`, ESP, MACsec, PPTP's GRE, Geneve, GTP.

mod datagram;
mod fragments;
mod ip;
mod link;
mod plain;
mod transport;
mod tunnel;
mod walk;

#[cfg(test)]
mod tests;

pub use fragments::{transport, Counters, Fragments, Limits, Whole};
pub use link::ETHERNET;
pub use plain::Segment;

/// An address of the network layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    V4([u8; 4]),
    V6([u8; 16]),
}

/// A fragment of an IP datagram: `offset` in bytes of the datagram's payload; `more` fragments follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    pub id: u32,
    pub offset: u32,
    pub more: bool,
}

/// What the payload of a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A layer-2 message: the payload follows the EtherType (`ether_type`), or is the LLC PDU (`ether_type` 0).
    Layer2,
    Tcp {
        source: u16,
        target: u16,
        sequence: u32,
        acknowledgement: u32,
        flags: u8,
    },
    Udp {
        source: u16,
        target: u16,
    },
    /// ICMP or ICMPv6; the payload starts with its type.
    Icmp,
    /// IP with another transport (`protocol`), or a piece of a datagram (`fragment`): the payload follows the IP header.
    Ip,
    /// Nothing beyond the layers that were read can be read, and why.
    Unread(Why),
}

/// Why a frame could not be read to its payload. Each is counted and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// A link type that is not known.
    Link,
    /// The frame ends within a header.
    Cut,
    /// A length or version field contradicts the frame.
    Lying,
    /// More tunnels or tags within one another than are followed.
    Nested,
}

/// Offsets and numbers of one frame. `start` and `length` are the payload's place in the frame; what padding or a snap length took away is
/// not part of it: `missing` says how many bytes the headers promise beyond the captured ones. Where tunnels were taken off, the
/// addresses are the innermost; a message without IP inside a tunnel has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub source_mac: Option<[u8; 6]>,
    pub target_mac: Option<[u8; 6]>,
    /// The outermost VLAN id of the innermost Ethernet that has one; 0 where there is none. A priority tag (id 0) is no VLAN.
    pub vlan: u16,
    pub ether_type: u16,
    pub source: Option<Address>,
    pub target: Option<Address>,
    /// The IP protocol number.
    pub protocol: u8,
    pub ip_id: u16,
    pub ttl: u8,
    pub fragment: Option<Fragment>,
    /// How many tunnels (ERSPAN, GRE, VXLAN, IP in IP, MPLS, PPPoE) were taken off.
    pub tunnels: u8,
    pub kind: Kind,
    pub start: u32,
    pub length: u32,
    pub missing: u32,
}

/// Where consecutive bytes of a whole stand: in frame `frame` (its number) of file `file`, from `frame_offset` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub frame: u64,
    pub file: u32,
    pub frame_offset: u32,
    pub length: u32,
}

impl Packet {
    const EMPTY: Packet = Packet {
        source_mac: None,
        target_mac: None,
        vlan: 0,
        ether_type: 0,
        source: None,
        target: None,
        protocol: 0,
        ip_id: 0,
        ttl: 0,
        fragment: None,
        tunnels: 0,
        kind: Kind::Unread(Why::Link),
        start: 0,
        length: 0,
        missing: 0,
    };
}

/// The layers of `frame`, captured on an interface of LINKTYPE `link`. Any bytes give an answer: what cannot be read is `Kind::Unread`, with
/// what was read before it.
pub fn dissect(link: u16, frame: &[u8]) -> Packet {
    walk::from_link(link, frame)
}

/// The layers within `payload`, a whole datagram's, of which `packet` is any fragment: transport and tunnels. Offsets count from the
/// start of `payload`. The answer may again be a fragment, where a tunnel carried one.
pub fn resume(packet: &Packet, payload: &[u8]) -> Packet {
    walk::from_payload(packet, payload)
}
