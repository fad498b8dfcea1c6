//! The block-structured capture format.
//!
//! **Standards**: \[PCAPNG\] draft-ietf-opsawg-pcapng-02:2024, "PCAP Now Generic (pcapng) Capture File Format".
//! **Not read**: names, decryption secrets, process information and custom blocks (passed over and counted); section lengths (the blocks
//! say the same); the FCS that some interfaces keep at the end of a frame stays in the data.

mod interface;
mod options;

use super::cut::{Cut, Why};
use super::error::CaptureError;
use super::order::Order;
use super::reader::{Found, Step};
use super::statistics::Statistics;
use super::stream::Stream;
use super::{LONGEST_BELIEVED, LONGEST_RECORD};
use interface::Interface;
use options::Options;

/// \[PCAPNG\] 10.1: block types.
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// \[PCAPNG\] 3.1: type, length, and the length again at the end.
const EMPTY_BLOCK: u32 = 12;
/// \[PCAPNG\] 4.1: byte-order magic.
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// \[PCAPNG\] 4.3, 4.6: option codes of packet and statistics blocks.
const EPB_DROPCOUNT: u16 = 4;
const ISB_IFDROP: u16 = 5;
const ISB_OSDROP: u16 = 7;
/// What a drop count of an obsolete Packet Block says where it is not known.
const DROPS_UNKNOWN: u16 = 0xffff;
/// Interfaces of one section that are kept; nobody has as many, and a file of nothing else must not fill the memory.
pub(super) const MOST_INTERFACES: usize = 65_536;

pub(super) struct Pcapng {
    order: Order,
    interfaces: Vec<Interface>,
    /// The time of the latest packet that had one.
    latest_ns: i64,
}

/// A block whose frame is sound. It begins at the front of the window and is `length` long.
struct Block {
    kind: u32,
    length: usize,
}

/// What a block was.
enum Turn {
    Packet(Found),
    Passed,
    Broken(Cut),
}

impl Pcapng {
    /// Reads the first section header; `None` where the stream does not begin with one.
    pub(super) fn open(stream: &mut Stream, statistics: &mut Statistics) -> Result<Option<Pcapng>, CaptureError> {
        stream.need(4)?;
        if Order::Little.u32(stream.ahead(), 0) != Some(SECTION_HEADER) {
            return Ok(None);
        }
        let mut pcapng = Pcapng { order: Order::Little, interfaces: Vec::new(), latest_ns: 0 };
        match pcapng.section(stream, statistics)? {
            Some(cut) => Err(CaptureError::Header { format: "pcapng", cut }),
            None => Ok(Some(pcapng)),
        }
    }

    pub(super) fn first_link(&self) -> Option<u16> {
        self.interfaces.first().map(|interface| interface.link)
    }

    pub(super) fn next(&mut self, stream: &mut Stream, statistics: &mut Statistics) -> Result<Step, CaptureError> {
        loop {
            match self.turn(stream, statistics)? {
                Some(Turn::Packet(found)) => return Ok(Step::Packet(found)),
                Some(Turn::Passed) => {}
                Some(Turn::Broken(cut)) => return Ok(Step::Cut(cut)),
                None => return Ok(Step::End),
            }
        }
    }

    /// The next block, or `None` at the end.
    #[inline]
    fn turn(&mut self, stream: &mut Stream, statistics: &mut Statistics) -> Result<Option<Turn>, CaptureError> {
        stream.need(8)?;
        let (Some(kind), Some(length)) = (self.order.u32(stream.ahead(), 0), self.order.u32(stream.ahead(), 4)) else {
            let cut = Turn::Broken(stream.cut("block header", 8));
            return Ok(if stream.is_at_end() { None } else { Some(cut) });
        };
        let turn = match kind {
            ENHANCED_PACKET | OBSOLETE_PACKET | SIMPLE_PACKET | INTERFACE_DESCRIPTION | INTERFACE_STATISTICS => {
                match whole(self.order, stream, length)? {
                    Some(cut) => Turn::Broken(cut),
                    None => self.read(stream, &Block { kind, length: length as usize }, statistics),
                }
            }
            SECTION_HEADER => self.section(stream, statistics)?.map_or(Turn::Passed, Turn::Broken),
            _ => self.pass(stream, length, statistics)?,
        };
        Ok(Some(turn))
    }

    /// A block that is whole in the window.
    #[inline]
    fn read(&mut self, stream: &mut Stream, block: &Block, statistics: &mut Statistics) -> Turn {
        let body = stream.ahead().get(8..block.length.saturating_sub(4)).unwrap_or_default();
        let read = match block.kind {
            ENHANCED_PACKET => self.enhanced_packet(body, statistics),
            OBSOLETE_PACKET => self.obsolete_packet(body, statistics),
            SIMPLE_PACKET => self.simple_packet(body, statistics),
            INTERFACE_DESCRIPTION => self.interface(body, statistics),
            _ => self.drops(body, statistics),
        };
        let Some(read) = read else {
            return Turn::Broken(lying(stream, "block length", block.length as u64, "enough for the fields and the packet of its type"));
        };
        let range = stream.take(block.length);
        match read {
            Read::Packet(packet) => Turn::Packet(Found {
                seen_ns: packet.seen_ns,
                link: packet.link,
                wire_length: packet.original.max(packet.captured),
                data: packet.data_in(range.start),
            }),
            Read::Nothing => Turn::Passed,
        }
    }

