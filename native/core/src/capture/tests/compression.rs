//! gzip and zstd around every case, in one piece, in many, and cut at every byte.

use std::io::{Cursor, Write};

use flate2::{write::GzEncoder, Compression};

use super::cases::all;
use super::read::{read, read_from, Drip};
use super::write::*;
use crate::capture::order::Order::Little;
use crate::capture::{CaptureError, Why};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// The bytes packed in two pieces that are put one behind the other.
fn in_two(bytes: &[u8], pack: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    [pack(first), pack(second)].concat()
}

#[test]
fn every_case_packed_gives_the_same_records() {
    for case in all() {
        for packed in [gzip(&case.bytes), zstd(&case.bytes), in_two(&case.bytes, gzip), in_two(&case.bytes, zstd)] {
            let outcome = read(&packed).unwrap();
            assert_eq!((outcome.records, outcome.cut), (case.records.clone(), None), "{}", case.name);
            assert_eq!(outcome.statistics.stream_bytes, case.bytes.len() as u64);
            let drip = Drip { bytes: Cursor::new(packed), interrupted: false };
            let outcome = read_from(Box::new(drip)).unwrap();
            assert_eq!((outcome.records, outcome.cut), (case.records.clone(), None), "{} by drops", case.name);
        }
    }
}

#[test]
fn every_case_packed_and_cut_at_every_byte_gives_a_beginning_and_says_so() {
    for case in all() {
        for packed in [in_two(&case.bytes, gzip), in_two(&case.bytes, zstd)] {
            for end in 4..packed.len() {
                let outcome = match read(&packed[..end]) {
                    Ok(outcome) => outcome,
                    Err(CaptureError::Header { cut, .. }) => {
                        assert!(matches!(cut.why, Why::Compression { .. } | Why::Ended), "{} cut at {end}: {cut}", case.name);
                        continue;
                    }
                    Err(error) => panic!("{} cut at {end}: {error}", case.name),
                };
                assert!(case.records.starts_with(&outcome.records), "{} cut at {end}", case.name);
                // Between the two pieces the packed stream is sound, and the capture may be on a boundary.
                let on_boundary = case.boundaries.contains(&(outcome.statistics.stream_bytes as usize));
                assert!(outcome.cut.is_some() || on_boundary, "{} cut at {end}", case.name);
            }
        }
    }
}

#[test]
fn cut_packed_stream_is_told_even_between_records() {
    let whole = [pcap_header(Little, US, 4, 1), pcap_record(Little, US, (1, 0), (3, 3), b"abc")].concat();
    let packed = gzip(&whole);
    let outcome = read(&packed[..packed.len() - 8]).unwrap();
    assert_eq!(outcome.records.len(), 1);
    let cut = outcome.cut.unwrap();
    assert_eq!((cut.at, cut.needed, cut.had), (43, 16, 0));
    assert_eq!(cut.why, Why::Compression { reason: "the packed stream ends early".into() });
}

/// A capture that does not pack well, and how many bytes each of its records takes.
fn long_capture() -> (Vec<u8>, usize) {
    let mut bytes = pcap_header(Little, US, 4, 1);
    for number in 0..2_000u32 {
        let data: Vec<u8> = (0..60).map(|at| (number.wrapping_mul(2_654_435_761) >> (at % 24)) as u8).collect();
        bytes.extend(pcap_record(Little, US, (number, 1), (60, 60), &data));
    }
    (bytes, 76)
}

#[test]
fn damaged_packed_stream_is_told() {
    let (bytes, _) = long_capture();
    for mut packed in [gzip(&bytes), zstd(&bytes)] {
        let middle = packed.len() / 2;
        packed[middle..middle + 40].fill(0xff);
        match read(&packed) {
            Ok(outcome) => assert!(outcome.records.len() < 2_000 && outcome.cut.is_some()),
            Err(error) => assert!(matches!(error, CaptureError::Header { .. }), "{error}"),
        }
    }
}

#[test]
fn little_is_lost_before_the_damage_of_a_gzip_stream() {
    let (bytes, record) = long_capture();
    let mut packed = gzip(&bytes);
    let place = packed.len() * 3 / 4;
    packed[place..place + 40].fill(0xff);
    let by_drops = read_from(Box::new(Drip { bytes: Cursor::new(packed.clone()), interrupted: false })).unwrap().records;
    let at_once = read(&packed).unwrap().records;
    assert!(by_drops.starts_with(&at_once));
    assert!(by_drops.len() > 1_000, "{}", by_drops.len());
    assert!((by_drops.len() - at_once.len()) * record <= 16 * 1024 + record, "{} of {}", at_once.len(), by_drops.len());
}

#[test]
fn checksum_of_gzip_is_checked() {
    let mut packed = gzip(&[pcap_header(Little, US, 4, 1), pcap_record(Little, US, (1, 0), (3, 3), b"abc")].concat());
    let checksum = packed.len() - 8;
    packed[checksum] ^= 1;
    let cut = read(&packed).unwrap().cut.unwrap();
    assert!(cut.to_string().contains("the packed stream is damaged"), "{cut}");
}

#[test]
fn skippable_zstd_frame_before_the_capture() {
    let case = &all()[0];
    for kind in 0x50..=0x5f_u8 {
        let frame = [&[kind, 0x2a, 0x4d, 0x18, 3, 0, 0, 0], b"abc".as_slice(), &zstd(&case.bytes)].concat();
        assert_eq!(read(&frame).unwrap().records, case.records);
    }
    for kind in [0x4f, 0x60_u8] {
        assert!(matches!(read(&[kind, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]), Err(CaptureError::NotACapture { packed: None, .. })));
    }
}

/// A frame by hand, \[ZSTD\] 3.1.1: magic, descriptor, window descriptor (exponent above 10 in the upper five bits), one raw last block.
fn zstd_with_window(log: u8, content: &[u8]) -> Vec<u8> {
    let block = ((content.len() as u32) << 3 | 1).to_le_bytes();
    [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, (log - 10) << 3], &block[..3], content].concat()
}

#[test]
fn zstd_window_that_would_fill_the_memory_is_refused() {
    let case = &all()[0];
    assert_eq!(read(&zstd_with_window(27, &case.bytes)).unwrap().records, case.records);
    for log in [28, 31, 41] {
        let Err(error) = read(&zstd_with_window(log, &case.bytes)) else { panic!("a window of 2^{log} bytes was taken") };
        assert!(matches!(error, CaptureError::Header { format: "capture", .. }), "{error}");
    }
}

#[test]
fn bomb_costs_time_and_no_memory() {
    // 256 MiB in one block that is not read, a few hundred kB packed; the window of the stream does not grow.
    let length = (256u32 << 20) + 12;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&section(Little)).unwrap();
    encoder.write_all(&Bytes::new(Little).u32(10).u32(length).all).unwrap();
    for _ in 0..256 {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    encoder.write_all(&length.to_le_bytes()).unwrap();
    encoder.write_all(&[interface(Little, 1, 0, &[]), enhanced(Little, 0, 1, 1, b"a")].concat()).unwrap();
    let outcome = read(&encoder.finish().unwrap()).unwrap();
    assert_eq!((outcome.records.len(), outcome.statistics.skipped_blocks, outcome.cut), (1, 1, None));
}
