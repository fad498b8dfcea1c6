//! A pcapng interface: its link type and its clock.

use super::super::order::Order;
use super::super::TIMES_NS;
use super::options::Options;

/// \[PCAPNG\] 4.2, table 3: option codes of an Interface Description Block.
const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;

pub(super) struct Interface {
    pub(super) link: u16,
    /// The snap length; 0 is none.
    pub(super) snap: u32,
    clock: Clock,
    offset_ns: i128,
    /// Packets lost so far, as its statistics blocks say: they count from the start of the capture.
    pub(super) dropped: u64,
}

impl Interface {
    /// \[PCAPNG\] 4.2: the body of an Interface Description Block; `None` where it is shorter than its fixed part.
    pub(super) fn read(order: Order, body: &[u8]) -> Option<Interface> {
        let link = order.u16(body, 0)?;
        let snap = order.u32(body, 4)?;
        let mut interface = Interface { link, snap, clock: Clock::Times(1_000), offset_ns: 0, dropped: 0 };
        for (code, value) in Options::new(order, body.get(8..)?) {
            match (code, value.first()) {
                (IF_TSRESOL, Some(&resolution)) => interface.clock = Clock::of(resolution),
                (IF_TSOFFSET, _) => {
                    if let Some(seconds) = order.u64(value, 0) {
                        interface.offset_ns = i128::from(seconds as i64) * 1_000_000_000;
                    }
                }
                _ => {}
            }
        }
        Some(interface)
    }

    /// A timestamp in nanoseconds since 1970; one that is not in `TIMES_NS` is the nearest that is.
    #[inline]
    pub(super) fn seen_ns(&self, high: u32, low: u32) -> i64 {
        let ticks = u128::from(high) << 32 | u128::from(low);
        // At most 2^64 * 10^9 < 2^94, and the offset is below 2^94 too: no overflow.
        let ns = self.clock.nanoseconds(ticks).wrapping_add(self.offset_ns);
        let nearest = ns.clamp(i128::from(*TIMES_NS.start()), i128::from(*TIMES_NS.end()));
        nearest as i64 // both bounds are
    }
}

/// How many nanoseconds a tick is. \[PCAPNG\] 4.2, if_tsresol: a power of ten, or of two where the highest bit is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    Times(u32),
    DividedBy(u128),
    /// Ticks of 2^-n seconds.
    Binary(u32),
}

impl Clock {
    fn of(resolution: u8) -> Clock {
        let power = u32::from(resolution & 0x7f);
        if resolution & 0x80 != 0 {
            return Clock::Binary(power);
        }
        match 9u32.checked_sub(power) {
            Some(more) => Clock::Times(10u32.saturating_pow(more)),
            None => Clock::DividedBy(10u128.saturating_pow(power.saturating_sub(9))),
        }
    }

    #[inline]
    fn nanoseconds(self, ticks: u128) -> i128 {
        let ns = match self {
            Clock::Times(factor) => ticks.wrapping_mul(u128::from(factor)),
            Clock::DividedBy(divisor) => ticks.checked_div(divisor).unwrap_or(0),
            Clock::Binary(power) => ticks.wrapping_mul(1_000_000_000).checked_shr(power).unwrap_or(0),
        };
        ns as i128
    }
}
