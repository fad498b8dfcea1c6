//! A window on a stream that is read once, from front to back.
//!
//! Records are handed out as slices of the window; only the unread tail is moved, and only when the window is filled again. The window
//! never grows, so memory does not depend on what the stream says about itself.

use std::io::{ErrorKind, Read};
use std::ops::Range;

use super::compression::damage;
use super::cut::{Cut, Why};
use super::error::CaptureError;
use super::LONGEST_BELIEVED;

/// Room for the longest record or block that is read whole, its headers included.
const WINDOW: usize = LONGEST_BELIEVED as usize + 4096;

/// Bytes that one read asks for: what is read stays in the processor's cache until it is looked at.
const STEP: usize = 128 * 1024;

pub(super) struct Stream {
    source: Box<dyn Read + Send>,
    window: Box<[u8]>,
    start: usize,
    end: usize,
    /// Bytes of the stream before the window's first byte.
    before: u64,
    ended: bool,
    /// What the decoder said, where the compressed stream is damaged or cut.
    broken: Option<String>,
}

impl Stream {
    pub(super) fn new(source: Box<dyn Read + Send>) -> Stream {
        Stream { source, window: vec![0; WINDOW].into_boxed_slice(), start: 0, end: 0, before: 0, ended: false, broken: None }
    }

    /// Offset in the stream of the next byte.
    #[inline(always)]
    pub(super) fn at(&self) -> u64 {
        self.before.wrapping_add(self.start as u64)
    }

    /// The bytes that are in the window and not yet taken.
    #[inline(always)]
    pub(super) fn ahead(&self) -> &[u8] {
        self.window.get(self.start..self.end).unwrap_or_default()
    }

    #[inline(always)]
    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        self.window.get(range).unwrap_or_default()
    }

    /// Reads until `count` bytes are ahead; false where the stream ends before (or `count` is more than the window holds).
    #[inline(always)]
    pub(super) fn need(&mut self, count: usize) -> Result<bool, CaptureError> {
        if self.ahead().len() >= count {
            return Ok(true);
        }
        self.fill(count)
    }

    #[cold]
    #[inline(never)]
    fn fill(&mut self, count: usize) -> Result<bool, CaptureError> {
        if count > self.window.len() {
            return Ok(false);
        }
        self.window.copy_within(self.start..self.end, 0);
        self.before = self.at();
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        while self.end < count && !self.ended {
            self.read()?;
        }
        Ok(self.end >= count)
    }

    /// One read into the free part of the window: no more than the source has now, so that a slow pipe does not wait.
    fn read(&mut self) -> Result<(), CaptureError> {
        let until = self.window.len().min(self.end.saturating_add(STEP));
        let free = self.window.get_mut(self.end..until).unwrap_or_default();
        let room = free.len();
        match self.source.read(free) {
            Ok(0) => self.ended = true,
            Ok(count) => self.end = self.end.saturating_add(count.min(room)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => match damage(&error) {
                Some(reason) => {
                    self.broken = Some(reason);
                    self.ended = true;
                }
                None => return Err(error.into()),
            },
        }
        Ok(())
    }

    /// Takes `count` bytes that [`need`](Self::need) has shown to be ahead, and says where in the window they lie.
    #[inline(always)]
    pub(super) fn take(&mut self, count: usize) -> Range<usize> {
        let from = self.start;
        self.start = from.saturating_add(count).min(self.end);
        from..self.start
    }

    /// Passes over `count` bytes, which need not fit the window; says how many there were.
    pub(super) fn skip(&mut self, count: u64) -> Result<u64, CaptureError> {
        let mut passed = 0u64;
        while passed < count {
            if !self.need(1)? {
                break;
            }
            let step = usize::try_from(count.saturating_sub(passed)).unwrap_or(usize::MAX).min(self.ahead().len());
            self.take(step);
            passed = passed.saturating_add(step as u64);
        }
        Ok(passed)
    }

    /// The cut of something that takes `needed` bytes from here: the stream ended within it.
    pub(super) fn cut(&self, what: &'static str, needed: u64) -> Cut {
        self.cut_since(self.at(), what, needed)
    }

    /// The same of something that began at `at`, a part of which is taken already.
    pub(super) fn cut_since(&self, at: u64, what: &'static str, needed: u64) -> Cut {
        let had = self.at().saturating_add(self.ahead().len() as u64).saturating_sub(at);
        let why = match &self.broken {
            Some(reason) => Why::Compression { reason: reason.clone() },
            None => Why::Ended,
        };
        Cut { at, what, needed, had, why }
    }

    /// The decoder gave up before the stream's end.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Nothing is left and nothing is missing.
    pub(super) fn is_at_end(&self) -> bool {
        self.ended && self.broken.is_none() && self.ahead().is_empty()
    }
}
