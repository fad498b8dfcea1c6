//! Frames in, files out: read again by the house's own reader, at every limit.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use fieldwatch_core::capture::{Capture, Record};

use super::{name, number, Kept, Segments};

/// A folder that is there for one test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Folder(std::env::temp_dir().join(format!("fieldwatch-segments-{}-{number}", std::process::id())))
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(&self.0).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn record(number: u64, data: &[u8]) -> Record<'_> {
    Record { number, seen_ns: 1_700_000_000_123_456_000 + number as i64, link: 1, wire_length: data.len() as u32 + 4, data }
}

/// Number, time, length and first byte of all frames of all segments, numbered by the segments' names.
fn frames(folder: &Folder) -> Vec<(u64, i64, usize, u8)> {
    let mut all = Vec::new();
    for name in folder.names() {
        let path = folder.0.join(&name);
        let mut capture = Capture::open(Box::new(std::fs::File::open(&path).unwrap())).unwrap();
        capture.number_after(number(&path).unwrap() - 1);
        while let Some(record) = capture.next().unwrap() {
            assert_eq!((record.link, record.wire_length as usize), (1, record.data.len() + 4));
            all.push((record.number, record.seen_ns, record.data.len(), record.data[0]));
        }
        assert!(capture.cut().is_none());
    }
    all
}

fn expected(numbers: std::ops::RangeInclusive<u64>, length: usize) -> Vec<(u64, i64, usize, u8)> {
    numbers.map(|number| (number, 1_700_000_000_123_456_000 + number as i64, length, number as u8)).collect()
}

fn add(segments: &mut Segments, numbers: std::ops::RangeInclusive<u64>, length: usize) {
    for number in numbers {
        segments.add(&record(number, &vec![number as u8; length]));
    }
}

#[test]
fn names_are_numbers() {
    assert_eq!(name(7), "0000000000000007.pcap");
    for one in [1, 7, u64::MAX] {
        assert_eq!(number(Path::new(&name(one))), Some(one));
    }
    for other in ["7.pcapng", "seven.pcap", "+7.pcap", ".pcap", "epoch.json"] {
        assert_eq!(number(Path::new(other)), None, "{other}");
    }
}

#[test]
fn what_is_flushed_is_there_and_what_is_dropped_is_flushed() {
    let folder = Folder::new();
    let mut segments = Segments::open(&folder.0, 1, 8).unwrap();
    add(&mut segments, 1..=3, 60);
    assert!(folder.names().is_empty());
    segments.flush();
    assert_eq!(frames(&folder), expected(1..=3, 60));
    assert_eq!(segments.kept(), Kept { written: 3, lost: 0 });
    add(&mut segments, 4..=4, 60);
    drop(segments);
    assert_eq!(frames(&folder), expected(1..=4, 60));
    assert_eq!(folder.names(), [name(1)]);
}

#[test]
fn segments_are_bounded_and_the_oldest_give_way() {
    let folder = Folder::new();
    let mut segments = Segments::open(&folder.0, 1, 3).unwrap();
    add(&mut segments, 1..=6_000, 1000);
    drop(segments);
    let all = frames(&folder);
    assert_eq!(all, expected(all[0].0..=6_000, 1000));
    let sizes: Vec<u64> = folder.names().iter().map(|name| std::fs::metadata(folder.0.join(name)).unwrap().len()).collect();
    assert!(sizes.iter().all(|size| *size <= 1 << 20), "{sizes:?}");
    let kept: u64 = sizes.iter().sum();
    assert!((2 << 20..=3 << 20).contains(&kept), "{kept}");
}

#[test]
fn it_goes_on_where_another_one_ended() {
    let folder = Folder::new();
    add(&mut Segments::open(&folder.0, 1, 8).unwrap(), 1..=5, 60);
    let mut segments = Segments::open(&folder.0, 1, 8).unwrap();
    add(&mut segments, 6..=7, 60);
    drop(segments);
    assert_eq!((frames(&folder), folder.names()), (expected(1..=7, 60), vec![name(1), name(6)]));
    let mut segments = Segments::open(&folder.0, 1, 0).unwrap();
    add(&mut segments, 8..=8, 60);
    drop(segments);
    assert_eq!(folder.names(), [name(8)]);
}

#[test]
fn numbers_that_do_not_follow_begin_a_segment() {
    let folder = Folder::new();
    let mut segments = Segments::open(&folder.0, 1, 8).unwrap();
    add(&mut segments, 1..=2, 60);
    add(&mut segments, 9..=10, 60);
    drop(segments);
    assert_eq!(folder.names(), [name(1), name(9)]);
    assert_eq!(frames(&folder), [expected(1..=2, 60), expected(9..=10, 60)].concat());
}

/// Where the folder is gone nothing can be written: that is counted, and once it is there again a new segment begins.
#[test]
fn what_cannot_be_written_is_lost_and_counted() {
    let folder = Folder::new();
    let mut segments = Segments::open(&folder.0, 1, 8).unwrap();
    std::fs::remove_dir_all(&folder.0).unwrap();
    add(&mut segments, 1..=3, 60);
    segments.flush();
    assert_eq!(segments.kept(), Kept { written: 0, lost: 3 });
    std::fs::create_dir_all(&folder.0).unwrap();
    add(&mut segments, 4..=5, 60);
    segments.flush();
    assert_eq!(segments.kept(), Kept { written: 2, lost: 3 });
    assert_eq!(frames(&folder), expected(4..=5, 60));
}

/// A device that is always full stands for a full disk: the frames before are kept, and the segment ends with them.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_segment() {
    let folder = Folder::new();
    let mut segments = Segments::open(&folder.0, 1, 8).unwrap();
    add(&mut segments, 1..=3, 60);
    segments.flush();
    segments.file = Some(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    add(&mut segments, 4..=5, 60);
    segments.flush();
    assert_eq!(segments.kept(), Kept { written: 3, lost: 2 });
    add(&mut segments, 6..=6, 60);
    segments.flush();
    assert_eq!(folder.names(), [name(1), name(6)]);
    assert_eq!(frames(&folder), [expected(1..=3, 60), expected(6..=6, 60)].concat());
}
