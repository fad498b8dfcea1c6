//! What a message is within its conversation: whether it asks or answers, what pairs it, which function it is, which context reads it.

use crate::key::{packed, ContextKey, Kind, PairKey};
use crate::spec::{Bytes, Case, Part, Role};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    pub role: Role,
    pub key: PairKey,
    pub context: ContextKey,
}

impl Located {
    /// A message of which nothing is known: it stands alone.
    pub fn alone() -> Self {
        Self { role: Role::Alone, key: PairKey::default(), context: ContextKey::default() }
    }
}

/// Finds what a message is, and which function; None where the message is too short or none of the protocol's.
pub type Locator = fn(&[u8]) -> Option<(Located, Kind)>;

/// The functions that declarations name where no fixed offset can say it, with the reason.
const TABLE: [(&str, Locator); 2] = [
    ("bacnet", bacnet), // the APDU stands behind an NPDU of variable length
    ("snmp", snmp),     // BER: every field is found by walking those before it
];

/// The native locator called `name`.
pub fn native(name: &str) -> Option<Locator> {
    TABLE.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}

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
    #[inline]
    fn of(&self, message: &[u8]) -> u64 {
        let Some(rest) = message.get(self.offset..) else { return 0 };
        match (rest.first_chunk::<8>(), rest.get(..self.length)) {
            (Some(word), _) => u64::from_le_bytes(*word) & self.mask,
            (None, Some(short)) => packed(short) & self.mask,
            (None, None) => 0,
        }
    }
}

/// A case of a protocol in the form that is fast to run.
struct Step {
    /// The tests that must hold, as bits.
    needed: u64,
    role: Role,
    key: Vec<Field>,
    context: Option<Field>,
}

/// The cases of a protocol: each test of bytes that several cases share is made once for a message.
pub struct Plan {
    tests: Vec<Part>,
    steps: Vec<Step>,
}

impl Plan {
    pub const MOST_TESTS: usize = 64;

    /// Refuses, in words, what is beyond the bounds: 64 tests, three key fields of eight bytes, one context field of seven, seven bytes of kind.
    pub fn new(cases: &[Case]) -> Result<Plan, String> {
        let mut plan = Plan { tests: Vec::new(), steps: Vec::new() };
        for case in cases {
            let step = plan.step(case)?;
            plan.steps.push(step);
        }
        Ok(plan)
    }

    fn step(&mut self, case: &Case) -> Result<Step, String> {
        let mut needed = 0;
        for part in &case.when {
            let number = self.tests.iter().position(|known| known == part).unwrap_or_else(|| {
                self.tests.push(part.clone());
                self.tests.len() - 1
            });
            if number >= Self::MOST_TESTS {
                return Err(format!("more than {} different tests in the cases", Self::MOST_TESTS));
            }
            needed |= 1 << number;
        }
        let kind: usize = case.kind.iter().map(|bytes| bytes.length).sum();
        let key_fits = case.key.len() <= 3 && case.key.iter().all(|bytes| bytes.length <= Field::MOST);
        let context_fits = case.context.iter().all(|bytes| bytes.length <= ContextKey::MOST) && case.context.len() <= 1;
        if kind > 7 || !key_fits || !context_fits {
            return Err("allowed are: a key of three fields of eight bytes, a kind of seven bytes, a context of one field of seven".into());
        }
        let key = case.key.iter().map(Field::new).collect();
        Ok(Step { needed, role: case.role, key, context: case.context.first().map(Field::new) })
    }

    /// Which case treats the message: the first one that fits.
    #[inline]
    fn choose(&self, message: &[u8]) -> Option<usize> {
        let (mut known, mut holds) = (0u64, 0u64);
        self.steps.iter().position(|step| {
            let mut open = step.needed & !known;
            while open != 0 && step.needed & known & !holds == 0 {
                let number = open.trailing_zeros();
                let bit = 1u64 << number;
                known |= bit;
                open &= !bit;
                if self.tests.get(number as usize).is_some_and(|test| test.holds(message)) {
                    holds |= bit;
                }
            }
            step.needed & holds == step.needed
        })
    }

