//! The bank of templates: exchanges that were read once, by their class bytes. Lookup is exact; the hash only chooses where to look.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use ahash::RandomState;

/// What must be equal before bytes are compared: protocol, context, direction, and how long the messages are (`ABSENT` where there is none).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Frame {
    pub protocol: u16,
    pub context: u32,
    pub from_server: bool,
    pub request: u32,
    pub answer: u32,
}

pub const ABSENT: u32 = u32::MAX;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    pub at: u32,
    pub length: u32,
}

/// A value span: followed as a number where it is at most eight bytes long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ValueSpan {
    pub answer: bool,
    pub at: u32,
    pub length: u32,
    pub little: bool,
}

/// One exchange that was read: which bytes are class, which are values, what is wanted of its repetitions.
#[derive(Debug)]
pub struct Template {
    pub frame: Frame,
    pub request: Vec<u8>,
    pub answer: Vec<u8>,
    /// The class bytes: first those of the request, then those of the answer.
    words: Vec<Word>,
    request_words: usize,
    /// The spans that must hold decimal digits.
    decimal: Vec<ValueSpan>,
    pub values: Vec<ValueSpan>,
    /// Every occurrence is kept.
    pub keep: bool,
    /// Every occurrence is read: it opens what later messages need, under keys of its own.
    pub reread: bool,
    /// The bytes (answer?, offset, length) whose different contents are counted.
    pub distinct: Option<(bool, u32, u32)>,
}

impl Template {
    /// True where the exchange is a repetition of this one.
    #[inline]
    pub fn is(&self, frame: &Frame, request: &[u8], answer: &[u8]) -> bool {
        let (of_request, of_answer) = self.words.split_at_checked(self.request_words).unwrap_or_default();
        self.frame == *frame
            && same(of_request, request)
            && same(of_answer, answer)
            && self.decimal.iter().all(|span| are_digits(span, request, answer))
    }
}

/// How the reading marked the bytes of one message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    pub answer: bool,
    pub at: u32,
    pub length: u32,
    pub kind: MarkKind,
}

/// What the marked bytes are: they say nothing, or they are a value (a number of either byte order, or decimal digits and nothing else).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarkKind {
    Ignored,
    Big,
    Little,
    Decimal,
}

struct Shape {
    request_class: Vec<Run>,
    answer_class: Vec<Run>,
    table: HashMap<u64, Vec<u32>>,
}

/// All templates. Memory is bounded by `MOST_TEMPLATES` and `MOST_BYTES`; what does not fit is refused, and counted by the caller.
pub struct Bank {
    templates: Vec<Template>,
    shapes: HashMap<Frame, Vec<Shape>, RandomState>,
    hasher: RandomState,
    bytes: usize,
}

const MOST_TEMPLATES: usize = 400_000;
const MOST_BYTES: usize = 96 << 20;

impl Default for Bank {
    fn default() -> Self {
        Self { templates: Vec::new(), shapes: HashMap::default(), hasher: RandomState::new(), bytes: 0 }
    }
}

impl Bank {
    pub fn get(&self, template: u32) -> Option<&Template> {
        self.templates.get(template as usize)
    }

    /// Each repetition of the template must be read.
    pub fn read_again(&mut self, template: u32) {
        if let Some(known) = self.templates.get_mut(template as usize) {
            known.reread = true;
        }
    }

    pub fn has_room(&self) -> bool {
        self.templates.len() < MOST_TEMPLATES && self.bytes < MOST_BYTES
    }

    /// The template that the exchange repeats. Where several do, the one that was learned first.
    pub fn find(&self, frame: &Frame, request: &[u8], answer: &[u8]) -> Option<u32> {
        let mut found = None;
        for shape in self.shapes.get(frame)? {
            let hash = self.hash(&shape.request_class, request, &shape.answer_class, answer);
            for template in shape.table.get(&hash).into_iter().flatten() {
                if found.is_none_or(|first| *template < first) && self.get(*template).is_some_and(|known| known.is(frame, request, answer))
                {
                    found = Some(*template);
                }
            }
        }
        found
    }

