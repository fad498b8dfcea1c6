//! One capture of each variant, with what must come out of it.

use super::read::Taken;
use super::write::*;
use crate::capture::order::Order;

pub struct Case {
    pub name: String,
    pub bytes: Vec<u8>,
    pub records: Vec<Taken>,
    /// Offsets at which a capture may end without being cut.
    pub boundaries: Vec<usize>,
    /// For each record, the offset behind it.
    pub ends: Vec<usize>,
}

impl Case {
    fn new(name: String, header: Vec<u8>) -> Case {
        Case { name, boundaries: vec![header.len()], bytes: header, records: Vec::new(), ends: Vec::new() }
    }

    fn part(&mut self, bytes: Vec<u8>) {
        self.bytes.extend(bytes);
        self.boundaries.push(self.bytes.len());
    }

    fn record(&mut self, bytes: Vec<u8>, seen_ns: i64, link: u16, wire_length: u32, data: &[u8]) {
        self.part(bytes);
        self.ends.push(self.bytes.len());
        let number = self.ends.len() as u64;
        self.records.push(Taken { number, seen_ns, link, wire_length, data: data.to_vec() });
    }
}

const FRAME: &[u8] = b"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x08\x00payload";

pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for order in [Order::Little, Order::Big] {
        for (magic, unit_ns) in [(US, 1_000), (NS, 1), (MODIFIED, 1_000)] {
            cases.push(pcap(order, magic, unit_ns));
        }
        cases.push(pcap_old(order, 2, true));
        cases.push(pcap_old(order, 3, true));
        cases.push(pcap_old(order, 3, false));
        cases.push(pcapng(order));
    }
    cases.push(pcapng_sections());
    cases
}

fn pcap(order: Order, magic: u32, unit_ns: i64) -> Case {
    // The high half of the link type holds the FCS length: it is not part of the link type.
    let mut case = Case::new(format!("pcap {order:?} {magic:x}"), pcap_header(order, magic, 4, 0x2400_0001));
    let whole = FRAME.len() as u32;
    let at = |seconds: i64, fraction: i64| seconds * 1_000_000_000 + fraction * unit_ns;
    case.record(pcap_record(order, magic, (1_700_000_000, 999_999), (whole, whole), FRAME), at(1_700_000_000, 999_999), 1, whole, FRAME);
    case.record(pcap_record(order, magic, (1_700_000_001, 0), (4, 1500), &FRAME[..4]), at(1_700_000_001, 0), 1, 1500, &FRAME[..4]);
    // Nothing captured of a packet that was there.
    case.record(pcap_record(order, magic, (1_700_000_002, 1), (0, 60), &[]), at(1_700_000_002, 1), 1, 60, &[]);
    // After 2038 and up to 2106; a fraction beyond a second is added as it stands.
    let last = (u32::MAX, 2_000_000);
    case.record(pcap_record(order, magic, last, (1, 1), &[9]), at(i64::from(last.0), i64::from(last.1)), 1, 1, &[9]);
    case
}

/// Before version 2.4: the original length first (2.2), or either (2.3).
fn pcap_old(order: Order, minor: u16, original_first: bool) -> Case {
    let mut case = Case::new(format!("pcap 2.{minor} {order:?} {original_first}"), pcap_header(order, US, minor, 1));
    let lengths = if original_first { (90, 5) } else { (5, 90) };
    case.record(pcap_record(order, US, (10, 5), lengths, &FRAME[..5]), 10_000_005_000, 1, 90, &FRAME[..5]);
    case
}

fn pcapng(order: Order) -> Case {
    let mut case = Case::new(format!("pcapng {order:?}"), section(order));
    let number = |number: u64| Bytes::new(order).u64(number).all;
    case.part(interface(order, 1, 0, &[]));
    case.part(interface(order, 276, 96, &[(2, b"eth1".to_vec()), (9, vec![9]), (14, number(100))]));
    case.record(enhanced(order, 0, 1_700_000_000_123_456, 21, FRAME), 1_700_000_000_123_456_000, 1, 21, FRAME);
    case.part(unknown(order, 4, b"names of hosts"));
    case.record(
        enhanced_with(order, 1, 5_000_000_001, 1500, &FRAME[..5], &[(1, b"comment".to_vec()), (4, number(3)), (0, vec![])]),
        105_000_000_001,
        276,
        1500,
        &FRAME[..5],
    );
    case.part(unknown(order, 0x8000_0bad, &[]));
    case.record(simple(order, 7, &FRAME[..7]), 105_000_000_001, 1, 7, &FRAME[..7]);
    case.record(obsolete(order, 0, 2, 2_000_001, 9, &FRAME[..6]), 2_000_001_000, 1, 9, &FRAME[..6]);
    case.record(obsolete(order, 1, 0xffff, 0, 3, &FRAME[..3]), 100_000_000_000, 276, 3, &FRAME[..3]);
    case.record(enhanced(order, 0, 1, 60, &[]), 1_000, 1, 60, &[]);
    case.part(statistics(order, 0, 5, 2));
    case.part(statistics(order, 0, 9, 2));
    case.part(statistics(order, 1, 1, 0));
    case
}

/// Sections of either order one after another, each with interfaces of its own.
fn pcapng_sections() -> Case {
    let mut case = Case::new("pcapng sections".into(), section(Order::Big));
    case.part(interface(Order::Big, 1, 0, &[]));
    case.record(enhanced(Order::Big, 0, 1, 4, b"abcd"), 1_000, 1, 4, b"abcd");
    case.part(section(Order::Little));
    case.part(interface(Order::Little, 113, 3, &[(9, vec![3])]));
    case.record(enhanced(Order::Little, 0, 7, 4, b"efgh"), 7_000_000, 113, 4, b"efgh");
    // The snap length of the interface says how much of a simple packet is there.
    case.record(simple(Order::Little, 1000, b"ijk"), 7_000_000, 113, 1000, b"ijk");
    case.part(section(Order::Big));
    case.part(interface(Order::Big, 101, 0, &[]));
    case.record(enhanced(Order::Big, 0, 2, 1, b"l"), 2_000, 101, 1, b"l");
    case
}
