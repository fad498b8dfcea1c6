//! Reads a capture to its end and keeps everything that came out.

use std::io::{Cursor, Error, ErrorKind, Read, Result as IoResult};

use crate::capture::{Capture, CaptureError, Cut, Statistics};

/// An owned record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub number: u64,
    pub seen_ns: i64,
    pub link: u16,
    pub wire_length: u32,
    pub data: Vec<u8>,
}

pub struct Outcome {
    pub records: Vec<Taken>,
    pub cut: Option<Cut>,
    pub statistics: Statistics,
}

pub fn read(bytes: &[u8]) -> Result<Outcome, CaptureError> {
    read_from(Box::new(Cursor::new(bytes.to_vec())))
}

pub fn read_from(source: Box<dyn Read + Send>) -> Result<Outcome, CaptureError> {
    let mut capture = Capture::open(source)?;
    let mut records = Vec::new();
    while let Some(record) = capture.next()? {
        let data = record.data.to_vec();
        records.push(Taken { number: record.number, seen_ns: record.seen_ns, link: record.link, wire_length: record.wire_length, data });
    }
    assert!(capture.next()?.is_none(), "the end is the end");
    Ok(Outcome { records, cut: capture.cut().cloned(), statistics: capture.statistics() })
}

/// A pipe that gives one byte at a time and is interrupted before each.
pub struct Drip {
    pub bytes: Cursor<Vec<u8>>,
    pub interrupted: bool,
}

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> IoResult<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(Error::from(ErrorKind::Interrupted));
        }
        let one = into.len().min(1);
        self.bytes.read(&mut into[..one])
    }
}

/// Gives its bytes, then fails.
pub struct Failing {
    pub bytes: Cursor<Vec<u8>>,
}

impl Read for Failing {
    fn read(&mut self, into: &mut [u8]) -> IoResult<usize> {
        match self.bytes.read(into)? {
            0 => Err(Error::new(ErrorKind::ConnectionReset, "the disk went away")),
            count => Ok(count),
        }
    }
}
