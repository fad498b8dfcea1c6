//! Short byte strings that are compared and hashed often: pairing keys, kinds, context keys.

/// At most `N` bytes, by value. Longer input is cut; `N` covers what the declarations may name, and loading them checks that.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Short<const N: usize> {
    length: u8,
    bytes: [u8; N],
}

pub type Kind = Short<7>;

/// What pairs an answer with its request: up to three numbers of eight bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PairKey(pub [u64; 3]);

impl PairKey {
    /// Bytes that need not be of a fixed length: folded where they are more than there is room for.
    pub fn from_slice(bytes: &[u8]) -> Self {
        let mut key = Self::default();
        for (number, chunk) in bytes.chunks(8).enumerate() {
            if let Some(word) = key.0.get_mut(number % 3) {
                *word = word.rotate_left(17) ^ packed(chunk);
            }
        }
        if let Some(last) = key.0.last_mut() {
            *last ^= (bytes.len() as u64) << 56;
        }
        key
    }
}

/// What chooses a context: at most seven bytes, with their number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct ContextKey(u64);

impl ContextKey {
    pub const MOST: usize = 7;

    /// Longer input is cut.
    pub fn from_slice(bytes: &[u8]) -> Self {
        let bytes = bytes.get(..Self::MOST).unwrap_or(bytes);
        Self::of_number(packed(bytes), bytes.len())
    }

    /// Of `length` bytes as a little-endian number.
    pub fn of_number(number: u64, length: usize) -> Self {
        ContextKey(number | (length as u64) << 56)
    }
}

/// At most eight bytes as a little-endian number.
pub fn packed(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

impl<const N: usize> Default for Short<N> {
    fn default() -> Self {
        Self { length: 0, bytes: [0; N] }
    }
}

impl<const N: usize> Short<N> {
    pub fn from_slice(bytes: &[u8]) -> Self {
        let mut key = Self::default();
        key.extend(bytes);
        key
    }

    /// Appends as many of `bytes` as there is room for.
    pub fn extend(&mut self, bytes: &[u8]) {
        let start = self.length as usize;
        let length = bytes.len().min(N - start);
        if let (Some(room), Some(bytes)) = (self.bytes.get_mut(start..start + length), bytes.get(..length)) {
            room.copy_from_slice(bytes);
            self.length += length as u8;
        }
    }

    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length as usize).unwrap_or(&[])
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

#[cfg(test)]
mod tests;
