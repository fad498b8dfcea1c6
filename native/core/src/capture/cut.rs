//! Where and why a capture could not be read to its end.

use std::fmt;

/// The place where the reading ended early. Everything before it was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Offset, in the stream after decompression, of the header, record or block that could not be read.
    pub at: u64,
    /// What it was: "packet record", "block length", ...
    pub what: &'static str,
    /// How many bytes it takes; where a length lies (`Why::Lying`), the length it claims.
    pub needed: u64,
    /// How many there were; where a length lies, the limit that it breaks.
    pub had: u64,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The stream ended there.
    Ended,
    /// A length or marker that no capture can have, and what is allowed: the bytes are damaged from there on.
    Lying { allowed: &'static str },
    /// The compressed stream ended or is damaged, and what the decoder says.
    Compression { reason: String },
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cut { at, what, needed, had, why } = self;
        match why {
            Why::Ended => write!(f, "cut at byte {at}: the {what} takes {needed} bytes, {had} were there"),
            Why::Lying { allowed } => write!(f, "damaged at byte {at}: the {what} says {needed}, allowed is {allowed}"),
            Why::Compression { reason } => {
                write!(f, "cut at byte {at} of the unpacked stream: the {what} takes {needed} bytes, {had} were there ({reason})")
            }
        }
    }
}