    /// \[PCAPNG\] 4.3, Enhanced Packet Block: interface, time, the two lengths, data, options.
    #[inline]
    fn enhanced_packet(&mut self, body: &[u8], statistics: &mut Statistics) -> Option<Read> {
        let interface = self.order.u32(body, 0)? as usize;
        let read = self.packet(body, interface, statistics)?;
        let used = 20usize.saturating_add((self.order.u32(body, 12)? as usize).next_multiple_of(4));
        if body.len() > used {
            let drops = number(self.order, body.get(used..)?, EPB_DROPCOUNT);
            statistics.dropped_at_packets = statistics.dropped_at_packets.saturating_add(drops);
        }
        Some(read)
    }

    /// \[PCAPNG\] A, Packet Block (obsolete): as the enhanced one, but 16 bits of interface and 16 bits of drops before it.
    fn obsolete_packet(&mut self, body: &[u8], statistics: &mut Statistics) -> Option<Read> {
        let interface = usize::from(self.order.u16(body, 0)?);
        let drops = self.order.u16(body, 2)?;
        let read = self.packet(body, interface, statistics)?;
        if drops != DROPS_UNKNOWN {
            statistics.dropped_at_packets = statistics.dropped_at_packets.saturating_add(u64::from(drops));
        }
        Some(read)
    }

    /// What the two have in common; `None` where the packet is longer than its block.
    #[inline(always)]
    fn packet(&mut self, body: &[u8], interface: usize, statistics: &mut Statistics) -> Option<Read> {
        let (high, low) = (self.order.u32(body, 4)?, self.order.u32(body, 8)?);
        let (captured, original) = (self.order.u32(body, 12)?, self.order.u32(body, 16)?);
        if captured as usize > body.len().checked_sub(20)? {
            return None;
        }
        let Some(interface) = self.interfaces.get(interface) else { return Some(without_interface(statistics)) };
        if captured > LONGEST_RECORD {
            return Some(too_long(statistics));
        }
        self.latest_ns = interface.seen_ns(high, low);
        Some(Read::Packet(Packet { seen_ns: self.latest_ns, link: interface.link, captured, original, header: 28 }))
    }

    /// \[PCAPNG\] 4.4, Simple Packet Block: it is of the first interface, whose snap length says how much of it is there.
    fn simple_packet(&mut self, body: &[u8], statistics: &mut Statistics) -> Option<Read> {
        let original = self.order.u32(body, 0)?;
        let room = u32::try_from(body.len().checked_sub(4)?).ok()?;
        let Some(interface) = self.interfaces.first() else { return Some(without_interface(statistics)) };
        let captured = if interface.snap == 0 { original } else { original.min(interface.snap) };
        if captured > room {
            return None;
        }
        if captured > LONGEST_RECORD {
            return Some(too_long(statistics));
        }
        statistics.without_time = statistics.without_time.saturating_add(1);
        Some(Read::Packet(Packet { seen_ns: self.latest_ns, link: interface.link, captured, original, header: 12 }))
    }

    fn interface(&mut self, body: &[u8], statistics: &mut Statistics) -> Option<Read> {
        let interface = Interface::read(self.order, body)?;
        if self.interfaces.len() < MOST_INTERFACES {
            self.interfaces.push(interface);
            statistics.interfaces = statistics.interfaces.saturating_add(1);
        } else {
            statistics.skipped_blocks = statistics.skipped_blocks.saturating_add(1);
        }
        Some(Read::Nothing)
    }

    /// \[PCAPNG\] 4.6, Interface Statistics Block: what the interface and the system lost since the capture began.
    fn drops(&mut self, body: &[u8], statistics: &mut Statistics) -> Option<Read> {
        let interface = self.order.u32(body, 0)? as usize;
        let list = body.get(12..)?;
        let lost = number(self.order, list, ISB_IFDROP).saturating_add(number(self.order, list, ISB_OSDROP));
        if let Some(interface) = self.interfaces.get_mut(interface) {
            let more = lost.saturating_sub(interface.dropped);
            interface.dropped = interface.dropped.max(lost);
            statistics.dropped_by_interface = statistics.dropped_by_interface.saturating_add(more);
        }
        Some(Read::Nothing)
    }

