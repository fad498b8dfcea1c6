//! Lengths and markers that lie; drops and packets that cannot be placed.

use super::read::read;
use super::write::*;
use crate::capture::order::Order::{self, Big, Little};
use crate::capture::{Cut, Why};

/// A sound packet, the block, and a packet that must not come out.
fn cut_by(order: Order, block: &[u8]) -> Cut {
    let bytes =
        [section(order), interface(order, 1, 4, &[]), enhanced(order, 0, 1, 1, b"a"), block.to_vec(), enhanced(order, 0, 2, 1, b"b")];
    let before = bytes[0].len() + bytes[1].len() + bytes[2].len();
    let outcome = read(&bytes.concat()).unwrap();
    assert_eq!(outcome.records.len(), 1);
    let cut = outcome.cut.unwrap();
    assert!(matches!(cut.why, Why::Lying { .. }), "{cut}");
    assert!(cut.at >= before as u64 && cut.at < (before + block.len()) as u64, "{cut}");
    cut
}

#[test]
fn block_lengths_that_no_block_has() {
    for order in [Little, Big] {
        for kind in [1, 2, 3, 4, 5, 6, 0x0bad] {
            for length in [0, 4, 8, 11, 13, 14, 15, 17] {
                let cut = cut_by(order, &Bytes::new(order).u32(kind).u32(length).raw(&[0; 24]).all);
                assert_eq!((cut.what, cut.needed), ("block length", u64::from(length)));
            }
        }
    }
}

#[test]
fn block_shorter_than_its_fixed_part() {
    for (kind, fixed) in [(1, 8), (2, 20), (3, 4), (5, 12), (6, 20)] {
        cut_by(Big, &unknown(Big, kind, &vec![0; fixed - 4]));
        let bytes = [section(Big), interface(Big, 1, 0, &[]), unknown(Big, kind, &vec![0; fixed])].concat();
        assert_eq!(read(&bytes).unwrap().cut, None, "type {kind}");
    }
}

#[test]
fn length_at_the_end_of_a_block_differs() {
    for kind in [1, 2, 3, 4, 5, 6, 0x0a0d_0d0a] {
        let mut block = if kind == 0x0a0d_0d0a { section(Big) } else { unknown(Big, kind, &[0; 20]) };
        let last = block.len() - 1;
        block[last] ^= 4;
        let cut = cut_by(Big, &block);
        assert_eq!((cut.what, cut.had, cut.needed), ("length at a block's end", block.len() as u64, (block.len() ^ 4) as u64));
    }
}

#[test]
fn packet_longer_than_its_block() {
    for kind in [2, 6] {
        let body = |captured: u32| Bytes::new(Big).u32(0).u64(1).u32(captured).u32(captured).raw(b"abcd");
        cut_by(Big, &Bytes::new(Big).block(kind, &body(5)).all);
        cut_by(Big, &Bytes::new(Big).block(kind, &body(u32::MAX)).all);
        let bytes = [section(Big), interface(Big, 1, 0, &[]), Bytes::new(Big).block(kind, &body(4)).all].concat();
        assert_eq!(read(&bytes).unwrap().records[0].data, b"abcd");
    }
    cut_by(Big, &simple(Big, 4, &[]));
    let bytes = [section(Big), interface(Big, 1, 0, &[]), simple(Big, u32::MAX, b"abcd")].concat();
    assert!(read(&bytes).unwrap().cut.is_some());
}

#[test]
fn unread_block_that_claims_four_gibibytes() {
    let block = Bytes::new(Little).u32(10).u32(u32::MAX - 3).raw(&[0; 100]).all;
    let outcome = read(&[section(Little), block].concat()).unwrap();
    let cut = outcome.cut.unwrap();
    assert_eq!((cut.at, cut.needed, cut.had, cut.why), (28, u64::from(u32::MAX) - 3, 108, Why::Ended));
}

#[test]
fn later_section_of_a_lying_order() {
    let mut block = section(Big);
    block[8] = 0;
    assert_eq!(cut_by(Big, &block).what, "byte-order magic");
}

#[test]
fn section_header_without_its_version() {
    let body = Bytes::new(Big).u32(0x1a2b_3c4d).u32(0x0001_0000).all;
    assert_eq!(cut_by(Big, &unknown(Big, 0x0a0d_0d0a, &body)).what, "section header length");
}

#[test]
fn packets_of_an_interface_that_is_not_described_are_counted_and_numbered() {
    let packets = [enhanced(Big, 1, 1, 1, b"a"), obsolete(Big, 7, 0, 1, 1, b"b"), enhanced(Big, 0, 1, 1, b"c")].concat();
    let outcome = read(&[section(Big), simple(Big, 1, b"d"), interface(Big, 1, 0, &[]), packets].concat()).unwrap();
    assert_eq!((outcome.records[0].number, outcome.records.len()), (4, 1));
    assert_eq!((outcome.statistics.without_interface, outcome.statistics.packets, outcome.cut), (3, 1, None));
}

#[test]
fn drops_of_interfaces_are_cumulative_and_drops_at_packets_add_up() {
    for order in [Little, Big] {
        let drops = |number: u64| vec![(4, Bytes::new(order).u64(number).all)];
        let head = [section(order), interface(order, 1, 0, &[]), interface(order, 1, 0, &[])].concat();
        let told =
            [statistics(order, 0, 5, 2), statistics(order, 0, 9, 2), statistics(order, 1, 1, 0), statistics(order, 9, 50, 0)].concat();
        let lost =
            [enhanced_with(order, 0, 1, 1, b"a", &drops(3)), obsolete(order, 0, 4, 1, 1, b"b"), obsolete(order, 0, 0xffff, 1, 1, b"c")];
        let outcome = read(&[head.clone(), told.clone(), lost.concat(), head, told].concat()).unwrap();
        assert_eq!((outcome.statistics.dropped_by_interface, outcome.statistics.dropped_at_packets), (24, 7));
        assert_eq!((outcome.statistics.sections, outcome.statistics.interfaces, outcome.cut), (2, 4, None));
    }
}

#[test]
fn options_that_lie_or_do_not_end_are_left_alone() {
    for options in [vec![(9u16, vec![])], vec![(14, vec![1, 2, 3])], vec![(0, vec![]), (9, vec![9])]] {
        let bytes = [section(Big), interface(Big, 1, 0, &options), enhanced(Big, 0, 1, 1, b"a")].concat();
        assert_eq!(read(&bytes).unwrap().records[0].seen_ns, 1_000);
    }
    let beyond = Bytes::new(Big).u16(1).u16(0).u32(0).u16(9).u16(200).raw(&[9, 0, 0, 0]);
    let bytes = [section(Big), Bytes::new(Big).block(1, &beyond).all, enhanced(Big, 0, 1, 1, b"a")].concat();
    assert_eq!(read(&bytes).unwrap().records[0].seen_ns, 1_000);
}