    /// How the message is treated.
    #[inline]
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

/// BACnet/IP (ANSI/ASHRAE 135-2020): BVLC (Annex J), NPDU (6.2), APDU type and invoke id (20.1).
fn bacnet(message: &[u8]) -> Option<(Located, Kind)> {
    let mut at = match (message.first()?, message.get(1)?) {
        (0x81, 0x04) => 10,
        (0x81, 0x09..=0x0b) => 4,
        (0x81, function) => return Some((Located::alone(), Kind::from_slice(&[0x81, *function]))),
        _ => 0,
    };
    let control = *message.get(at + 1)?;
    at += 2;
    let mut peer: Vec<u8> = Vec::new();
    if control & 0x20 != 0 {
        let length = usize::from(*message.get(at + 2)?);
        peer.extend_from_slice(message.get(at..at + 3 + length)?);
        at += 3 + length;
    }
    if control & 0x08 != 0 {
        let length = usize::from(*message.get(at + 2)?);
        peer.extend_from_slice(message.get(at..at + 3 + length)?);
        at += 3 + length;
    }
    at += usize::from(control & 0x20 != 0);
    if control & 0x80 != 0 {
        return Some((Located::alone(), Kind::from_slice(&[0xff, *message.get(at)?])));
    }
    let first = *message.get(at)?;
    let (role, invoke, service) = match first >> 4 {
        0 => (Role::Request, at + 2, at + if first & 0x08 != 0 { 5 } else { 3 }),
        1 => return Some((Located::alone(), Kind::from_slice(&[0x10, *message.get(at + 1)?]))),
        2 => (Role::Answer, at + 1, at + 2),
        3 => (Role::Answer, at + 1, at + if first & 0x08 != 0 { 4 } else { 2 }),
        4 => return Some((Located::alone(), Kind::from_slice(&[0x40]))),
        5..=7 => (Role::Answer, at + 1, at + 2),
        _ => return None,
    };
    peer.push(*message.get(invoke)?);
    let key = PairKey::from_slice(&peer);
    let kind = Kind::from_slice(&[first & 0xf0, message.get(service).copied().unwrap_or(0xff)]);
    Some((Located { role, key, ..Located::alone() }, kind))
}

/// SNMP (RFC 3416 section 3; RFC 3412 section 6): request-id of the PDU, or msgID where the PDU is out of reach (v3).
fn snmp(message: &[u8]) -> Option<(Located, Kind)> {
    let (_, body) = ber(message)?;
    let (_, version) = ber(body)?;
    let body = after(body)?;
    if version.last() == Some(&3) {
        let (_, header) = ber(body)?;
        let (_, id) = ber(header)?;
        let flags = ber(after(after(header)?)?)?.1.first().copied()?;
        let role = if flags & 0x04 != 0 { Role::Request } else { Role::Answer };
        return Some((Located { role, key: PairKey::from_slice(id), ..Located::alone() }, Kind::from_slice(&[3])));
    }
    let pdu = after(body)?;
    let (tag, content) = ber(pdu)?;
    let kind = Kind::from_slice(&[tag]);
    let role = match tag {
        0xa0 | 0xa1 | 0xa3 | 0xa5 | 0xa6 => Role::Request,
        0xa2 => Role::Answer,
        _ => return Some((Located::alone(), kind)),
    };
    let (_, id) = ber(content)?;
    Some((Located { role, key: PairKey::from_slice(id), ..Located::alone() }, kind))
}

/// The tag and content of the BER element that `bytes` begins with (X.690 8.1; definite lengths of up to four bytes).
fn ber(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (start, length) = ber_extent(bytes)?;
    Some((*bytes.first()?, bytes.get(start..start + length)?))
}

/// What follows the BER element that `bytes` begins with.
fn after(bytes: &[u8]) -> Option<&[u8]> {
    let (start, length) = ber_extent(bytes)?;
    bytes.get(start + length..)
}

fn ber_extent(bytes: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*bytes.get(1)?);
    if first < 0x80 {
        return Some((2, first));
    }
    let count = first & 0x7f;
    if count == 0 || count > 4 {
        return None;
    }
    let length = bytes.get(2..2 + count)?.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    Some((2 + count, length))
}
