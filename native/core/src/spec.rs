//! What the protocol files declare, as data: how the core finds, cuts and pairs their messages. Loaded from JSON; bytes are hex text.

use serde::Deserialize;

/// Bytes written as hex in the JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Hex(pub Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
        let digits = digits.ok_or_else(|| format!("{text:?} is not hex"))?;
        if digits.len() % 2 != 0 {
            return Err(format!("{text:?} has an odd number of hex digits"));
        }
        Ok(Hex(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit)).collect()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    Tcp,
    Udp,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Port {
    pub number: u16,
    pub transport: Transport,
    pub trusted: bool,
}

mod part;

pub use part::Part;

#[derive(Clone, Debug, Deserialize)]
pub struct Looks {
    pub parts: Vec<Part>,
    pub least: usize,
    pub whole: bool,
    pub anywhere: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Framing {
    Datagram,
    Segment { most: usize },
    Length { at: usize, size: usize, add: i64, little: bool, least: usize, most: usize },
    Delimiter { end: Hex, most: usize, lines: u32 },
    Native { name: String },
}

impl Framing {
    /// How long a message may be.
    pub fn most(&self) -> usize {
        match self {
            Framing::Datagram | Framing::Native { .. } => 0,
            Framing::Segment { most } | Framing::Length { most, .. } | Framing::Delimiter { most, .. } => *most,
        }
    }

    /// True where a length field says that the bytes are one message.
    #[inline(always)]
    pub fn is_exactly(&self, data: &[u8]) -> bool {
        let Framing::Length { least, most, .. } = self else { return false };
        self.declared(data) == Some(data.len() as i64) && data.len() >= *least && data.len() <= *most
    }

    /// The length of the whole message that starts at `window`, as its length field says: None where the field is not there yet.
    #[inline(always)]
    pub fn declared(&self, window: &[u8]) -> Option<i64> {
        let Framing::Length { at, size, add, little, .. } = self else { return None };
        let field = window.get(*at..)?.get(..*size)?;
        let number = match (field, little) {
            ([a, b], false) => i64::from(u16::from_be_bytes([*a, *b])),
            ([a, b], true) => i64::from(u16::from_le_bytes([*a, *b])),
            (field, false) => field.iter().fold(0, |sum, byte| sum << 8 | i64::from(*byte)),
            (field, true) => field.iter().rev().fold(0, |sum, byte| sum << 8 | i64::from(*byte)),
        };
        Some(add + number)
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Join {
    pub at: usize,
    pub mask: u8,
    pub last: u8,
    pub body: usize,
    pub most: usize,
    pub when: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Direction,
    Request,
    Answer,
    Alone,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Bytes {
    pub offset: usize,
    pub length: usize,
    pub mask: Hex,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    pub when: Vec<Part>,
    pub role: Role,
    pub key: Vec<Bytes>,
    pub kind: Vec<Bytes>,
    pub context: Vec<Bytes>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Pair {
    pub limit_ms: i64,
    pub many: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Spec {
    pub name: String,
    pub ports: Vec<Port>,
    pub ether_types: Vec<u16>,
    pub llc: Vec<Hex>,
    pub frame: Framing,
    pub looks: Vec<Looks>,
    pub join: Option<Join>,
    pub cases: Vec<Case>,
    /// The name of a native function that locates role, key and kind; empty where `cases` do.
    pub locate: String,
    pub pair: Option<Pair>,
    pub vital: Vec<Hex>,
    /// True for a protocol that is only ever inside another: the core never meets it.
    pub inside_only: bool,
}

impl Spec {
    /// True where the message begins like one of this protocol's; `alone` says that nothing else is in the segment or datagram.
    pub fn looks_right(&self, message: &[u8], anywhere: bool) -> bool {
        self.looks.iter().any(|looks| {
            (looks.anywhere || !anywhere)
                && message.len() >= looks.least
                && (!looks.whole || self.frame.declared(message) == Some(message.len() as i64))
                && looks.parts.iter().all(|part| part.holds(message))
        })
    }
}
