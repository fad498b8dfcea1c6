//! IPv4 and IPv6: header, options, extension headers, fragments.
//!
//! Standards: RFC 791; RFC 8200 (4: extension headers), RFC 6946 (atomic fragments), RFC 4302 (AH).

use super::link::{IPV4, IPV6};
use super::walk::{Next, Step, Walk, NESTED_MOST};
use super::{Address, Fragment, Kind, Why};

const NO_NEXT_HEADER: u8 = 59;

impl Walk<'_> {
    /// An IPv4 header with its options. A total length of 0 is a frame that the sender's network card had yet to cut (offload): it goes to
    /// the end of what is around it.
    pub(super) fn ipv4(&mut self) -> Step {
        let head = self.peek::<20>()?;
        let &[first, _, total0, total1, id0, id1, piece0, piece1, ttl, protocol, _, _, s0, s1, s2, s3, t0, t1, t2, t3] = head;
        let header = usize::from(first & 0x0f) * 4;
        let total = usize::from(u16::from_be_bytes([total0, total1]));
        if first >> 4 != 4 || header < 20 || (total != 0 && total < header) {
            return Err(Why::Lying);
        }
        if total != 0 {
            self.limit(total);
        }
        self.skip(header)?;
        let packet = &mut self.packet;
        packet.ether_type = IPV4;
        packet.source = Some(Address::V4([s0, s1, s2, s3]));
        packet.target = Some(Address::V4([t0, t1, t2, t3]));
        packet.protocol = protocol;
        packet.ip_id = u16::from_be_bytes([id0, id1]);
        packet.ttl = ttl;
        self.extensions = 0;
        let place = u16::from_be_bytes([piece0, piece1]);
        if place & 0x3fff != 0 {
            let (offset, more) = (u32::from(place & 0x1fff) * 8, place & 0x2000 != 0);
            packet.fragment = Some(Fragment { id: u32::from(packet.ip_id), offset, more });
            return Ok(Next::Done(Kind::Ip));
        }
        Ok(Next::Protocol(protocol))
    }

    /// An IPv6 header. A payload length of 0 is a jumbogram (RFC 2675) or an uncut frame: it goes to the end of what is around it.
    pub(super) fn ipv6(&mut self) -> Step {
        let [first, _, _, _, length0, length1, next, hops, addresses @ ..] = self.peek::<40>()?;
        let length = usize::from(u16::from_be_bytes([*length0, *length1]));
        if first >> 4 != 6 {
            return Err(Why::Lying);
        }
        if length != 0 || *next == NO_NEXT_HEADER {
            self.limit(length + 40);
        }
        self.skip(40)?;
        let packet = &mut self.packet;
        packet.ether_type = IPV6;
        packet.source = addresses.first_chunk().map(|source| Address::V6(*source));
        packet.target = addresses.last_chunk().map(|target| Address::V6(*target));
        packet.protocol = *next;
        packet.ip_id = 0;
        packet.ttl = *hops;
        self.extensions = 0;
        Ok(Next::Protocol(*next))
    }

    /// What follows an IP header or extension header whose protocol field is `protocol`.
    pub(super) fn protocol(&mut self, protocol: u8) -> Step {
        self.packet.protocol = protocol;
        match (protocol, self.within_ipv6()) {
            (6, _) => self.tcp(),
            (17, _) => self.udp(),
            (1, false) | (58, true) => Ok(Next::Done(Kind::Icmp)),
            (4, _) => self.enter_tunnel().map(|()| Next::Ipv4),
            (41, _) => self.enter_tunnel().map(|()| Next::Ipv6),
            (47, _) => self.gre(),
            (137, _) => self.mpls(),
            (0 | 43 | 60, true) => self.extension(8, 8),
            // RFC 4302 2.2: the length counts 4-byte words, less 2
            (51, _) => self.extension(8, 4),
            (44, true) => self.fragment_header(),
            _ => Ok(Next::Done(Kind::Ip)),
        }
    }

    pub(super) fn within_ipv6(&self) -> bool {
        matches!(self.packet.source, Some(Address::V6(_)))
    }

    fn count_extension(&mut self) -> Result<(), Why> {
        self.extensions += 1;
        if self.extensions > NESTED_MOST {
            return Err(Why::Nested);
        }
        Ok(())
    }

    /// An extension header of `fixed` bytes and `unit` bytes for each of its length field's count.
    fn extension(&mut self, fixed: usize, unit: usize) -> Step {
        self.count_extension()?;
        let &[next, length] = self.peek::<2>()?;
        self.skip(fixed + usize::from(length) * unit)?;
        Ok(Next::Protocol(next))
    }

    /// RFC 8200 4.5. RFC 6946: a fragment that is the whole datagram is read as if it had no such header.
    fn fragment_header(&mut self) -> Step {
        self.count_extension()?;
        let [next, _, place0, place1, id @ ..] = self.take::<8>()?;
        let place = u16::from_be_bytes([place0, place1]);
        let (offset, more) = (u32::from(place & 0xfff8), place & 1 != 0);
        self.packet.protocol = next;
        if offset == 0 && !more {
            return Ok(Next::Protocol(next));
        }
        self.packet.fragment = Some(Fragment { id: u32::from_be_bytes(id), offset, more });
        Ok(Next::Done(Kind::Ip))
    }
}
