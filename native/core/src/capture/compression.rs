//! gzip and zstd around a capture, told by their first bytes.
//!
//! **Standards**: \[GZIP\] RFC 1952:1996 (a file may have many members); \[ZSTD\] RFC 8878:2021 (many frames, skippable frames).
//! Both decoders stream: a bomb costs time, which the caller can see passing, and never memory.

use std::fmt;
use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use super::error::CaptureError;

type Source = Box<dyn Read + Send>;

/// \[GZIP\] 2.3.1: ID1, ID2.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// \[ZSTD\] 3.1.1: magic number; 3.1.2: sixteen magic numbers of skippable frames, which differ in the first byte's low half.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const ZSTD_SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];
/// The largest window a zstd frame may ask for, as a power of two: 128 MiB, what the zstd program allows by default.
const ZSTD_WINDOW_LOG: u32 = 27;
/// How much of the packed stream is read at once.
const PACKED_BUFFER: usize = 128 * 1024;

/// The source unpacked, and the name of its compression; a plain source comes back as it was.
pub(super) fn unpack(mut source: Source) -> Result<(Source, Option<&'static str>), CaptureError> {
    let first = first_bytes(&mut source)?;
    let gzip = first.starts_with(&GZIP);
    let zstd = first.starts_with(&ZSTD) || is_skippable(&first);
    let whole: Source = Box::new(Cursor::new(first).chain(source));
    if gzip {
        let (fence, failed) = fenced(whole);
        return Ok((Box::new(Unpacked { decoder: MultiGzDecoder::new(fence), failed }), Some("gzip")));
    }
    if zstd {
        let (fence, failed) = fenced(whole);
        let mut decoder = zstd::stream::read::Decoder::with_buffer(fence)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG)?;
        return Ok((Box::new(Unpacked { decoder, failed }), Some("zstd")));
    }
    Ok((whole, None))
}

fn is_skippable(first: &[u8]) -> bool {
    match first.split_first() {
        Some((low, rest)) => low & 0xf0 == 0x50 && rest.starts_with(&ZSTD_SKIPPABLE),
        None => false,
    }
}

/// Up to four bytes; fewer only where the source ends.
fn first_bytes(source: &mut Source) -> Result<Vec<u8>, CaptureError> {
    let mut first = Vec::with_capacity(4);
    source.by_ref().take(4).read_to_end(&mut first)?;
    Ok(first)
}

/// Remembers whether an error is the source's own, so that it is not taken for damage of the packed bytes.
struct Fence {
    source: Source,
    failed: Arc<AtomicBool>,
}

fn fenced(source: Source) -> (BufReader<Fence>, Arc<AtomicBool>) {
    let failed = Arc::new(AtomicBool::new(false));
    let fence = Fence { source, failed: Arc::clone(&failed) };
    (BufReader::with_capacity(PACKED_BUFFER, fence), failed)
}

impl Read for Fence {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.source.read(into) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed.store(true, Ordering::Relaxed);
                    return Err(error);
                }
                Ok(count) => return Ok(count),
            }
        }
    }
}

/// How much is unpacked in one step. A decoder that meets damage keeps back what it unpacked in the same step: so much may be missing before it.
const UNPACKED_STEP: usize = 16 * 1024;

/// A decoder whose own complaints are marked as [`Damage`].
struct Unpacked<D> {
    decoder: D,
    failed: Arc<AtomicBool>,
}

impl<D: Read> Read for Unpacked<D> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let step = into.len().min(UNPACKED_STEP);
        self.decoder.read(into.get_mut(..step).unwrap_or_default()).map_err(|error| {
            if self.failed.load(Ordering::Relaxed) {
                return error;
            }
            let reason = match error.kind() {
                ErrorKind::UnexpectedEof => "the packed stream ends early".to_string(),
                _ => format!("the packed stream is damaged: {error}"),
            };
            io::Error::new(ErrorKind::InvalidData, Damage(reason))
        })
    }
}

#[derive(Debug)]
struct Damage(String);

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damage {}

/// What a decoder said, where the error is damage of the packed bytes and not the source's own.
pub(super) fn damage(error: &io::Error) -> Option<String> {
    error.get_ref()?.downcast_ref::<Damage>().map(|damage| damage.0.clone())
}
