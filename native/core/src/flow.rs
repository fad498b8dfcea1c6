//! Flows: one TCP connection, one pair of UDP ports, one pair of MACs with an EtherType. Bounded, the longest silent go first.

use std::collections::{HashMap, VecDeque};

use crate::context::FlowContexts;
use crate::conversation::{Carrier, NO_PROTOCOL};
use crate::host::NO_ROOM;
use crate::key::{ContextKey, Kind, PairKey};
use crate::packet::Piece;
use crate::stream::Direction;

/// Both ends of a flow, the lesser first, so that both directions have one key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FlowKey {
    pub ends: [u128; 2],
    pub ports: [u16; 2],
    pub carrier: Carrier,
    pub family: u8,
}

/// A request that waits for its answer.
#[derive(Debug, Default)]
pub struct Pending {
    pub key: PairKey,
    pub kind: Kind,
    pub context_key: ContextKey,
    pub data: Vec<u8>,
    pub pieces: Vec<Piece>,
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

#[derive(Debug)]
pub struct Flow {
    pub key: FlowKey,
    pub conversation: u32,
    /// True where the key's first end is the server.
    pub first_is_server: bool,
    pub protocol: u16,
    pub recognised: Recognised,
    pub directions: [Direction; 2],
    pub sightings: [u32; 2],
    /// The IP id, length and time of the last packet of each direction: a second copy of it is a mirror's duplicate.
    pub last_seen: [(u16, u32, i64); 2],
    pub pending: VecDeque<Pending>,
    pub contexts: FlowContexts,
    pub last_ns: i64,
    pub born: u64,
}

impl Flow {
    pub fn new(key: FlowKey, conversation: u32, first_is_server: bool, now_ns: i64, born: u64) -> Self {
        Flow {
            key,
            conversation,
            first_is_server,
            protocol: NO_PROTOCOL,
            recognised: Recognised::Searching(0),
            directions: [Direction::default(), Direction::default()],
            sightings: [NO_ROOM; 2],
            last_seen: [(0, 0, i64::MIN); 2],
            pending: VecDeque::new(),
            contexts: FlowContexts::default(),
            last_ns: now_ns,
            born,
        }
    }
}

/// The flows that are open. `slots` are reused; a slot's `born` tells its tenants apart.
pub struct Flows {
    index: HashMap<FlowKey, u32, ahash::RandomState>,
    slots: Vec<Option<Box<Flow>>>,
    free: Vec<u32>,
    births: u64,
    most: usize,
}

const IDLE_NS: i64 = 600_000_000_000;

impl Flows {
    pub fn new(most: usize) -> Self {
        Flows { index: HashMap::default(), slots: Vec::new(), free: Vec::new(), births: 0, most }
    }

    pub fn find(&self, key: &FlowKey) -> Option<u32> {
        self.index.get(key).copied()
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

    pub fn insert(&mut self, flow: Flow) -> u32 {
        self.births += 1;
        let key = flow.key;
        let flow = Box::new(Flow { born: self.births, ..flow });
        let slot = match self.free.pop() {
            Some(slot) => {
                if let Some(place) = self.slots.get_mut(slot as usize) {
                    *place = Some(flow);
                }
                slot
            }
            None => {
                self.slots.push(Some(flow));
                self.slots.len() as u32 - 1
            }
        };
        self.index.insert(key, slot);
        slot
    }

    pub fn remove(&mut self, slot: u32) -> Option<Box<Flow>> {
        let flow = self.slots.get_mut(slot as usize)?.take()?;
        self.index.remove(&flow.key);
        self.free.push(slot);
        Some(flow)
    }

    /// The flows to close: those that were silent for ten minutes; where the table is full, also the longest silent eighth.
    pub fn stale(&self, now_ns: i64) -> Vec<u32> {
        let mut idle: Vec<(i64, u64, u32)> = self.occupied().map(|(slot, flow)| (flow.last_ns, flow.born, slot)).collect();
        idle.sort_unstable();
        let forced = if self.is_full() { self.index.len() / 8 } else { 0 };
        idle.into_iter().enumerate().take_while(|(rank, (last, ..))| *rank < forced || now_ns - last > IDLE_NS).map(|(_, (.., slot))| slot).collect()
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
