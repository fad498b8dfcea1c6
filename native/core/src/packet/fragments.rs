//! IP datagrams put together from their fragments, in bounded memory.
//!
//! Standards: RFC 791 3.2, RFC 8200 4.5. Where fragments overlap the bytes seen first hold (RFC 5722 would drop an IPv6 datagram; a watcher
//! counts it and reads on). Times are the capture's, and what is given up depends on the order of arrival alone: the same capture gives
//! the same datagrams.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::datagram::{Agreement, Datagram};
use super::{resume, Address, Kind, Packet, Piece};

/// The longest datagram: an IPv4 total length or IPv6 payload length has 16 bits.
const LONGEST: u32 = 65_535;

/// What a datagram and each of its parts cost beside their bytes, roughly.
const OVERHEAD: usize = 128;

/// How long fragments of a datagram that is whole are taken for copies (a mirror of both directions shows each frame twice).
const COPIES_NS: u64 = 1_000_000_000;

/// The bounds of what is held.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub datagrams: usize,
    pub bytes: usize,
    pub wait_ns: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { datagrams: 4096, bytes: 16 << 20, wait_ns: 30_000_000_000 }
    }
}

/// What became of fragments and datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Fragments seen.
    pub fragments: u64,
    /// Datagrams that were put together.
    pub whole: u64,
    /// Datagrams given up for want of room.
    pub shed: u64,
    /// Datagrams given up after the wait.
    pub expired: u64,
    /// Fragments that repeated bytes already held, or came after their datagram was whole.
    pub overlap: u64,
    /// Fragments that contradicted bytes or the end already held: seen where someone hides from a watcher.
    pub conflicting: u64,
    /// Fragments that the capture cut short.
    pub cut: u64,
    /// Fragments that are empty, reach beyond the longest datagram, or end off an 8-byte border with more to follow.
    pub lying: u64,
}

/// The IP payload of a datagram, and where its bytes stand. `resume` reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub data: Vec<u8>,
    pub pieces: Vec<Piece>,
}

/// What the fragments of one datagram share. The VLAN is part of it: cells of a plant repeat their addresses.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    source: Address,
    target: Address,
    protocol: u8,
    vlan: u16,
    id: u32,
}

struct Waiting {
    key: Key,
    since_ns: i64,
    datagram: Datagram,
}

/// The datagrams that wait for fragments, oldest first out.
#[derive(Default)]
pub struct Fragments {
    limits: Limits,
    counters: Counters,
    /// By order of arrival.
    waiting: BTreeMap<u64, Waiting>,
    arrivals: HashMap<Key, u64>,
    next_arrival: u64,
    held_bytes: usize,
    done: VecDeque<(Key, i64)>,
    done_keys: HashSet<Key>,
}

impl Fragments {
    pub fn new(limits: Limits) -> Self {
        Fragments { limits, ..Fragments::default() }
    }

    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// How many datagrams wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Roughly the memory that is held.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Take the fragment in `frame`, number `number` of `file`, of which `packet` is what `dissect` said. The datagram, where this made
    /// it whole.
    pub fn add(&mut self, packet: &Packet, frame: &[u8], file: u32, number: u64, seen_ns: i64) -> Option<Whole> {
        let fragment = packet.fragment?;
        let key = Key { source: packet.source?, target: packet.target?, protocol: packet.protocol, vlan: packet.vlan, id: fragment.id };
        self.counters.fragments += 1;
        if packet.missing > 0 {
            self.counters.cut += 1;
            return None;
        }
        let start = packet.start as usize;
        let payload = frame.get(start..start.saturating_add(packet.length as usize))?;
        let end = payload.len().saturating_add(fragment.offset as usize);
        if payload.is_empty() || end > LONGEST as usize || (fragment.more && payload.len() % 8 != 0) {
            self.counters.lying += 1;
            return None;
        }
        self.expire(seen_ns);
        if self.done_keys.contains(&key) {
            self.counters.overlap += 1;
            return None;
        }
        self.make_room(&key, payload.len());
        let piece = Piece { frame: number, file, frame_offset: packet.start, length: packet.length };
        let arrival = self.arrival(key, seen_ns);
        let datagram = &mut self.waiting.get_mut(&arrival)?.datagram;
        let before = cost(datagram);
        let agreement = datagram.add(fragment, payload, piece);
        let is_whole = datagram.is_whole();
        self.held_bytes = self.held_bytes.saturating_sub(before).saturating_add(cost(datagram));
        match agreement {
            Agreement::New => {}
            Agreement::Repeated => self.counters.overlap += 1,
            Agreement::Conflicting => self.counters.conflicting += 1,
        }
        if is_whole {
            self.finish(arrival, seen_ns)
        } else {
            None
        }
    }

