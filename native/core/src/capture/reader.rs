//! One capture stream, whatever its format.

use std::io::Read;
use std::ops::Range;

use super::compression::unpack;
use super::cut::Cut;
use super::error::CaptureError;
use super::pcap::Pcap;
use super::pcapng::Pcapng;
use super::statistics::Statistics;
use super::stream::Stream;
use super::Record;

/// A packet that a format has found in the stream's window.
pub(super) struct Found {
    pub(super) seen_ns: i64,
    pub(super) link: u16,
    pub(super) wire_length: u32,
    pub(super) data: Range<usize>,
}

/// What a format comes to next.
pub(super) enum Step {
    Packet(Found),
    End,
    Cut(Cut),
}

enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
    /// The end was reached or the capture is cut: there is nothing more.
    Over,
}

/// A capture that is read once, from front to back.
pub struct Capture {
    stream: Stream,
    format: Format,
    /// See [`link`](Self::link); kept when the format is over.
    link: u16,
    cut: Option<Cut>,
    statistics: Statistics,
    /// Packets before the first one of this stream: numbers go on behind them.
    before: u64,
}

impl Capture {
    /// Reads the capture's header, and no more than the source gives with it.
    pub fn open(source: Box<dyn Read + Send>) -> Result<Capture, CaptureError> {
        let (source, packed) = unpack(source)?;
        let mut stream = Stream::new(source);
        let mut statistics = Statistics::default();
        if let Some(pcap) = Pcap::open(&mut stream)? {
            statistics.sections = 1;
            statistics.interfaces = 1;
            let link = pcap.link;
            return Ok(Capture { stream, format: Format::Pcap(pcap), link, cut: None, statistics, before: 0 });
        }
        if let Some(pcapng) = Pcapng::open(&mut stream, &mut statistics)? {
            return Ok(Capture { stream, format: Format::Pcapng(pcapng), link: 0, cut: None, statistics, before: 0 });
        }
        stream.need(8)?;
        if packed.is_some() && (stream.is_broken() || stream.ahead().is_empty() && !stream.is_at_end()) {
            return Err(CaptureError::Header { format: "capture", cut: stream.cut("file header", 24) });
        }
        Err(CaptureError::NotACapture { first: stream.ahead().iter().take(8).copied().collect(), packed })
    }

    /// Numbers the packets as those that follow `before` others: the capture goes on where another one ended.
    pub fn number_after(&mut self, before: u64) {
        self.before = before;
    }

    /// The next packet, where it is as nearly all are in a file: whole and at hand. `None` says nothing; [`next`](Self::next) goes on.
    #[inline(always)]
    pub fn usual(&mut self) -> Option<Record<'_>> {
        let Format::Pcap(pcap) = &self.format else { return None };
        let (found, total) = pcap.usual(self.stream.ahead())?;
        Some(self.hand_out_ahead(found, total))
    }

    /// The next packet; `None` at the end, and where the capture is cut or damaged ([`cut`](Self::cut) tells which).
    #[allow(clippy::should_implement_trait)] // a record borrows from the capture; an iterator's items cannot
    pub fn next(&mut self) -> Result<Option<Record<'_>>, CaptureError> {
        let step = match &mut self.format {
            Format::Pcap(pcap) => pcap.next(&mut self.stream, &mut self.statistics),
            Format::Pcapng(pcapng) => pcapng.next(&mut self.stream, &mut self.statistics),
            Format::Over => return Ok(None),
        };
        match step? {
            Step::Packet(found) => Ok(Some(self.hand_out(found))),
            Step::End => Ok(self.finish(None)),
            Step::Cut(cut) => Ok(self.finish(Some(cut))),
        }
    }

    #[inline(always)]
    fn hand_out(&mut self, found: Found) -> Record<'_> {
        let Found { seen_ns, link, wire_length, data } = found;
        let data = self.stream.slice(data);
        self.statistics.packets = self.statistics.packets.wrapping_add(1);
        self.statistics.packet_bytes = self.statistics.packet_bytes.wrapping_add(data.len() as u64);
        Record { number: self.before.wrapping_add(self.statistics.met()), seen_ns, link, wire_length, data }
    }

    /// A packet whose place is counted from what is ahead.
    #[inline(always)]
    fn hand_out_ahead(&mut self, found: Found, total: usize) -> Record<'_> {
        let start = self.stream.take(total).start;
        let data = start.wrapping_add(found.data.start)..start.wrapping_add(found.data.end);
        self.hand_out(Found { data, ..found })
    }

    #[cold]
    fn finish(&mut self, cut: Option<Cut>) -> Option<Record<'_>> {
        self.link = self.link();
        self.cut = cut;
        self.format = Format::Over;
        None
    }

    /// Where and why the capture could not be read to its end; `None` as long as it could.
    pub fn cut(&self) -> Option<&Cut> {
        self.cut.as_ref()
    }

    /// What was read so far.
    pub fn statistics(&self) -> Statistics {
        Statistics { stream_bytes: self.stream.at(), ..self.statistics }
    }

    /// The link type that the header names, before any packet: of a pcap file its own, of pcapng the first interface met so far, else 0.
    pub(super) fn link(&self) -> u16 {
        match &self.format {
            Format::Pcapng(pcapng) => pcapng.first_link().unwrap_or(self.link),
            _ => self.link,
        }
    }
}
