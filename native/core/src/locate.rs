//! What a message is within its conversation: whether it asks or answers, what pairs it, which function it is, which context reads it.

use crate::key::{ContextKey, Kind, PairKey};
use crate::spec::{Bytes, Case, Part, Role};

#[derive(Clone, Copy, Debug)]
pub struct Located {
    pub role: Role,
    pub key: PairKey,
    pub kind: Kind,
    pub context: ContextKey,
}

impl Located {
    /// A message of which nothing is known: it stands alone.
    pub fn alone() -> Self {
        Self { role: Role::Alone, key: PairKey::default(), kind: Kind::default(), context: ContextKey::default() }
    }
}

/// Finds what a message is; None where the message is too short or none of the protocol's.
pub type Locator = fn(&[u8]) -> Option<Located>;

/// The functions that declarations name where no fixed offset can say it, with the reason.
const TABLE: [(&str, Locator); 2] = [
    ("bacnet", bacnet), // the APDU stands behind an NPDU of variable length
    ("snmp", snmp),     // BER: every field is found by walking those before it
];

/// The native locator called `name`.
pub fn native(name: &str) -> Option<Locator> {
    TABLE.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}

/// The cases of a protocol in the form that is fast to run: each test of bytes that several cases share is made once for a message.
pub struct Plan {
    tests: Vec<Part>,
    /// For each case, the tests that must hold, as bits.
    needed: Vec<u64>,
}

impl Plan {
    /// At most 64 different tests; loading the declarations checks it.
    pub const MOST_TESTS: usize = 64;

    pub fn new(cases: &[Case]) -> Plan {
        let mut tests: Vec<Part> = Vec::new();
        let mut needed = Vec::new();
        for case in cases {
            let mut bits = 0;
            for part in &case.when {
                let number = tests.iter().position(|known| known == part).unwrap_or_else(|| {
                    tests.push(part.clone());
                    tests.len() - 1
                });
                bits |= 1u64.checked_shl(number as u32).unwrap_or(0);
            }
            needed.push(bits);
        }
        Plan { tests, needed }
    }

    pub fn tests(&self) -> usize {
        self.tests.len()
    }

    /// How `message` is treated: by the first case that fits.
    pub fn locate(&self, cases: &[Case], message: &[u8]) -> Located {
        let (mut known, mut holds) = (0u64, 0u64);
        for (case, needed) in cases.iter().zip(&self.needed) {
            let mut open = needed & !known;
            while open != 0 && needed & known & !holds == 0 {
                let number = open.trailing_zeros();
                let bit = 1u64 << number;
                known |= bit;
                open &= !bit;
                if self.tests.get(number as usize).is_some_and(|test| test.holds(message)) {
                    holds |= bit;
                }
            }
            if needed & holds == *needed {
                let mut located = Located::alone();
                located.role = case.role;
                pick(&case.key, message, |bytes| located.key.extend(bytes));
                pick(&case.kind, message, |bytes| located.kind.extend(bytes));
                pick(&case.context, message, |bytes| located.context.extend(bytes));
                return located;
            }
        }
        Located::alone()
    }
}

fn pick(places: &[Bytes], message: &[u8], mut put: impl FnMut(&[u8])) {
    for place in places {
        let Some(found) = message.get(place.offset..place.offset + place.length) else { continue };
        if place.mask.0.is_empty() {
            put(found);
        } else {
            for (byte, mask) in found.iter().zip(&place.mask.0) {
                put(&[byte & mask]); // masks are rare, and short
            }
        }
    }
}

/// BACnet/IP (ANSI/ASHRAE 135-2020): BVLC (Annex J), NPDU (6.2), APDU type and invoke id (20.1).
fn bacnet(message: &[u8]) -> Option<Located> {
    let mut at = match (message.first()?, message.get(1)?) {
        (0x81, 0x04) => 10,
        (0x81, 0x09..=0x0b) => 4,
        (0x81, function) => return Some(Located { kind: Kind::from_slice(&[0x81, *function]), ..Located::alone() }),
        _ => 0,
    };
    let control = *message.get(at + 1)?;
    at += 2;
    let mut peer = PairKey::default();
    if control & 0x20 != 0 {
        let length = usize::from(*message.get(at + 2)?);
        peer.extend(message.get(at..at + 3 + length)?);
        at += 3 + length;
    }
    if control & 0x08 != 0 {
        let length = usize::from(*message.get(at + 2)?);
        peer.extend(message.get(at..at + 3 + length)?);
        at += 3 + length;
    }
    at += usize::from(control & 0x20 != 0);
    if control & 0x80 != 0 {
        return Some(Located { kind: Kind::from_slice(&[0xff, *message.get(at)?]), ..Located::alone() });
    }
    let first = *message.get(at)?;
    let (role, invoke, service) = match first >> 4 {
        0 => (Role::Request, at + 2, at + if first & 0x08 != 0 { 5 } else { 3 }),
        1 => return Some(Located { kind: Kind::from_slice(&[0x10, *message.get(at + 1)?]), ..Located::alone() }),
        2 => (Role::Answer, at + 1, at + 2),
        3 => (Role::Answer, at + 1, at + if first & 0x08 != 0 { 4 } else { 2 }),
        4 => return Some(Located { kind: Kind::from_slice(&[0x40]), ..Located::alone() }),
        5..=7 => (Role::Answer, at + 1, at + 2),
        _ => return None,
    };
    let mut key = PairKey::from_slice(&[*message.get(invoke)?]);
    key.extend(peer.as_slice());
    let kind = Kind::from_slice(&[first & 0xf0, message.get(service).copied().unwrap_or(0xff)]);
    Some(Located { role, key, kind, context: ContextKey::default() })
}

/// SNMP (RFC 3416 section 3; RFC 3412 section 6): request-id of the PDU, or msgID where the PDU is out of reach (v3).
fn snmp(message: &[u8]) -> Option<Located> {
    let (_, body) = ber(message)?;
    let (_, version) = ber(body)?;
    let body = after(body)?;
    if version.last() == Some(&3) {
        let (_, header) = ber(body)?;
        let (_, id) = ber(header)?;
        let flags = ber(after(after(header)?)?)?.1.first().copied()?;
        let role = if flags & 0x04 != 0 { Role::Request } else { Role::Answer };
        return Some(Located { role, key: PairKey::from_slice(id), kind: Kind::from_slice(&[3]), context: ContextKey::default() });
    }
    let pdu = after(body)?;
    let (tag, content) = ber(pdu)?;
    let kind = Kind::from_slice(&[tag]);
    let role = match tag {
        0xa0 | 0xa1 | 0xa3 | 0xa5 | 0xa6 => Role::Request,
        0xa2 => Role::Answer,
        _ => return Some(Located { kind, ..Located::alone() }),
    };
    let (_, id) = ber(content)?;
    Some(Located { role, key: PairKey::from_slice(id), kind, context: ContextKey::default() })
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
