//! The classic capture format: one header, then packet records.
//!
//! **Standards**: \[PCAP\] draft-ietf-opsawg-pcap-04:2024, "PCAP Capture File Format". The modified format (magic 0xa1b2cd34) and the
//! order of the two lengths before version 2.4 are from libpcap's documentation and its savefile reader, 2024.
//! **Not read**: the FCS that some captures keep at the end of a frame stays in the data.

use super::cut::{Cut, Why};
use super::error::CaptureError;
use super::order::Order;
use super::reader::{Found, Step};
use super::statistics::Statistics;
use super::stream::Stream;
use super::{LONGEST_BELIEVED, LONGEST_RECORD};

/// \[PCAP\] 4: the file header's length.
const FILE_HEADER: usize = 24;
/// \[PCAP\] 5: timestamp in two words, captured length, original length.
const RECORD_HEADER: usize = 16;
/// The modified format adds interface index, protocol, packet type and padding.
const MODIFIED_HEADER: usize = 24;

/// Magic as it reads in the file's own order, nanoseconds of one unit of the fraction, length of a record header.
const VARIANTS: [(u32, u32, usize); 3] =
    [(0xa1b2_c3d4, 1_000, RECORD_HEADER), (0xa1b2_3c4d, 1, RECORD_HEADER), (0xa1b2_cd34, 1_000, MODIFIED_HEADER)];

/// Which of the two lengths of a record comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lengths {
    /// \[PCAP\] 5, version 2.4: captured, original.
    CapturedFirst,
    /// Versions before 2.3: original, captured.
    OriginalFirst,
    /// Version 2.3 was written both ways; a packet is never longer in the file than it was on the wire.
    SmallerIsCaptured,
}

pub(super) struct Pcap {
    order: Order,
    unit_ns: u32,
    header: usize,
    lengths: Lengths,
    pub(super) link: u16,
    /// Little-endian, version 2.4, without the modified header.
    is_usual: bool,
}

/// The variant whose magic these bytes begin with.
fn variant(bytes: &[u8]) -> Option<(Order, u32, usize)> {
    [Order::Little, Order::Big].into_iter().find_map(|order| {
        let magic = order.u32(bytes, 0)?;
        VARIANTS.iter().find(|known| known.0 == magic).map(|&(_, unit_ns, header)| (order, unit_ns, header))
    })
}

impl Pcap {
    /// Reads the file header; `None` where the stream does not begin with a pcap magic.
    pub(super) fn open(stream: &mut Stream) -> Result<Option<Pcap>, CaptureError> {
        stream.need(4)?;
        let Some((order, unit_ns, header)) = variant(stream.ahead()) else { return Ok(None) };
        stream.need(FILE_HEADER)?;
        let Some(fields) = fields(order, stream.ahead()) else {
            return Err(CaptureError::Header { format: "pcap", cut: stream.cut("file header", FILE_HEADER as u64) });
        };
        let (major, minor, link) = fields;
        let lengths = match (major, minor) {
            (2, 0..=2) => Lengths::OriginalFirst,
            (2, 3) => Lengths::SmallerIsCaptured,
            (2, 4) => Lengths::CapturedFirst,
            _ => return Err(CaptureError::Version { format: "pcap", major, minor }),
        };
        stream.take(FILE_HEADER);
        let is_usual = order == Order::Little && header == RECORD_HEADER && lengths == Lengths::CapturedFirst;
        Ok(Some(Pcap { order, unit_ns, header, lengths, link, is_usual }))
    }

    /// The packet at the front of `ahead`, with the length of its record, where it is as nearly all are: of the usual byte order and
    /// version, whole, neither empty nor long. What is not found here is for [`next`](Self::next).
    #[inline(always)]
    pub(super) fn usual(&self, ahead: &[u8]) -> Option<(Found, usize)> {
        if !self.is_usual {
            return None;
        }
        let (&[s0, s1, s2, s3, f0, f1, f2, f3, c0, c1, c2, c3, o0, o1, o2, o3], rest) = ahead.split_first_chunk::<RECORD_HEADER>()?;
        let captured = u32::from_le_bytes([c0, c1, c2, c3]);
        if captured.wrapping_sub(1) >= LONGEST_RECORD || captured as usize > rest.len() {
            return None;
        }
        let seconds = i64::from(u32::from_le_bytes([s0, s1, s2, s3]));
        let fraction = i64::from(u32::from_le_bytes([f0, f1, f2, f3]));
        let seen_ns = (seconds * 1_000_000_000).wrapping_add(fraction * i64::from(self.unit_ns));
        let wire_length = u32::from_le_bytes([o0, o1, o2, o3]).max(captured);
        let total = RECORD_HEADER + captured as usize;
        Some((Found { seen_ns, link: self.link, wire_length, data: RECORD_HEADER..total }, total))
    }

