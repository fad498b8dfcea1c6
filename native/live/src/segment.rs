//! The packet ring on disk: every frame of an interface in files of bounded size, of which the oldest give way.
//!
//! A segment is a classic pcap file with nanoseconds that any tool reads. Its name is the number of its first frame, and its frames follow each
//! other, so that any frame is found by names alone. What a full or broken disk does not take is lost, counted, and ends the segment.
//!
//! **Standards**: draft-ietf-opsawg-pcap-04:2024 (4 file header, 5 packet record).

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fieldwatch_core::capture::{Record, LONGEST_RECORD};

/// Bytes that are gathered before they are written; a caller's `flush` writes fewer.
const BUFFER: usize = 256 * 1024;

const FILE_HEADER: u64 = 24;
const RECORD_HEADER: usize = 16;

/// A file of the ring, with its size.
struct Segment {
    path: PathBuf,
    bytes: u64,
}

/// How many frames were written, and how many could not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub written: u64,
    pub lost: u64,
}

pub struct Segments {
    folder: PathBuf,
    segment_bytes: u64,
    keep_bytes: u64,
    /// The oldest first; the last one is written to where `file` is there.
    all: VecDeque<Segment>,
    file: Option<File>,
    link: u16,
    buffer: Vec<u8>,
    /// Frames in the buffer, and the number of the first.
    held: u64,
    first: u64,
    kept: Kept,
}

/// The name of the segment that begins with this frame.
fn name(first: u64) -> String {
    format!("{first:016}.pcap")
}

/// The number of the first frame, of a segment's name.
fn number(path: &Path) -> Option<u64> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".pcap")?;
    stem.bytes().all(|byte| byte.is_ascii_digit()).then(|| stem.parse().ok())?
}

/// The segments that a folder holds already, the oldest first.
fn found(folder: &Path) -> io::Result<VecDeque<Segment>> {
    let mut numbered = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(first) = number(&entry.path()) {
            numbered.push((first, Segment { path: entry.path(), bytes: entry.metadata()?.len() }));
        }
    }
    numbered.sort_unstable_by_key(|(first, _)| *first);
    Ok(numbered.into_iter().map(|(_, segment)| segment).collect())
}

impl Segments {
    /// Goes on with the segments of `folder`, which is made where it is not there.
    pub fn open(folder: &Path, segment_mib: u64, keep_mib: u64) -> io::Result<Segments> {
        fs::create_dir_all(folder)?;
        Ok(Segments {
            folder: folder.to_owned(),
            segment_bytes: segment_mib.saturating_mul(1 << 20),
            keep_bytes: keep_mib.saturating_mul(1 << 20),
            all: found(folder)?,
            file: None,
            link: 0,
            buffer: Vec::with_capacity(BUFFER + RECORD_HEADER + LONGEST_RECORD as usize),
            held: 0,
            first: 0,
            kept: Kept::default(),
        })
    }

    /// Takes one frame. Numbers follow each other, and all frames have one link type, else a new segment begins.
    #[inline]
    pub fn add(&mut self, record: &Record<'_>) {
        if record.link != self.link || record.number != self.first.wrapping_add(self.held) {
            self.begin(record);
        }
        let seconds = u32::try_from(record.seen_ns.div_euclid(1_000_000_000)).unwrap_or_default();
        let rest = record.seen_ns.rem_euclid(1_000_000_000) as u32;
        let length = record.data.len() as u32;
        for word in [seconds, rest, length, record.wire_length.max(length)] {
            self.buffer.extend_from_slice(&word.to_le_bytes());
        }
        self.buffer.extend_from_slice(record.data);
        self.held = self.held.wrapping_add(1);
        if self.buffer.len() >= BUFFER {
            self.flush();
        }
    }

    #[cold]
    fn begin(&mut self, record: &Record<'_>) {
        self.flush();
        self.file = None;
        self.link = record.link;
        self.first = record.number;
    }

    /// Hands what is gathered to the kernel; from there on, only the end of the machine loses it.
    pub fn flush(&mut self) {
        if self.held == 0 {
            return;
        }
        match self.write() {
            Ok(()) => self.kept.written = self.kept.written.saturating_add(self.held),
            Err(_) => {
                self.kept.lost = self.kept.lost.saturating_add(self.held);
                self.give_up();
            }
        }
        self.first = self.first.wrapping_add(self.held);
        self.held = 0;
        self.buffer.clear();
        self.make_room();
    }

    fn write(&mut self) -> io::Result<()> {
        let more = self.buffer.len() as u64;
        let full = self.all.back().is_some_and(|last| last.bytes.saturating_add(more) > self.segment_bytes);
        if full || self.file.is_none() {
            self.turn()?;
        }
        let (Some(file), Some(segment)) = (&mut self.file, self.all.back_mut()) else { return Ok(()) };
        file.write_all(&self.buffer)?;
        segment.bytes = segment.bytes.saturating_add(more);
        Ok(())
    }

    /// Begins the segment whose first frame is the first of the buffer.
    fn turn(&mut self) -> io::Result<()> {
        self.file = None;
        let path = self.folder.join(name(self.first));
        self.all.retain(|segment| segment.path != path);
        let mut file = create(&path)?;
        self.all.push_back(Segment { path, bytes: 0 });
        let mut header = Vec::with_capacity(FILE_HEADER as usize);
        header.extend_from_slice(&0xa1b2_3c4d_u32.to_le_bytes());
        header.extend_from_slice(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        header.extend_from_slice(&LONGEST_RECORD.to_le_bytes());
        header.extend_from_slice(&u32::from(self.link).to_le_bytes());
        file.write_all(&header)?;
        if let Some(segment) = self.all.back_mut() {
            segment.bytes = FILE_HEADER;
        }
        self.file = Some(file);
        Ok(())
    }

    /// Cuts what was written in part off the segment that is written to, and ends it.
    fn give_up(&mut self) {
        let file = self.file.take();
        let Some(segment) = self.all.back() else { return };
        if segment.bytes > FILE_HEADER {
            if let Some(file) = file {
                let _ = file.set_len(segment.bytes); // where even that fails, a reader finds a capture that is cut
            }
        } else if number(&segment.path) == Some(self.first) {
            let _ = fs::remove_file(&segment.path);
            self.all.pop_back();
        }
    }

    /// Deletes the oldest segments beyond what is kept, but never the one that is written to.
    fn make_room(&mut self) {
        let mut bytes: u64 = self.all.iter().map(|segment| segment.bytes).sum();
        while bytes > self.keep_bytes && self.all.len() > 1 {
            let Some(oldest) = self.all.pop_front() else { return };
            let _ = fs::remove_file(&oldest.path); // one that cannot be deleted is no longer counted, and is found again at the next start
            bytes = bytes.saturating_sub(oldest.bytes);
        }
    }

    /// What became of the frames so far; those that are still gathered are in neither number.
    pub fn kept(&self) -> Kept {
        self.kept
    }
}

impl Drop for Segments {
    fn drop(&mut self) {
        self.flush();
    }
}

/// A new file that only its owner reads: frames hold what people said.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests;
