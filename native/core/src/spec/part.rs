//! A test of a few bytes of a message, in the form that is fast to run.

use serde::Deserialize;

use super::Hex;

/// As declared: the bytes at `offset`, under `mask`, are one of `values`.
#[derive(Deserialize)]
struct Declared {
    offset: usize,
    values: Vec<Hex>,
    mask: Hex,
}

/// Values that are more than one number.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Many {
    /// One byte: a set of 256 bits.
    Bytes([u64; 4]),
    /// Up to eight bytes, as little-endian numbers.
    Numbers(Vec<u64>),
    Long {
        mask: Vec<u8>,
        values: Vec<Vec<u8>>,
    },
}

/// The bytes at an offset, under a mask, are one of some values. Up to eight bytes are a little-endian number, and it is nearly always one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Declared")]
pub struct Part {
    offset: usize,
    length: usize,
    mask: u64,
    value: u64,
    many: Option<Box<Many>>,
}

impl TryFrom<Declared> for Part {
    type Error = String;

    fn try_from(declared: Declared) -> Result<Self, String> {
        let Declared { offset, values, mask } = declared;
        let length = values.first().map_or(0, |value| value.0.len());
        if length == 0 || values.iter().any(|value| value.0.len() != length) || !(mask.0.is_empty() || mask.0.len() == length) {
            return Err(format!("part at {offset}: values and mask must be of one length, at least 1"));
        }
        let mask = if mask.0.is_empty() { vec![0xff; length] } else { mask.0 };
        let numbers = || values.iter().map(|value| number(&value.0)).collect::<Vec<u64>>();
        let many = match (length, values.len()) {
            (1..=8, 1) => None,
            (1, _) => Some(Many::Bytes(set_of(&values))),
            (2..=8, _) => Some(Many::Numbers(numbers())),
            _ => Some(Many::Long { mask: mask.clone(), values: values.iter().map(|value| value.0.clone()).collect() }),
        };
        let value = numbers().first().copied().unwrap_or(0);
        let mask = if length <= 8 { number(&mask) } else { 0 };
        Ok(Part { offset, length, mask, value, many: many.map(Box::new) })
    }
}

fn set_of(values: &[Hex]) -> [u64; 4] {
    let mut set = [0; 4];
    for byte in values.iter().filter_map(|value| value.0.first()) {
        if let Some(word) = set.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
    set
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

impl Part {
    /// True where the message's bytes, under the mask, are one of the values.
    #[inline(always)]
    pub fn holds(&self, message: &[u8]) -> bool {
        let Some(found) = message.get(self.offset..) else { return false };
        let word = match found.first_chunk::<8>() {
            Some(word) => u64::from_le_bytes(*word),
            None if found.len() >= self.length => number(found),
            None => return false,
        };
        match &self.many {
            None => word & self.mask == self.value,
            Some(many) => many.have(word & self.mask, found, self.length),
        }
    }

    /// True where `other` cannot hold of a message of which this one does: both are of the same bytes, and have no value in common.
    pub fn excludes(&self, other: &Part) -> bool {
        let (Some((mask, mine)), Some((other_mask, others))) = (self.values(), other.values()) else { return false };
        let common = mask & other_mask;
        self.offset == other.offset && mine.iter().all(|value| others.iter().all(|unlike| value & common != unlike & common))
    }

    /// The mask and the values, where they are numbers.
    fn values(&self) -> Option<(u64, Vec<u64>)> {
        match self.many.as_deref() {
            None => Some((self.mask, vec![self.value])),
            Some(Many::Bytes(set)) => Some((self.mask, (0..256).filter(|byte| is_in(set, *byte)).collect())),
            Some(Many::Numbers(values)) => Some((self.mask, values.clone())),
            Some(Many::Long { .. }) => None,
        }
    }
}

impl Many {
    fn have(&self, word: u64, found: &[u8], length: usize) -> bool {
        match self {
            Many::Bytes(set) => is_in(set, word),
            Many::Numbers(values) => values.contains(&word),
            Many::Long { mask, values } => found.get(..length).is_some_and(|found| {
                values.iter().any(|value| found.iter().zip(mask).zip(value).all(|((have, mask), want)| have & mask == *want))
            }),
        }
    }
}

fn is_in(set: &[u64; 4], byte: u64) -> bool {
    set.get((byte >> 6) as usize).is_some_and(|word| word >> (byte & 63) & 1 == 1)
}

#[cfg(test)]
mod tests;