    pub(super) fn next(&mut self, stream: &mut Stream, statistics: &mut Statistics) -> Result<Step, CaptureError> {
        loop {
            stream.need(self.header)?;
            let Some(record) = self.record(stream.ahead()) else { return Ok(self.end(stream)) };
            if !record.is_plausible() {
                match self.pass(stream, &record, statistics)? {
                    Some(step) => return Ok(step),
                    None => continue,
                }
            }
            let total = self.header.wrapping_add(record.captured as usize);
            if !stream.need(total)? {
                return Ok(Step::Cut(stream.cut("packet record", total as u64)));
            }
            let range = stream.take(total);
            return Ok(Step::Packet(Found {
                seen_ns: record.seen_ns,
                link: self.link,
                wire_length: record.original.max(record.captured),
                data: range.start.wrapping_add(self.header)..range.end,
            }));
        }
    }

    /// The record header at the front of `ahead`, or `None` where it is not whole.
    fn record(&self, ahead: &[u8]) -> Option<RecordHeader> {
        let bytes = ahead.get(..self.header)?.first_chunk::<RECORD_HEADER>()?;
        let seconds = self.order.u32(bytes, 0)?;
        let fraction = self.order.u32(bytes, 4)?;
        let (captured, original) = (self.order.u32(bytes, 8)?, self.order.u32(bytes, 12)?);
        let (captured, original) = match self.lengths {
            Lengths::CapturedFirst => (captured, original),
            Lengths::OriginalFirst => (original, captured),
            Lengths::SmallerIsCaptured => (captured.min(original), captured.max(original)),
        };
        // Two 32-bit numbers times at most 10^9 fit: the sum is below 2^62.
        let seen_ns = (i64::from(seconds) * 1_000_000_000).wrapping_add(i64::from(fraction) * i64::from(self.unit_ns));
        Some(RecordHeader { seen_ns, captured, original })
    }

    /// A record that is empty or long: handed out, passed over, or damage.
    #[cold]
    fn pass(&self, stream: &mut Stream, record: &RecordHeader, statistics: &mut Statistics) -> Result<Option<Step>, CaptureError> {
        if record.captured > LONGEST_BELIEVED {
            return Ok(Some(lying(stream, "captured length", record.captured, "0 to 1048576")));
        }
        if record.captured > LONGEST_RECORD {
            let total = u64::from(record.captured).saturating_add(self.header as u64);
            let at = stream.at();
            if stream.skip(total)? < total {
                return Ok(Some(Step::Cut(stream.cut_since(at, "packet record", total))));
            }
            statistics.too_long = statistics.too_long.saturating_add(1);
            return Ok(None);
        }
        if record.original == 0 && record.seen_ns == 0 {
            return Ok(Some(lying(stream, "packet record of zeros", 0, "a time or a length")));
        }
        let end = stream.take(self.header).end;
        Ok(Some(Step::Packet(Found { seen_ns: record.seen_ns, link: self.link, wire_length: record.original, data: end..end })))
    }

    #[cold]
    fn end(&self, stream: &Stream) -> Step {
        if stream.is_at_end() {
            return Step::End;
        }
        Step::Cut(stream.cut("record header", self.header as u64))
    }
}

struct RecordHeader {
    seen_ns: i64,
    captured: u32,
    original: u32,
}

impl RecordHeader {
    /// Not empty and not too long; the rest is looked at more closely.
    fn is_plausible(&self) -> bool {
        self.captured.wrapping_sub(1) < LONGEST_RECORD
    }
}

/// \[PCAP\] 4: major and minor version, and the link type, which is the low half of the last word.
fn fields(order: Order, header: &[u8]) -> Option<(u16, u16, u16)> {
    let link = order.u32(header, 20)?;
    Some((order.u16(header, 4)?, order.u16(header, 6)?, (link & 0xffff) as u16))
}

fn lying(stream: &Stream, what: &'static str, have: u32, allowed: &'static str) -> Step {
    let why = Why::Lying { allowed };
    Step::Cut(Cut { at: stream.at(), what, needed: u64::from(have), had: u64::from(LONGEST_BELIEVED), why })
}
