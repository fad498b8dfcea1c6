//! Both sides of every limit.

use super::read::read;
use super::write::*;
use crate::capture::order::Order::{Big, Little};
use crate::capture::pcapng::MOST_INTERFACES;
use crate::capture::{Why, LONGEST_BELIEVED, LONGEST_RECORD};

fn pcap_of(lengths: &[u32]) -> Vec<u8> {
    let mut bytes = pcap_header(Little, US, 4, 1);
    for &length in lengths {
        bytes.extend(pcap_record(Little, US, (1, 0), (length, length), &vec![7; length as usize]));
    }
    bytes
}

#[test]
fn pcap_longest_record_is_handed_out() {
    let outcome = read(&pcap_of(&[LONGEST_RECORD, 1])).unwrap();
    assert_eq!(outcome.records[0].data.len(), LONGEST_RECORD as usize);
    assert_eq!((outcome.records.len(), outcome.statistics.too_long, outcome.cut), (2, 0, None));
}

#[test]
fn pcap_longer_record_is_passed_over_counted_and_numbered() {
    let outcome = read(&pcap_of(&[1, LONGEST_RECORD + 1, LONGEST_BELIEVED, 2])).unwrap();
    let numbers: Vec<_> = outcome.records.iter().map(|record| (record.number, record.data.len())).collect();
    assert_eq!(numbers, [(1, 1), (4, 2)]);
    assert_eq!((outcome.statistics.too_long, outcome.statistics.packets, outcome.cut), (2, 2, None));
}

#[test]
fn pcap_longer_record_cut_says_so() {
    let bytes = pcap_of(&[1, LONGEST_RECORD + 1]);
    let outcome = read(&bytes[..bytes.len() - 1]).unwrap();
    let cut = outcome.cut.unwrap();
    let total = u64::from(LONGEST_RECORD) + 17;
    assert_eq!((cut.at, cut.needed, cut.had, cut.why), (41, total, total - 1, Why::Ended));
}

#[test]
fn pcap_length_beyond_belief_ends_the_reading() {
    let outcome = read(&pcap_of(&[3, LONGEST_BELIEVED + 1, 1])).unwrap();
    let cut = outcome.cut.unwrap();
    assert_eq!((outcome.records.len(), cut.at, cut.needed), (1, 24 + 19, u64::from(LONGEST_BELIEVED) + 1));
    assert!(matches!(cut.why, Why::Lying { .. }));
}

#[test]
fn pcap_tail_of_zeros_is_damage_and_no_packets() {
    let mut bytes = pcap_of(&[1]);
    bytes.extend([0; 4096]);
    let outcome = read(&bytes).unwrap();
    assert_eq!((outcome.records.len(), outcome.cut.unwrap().at), (1, 41));
}

#[test]
fn pcap_captured_longer_than_the_wire_is_believed() {
    let mut bytes = pcap_header(Big, NS, 4, 1);
    bytes.extend(pcap_record(Big, NS, (1, 0), (5, 2), b"abcde"));
    let outcome = read(&bytes).unwrap();
    assert_eq!((outcome.records[0].wire_length, outcome.records[0].data.as_slice()), (5, b"abcde".as_slice()));
}

#[test]
fn records_across_many_windows_come_out_whole() {
    let lengths: Vec<u32> = (0..400).map(|n| 1 + n * 37 % 60_000).collect();
    let outcome = read(&pcap_of(&lengths)).unwrap();
    let taken: Vec<_> = outcome.records.iter().map(|record| record.data.len() as u32).collect();
    assert_eq!((taken, outcome.cut), (lengths, None));
    assert!(outcome.records.iter().all(|record| record.data.iter().all(|&byte| byte == 7)));
}

fn pcapng_with(block: &[u8]) -> Vec<u8> {
    [section(Big), interface(Big, 1, 0, &[]), block.to_vec(), enhanced(Big, 0, 1, 1, b"z")].concat()
}

#[test]
fn pcapng_longest_packet_and_one_more() {
    for (length, handed_out) in [(LONGEST_RECORD, 2), (LONGEST_RECORD + 1, 1)] {
        for block in [
            enhanced(Big, 0, 1, length, &vec![7; length as usize]),
            simple(Big, length, &vec![7; length as usize]),
            obsolete(Big, 0, 0, 1, length, &vec![7; length as usize]),
        ] {
            let outcome = read(&pcapng_with(&block)).unwrap();
            assert_eq!((outcome.records.len(), outcome.records.last().unwrap().number, outcome.cut), (handed_out, 2, None));
            assert_eq!(outcome.statistics.too_long, 2 - handed_out as u64);
        }
    }
}

#[test]
fn pcapng_block_that_is_read_may_be_a_mebibyte_and_no_more() {
    let room = LONGEST_BELIEVED as usize - 32;
    let outcome = read(&pcapng_with(&enhanced(Big, 0, 1, 1, &vec![7; room]))).unwrap();
    assert_eq!((outcome.statistics.too_long, outcome.records.len(), outcome.cut), (1, 1, None));
    let outcome = read(&pcapng_with(&enhanced(Big, 0, 1, 1, &vec![7; room + 4]))).unwrap();
    let cut = outcome.cut.unwrap();
    assert_eq!((outcome.records.len(), cut.at, cut.needed), (0, 28 + 20, u64::from(LONGEST_BELIEVED) + 4));
}

#[test]
fn pcapng_block_that_is_not_read_may_be_of_any_length() {
    let outcome = read(&pcapng_with(&unknown(Big, 10, &vec![1; 3 * LONGEST_BELIEVED as usize]))).unwrap();
    assert_eq!((outcome.records.len(), outcome.statistics.skipped_blocks, outcome.cut), (1, 1, None));
}

#[test]
fn pcapng_interfaces_are_bounded() {
    let more = interface(Little, 1, 0, &[]).repeat(MOST_INTERFACES + 1);
    let packets = [MOST_INTERFACES - 1, MOST_INTERFACES].map(|index| enhanced(Little, index as u32, 1, 1, b"a")).concat();
    let outcome = read(&[section(Little), more, packets].concat()).unwrap();
    assert_eq!((outcome.statistics.interfaces, outcome.statistics.skipped_blocks), (MOST_INTERFACES as u64, 1));
    assert_eq!((outcome.records.len(), outcome.statistics.without_interface, outcome.cut), (1, 1, None));
}