    /// The place of `key`'s datagram, which begins to wait if it does not yet.
    fn arrival(&mut self, key: Key, seen_ns: i64) -> u64 {
        let fresh = self.next_arrival;
        let arrival = *self.arrivals.entry(key).or_insert(fresh);
        if arrival == fresh {
            self.next_arrival += 1;
            let datagram = Datagram::default();
            self.held_bytes = self.held_bytes.saturating_add(cost(&datagram));
            self.waiting.insert(arrival, Waiting { key, since_ns: seen_ns, datagram });
        }
        arrival
    }

    fn finish(&mut self, arrival: u64, seen_ns: i64) -> Option<Whole> {
        let Waiting { key, datagram, .. } = self.forget(arrival)?;
        self.counters.whole += 1;
        self.done.push_back((key, seen_ns));
        self.done_keys.insert(key);
        let (data, pieces) = datagram.into_bytes();
        Some(Whole { data, pieces })
    }

    fn forget(&mut self, arrival: u64) -> Option<Waiting> {
        let waiting = self.waiting.remove(&arrival)?;
        self.arrivals.remove(&waiting.key);
        self.held_bytes = self.held_bytes.saturating_sub(cost(&waiting.datagram));
        Some(waiting)
    }

    /// Give up what has waited too long by the capture's clock; a clock that jumps back counts as well.
    fn expire(&mut self, now_ns: i64) {
        while let Some((&arrival, oldest)) = self.waiting.first_key_value() {
            if oldest.since_ns.abs_diff(now_ns) <= self.limits.wait_ns {
                break;
            }
            self.forget(arrival);
            self.counters.expired += 1;
        }
        while let Some((key, done_ns)) = self.done.front() {
            if self.done.len() <= self.limits.datagrams && done_ns.abs_diff(now_ns) <= COPIES_NS {
                break;
            }
            self.done_keys.remove(key);
            self.done.pop_front();
        }
    }

    /// Give up the oldest until a fragment of `length` bytes for `key` is within the bounds, or nothing waits.
    fn make_room(&mut self, key: &Key, length: usize) {
        let needed = length.saturating_add(2 * OVERHEAD);
        while let Some((&arrival, _)) = self.waiting.first_key_value() {
            let one_too_many = self.waiting.len() >= self.limits.datagrams && !self.arrivals.contains_key(key);
            if !one_too_many && self.held_bytes.saturating_add(needed) <= self.limits.bytes {
                break;
            }
            self.forget(arrival);
            self.counters.shed += 1;
        }
    }
}

fn cost(datagram: &Datagram) -> usize {
    datagram.held_bytes() + (datagram.parts_count() + 1) * OVERHEAD
}

/// The transport in `payload`, a whole datagram's, of which `packet` is any fragment: its kind, and where its payload starts and how long
/// it is. A tunnel stays `Kind::Ip`; `resume` goes into it and gives the inner addresses too.
pub fn transport(packet: &Packet, payload: &[u8]) -> (Kind, usize, usize) {
    let inner = resume(packet, payload);
    if inner.tunnels != packet.tunnels {
        return (Kind::Ip, 0, payload.len());
    }
    (inner.kind, inner.start as usize, inner.length as usize)
}
