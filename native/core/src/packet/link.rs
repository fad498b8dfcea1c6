//! Link layers: Ethernet with its tags and LLC, Linux cooked, raw IP, BSD loopback.
//!
//! Standards: IEEE 802.3-2022 3.2 (type or length), 802.1Q-2022 9 (tags), 802.2 (LLC) and RFC 1042 (SNAP), IEC 62439-3:2016 5 (the HSR tag);
//! the LINKTYPE registry of tcpdump.org for the others.

use super::walk::{Next, Step, Walk, NESTED_MOST};
use super::{Kind, Why};

/// LINKTYPE_ETHERNET.
pub const ETHERNET: u16 = 1;

pub(super) const IPV4: u16 = 0x0800;
pub(super) const IPV6: u16 = 0x86dd;

/// ARPHRD_NETLINK: the cooked header's protocol field is then no EtherType.
const NETLINK: u16 = 824;

impl Walk<'_> {
    /// The first layer of a frame of LINKTYPE `link`.
    pub(super) fn link(&mut self, link: u16) -> Step {
        match link {
            ETHERNET => Ok(Next::Ethernet),
            0 | 108 => self.loopback(),
            12 | 14 | 101 => self.ip_by_version(),
            228 => Ok(Next::Ipv4),
            229 => Ok(Next::Ipv6),
            113 => self.cooked(),
            276 => self.cooked_v2(),
            _ => Err(Why::Link),
        }
    }

    /// LINKTYPE_NULL and LINKTYPE_LOOP: the address family in the byte order of the machine that wrote it.
    fn loopback(&mut self) -> Step {
        let family = self.take::<4>()?;
        match u32::from_be_bytes(family).min(u32::from_le_bytes(family)) {
            2 => Ok(Next::Ipv4),
            // Linux, Windows, NetBSD, FreeBSD, Darwin
            10 | 23 | 24 | 28 | 30 => Ok(Next::Ipv6),
            _ => Err(Why::Link),
        }
    }

    /// LINKTYPE_LINUX_SLL.
    fn cooked(&mut self) -> Step {
        let [_, _, hard0, hard1, _, length, a, b, c, d, e, f, _, _, type0, type1] = self.take::<16>()?;
        self.cooked_as(u16::from_be_bytes([hard0, hard1]), length, [a, b, c, d, e, f], u16::from_be_bytes([type0, type1]))
    }

    /// LINKTYPE_LINUX_SLL2.
    fn cooked_v2(&mut self) -> Step {
        let [type0, type1, _, _, _, _, _, _, hard0, hard1, _, length, a, b, c, d, e, f, _, _] = self.take::<20>()?;
        self.cooked_as(u16::from_be_bytes([hard0, hard1]), length, [a, b, c, d, e, f], u16::from_be_bytes([type0, type1]))
    }

    /// What a cooked header says: hardware type, sender's address, and an EtherType or one of Linux's small numbers instead.
    fn cooked_as(&mut self, hardware: u16, address_length: u8, address: [u8; 6], protocol: u16) -> Step {
        if hardware == NETLINK {
            return Err(Why::Link);
        }
        if address_length == 6 {
            self.packet.source_mac = Some(address);
        }
        match protocol {
            0x0001 | 0x0004 => self.llc(),
            0x0600.. => Ok(Next::EtherType(protocol)),
            _ => {
                self.packet.ether_type = protocol;
                Ok(Next::Done(Kind::Layer2))
            }
        }
    }

    /// An Ethernet header. Whatever IP was around it belongs to a tunnel and is forgotten.
    pub(super) fn ethernet(&mut self) -> Step {
        let [a, b, c, d, e, f, g, h, i, j, k, l, type0, type1] = self.take::<14>()?;
        self.packet.target_mac = Some([a, b, c, d, e, f]);
        self.packet.source_mac = Some([g, h, i, j, k, l]);
        self.packet.source = None;
        self.packet.target = None;
        self.packet.protocol = 0;
        self.packet.ip_id = 0;
        self.packet.ttl = 0;
        self.tags = 0;
        self.tagged = false;
        self.ether_type(u16::from_be_bytes([type0, type1]))
    }

    /// What follows an EtherType or length field.
    pub(super) fn ether_type(&mut self, ether_type: u16) -> Step {
        self.packet.ether_type = ether_type;
        match ether_type {
            IPV4 => Ok(Next::Ipv4),
            IPV6 => Ok(Next::Ipv6),
            0x8100 | 0x88a8 | 0x9100 => self.tag(),
            0x8847 | 0x8848 => self.mpls(),
            0x8864 => self.pppoe(),
            0x892f => self.hsr(),
            0..=1500 => {
                self.limit(usize::from(ether_type));
                self.llc()
            }
            // 802.3 3.2.6: neither a length nor a type
            1501..=1535 => Err(Why::Lying),
            _ => Ok(Next::Done(Kind::Layer2)),
        }
    }

    /// A VLAN tag, and the type behind it. A null VLAN id (802.1Q 9.6) only carries a priority.
    fn tag(&mut self) -> Step {
        let [control0, control1, type0, type1] = self.take::<4>()?;
        let vlan = u16::from_be_bytes([control0, control1]) & 0x0fff;
        if vlan != 0 && !self.tagged {
            self.packet.vlan = vlan;
            self.tagged = true;
        }
        self.after_tag([type0, type1])
    }

    /// The HSR tag of redundant substation rings: path and size, sequence number, and the type behind them.
    fn hsr(&mut self) -> Step {
        let [_, _, _, _, type0, type1] = self.take::<6>()?;
        self.after_tag([type0, type1])
    }

    fn after_tag(&mut self, ether_type: [u8; 2]) -> Step {
        self.tags += 1;
        if self.tags > NESTED_MOST {
            return Err(Why::Nested);
        }
        Ok(Next::EtherType(u16::from_be_bytes(ether_type)))
    }

    /// An LLC PDU. RFC 1042 and 802.1H: a SNAP header of organisation 00-00-00 or 00-00-F8 holds an EtherType.
    fn llc(&mut self) -> Step {
        if let Some(&[0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00 | 0xf8, type0, type1]) = self.rest.first_chunk::<8>() {
            if type0 >= 0x06 {
                self.skip(8)?;
                return Ok(Next::EtherType(u16::from_be_bytes([type0, type1])));
            }
        }
        self.packet.ether_type = 0;
        Ok(Next::Done(Kind::Layer2))
    }
}
