//! Short byte strings that are compared and hashed often: pairing keys, kinds, context keys.

/// At most `N` bytes, by value. Longer input is cut; `N` covers what the declarations may name, and loading them checks that.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Short<const N: usize> {
    length: u8,
    bytes: [u8; N],
}

pub type PairKey = Short<23>;
pub type Kind = Short<7>;
pub type ContextKey = Short<7>;

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
