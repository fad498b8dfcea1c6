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
    #[inline]
    pub fn holds(&self, message: &[u8]) -> bool {
        let Some(found) = message.get(self.offset..) else { return false };
        match &self.test {
            Test::Byte { mask, set } => found.first().is_some_and(|byte| {
                let byte = byte & mask;
                set.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
            }),
            Test::Word { length, mask, values } => match (found.first_chunk::<8>(), found.get(..*length)) {
                (Some(word), _) => values.contains(&(u64::from_le_bytes(*word) & mask)),
                (None, Some(short)) => values.contains(&(number(short) & mask)),
                (None, None) => false,
            },
            Test::Long { length, mask, values } => found.get(..*length).is_some_and(|found| {
                values.iter().any(|value| found.iter().zip(mask).zip(value).all(|((have, mask), want)| have & mask == *want))
            }),
        }
    }
}
