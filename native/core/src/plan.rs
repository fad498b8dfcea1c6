//! The cases that a protocol declares, as a tree of decisions: each message is put through the few tests that tell its case from the others.

use std::collections::HashMap;

use crate::key::{packed, ContextKey, Kind};
use crate::locate::Located;
use crate::spec::{Bytes, Case, Part, Role};

/// Up to eight bytes of a message as a number, under a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    offset: usize,
    length: usize,
    mask: u64,
}

impl Field {
    const MOST: usize = 8;

    fn new(bytes: &Bytes) -> Field {
        let all = if bytes.length >= 8 { u64::MAX } else { (1 << (8 * bytes.length)) - 1 };
        let mask = if bytes.mask.0.is_empty() { all } else { packed(&bytes.mask.0) & all };
        Field { offset: bytes.offset, length: bytes.length, mask }
    }

    /// The number; 0 where the message ends before it.
    #[inline(always)]
    fn of(&self, message: &[u8]) -> u64 {
        let Some(rest) = message.get(self.offset..) else { return 0 };
        match rest.first_chunk::<8>() {
            Some(word) => u64::from_le_bytes(*word) & self.mask,
            None => rest.get(..self.length).map_or(0, |short| packed(short) & self.mask),
        }
    }
}

/// What is taken of a message of a case.
struct Step {
    role: Role,
    key: Vec<Field>,
    context: Option<Field>,
}

/// A question, and where its answers lead: to another question, or to a step (`STEP` and its number), or to none (`NONE`).
struct Node {
    test: Part,
    yes: u32,
    no: u32,
}

const STEP: u32 = 1 << 24;
const NONE: u32 = u32::MAX;

/// The cases of a protocol.
pub struct Plan {
    nodes: Vec<Node>,
    root: u32,
    steps: Vec<Step>,
}

impl Plan {
    pub const MOST_TESTS: usize = 64;
    /// Questions in the tree: cases that tell messages apart need few.
    pub const MOST_NODES: usize = 4_096;

    /// Refuses, in words, what is beyond the bounds: 64 tests, 4096 decisions, three key fields of eight bytes, one context field of seven,
    /// seven bytes of kind.
    pub fn new(cases: &[Case]) -> Result<Plan, String> {
        let steps = cases.iter().map(step).collect::<Result<Vec<Step>, String>>()?;
        let mut growing = Growing::new(cases)?;
        let root = growing.grow(0, 0)?;
        Ok(Plan { nodes: growing.nodes, root, steps })
    }

    /// Which case treats the message: the first one that fits.
    #[inline(always)]
    fn choose(&self, message: &[u8]) -> Option<usize> {
        let mut at = self.root;
        while let Some(node) = self.nodes.get(at as usize) {
            at = if node.test.holds(message) { node.yes } else { node.no };
        }
        (at != NONE).then_some((at & !STEP) as usize)
    }

    /// How the message is treated.
    #[inline(always)]
    pub fn locate(&self, message: &[u8]) -> Located {
        let Some(step) = self.choose(message).and_then(|number| self.steps.get(number)) else { return Located::alone() };
        let mut located = Located { role: step.role, ..Located::alone() };
        for (word, field) in located.key.0.iter_mut().zip(&step.key) {
            *word = field.of(message);
        }
        if let Some(field) = &step.context {
            located.context = ContextKey::of_number(field.of(message), field.length);
        }
        located
    }

    /// Which function the message is.
    pub fn kind(&self, cases: &[Case], message: &[u8]) -> Kind {
        let mut kind = Kind::default();
        for place in self.choose(message).and_then(|number| cases.get(number)).map_or(&[][..], |case| case.kind.as_slice()) {
            let found = message.get(place.offset..place.offset + place.length).unwrap_or(&[]);
            let masked = found.iter().enumerate().map(|(number, byte)| byte & place.mask.0.get(number).copied().unwrap_or(0xff));
            kind.extend(&masked.collect::<Vec<u8>>());
        }
        kind
    }
}

fn step(case: &Case) -> Result<Step, String> {
    let kind: usize = case.kind.iter().map(|bytes| bytes.length).sum();
    let key_fits = case.key.len() <= 3 && case.key.iter().all(|bytes| bytes.length <= Field::MOST);
    let context_fits = case.context.iter().all(|bytes| bytes.length <= ContextKey::MOST) && case.context.len() <= 1;
    if kind > 7 || !key_fits || !context_fits {
        return Err("allowed are: a key of three fields of eight bytes, a kind of seven bytes, a context of one field of seven".into());
    }
    Ok(Step { role: case.role, key: case.key.iter().map(Field::new).collect(), context: case.context.first().map(Field::new) })
}

/// The tree while it grows. What is known of a message is two sets of tests, as bits: those that hold, and those that do not.
struct Growing {
    tests: Vec<Part>,
    /// The tests of each case.
    needed: Vec<u64>,
    nodes: Vec<Node>,
    known: HashMap<(u64, u64), u32>,
}

impl Growing {
    fn new(cases: &[Case]) -> Result<Growing, String> {
        let mut growing = Growing { tests: Vec::new(), needed: Vec::new(), nodes: Vec::new(), known: HashMap::new() };
        for case in cases {
            let mut needed = 0;
            for part in &case.when {
                needed |= 1 << growing.number(part)?;
            }
            growing.needed.push(needed);
        }
        Ok(growing)
    }

    fn number(&mut self, part: &Part) -> Result<usize, String> {
        let number = self.tests.iter().position(|known| known == part).unwrap_or_else(|| {
            self.tests.push(part.clone());
            self.tests.len() - 1
        });
        if number >= Plan::MOST_TESTS {
            return Err(format!("more than {} different tests in the cases", Plan::MOST_TESTS));
        }
        Ok(number)
    }

    /// The place of the tree for messages of which so much is known.
    fn grow(&mut self, holds: u64, fails: u64) -> Result<u32, String> {
        if let Some(place) = self.known.get(&(holds, fails)) {
            return Ok(*place);
        }
        let Some(number) = self.needed.iter().position(|needed| needed & fails == 0) else { return Ok(NONE) };
        let open = self.needed.get(number).map_or(0, |needed| needed & !holds);
        if open == 0 {
            return Ok(STEP | number as u32);
        }
        let test = open.trailing_zeros();
        let yes = self.grow(holds | 1 << test, fails | self.excluded_by(test as usize))?;
        let no = self.grow(holds, fails | 1 << test)?;
        let Some(part) = self.tests.get(test as usize) else { return Ok(NONE) };
        let place = self.nodes.len() as u32;
        self.nodes.push(Node { test: part.clone(), yes, no });
        if self.nodes.len() > Plan::MOST_NODES {
            return Err(format!("the cases need more than {} decisions", Plan::MOST_NODES));
        }
        self.known.insert((holds, fails), place);
        Ok(place)
    }

    /// The tests that cannot hold where this one does.
    fn excluded_by(&self, test: usize) -> u64 {
        let Some(holding) = self.tests.get(test) else { return 0 };
        let excluded = self.tests.iter().enumerate().filter(|(_, other)| holding.excludes(other));
        excluded.fold(0, |bits, (number, _)| bits | 1 << number)
    }
}

#[cfg(test)]
mod tests;