    /// Adds a template. The marks may lie anywhere: what is outside of the message is left out, what overlaps counts once (first mark wins).
    pub fn add(
        &mut self,
        frame: Frame,
        request: &[u8],
        answer: &[u8],
        marks: &[Mark],
        keep: bool,
        distinct: Option<(bool, u32, u32)>,
    ) -> u32 {
        let request_class = class_of(request.len(), marks.iter().filter(|mark| !mark.answer));
        let answer_class = class_of(answer.len(), marks.iter().filter(|mark| mark.answer));
        let values = marks.iter().filter(|mark| mark.kind != MarkKind::Ignored && mark.length > 0).filter(|mark| {
            let size = if mark.answer { answer.len() } else { request.len() };
            (mark.at as usize).saturating_add(mark.length as usize) <= size
        });
        let span = |mark: &Mark| ValueSpan { answer: mark.answer, at: mark.at, length: mark.length, little: mark.kind == MarkKind::Little };
        let (decimal, values): (Vec<&Mark>, Vec<&Mark>) = values.partition(|mark| mark.kind == MarkKind::Decimal);
        let decimal: Vec<ValueSpan> = decimal.into_iter().map(span).collect();
        let values = values.into_iter().map(span).chain(decimal.iter().copied()).collect();
        let number = self.templates.len() as u32;
        let hash = self.hash(&request_class, request, &answer_class, answer);
        let shapes = self.shapes.entry(frame).or_default();
        match shapes.iter_mut().find(|shape| shape.request_class == request_class && shape.answer_class == answer_class) {
            Some(shape) => shape.table.entry(hash).or_default().push(number),
            None => {
                let table = HashMap::from([(hash, vec![number])]);
                shapes.push(Shape { request_class: request_class.clone(), answer_class: answer_class.clone(), table });
            }
        }
        self.bytes += request.len() + answer.len() + 200 + 8 * (request_class.len() + answer_class.len());
        let mut words = words_of(&request_class, request);
        let request_words = words.len();
        words.extend(words_of(&answer_class, answer));
        self.bytes += 24 * words.len();
        let (request, answer) = (request.to_vec(), answer.to_vec());
        self.templates.push(Template { frame, request, answer, words, request_words, decimal, values, keep, reread: false, distinct });
        number
    }

    fn hash(&self, request_class: &[Run], request: &[u8], answer_class: &[Run], answer: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for (runs, message) in [(request_class, request), (answer_class, answer)] {
            for run in runs {
                hasher.write(message.get(run.at as usize..(run.at + run.length) as usize).unwrap_or(&[]));
            }
        }
        hasher.finish()
    }
}

fn are_digits(span: &ValueSpan, request: &[u8], answer: &[u8]) -> bool {
    let message = if span.answer { answer } else { request };
    message.get(span.at as usize..(span.at + span.length) as usize).is_some_and(|bytes| bytes.iter().all(u8::is_ascii_digit))
}

/// Eight bytes of a message, of which those under the mask must be as known. In messages of fewer bytes the rest is zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Word {
    at: u32,
    mask: u64,
    known: u64,
}

fn same(words: &[Word], message: &[u8]) -> bool {
    words.iter().all(|word| (load(message, word.at as usize) ^ word.known) & word.mask == 0)
}

fn load(message: &[u8], at: usize) -> u64 {
    match message.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => message.iter().skip(at).take(8).rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    }
}

/// The class bytes of a message as words, none of which reaches beyond its end unless it is shorter than a word.
fn words_of(runs: &[Run], message: &[u8]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let last = message.len().saturating_sub(8);
    for run in runs {
        for at in run.at as usize..(run.at + run.length) as usize {
            let start = words.last().map(|word| word.at as usize).filter(|start| at < start + 8).unwrap_or(at.min(last));
            if words.last().is_none_or(|word| word.at as usize != start) {
                words.push(Word { at: start as u32, mask: 0, known: 0 });
            }
            if let Some(word) = words.last_mut() {
                word.mask |= 0xff << (8 * (at - start));
                word.known = load(message, start) & word.mask;
            }
        }
    }
    words
}

/// The runs of class bytes: everything that no mark covers.
fn class_of<'a>(length: usize, marks: impl Iterator<Item = &'a Mark>) -> Vec<Run> {
    let length = length as u32;
    let mut covered: Vec<(u32, u32)> = marks.map(|mark| (mark.at.min(length), mark.at.saturating_add(mark.length).min(length))).collect();
    covered.sort_unstable();
    let mut runs = Vec::new();
    let mut at = 0;
    for (start, end) in covered {
        if start > at {
            runs.push(Run { at, length: start - at });
        }
        at = at.max(end);
    }
    if at < length {
        runs.push(Run { at, length: length - at });
    }
    runs
}

#[cfg(test)]
mod tests;
