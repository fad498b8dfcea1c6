//! Flows: one TCP connection, one pair of UDP ports, one pair of MACs with an EtherType. Bounded, the longest silent go first.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hasher};

use crate::context::FlowContexts;
use crate::conversation::{Carrier, NO_PROTOCOL};
use crate::host::End;
use crate::key::{ContextKey, PairKey};
use crate::pieces::Places;
use crate::stream::Direction;
use crate::tally::Moment;

/// Both ends of a flow, the lesser first, so that both directions have one key: two ends of at most 48 bits (a MAC; an IPv4 address or the
/// number of an IPv6 address, with a port), the EtherType of layer 2, what kind of ends they are, and what carries them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FlowKey(u128);

/// What the ends of a flow are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    V4 = 0,
    V6 = 1,
    Mac = 2,
}

/// One of the two ends of a flow's key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    First,
    Second,
}

impl Side {
    #[inline(always)]
    pub fn other(self) -> Side {
        match self {
            Side::First => Side::Second,
            Side::Second => Side::First,
        }
    }

    /// What belongs to this end.
    #[inline(always)]
    pub fn of<T>(self, [first, second]: &mut [T; 2]) -> &mut T {
        match self {
            Side::First => first,
            Side::Second => second,
        }
    }
}

impl FlowKey {
    /// The key of a packet from `source` to `target`, and which end of the key the source is.
    #[inline(always)]
    pub fn new(source: u64, target: u64, ether_type: u16, carrier: Carrier, family: Family) -> (FlowKey, Side) {
        let (a, b) = (source.min(target), source.max(target));
        let side = if source <= target { Side::First } else { Side::Second };
        let kind = (carrier as u64) << 2 | family as u64;
        let (high, low) = (a & 0xffff_ffff_ffff | kind << 48, b & 0xffff_ffff_ffff | u64::from(ether_type) << 48);
        (FlowKey(u128::from(high) << 64 | u128::from(low)), side)
    }
}

/// A request that waits for its answer.
#[derive(Debug)]
pub struct Pending {
    pub key: PairKey,
    pub context_key: ContextKey,
    pub data: Vec<u8>,
    pub places: Places,
    pub seen_ns: i64,
    pub from_server: bool,
    pub answered: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recognised {
    /// Not yet: so many payloads were looked at.
    Searching(u8),
    Known,
    Never,
}

/// What one end of a flow sent, since it was last noted in the tables of hosts and conversations: so that a packet touches its flow only.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub mac: Option<[u8; 6]>,
    pub vlan: u16,
    pub packets: u32,
    pub bytes: u64,
    pub first: Moment,
    pub last: Moment,
    pub least_ttl: u8,
    pub greatest_ttl: u8,
}

impl Sent {
    pub fn new(mac: Option<[u8; 6]>, vlan: u16, moment: Moment) -> Self {
        Sent { mac, vlan, packets: 0, bytes: 0, first: moment, last: moment, least_ttl: u8::MAX, greatest_ttl: 0 }
    }

    /// True where one more packet of this sender can be added.
    #[inline(always)]
    pub fn is_from(&self, mac: Option<[u8; 6]>, vlan: u16) -> bool {
        self.mac == mac && self.vlan == vlan && self.packets < u32::MAX
    }

    #[inline(always)]
    pub fn add(&mut self, bytes: u32, ttl: u8, moment: Moment) {
        self.packets += 1;
        self.bytes += u64::from(bytes);
        self.last = moment;
        self.least_ttl = self.least_ttl.min(ttl);
        self.greatest_ttl = self.greatest_ttl.max(ttl);
    }
}

#[derive(Debug)]
pub struct Flow {
    pub key: FlowKey,
    /// Its place in the table.
    pub slot: u32,
    /// The port that the server has.
    pub port: u16,
    pub conversation: u32,
    /// True where the key's first end is the server.
    pub first_is_server: bool,
    pub protocol: u16,
    pub recognised: Recognised,
    pub directions: [Direction; 2],
    /// What each end sent, and its address, by which its sightings are known.
    pub sent: [Option<Sent>; 2],
    pub ends: [End; 2],
    /// The IP id, length and time of the last packet of each direction: a second copy of it is a mirror's duplicate.
    pub last_seen: [(u16, u32, i64); 2],
    pub pending: VecDeque<Pending>,
    pub contexts: FlowContexts,
    pub last_ns: i64,
    pub born: u64,
    /// Which ends have said that they send no more (FIN), or that all is over (RST: both).
    pub ended: [bool; 2],
}

impl Flow {
    pub fn new(key: FlowKey, ends: [End; 2], port: u16, conversation: u32, first_is_server: bool, now_ns: i64) -> Self {
        Flow {
            key,
            slot: 0,
            port,
            conversation,
            first_is_server,
            protocol: NO_PROTOCOL,
            recognised: Recognised::Searching(0),
            directions: [Direction::default(), Direction::default()],
            sent: [None; 2],
            ends,
            last_seen: [(0, 0, i64::MIN); 2],
            pending: VecDeque::new(),
            contexts: FlowContexts::default(),
            last_ns: now_ns,
            born: 0,
            ended: [false; 2],
        }
    }

    /// True where what this end sends comes from the server.
    #[inline(always)]
    pub fn serves(&self, side: Side) -> bool {
        (side == Side::First) == self.first_is_server
    }

    #[inline(always)]
    pub fn direction(&mut self, side: Side) -> &mut Direction {
        side.of(&mut self.directions)
    }

