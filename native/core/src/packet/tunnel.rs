//! Tunnels: GRE, ERSPAN, VXLAN, MPLS, PPPoE.
//!
//! Standards: RFC 2784 and 2890 (GRE), draft-foschiano-erspan-03 (ERSPAN II and III; I is a bare Ethernet frame in GRE), RFC 7348 5 (VXLAN),
//! RFC 3032 2.1 and 4385 3 (MPLS labels and control word), RFC 2516 4 and 6 (PPPoE), RFC 1332 and 5072 (PPP protocol numbers of IP).

use super::link::{IPV4, IPV6};
use super::walk::{Next, Step, Walk, NESTED_MOST};
use super::{Kind, Why};

impl Walk<'_> {
    /// GRE of version 0. Versions and protocols that are not followed stay an IP payload.
    pub(super) fn gre(&mut self) -> Step {
        let &[flags, version, type0, type1] = self.peek::<4>()?;
        let sequenced = flags & 0x10 != 0;
        // Bit 1: RFC 1701's source routing, which RFC 2784 2.3 tells receivers to discard
        let followed = flags & 0x40 == 0 && version & 7 == 0;
        let words: usize = [0x80, 0x20, 0x10].into_iter().map(|bit| usize::from(flags & bit != 0)).sum();
        let header = 4 + words * 4;
        match (u16::from_be_bytes([type0, type1]), followed) {
            (ether_type @ (IPV4 | IPV6), true) => {
                self.open_tunnel(header)?;
                Ok(if ether_type == IPV4 { Next::Ipv4 } else { Next::Ipv6 })
            }
            (0x6558, true) => self.open_tunnel(header).map(|()| Next::Ethernet),
            // The label stack counts as the tunnel; GRE is one more
            (0x8847 | 0x8848, true) => {
                self.open_tunnel(header)?;
                self.mpls()
            }
            (0x88be, true) => {
                self.open_tunnel(header)?;
                self.erspan(sequenced)
            }
            (0x22eb, true) => {
                self.open_tunnel(header)?;
                self.erspan_iii()
            }
            _ => Ok(Next::Done(Kind::Ip)),
        }
    }

    fn open_tunnel(&mut self, header: usize) -> Result<(), Why> {
        self.enter_tunnel()?;
        self.skip(header)
    }

    /// Type II where GRE carries a sequence number, else type I, which has no header.
    fn erspan(&mut self, sequenced: bool) -> Step {
        if sequenced {
            let [version, ..] = self.take::<8>()?;
            if version >> 4 != 1 {
                return Err(Why::Lying);
            }
        }
        Ok(Next::Ethernet)
    }

    /// Type III: 12 bytes, then a platform header of 8 where the O bit says so. The frame type is Ethernet (0) or IP (2).
    fn erspan_iii(&mut self) -> Step {
        let [version, _, _, _, _, _, _, _, _, _, frame_type, options] = self.take::<12>()?;
        if version >> 4 != 2 {
            return Err(Why::Lying);
        }
        if options & 1 != 0 {
            self.skip(8)?;
        }
        match (frame_type >> 2) & 0x1f {
            0 => Ok(Next::Ethernet),
            2 => self.ip_by_version(),
            _ => Err(Why::Link),
        }
    }

    /// The tunnel within a UDP payload, or nothing where the header is not a VXLAN one.
    pub(super) fn vxlan(&mut self) -> Result<Option<Next>, Why> {
        let Some([0x08, 0, 0, 0, _, _, _, 0]) = self.rest.first_chunk::<8>() else {
            return Ok(None);
        };
        self.open_tunnel(8)?;
        Ok(Some(Next::Ethernet))
    }

    /// A label stack. Nothing in it names the payload: its first nibble tells IP from a pseudowire's control word before Ethernet.
    pub(super) fn mpls(&mut self) -> Step {
        let stack = self.rest;
        for _ in 0..NESTED_MOST {
            let [_, _, bottom, _] = self.take::<4>()?;
            if bottom & 1 != 0 {
                return self.labelled(stack);
            }
        }
        Err(Why::Nested)
    }
}

impl<'a> Walk<'a> {
    fn labelled(&mut self, stack: &'a [u8]) -> Step {
        let next = match self.peek::<1>()? {
            [0x40..=0x4f] => Next::Ipv4,
            [0x60..=0x6f] => Next::Ipv6,
            [0x00..=0x0f] => {
                self.skip(4)?;
                Next::Ethernet
            }
            _ => {
                self.rest = stack;
                let carried_by_ip = self.packet.source.is_some();
                return Ok(Next::Done(if carried_by_ip { Kind::Ip } else { Kind::Layer2 }));
            }
        };
        self.enter_tunnel()?;
        Ok(next)
    }

    /// A session packet that carries IP; other PPP protocols stay a layer-2 message.
    pub(super) fn pppoe(&mut self) -> Step {
        let &[version_type, code, _, _, length0, length1, protocol0, protocol1] = self.peek::<8>()?;
        let length = usize::from(u16::from_be_bytes([length0, length1]));
        if version_type != 0x11 || code != 0 || length < 2 {
            return Err(Why::Lying);
        }
        self.limit(length + 6);
        let next = match [protocol0, protocol1] {
            [0x00, 0x21] => Next::Ipv4,
            [0x00, 0x57] => Next::Ipv6,
            _ => return Ok(Next::Done(Kind::Layer2)),
        };
        self.open_tunnel(8)?;
        Ok(next)
    }
}
