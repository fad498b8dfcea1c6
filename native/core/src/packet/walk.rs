//! The walk through a frame's layers: what is left of the frame, what its lengths promise, and which layer comes next.

use super::{Kind, Packet, Why};

/// How many tunnels, tags of one Ethernet header, labels of one stack or extension headers of one IP header are followed.
pub(super) const NESTED_MOST: u8 = 8;

/// The layer that comes next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    Ethernet,
    EtherType(u16),
    Ipv4,
    Ipv6,
    Protocol(u8),
    Done(Kind),
}

pub(super) type Step = Result<Next, Why>;

/// A place in a frame. `rest` is what is left of the innermost layer that has a length; `missing` is how far that length reaches beyond it.
pub(super) struct Walk<'a> {
    pub(super) rest: &'a [u8],
    pub(super) packet: Packet,
    /// Tags read of this Ethernet header, and whether one of them named a VLAN.
    pub(super) tags: u8,
    pub(super) tagged: bool,
    /// Extension headers read of this IP header.
    pub(super) extensions: u8,
    frame_length: usize,
    /// The frame's bytes behind `rest`.
    behind: usize,
    missing: usize,
    /// A length field has said where the layer ends.
    bounded: bool,
}

/// The packet in a frame of LINKTYPE `link`.
pub(super) fn from_link(link: u16, frame: &[u8]) -> Packet {
    let mut walk = Walk::new(Packet::EMPTY, frame);
    let first = walk.link(link);
    walk.run(first)
}

/// The packet in the payload of a whole datagram.
pub(super) fn from_payload(packet: &Packet, payload: &[u8]) -> Packet {
    let mut walk = Walk::new(Packet { fragment: None, ..*packet }, payload);
    walk.limit(payload.len());
    walk.run(Ok(Next::Protocol(packet.protocol)))
}

impl<'a> Walk<'a> {
    fn new(packet: Packet, frame: &'a [u8]) -> Self {
        Walk {
            rest: frame,
            packet,
            tags: 0,
            tagged: false,
            extensions: 0,
            frame_length: frame.len(),
            behind: 0,
            missing: 0,
            bounded: false,
        }
    }

    fn run(mut self, first: Step) -> Packet {
        let mut step = first;
        let kind = loop {
            step = match step {
                Ok(Next::Ethernet) => self.ethernet(),
                Ok(Next::EtherType(ether_type)) => self.ether_type(ether_type),
                Ok(Next::Ipv4) => self.ipv4(),
                Ok(Next::Ipv6) => self.ipv6(),
                Ok(Next::Protocol(protocol)) => self.protocol(protocol),
                Ok(Next::Done(kind)) => break kind,
                Err(why) => break Kind::Unread(why),
            };
        };
        self.packet.kind = kind;
        self.packet.start = self.frame_length.saturating_sub(self.behind).saturating_sub(self.rest.len()) as u32;
        self.packet.length = self.rest.len() as u32;
        self.packet.missing = self.missing as u32;
        self.packet
    }

    /// The next `N` bytes, taken.
    #[inline]
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], Why> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.short(N))?;
        self.rest = rest;
        Ok(*head)
    }

    /// The next `N` bytes, left where they are.
    #[inline]
    pub(super) fn peek<const N: usize>(&self) -> Result<&'a [u8; N], Why> {
        self.rest.first_chunk::<N>().ok_or_else(|| self.short(N))
    }

    /// Take `length` bytes without a look at them.
    #[inline]
    pub(super) fn skip(&mut self, length: usize) -> Result<(), Why> {
        self.rest = self.rest.get(length..).ok_or_else(|| self.short(length))?;
        Ok(())
    }

    /// Why `length` bytes are not there: the capture lacks them, or a length field leaves no room for them.
    fn short(&self, length: usize) -> Why {
        if self.bounded && length > self.rest.len().saturating_add(self.missing) {
            Why::Lying
        } else {
            Why::Cut
        }
    }

    /// A length field says that the layer from here on has `length` bytes: what follows is padding, what is not there is missing. A layer
    /// that promises more than the one around it is clipped in the same way: a mirror may cut the frames it copies.
    #[inline]
    pub(super) fn limit(&mut self, length: usize) {
        self.bounded = true;
        match self.rest.split_at_checked(length) {
            Some((layer, padding)) => {
                self.rest = layer;
                self.behind = self.behind.saturating_add(padding.len());
                self.missing = 0;
            }
            None => self.missing = length.saturating_sub(self.rest.len()),
        }
    }

    /// Whether `length` bytes are within what the lengths around them promise.
    pub(super) fn fits(&self, length: usize) -> bool {
        !self.bounded || length <= self.rest.len().saturating_add(self.missing)
    }

    /// One more tunnel is taken off.
    pub(super) fn enter_tunnel(&mut self) -> Result<(), Why> {
        if self.packet.tunnels >= NESTED_MOST {
            return Err(Why::Nested);
        }
        self.packet.tunnels += 1;
        Ok(())
    }

    /// IPv4 or IPv6, as the version nibble says.
    pub(super) fn ip_by_version(&self) -> Step {
        match self.peek::<1>()? {
            [0x40..=0x4f] => Ok(Next::Ipv4),
            [0x60..=0x6f] => Ok(Next::Ipv6),
            _ => Err(Why::Lying),
        }
    }
}
