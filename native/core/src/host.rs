//! Which addresses were seen together on the wire: (MAC, IP, VLAN) sightings, and short numbers for addresses.

use std::collections::HashMap;

use crate::flow::Sent;
use crate::packet::Address;
use crate::tally::Moment;

/// An end of a conversation: an IP address, or a MAC on layer 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    Ip(Address),
    Mac([u8; 6]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SightingKey {
    pub mac: Option<[u8; 6]>,
    pub ip: Option<Address>,
    pub vlan: u16,
}

/// A sender as its frames show it.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    pub key: SightingKey,
    pub packets: u64,
    pub first: Moment,
    pub last: Moment,
    pub least_ttl: u8,
    pub greatest_ttl: u8,
}

const MOST_SIGHTINGS: usize = 50_000;
const MOST_ENDS: usize = 400_000;

#[derive(Default)]
pub struct Hosts {
    numbers: HashMap<End, u32, ahash::RandomState>,
    ends: Vec<End>,
    /// How many conversations and expectations name each end.
    uses: Vec<u32>,
    free: Vec<u32>,
    index: HashMap<SightingKey, u32, ahash::RandomState>,
    sightings: Vec<Sighting>,
    /// Packets of senders for which there was no room.
    pub shed: u64,
}

/// The number of an end, or of a sighting, for which there was no room.
pub const NO_ROOM: u32 = u32::MAX;

impl Hosts {
    /// The short number of an end: the same end has the same number as long as there is room, and as something names it.
    pub fn number(&mut self, end: End) -> u32 {
        if let Some(number) = self.numbers.get(&end) {
            return *number;
        }
        if let Some(number) = self.free.pop() {
            if let Some(place) = self.ends.get_mut(number as usize) {
                *place = end;
            }
            self.numbers.insert(end, number);
            return number;
        }
        if self.ends.len() >= MOST_ENDS {
            return NO_ROOM;
        }
        let number = self.ends.len() as u32;
        self.ends.push(end);
        self.uses.push(0);
        self.numbers.insert(end, number);
        number
    }

    /// Something names the end from here on.
    pub fn hold(&mut self, number: u32) {
        if let Some(uses) = self.uses.get_mut(number as usize) {
            *uses = uses.saturating_add(1);
        }
    }

    /// One thing less names the end: without any its number is free for another one.
    pub fn release(&mut self, number: u32) {
        if let Some(uses) = self.uses.get_mut(number as usize) {
            *uses = uses.saturating_sub(1);
            self.drop_unused(number);
        }
    }

    /// Frees the number where nothing names its end.
    pub fn drop_unused(&mut self, number: u32) {
        if self.uses.get(number as usize) != Some(&0) {
            return;
        }
        if let Some(end) = self.end(number) {
            if self.numbers.get(&end) == Some(&number) {
                self.numbers.remove(&end);
                self.free.push(number);
            }
        }
    }

    pub fn end(&self, number: u32) -> Option<End> {
        self.ends.get(number as usize).copied()
    }

    /// Makes room for a sender when its first frame is seen, so that the order of rows, and what is shed, is that of the capture.
    pub fn meet(&mut self, key: SightingKey, moment: Moment) {
        if self.index.contains_key(&key) || self.sightings.len() >= MOST_SIGHTINGS {
            return;
        }
        self.index.insert(key, self.sightings.len() as u32);
        self.sightings.push(Sighting { key, packets: 0, first: moment, last: moment, least_ttl: u8::MAX, greatest_ttl: 0 });
    }

    /// Counts the frames that a sender sent on one flow.
    pub fn see(&mut self, key: SightingKey, sent: &Sent) {
        let known = self.index.get(&key).and_then(|number| self.sightings.get_mut(*number as usize));
        let Some(sighting) = known else {
            self.shed += u64::from(sent.packets);
            return;
        };
        sighting.packets += u64::from(sent.packets);
        sighting.first = sighting.first.earlier(sent.first);
        sighting.last = sighting.last.later(sent.last);
        sighting.least_ttl = sighting.least_ttl.min(sent.least_ttl);
        sighting.greatest_ttl = sighting.greatest_ttl.max(sent.greatest_ttl);
    }

    pub fn sightings(&self) -> &[Sighting] {
        &self.sightings
    }
}

#[cfg(test)]
mod tests;
