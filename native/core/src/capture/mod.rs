//! Where packets come from: capture files, standard input, a live interface.
//!
//! Bytes in, records out: `Capture` takes anything that can be read, once, from front to back, and hands out one [`Record`] at a time.
//! It opens nothing and seeks nowhere, so a pipe is as good as a file. A capture that ends in the middle of a packet, or whose lengths
//! lie, is read up to there; [`Capture::cut`] then says where and why.

mod compression;
mod cut;
mod error;
mod order;
mod pcap;
mod pcapng;
mod peek;
mod reader;
mod statistics;
mod stream;

#[cfg(test)]
mod tests;

pub use cut::{Cut, Why};
pub use error::CaptureError;
pub use peek::{peek, Peek};
pub use reader::Capture;
pub use statistics::Statistics;

/// The longest packet that is handed out: the snap length that capture programs set when told to take everything.
pub const LONGEST_RECORD: u32 = 256 * 1024;

/// The longest packet that is believed to be one (it is skipped and counted); a length beyond it is damage, and the reading ends there.
pub const LONGEST_BELIEVED: u32 = 1024 * 1024;

/// The times that packets have, 1823 to 2116: a time beyond is the nearest of them, so that the difference of any two is a number, too.
pub const TIMES_NS: std::ops::RangeInclusive<i64> = -(1 << 62)..=(1 << 62) - 1;

/// One captured packet. `number` counts from 1 within its file; `seen_ns` is UTC, one of `TIMES_NS`; `link` is the LINKTYPE of its interface.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    pub number: u64,
    pub seen_ns: i64,
    pub link: u16,
    /// How long the packet was on the wire; `data` may be shorter (snap length).
    pub wire_length: u32,
    pub data: &'a [u8],
}
