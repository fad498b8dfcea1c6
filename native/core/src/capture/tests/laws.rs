//! What holds for every case.

use std::io::Cursor;

use super::cases::{all, Case};
use super::read::{read, read_from, Drip};
use crate::capture::{peek, CaptureError, Why, LONGEST_RECORD};

#[test]
fn every_case_is_read_whole() {
    for case in all() {
        let outcome = read(&case.bytes).unwrap();
        assert_eq!(outcome.records, case.records, "{}", case.name);
        assert_eq!(outcome.cut, None, "{}", case.name);
        assert_eq!(outcome.statistics.packets, case.records.len() as u64, "{}", case.name);
        assert_eq!(outcome.statistics.stream_bytes, case.bytes.len() as u64, "{}", case.name);
        let captured: usize = case.records.iter().map(|record| record.data.len()).sum();
        assert_eq!(outcome.statistics.packet_bytes, captured as u64, "{}", case.name);
    }
}

#[test]
fn every_case_is_read_from_a_pipe_of_single_bytes() {
    for case in all() {
        let drip = Drip { bytes: Cursor::new(case.bytes.clone()), interrupted: false };
        let outcome = read_from(Box::new(drip)).unwrap();
        assert_eq!(outcome.records, case.records, "{}", case.name);
        assert_eq!(outcome.cut, None, "{}", case.name);
    }
}

#[test]
fn every_case_cut_at_every_byte_gives_what_is_before_the_cut() {
    for case in all() {
        for end in 0..case.bytes.len() {
            check_cut(&case, end);
        }
    }
}

fn check_cut(case: &Case, end: usize) {
    let context = format!("{} cut at {end}", case.name);
    let outcome = match read(&case.bytes[..end]) {
        Ok(outcome) => outcome,
        Err(CaptureError::NotACapture { first, packed: None }) => {
            assert!(end < 4 && first == case.bytes[..end], "{context}");
            return;
        }
        Err(CaptureError::Header { cut, .. }) => {
            assert!(end < case.boundaries[0] && cut.why == Why::Ended && cut.at == 0 && cut.had == end as u64, "{context}: {cut}");
            return;
        }
        Err(error) => panic!("{context}: {error}"),
    };
    assert!(end >= case.boundaries[0], "{context}: opened without its header");
    let whole = case.ends.iter().filter(|&&at| at <= end).count();
    assert_eq!(outcome.records, case.records[..whole], "{context}");
    let boundary = *case.boundaries.iter().filter(|&&at| at <= end).max().unwrap();
    if boundary == end {
        assert_eq!(outcome.cut, None, "{context}");
        return;
    }
    let cut = outcome.cut.expect(&context);
    assert_eq!((cut.at, cut.had, cut.why.clone()), (boundary as u64, (end - boundary) as u64, Why::Ended), "{context}: {cut}");
    assert!(cut.needed > cut.had, "{context}: {cut}");
}

#[test]
fn every_byte_of_every_case_changed_never_panics_and_ends() {
    for case in all() {
        for at in 0..case.bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut bytes = case.bytes.clone();
                bytes[at] ^= flip;
                let Ok(outcome) = read(&bytes) else { continue };
                assert!(outcome.records.iter().all(|record| record.data.len() <= LONGEST_RECORD as usize));
                assert!(outcome.records.iter().all(|record| record.wire_length as usize >= record.data.len()));
                assert!(outcome.statistics.stream_bytes <= bytes.len() as u64);
                assert!(outcome.records.windows(2).all(|pair| pair[0].number < pair[1].number));
            }
        }
    }
}

#[test]
fn peek_tells_the_first_time_of_every_case() {
    for case in all() {
        let peek = peek(Box::new(Cursor::new(case.bytes.clone()))).unwrap();
        assert_eq!(peek.first_seen_ns, Some(case.records[0].seen_ns), "{}", case.name);
        assert_eq!(peek.link, case.records[0].link, "{}", case.name);
    }
}
