//! What is kept of a template's repetitions in one conversation. A repetition is never only a number.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::bank::{Template, ValueSpan};
use crate::packet::Piece;

/// Where and when an exchange began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub file: u32,
    pub frame: u64,
    pub seen_ns: i64,
}

impl Moment {
    pub fn earlier(self, other: Moment) -> Moment {
        if self.order() <= other.order() {
            self
        } else {
            other
        }
    }

    pub fn later(self, other: Moment) -> Moment {
        if self.order() >= other.order() {
            self
        } else {
            other
        }
    }

    fn order(self) -> (i64, u32, u64) {
        (self.seen_ns, self.file, self.frame)
    }
}

/// One kept occurrence; `variant` numbers the different contents.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence {
    pub moment: Moment,
    pub variant: u32,
}

/// Beyond so many, occurrences of one tally are kept only when their content is new; beyond so many contents, only counted.
pub const MOST_OCCURRENCES: usize = 100_000;
pub const MOST_VARIANTS: usize = 4_096;

#[derive(Debug, Default)]
pub struct Kept {
    pub occurrences: Vec<Occurrence>,
    pub variants: Vec<(Vec<u8>, Vec<u8>)>,
    seen: HashMap<u64, Vec<u32>>,
    hasher: RandomState,
    pub thinned: u64,
}

impl Kept {
    fn note(&mut self, moment: Moment, request: &[u8], answer: &[u8]) {
        match self.variant(request, answer) {
            Some((variant, new)) if new || self.occurrences.len() < MOST_OCCURRENCES => {
                self.occurrences.push(Occurrence { moment, variant })
            }
            _ => self.thinned += 1,
        }
    }

    fn variant(&mut self, request: &[u8], answer: &[u8]) -> Option<(u32, bool)> {
        let is = |known: &(Vec<u8>, Vec<u8>)| known.0 == request && known.1 == answer;
        if let Some(last) = self.occurrences.last() {
            if self.variants.get(last.variant as usize).is_some_and(is) {
                return Some((last.variant, false));
            }
        }
        let hash = self.hasher.hash_one((request, answer));
        for number in self.seen.get(&hash).into_iter().flatten() {
            if self.variants.get(*number as usize).is_some_and(is) {
                return Some((*number, false));
            }
        }
        if self.variants.len() >= MOST_VARIANTS {
            return None;
        }
        let number = self.variants.len() as u32;
        self.variants.push((request.to_vec(), answer.to_vec()));
        self.seen.entry(hash).or_default().push(number);
        Some((number, true))
    }
}

/// A value span over the repetitions, as an unsigned number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    pub last: u64,
    pub least: u64,
    pub greatest: u64,
    pub changes: u64,
}

/// A log histogram of the times between repetitions: bucket n holds 2^n to 2^(n+1) microseconds.
pub const BUCKETS: usize = 40;

#[derive(Debug)]
pub struct Tally {
    pub conversation: u32,
    pub template: u32,
    pub count: u64,
    pub first: Moment,
    pub last: Moment,
    pub request_pieces: Vec<Piece>,
    pub answer_pieces: Vec<Piece>,
    pub intervals: Box<[u32; BUCKETS]>,
    pub longest_ns: i64,
    pub values: Vec<Followed>,
    /// The contents of the value spans that are longer than a number, when last seen, and how often they changed.
    last_long: Vec<u8>,
    pub long_changes: u64,
    pub distinct: u64,
    pub kept: Option<Box<Kept>>,
    /// The tally that followed this one when last seen in the conversation: what to expect next.
    pub next: u32,
    /// What came before: up to four tallies, with counts.
    pub before: [(u32, u32); 4],
}

pub const NONE: u32 = u32::MAX;