    /// Lets the other direction know what this end has asked for.
    #[inline(always)]
    pub fn tell(&mut self, side: Side) {
        let [first, second] = &mut self.directions;
        match side {
            Side::First => first.cutter.tell(&mut second.cutter),
            Side::Second => second.cutter.tell(&mut first.cutter),
        }
    }

    /// How many bytes both directions hold: what is no whole message yet, and what is ahead of a hole.
    pub fn held(&self) -> usize {
        self.directions.iter().map(|direction| direction.kept() + direction.held_bytes()).sum()
    }
}

/// Hashes flow keys with a seed of its own in each run: nobody can choose keys that collide.
#[derive(Clone)]
pub struct Seed(u64, u64);

impl Default for Seed {
    fn default() -> Self {
        let seed = std::hash::RandomState::new();
        Seed(seed.hash_one(0) | 1, seed.hash_one(1) | 1)
    }
}

impl BuildHasher for Seed {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded { seed: (self.0, self.1), state: 0 }
    }
}

/// The product of both halves of a key, each under the seed, folded.
pub struct Folded {
    seed: (u64, u64),
    state: u64,
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u128(u128::from(*byte));
        }
    }

    fn write_u128(&mut self, key: u128) {
        let (low, high) = (key as u64 ^ self.seed.0 ^ self.state, (key >> 64) as u64 ^ self.seed.1);
        let product = u128::from(low).wrapping_mul(u128::from(high));
        let folded = (product as u64) ^ (product >> 64) as u64;
        self.state = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ folded >> 29;
    }

    fn finish(&self) -> u64 {
        self.state
    }
}

/// The flows that are open. `slots` are reused; a slot's `born` tells its tenants apart.
pub struct Flows {
    index: HashMap<FlowKey, u32, Seed>,
    slots: Vec<Option<Box<Flow>>>,
    free: Vec<u32>,
    births: u64,
    most: usize,
}

const IDLE_NS: i64 = 600_000_000_000;
/// A connection that both ends have ended is kept for a while, for segments that come late.
const ENDED_NS: i64 = 30_000_000_000;

impl Flows {
    pub fn new(most: usize) -> Self {
        Flows { index: HashMap::default(), slots: Vec::new(), free: Vec::new(), births: 0, most }
    }

    #[inline(always)]
    pub fn find(&self, key: &FlowKey) -> Option<u32> {
        self.index.get(key).copied()
    }

    pub fn get(&self, slot: u32) -> Option<&Flow> {
        self.slots.get(slot as usize).and_then(Option::as_deref)
    }

    pub fn get_mut(&mut self, slot: u32) -> Option<&mut Flow> {
        self.slots.get_mut(slot as usize).and_then(Option::as_deref_mut)
    }

    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.index.len() >= self.most
    }

    pub fn births(&self) -> u64 {
        self.births
    }

    /// Takes the flow out of the table, to work with it; `put` brings it back. Meanwhile its place is kept.
    #[inline(always)]
    pub fn take(&mut self, slot: u32) -> Option<Box<Flow>> {
        self.slots.get_mut(slot as usize).and_then(Option::take)
    }

    #[inline(always)]
    pub fn put(&mut self, flow: Box<Flow>) {
        if let Some(place) = self.slots.get_mut(flow.slot as usize) {
            *place = Some(flow);
        }
    }

    pub fn insert(&mut self, flow: Flow) -> u32 {
        self.births += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        });
        self.index.insert(flow.key, slot);
        self.put(Box::new(Flow { slot, born: self.births, ..flow }));
        slot
    }

    /// Gives up the place of a flow that was taken out.
    pub fn remove(&mut self, flow: &Flow) {
        self.index.remove(&flow.key);
        self.free.push(flow.slot);
    }

    /// The flows to close: those that were silent for ten minutes, or half a minute after their end.
    pub fn stale(&self, now_ns: i64) -> Vec<u32> {
        self.silent(now_ns, 0)
    }

    /// The flows to close so that there is room: the stale ones, and the longest silent eighth of all.
    pub fn longest_silent(&self, now_ns: i64) -> Vec<u32> {
        self.silent(now_ns, (self.index.len() / 8).max(1))
    }

    /// The stale flows, and so many of the longest silent ones at least.
    fn silent(&self, now_ns: i64, least: usize) -> Vec<u32> {
        let heard = |flow: &Flow| if flow.ended == [true; 2] { flow.last_ns.saturating_sub(IDLE_NS - ENDED_NS) } else { flow.last_ns };
        let rows = self.occupied().map(|(slot, flow)| (heard(flow), flow.born, slot));
        let mut silent: Vec<(i64, u64, u32)> = rows.filter(|(last, ..)| least > 0 || now_ns.saturating_sub(*last) > IDLE_NS).collect();
        silent.sort_unstable();
        silent
            .into_iter()
            .enumerate()
            .take_while(|(rank, (last, ..))| *rank < least || now_ns.saturating_sub(*last) > IDLE_NS)
            .map(|(_, (.., slot))| slot)
            .collect()
    }

    /// All flows, oldest first.
    pub fn all(&self) -> Vec<u32> {
        let mut all: Vec<(u64, u32)> = self.occupied().map(|(slot, flow)| (flow.born, slot)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, slot)| slot).collect()
    }

    fn occupied(&self) -> impl Iterator<Item = (u32, &Flow)> {
        self.slots.iter().enumerate().filter_map(|(slot, flow)| flow.as_deref().map(|flow| (slot as u32, flow)))
    }
}

#[cfg(test)]
mod tests;