    /// \[PCAPNG\] 4.1, Section Header Block: a new byte order, and no interfaces yet. Says where it is cut.
    fn section(&mut self, stream: &mut Stream, statistics: &mut Statistics) -> Result<Option<Cut>, CaptureError> {
        if !stream.need(12)? {
            return Ok(Some(stream.cut("section header", 28)));
        }
        let orders = [Order::Little, Order::Big];
        let Some(order) = orders.into_iter().find(|order| order.u32(stream.ahead(), 8) == Some(BYTE_ORDER)) else {
            let have = Order::Big.u32(stream.ahead(), 8).unwrap_or_default();
            return Ok(Some(lying(stream, "byte-order magic", u64::from(have), "0x1a2b3c4d (439041101) in either order")));
        };
        let length = order.u32(stream.ahead(), 4).unwrap_or_default();
        if let Some(cut) = whole(order, stream, length)? {
            return Ok(Some(cut));
        }
        if length < 28 {
            return Ok(Some(lying(stream, "section header length", u64::from(length), "28 or more")));
        }
        let major = order.u16(stream.ahead(), 12).unwrap_or_default();
        let minor = order.u16(stream.ahead(), 14).unwrap_or_default();
        // [PCAPNG] 4.1: 1.0; readers take 1.2, which some wrote, as the same.
        if major != 1 || (minor != 0 && minor != 2) {
            return Err(CaptureError::Version { format: "pcapng", major, minor });
        }
        stream.take(length as usize);
        self.order = order;
        self.interfaces.clear();
        statistics.sections = statistics.sections.saturating_add(1);
        Ok(None)
    }

    /// A block that is not read: its frame is checked all the same, for a lie in it is the sign of damage.
    fn pass(&self, stream: &mut Stream, length: u32, statistics: &mut Statistics) -> Result<Turn, CaptureError> {
        if let Some(cut) = impossible(stream, length) {
            return Ok(Turn::Broken(cut));
        }
        let at = stream.at();
        stream.skip(u64::from(length).saturating_sub(4))?;
        if !stream.need(4)? {
            return Ok(Turn::Broken(stream.cut_since(at, "block", u64::from(length))));
        }
        let again = self.order.u32(stream.ahead(), 0).unwrap_or_default();
        if again != length {
            return Ok(Turn::Broken(differs(stream.at(), length, again)));
        }
        stream.take(4);
        statistics.skipped_blocks = statistics.skipped_blocks.saturating_add(1);
        Ok(Turn::Passed)
    }
}

/// What the body of a block held.
enum Read {
    Packet(Packet),
    Nothing,
}

struct Packet {
    seen_ns: i64,
    link: u16,
    captured: u32,
    original: u32,
    /// Where in its block the data begin.
    header: usize,
}

impl Packet {
    #[inline(always)]
    fn data_in(&self, block: usize) -> std::ops::Range<usize> {
        let start = block.wrapping_add(self.header);
        start..start.wrapping_add(self.captured as usize)
    }
}

/// Brings a block into the window, whole. Says where it is cut, or what of its frame cannot be.
#[inline]
fn whole(order: Order, stream: &mut Stream, length: u32) -> Result<Option<Cut>, CaptureError> {
    if length < EMPTY_BLOCK || length % 4 != 0 || length > LONGEST_BELIEVED {
        return Ok(impossible(stream, length).or_else(|| Some(lying(stream, "block length", u64::from(length), "1048576 at most"))));
    }
    if !stream.need(length as usize)? {
        return Ok(Some(stream.cut("block", u64::from(length))));
    }
    let trailer = (length as usize).saturating_sub(4);
    match order.u32(stream.ahead(), trailer) {
        Some(again) if again == length => Ok(None),
        again => Ok(Some(differs(stream.at().saturating_add(trailer as u64), length, again.unwrap_or_default()))),
    }
}

/// \[PCAPNG\] 3.1: a block is 12 bytes at least, and a multiple of 4.
fn impossible(stream: &Stream, length: u32) -> Option<Cut> {
    let sound = length >= EMPTY_BLOCK && length % 4 == 0;
    (!sound).then(|| lying(stream, "block length", u64::from(length), "12 or more, a multiple of 4"))
}

fn differs(at: u64, length: u32, again: u32) -> Cut {
    let why = Why::Lying { allowed: "the length at the block's beginning" };
    Cut { at, what: "length at a block's end", needed: u64::from(again), had: u64::from(length), why }
}

fn lying(stream: &Stream, what: &'static str, have: u64, allowed: &'static str) -> Cut {
    Cut { at: stream.at(), what, needed: have, had: u64::from(LONGEST_BELIEVED), why: Why::Lying { allowed } }
}

#[cold]
fn without_interface(statistics: &mut Statistics) -> Read {
    statistics.without_interface = statistics.without_interface.saturating_add(1);
    Read::Nothing
}

#[cold]
fn too_long(statistics: &mut Statistics) -> Read {
    statistics.too_long = statistics.too_long.saturating_add(1);
    Read::Nothing
}

/// The 64-bit number that an option holds; 0 where it is not there.
fn number(order: Order, list: &[u8], wanted: u16) -> u64 {
    Options::new(order, list).find(|(code, _)| *code == wanted).and_then(|(_, value)| order.u64(value, 0)).unwrap_or(0)
}
