//! A look at the first packet of a capture, to put files into the order of time.

use std::io::Read;

use super::error::CaptureError;
use super::reader::Capture;

/// What a capture begins with. `first_seen_ns` is `None` where it has no packet, or its first one has no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peek {
    pub link: u16,
    pub first_seen_ns: Option<i64>,
}

/// Reads a capture up to its first packet.
pub fn peek(source: Box<dyn Read + Send>) -> Result<Peek, CaptureError> {
    let mut capture = Capture::open(source)?;
    let first = capture.next()?.map(|record| (record.link, record.seen_ns));
    let Some((link, seen_ns)) = first else {
        return Ok(Peek { link: capture.link(), first_seen_ns: None });
    };
    let has_time = capture.statistics().without_time == 0;
    Ok(Peek { link, first_seen_ns: has_time.then_some(seen_ns) })
}
