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

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    /// Up to eight bytes that are one value, as a little-endian number.
    One {
        length: usize,
        mask: u64,
        value: u64,
    },
    /// One byte: a set of 256 bits.
    Byte {
        mask: u8,
        set: [u64; 4],
    },
    /// Up to eight bytes, as a little-endian number.
    Word {
        length: usize,
        mask: u64,
        values: Vec<u64>,
    },
    Long {
        length: usize,
        mask: Vec<u8>,
        values: Vec<Vec<u8>>,
    },
}

/// The bytes at an offset, under a mask, are one of some values.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Declared")]
pub struct Part {
    offset: usize,
    test: Test,
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
        let test = match (length, mask.as_slice()) {
            (1..=8, _) if values.len() == 1 => {
                Test::One { length, mask: number(&mask), value: values.first().map_or(0, |value| number(&value.0)) }
            }
            (1, [mask]) => Test::Byte { mask: *mask, set: set_of(&values) },
            (2..=8, _) => Test::Word { length, mask: number(&mask), values: values.iter().map(|value| number(&value.0)).collect() },
            _ => Test::Long { length, mask, values: values.into_iter().map(|value| value.0).collect() },
        };
        Ok(Part { offset, test })
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
        match &self.test {
            Test::One { length, mask, value } => word(found, *length).is_some_and(|word| word & mask == *value),
            Test::Byte { mask, set } => found.first().is_some_and(|byte| {
                let byte = byte & mask;
                set.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
            }),
            Test::Word { length, mask, values } => word(found, *length).is_some_and(|word| values.contains(&(word & mask))),
            Test::Long { length, mask, values } => is_any(found, *length, mask, values),
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
        match &self.test {
            Test::One { mask, value, .. } => Some((*mask, vec![*value])),
            Test::Byte { mask, set } => {
                let is_in = |byte: &u64| set.get((byte >> 6) as usize).is_some_and(|word| word >> (byte & 63) & 1 == 1);
                Some((u64::from(*mask), (0..256).filter(is_in).collect()))
            }
            Test::Word { mask, values, .. } => Some((*mask, values.clone())),
            Test::Long { .. } => None,
        }
    }
}

/// The first bytes as a little-endian number, of which at least `length` must be there.
#[inline(always)]
fn word(found: &[u8], length: usize) -> Option<u64> {
    match found.first_chunk::<8>() {
        Some(word) => Some(u64::from_le_bytes(*word)),
        None => found.get(..length).map(number),
    }
}

#[cold]
fn is_any(found: &[u8], length: usize, mask: &[u8], values: &[Vec<u8>]) -> bool {
    found
        .get(..length)
        .is_some_and(|found| values.iter().any(|value| found.iter().zip(mask).zip(value).all(|((have, mask), want)| have & mask == *want)))
}
