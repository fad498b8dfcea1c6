//! What a message is within its conversation: whether it asks or answers, what pairs it, which function it is, which context reads it.
//! `plan` finds it by the cases that a protocol declares; here are the protocols for which no declaration is enough.

use crate::key::{ContextKey, Kind, PairKey};
use crate::spec::Role;

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
    let mut source: &[u8] = &[];
    if control & 0x08 != 0 {
        let length = usize::from(*message.get(at + 2)?);
        source = message.get(at..at + 3 + length)?;
        peer.extend_from_slice(source);
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
    let invoke = *message.get(invoke)?;
    peer.push(invoke);
    let key = PairKey::from_slice(&peer);
    let kind = Kind::from_slice(&[first & 0xf0, message.get(service).copied().unwrap_or(0xff)]);
    // 5.2: a segment of an answer goes on where the one before it ended
    let context = if first & 0xf8 == 0x38 { ContextKey::from_slice(&[&[invoke], source].concat()) } else { ContextKey::default() };
    Some((Located { role, key, context }, kind))
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

#[cfg(test)]
mod tests;
