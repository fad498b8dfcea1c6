//! TCP and UDP headers.
//!
//! Standards: RFC 9293 3.1, RFC 768, RFC 2675 4 (a UDP length of 0).

use super::walk::{Next, Step, Walk};
use super::{Kind, Why};

/// VXLAN's registered port (RFC 7348) and the one that Linux used before.
const VXLAN: [u16; 2] = [4789, 8472];

impl Walk<'_> {
    pub(super) fn tcp(&mut self) -> Step {
        let &[s0, s1, t0, t1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, _, _, _, _, _, _] = self.peek::<20>()?;
        let header = usize::from(offset >> 4) * 4;
        if header < 20 {
            return Err(Why::Lying);
        }
        self.skip(header)?;
        Ok(Next::Done(Kind::Tcp {
            source: u16::from_be_bytes([s0, s1]),
            target: u16::from_be_bytes([t0, t1]),
            sequence: u32::from_be_bytes([q0, q1, q2, q3]),
            acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
            flags,
        }))
    }

    /// A UDP header; its length must not reach beyond the IP packet, and what is behind it is no payload.
    pub(super) fn udp(&mut self) -> Step {
        let &[s0, s1, t0, t1, length0, length1, _, _] = self.peek::<8>()?;
        let length = usize::from(u16::from_be_bytes([length0, length1]));
        let jumbo = length == 0 && self.within_ipv6();
        if !jumbo {
            if length < 8 || !self.fits(length) {
                return Err(Why::Lying);
            }
            self.limit(length);
        }
        self.skip(8)?;
        let (source, target) = (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([t0, t1]));
        if VXLAN.contains(&target) {
            if let Some(next) = self.vxlan()? {
                return Ok(next);
            }
        }
        Ok(Next::Done(Kind::Udp { source, target }))
    }
}
