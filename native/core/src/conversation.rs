//! Conversations: a client and one service of a server, over all their connections.

use std::collections::{HashMap, VecDeque};

use crate::key::Kind;
use crate::tally::{Moment, NONE};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Carrier {
    Tcp,
    Udp,
    Icmp,
    /// Another IP protocol; the conversation's port is its number.
    Ip,
    /// Layer 2; the conversation's port is the EtherType (0 for LLC).
    Ethernet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConversationKey {
    pub client: u32,
    pub server: u32,
    pub carrier: Carrier,
    pub port: u16,
}

/// Messages that were not read because the budget was spent, or there was no room, by protocol and function.
#[derive(Clone, Copy, Debug)]
pub struct Refused {
    pub protocol: u16,
    pub kind: Kind,
    pub count: u64,
    pub first: Moment,
    pub last: Moment,
}

#[derive(Debug)]
pub struct Conversation {
    pub key: ConversationKey,
    /// Index of the protocol, `NO_PROTOCOL` where none was recognised.
    pub protocol: u16,
    pub packets: [u64; 2],
    pub bytes: [u64; 2],
    pub first: Moment,
    pub last: Moment,
    pub macs: [Option<[u8; 6]>; 2],
    pub vlan: u16,
    pub connections: u32,
    /// Flows of it that are in the table.
    pub open_flows: u32,
    /// It stands among those that may be forgotten.
    is_queued: bool,
    pub gaps: u64,
    pub gap_bytes: u64,
    /// Payload bytes in which no protocol was recognised, or which are opaque.
    pub unread_bytes: u64,
    pub again: u64,
    /// The tally that the latest exchange was counted in, and the one that followed it before: what to expect next.
    pub last_tally: u32,
    pub next_tally: u32,
    ordinary: Allowance,
    vital: Allowance,
    pub refused: Vec<Refused>,
}

pub const NO_PROTOCOL: u16 = u16::MAX;

/// How many novel exchanges of a conversation are read: a stock that refills with the capture's time.
#[derive(Debug)]
struct Allowance {
    left: u32,
    most: u32,
    refilled_ns: i64,
}

const ORDINARY: u32 = 4096;
const VITAL: u32 = 4096;
const REFILL_NS: i64 = 2_000_000_000;

impl Allowance {
    fn new(most: u32, now_ns: i64) -> Self {
        Allowance { left: most, most, refilled_ns: now_ns }
    }

    fn spend(&mut self, now_ns: i64) -> bool {
        let earned = now_ns.saturating_sub(self.refilled_ns).max(0) / REFILL_NS;
        if earned > 0 {
            self.left = self.left.saturating_add(earned.min(i64::from(u32::MAX)) as u32).min(self.most);
            self.refilled_ns += earned * REFILL_NS;
        }
        let granted = self.left > 0;
        self.left = self.left.saturating_sub(1);
        granted
    }
}

impl Conversation {
    fn new(key: ConversationKey, moment: Moment) -> Self {
        Conversation {
            key,
            protocol: NO_PROTOCOL,
            packets: [0; 2],
            bytes: [0; 2],
            first: moment,
            last: moment,
            macs: [None; 2],
            vlan: 0,
            connections: 0,
            open_flows: 0,
            is_queued: false,
            gaps: 0,
            gap_bytes: 0,
            unread_bytes: 0,
            again: 0,
            last_tally: NONE,
            next_tally: NONE,
            ordinary: Allowance::new(ORDINARY, moment.seen_ns),
            vital: Allowance::new(VITAL, moment.seen_ns),
            refused: Vec::new(),
        }
    }

    /// True where nothing was read of it and nothing goes on: that it was tried is all that is known.
    fn is_idle(&self) -> bool {
        self.open_flows == 0 && self.protocol == NO_PROTOCOL && self.last_tally == NONE && self.refused.is_empty()
    }

    /// True where one more novel exchange may be read: vital ones have a stock that the others cannot spend.
    pub fn may_read(&mut self, vital: bool, now_ns: i64) -> bool {
        (vital && self.vital.spend(now_ns)) || (!vital && self.ordinary.spend(now_ns))
    }

    /// Counts an exchange that is not read, under what is known of it without reading.
    pub fn refuse(&mut self, protocol: u16, kind: Kind, moment: Moment) {
        const MOST: usize = 300;
        let kind = if self.refused.len() < MOST { kind } else { Kind::default() };
        match self.refused.iter_mut().find(|known| known.protocol == protocol && known.kind == kind) {
            Some(known) => {
                known.count += 1;
                known.last = moment;
            }
            None => self.refused.push(Refused { protocol, kind, count: 1, first: moment, last: moment }),
        }
    }
}

/// Each costs half a kilobyte here, and two more where facts are made of it.
const MOST_CONVERSATIONS: usize = 50_000;

#[derive(Default)]
pub struct Conversations {
    index: HashMap<ConversationKey, u32, ahash::RandomState>,
    rows: Vec<Conversation>,
    /// Numbers of conversations that were idle when their last flow ended, the first first.
    idle: VecDeque<u32>,
    /// Numbers whose conversations were forgotten.
    free: Vec<u32>,
}

impl Conversations {
    /// The number of the conversation; None where there is no room for another one.
    pub fn number(&mut self, key: ConversationKey, moment: Moment) -> Option<u32> {
        if let Some(number) = self.index.get(&key) {
            return Some(*number);
        }
        if self.is_full() {
            return None;
        }
        let fresh = Conversation::new(key, moment);
        let number = match self.free.pop() {
            Some(number) => {
                *self.rows.get_mut(number as usize)? = fresh;
                number
            }
            None => {
                self.rows.push(fresh);
                self.rows.len() as u32 - 1
            }
        };
        self.index.insert(key, number);
        Some(number)
    }

    pub fn knows(&self, key: &ConversationKey) -> bool {
        self.index.contains_key(key)
    }

    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.index.len() >= MOST_CONVERSATIONS
    }

    /// A flow of the conversation has ended.
    pub fn close(&mut self, number: u32) {
        let Some(row) = self.get_mut(number) else { return };
        row.open_flows = row.open_flows.saturating_sub(1);
        if row.is_idle() && !row.is_queued {
            row.is_queued = true;
            self.idle.push_back(number);
        }
    }

    pub fn has_idle(&mut self) -> bool {
        while let Some(number) = self.idle.front().copied() {
            match self.get_mut(number) {
                Some(row) if row.is_idle() => return true,
                Some(row) => row.is_queued = false,
                None => {}
            }
            self.idle.pop_front();
        }
        false
    }

    /// Forgets the conversation that has been idle for longest; returns what it was.
    pub fn forget_idle(&mut self) -> Option<ConversationKey> {
        if !self.has_idle() {
            return None;
        }
        let number = self.idle.pop_front()?;
        let key = self.get(number)?.key;
        self.index.remove(&key);
        self.free.push(number);
        Some(key)
    }

    pub fn get(&self, number: u32) -> Option<&Conversation> {
        self.rows.get(number as usize)
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut Conversation> {
        self.rows.get_mut(number as usize)
    }

    pub fn rows(&self) -> &[Conversation] {
        &self.rows
    }
}

#[cfg(test)]
mod tests;