impl Tally {
    pub fn new(conversation: u32, number: u32, template: &Template, first: Moment, request: &[Piece], answer: &[Piece]) -> Self {
        Tally {
            conversation,
            template: number,
            count: 0,
            first,
            last: first,
            request_pieces: request.to_vec(),
            answer_pieces: answer.to_vec(),
            intervals: Box::new([0; BUCKETS]),
            longest_ns: 0,
            values: Vec::new(),
            last_long: Vec::new(),
            long_changes: 0,
            distinct: 0,
            kept: template.keep.then(Box::default),
            next: NONE,
            before: [(NONE, 0); 4],
        }
    }

    /// Counts one more exchange.
    pub fn add(&mut self, template: &Template, moment: Moment, request: &[u8], answer: &[u8], before: u32) {
        if self.count > 0 {
            self.interval(moment.seen_ns.saturating_sub(self.last.seen_ns));
        }
        self.count += 1;
        self.last = moment;
        self.precede(before);
        if let Some(kept) = &mut self.kept {
            kept.note(moment, request, answer);
        }
        if !template.values.is_empty() {
            self.follow(&template.values, request, answer);
        }
    }

    fn interval(&mut self, ns: i64) {
        self.longest_ns = self.longest_ns.max(ns);
        let bucket = (64 - (ns.max(0) as u64 / 1000).leading_zeros() as usize).saturating_sub(1).min(BUCKETS - 1);
        if let Some(slot) = self.intervals.get_mut(bucket) {
            *slot = slot.saturating_add(1);
        }
    }

    fn precede(&mut self, before: u32) {
        for (known, count) in &mut self.before {
            if *known == before || *known == NONE {
                *known = before;
                *count = count.saturating_add(1);
                return;
            }
        }
    }

    fn follow(&mut self, spans: &[ValueSpan], request: &[u8], answer: &[u8]) {
        let first = self.count == 1;
        let mut number = 0;
        let mut long = 0;
        let mut changed = false;
        for span in spans {
            let message = if span.answer { answer } else { request };
            if span.length > 8 {
                let Some(bytes) = message.get(span.at as usize..(span.at + span.length) as usize) else { continue };
                changed |= remember(&mut self.last_long, &mut long, bytes);
                continue;
            }
            let Some(now) = number_at(message, span) else { continue };
            match self.values.get_mut(number) {
                Some(followed) if followed.last == now => {}
                Some(followed) => followed.change(now),
                None => self.values.push(Followed { last: now, least: now, greatest: now, changes: 0 }),
            }
            number += 1;
        }
        self.long_changes += u64::from(changed && !first);
    }
}

impl Followed {
    #[inline(always)]
    fn change(&mut self, now: u64) {
        self.last = now;
        self.least = self.least.min(now);
        self.greatest = self.greatest.max(now);
        self.changes += 1;
    }
}

/// The span's bytes, at most eight, as an unsigned number.
#[inline(always)]
fn number_at(message: &[u8], span: &ValueSpan) -> Option<u64> {
    let rest = message.get(span.at as usize..)?;
    let unused = 64 - 8 * (span.length & 15);
    match rest.first_chunk::<8>() {
        Some(word) if span.little => Some((u64::from_le_bytes(*word) << (unused & 63)) >> (unused & 63)),
        Some(word) => Some(u64::from_be_bytes(*word) >> (unused & 63)),
        None => {
            let bytes = rest.get(..span.length as usize)?;
            let fold = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
            Some(if span.little { bytes.iter().rev().fold(0, fold) } else { bytes.iter().fold(0, fold) })
        }
    }
}

/// Puts `bytes` at `at` of what is remembered; true where they differ from what stood there.
fn remember(memory: &mut Vec<u8>, at: &mut usize, bytes: &[u8]) -> bool {
    let place = *at..*at + bytes.len();
    *at = place.end;
    match memory.get_mut(place) {
        Some(known) if known == bytes => false,
        Some(known) => {
            known.copy_from_slice(bytes);
            true
        }
        None => {
            memory.extend_from_slice(bytes);
            true
        }
    }
}

#[cfg(test)]
mod tests;
