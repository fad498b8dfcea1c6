//! What earlier readings opened: for a flow, or for every flow between two hosts. Contexts are numbers; equal values have equal numbers.

use std::collections::HashMap;

use crate::key::ContextKey;

/// The number that stands for no context.
pub const NO_CONTEXT: u32 = 0;

const MOST: usize = 65_536;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Place {
    hosts: (u32, u32),
    protocol: u16,
    key: ContextKey,
}

/// Contexts that hold between two hosts. Bounded: what finds no room is refused and counted.
#[derive(Default)]
pub struct HostContexts {
    open: HashMap<Place, u32, ahash::RandomState>,
    pub refused: u64,
}

impl HostContexts {
    pub fn set(&mut self, hosts: (u32, u32), protocol: u16, key: ContextKey, context: u32) {
        let place = Place { hosts: ordered(hosts), protocol, key };
        if context == NO_CONTEXT {
            self.open.remove(&place);
        } else if self.open.len() < MOST || self.open.contains_key(&place) {
            self.open.insert(place, context);
        } else {
            self.refused += 1;
        }
    }

    pub fn get(&self, hosts: (u32, u32), protocol: u16, key: ContextKey) -> Option<u32> {
        if self.open.is_empty() {
            return None;
        }
        self.open.get(&Place { hosts: ordered(hosts), protocol, key }).copied()
    }
}

fn ordered((a, b): (u32, u32)) -> (u32, u32) {
    (a.min(b), a.max(b))
}

/// Contexts of one flow.
#[derive(Default, Debug)]
pub struct FlowContexts(Vec<(u16, ContextKey, u32)>);

impl FlowContexts {
    const MOST: usize = 256;

    /// False where there is no room.
    pub fn set(&mut self, protocol: u16, key: ContextKey, context: u32) -> bool {
        if let Some((_, _, slot)) = self.0.iter_mut().find(|(known, same, _)| *known == protocol && *same == key) {
            *slot = context;
            return true;
        }
        let room = self.0.len() < Self::MOST;
        if room {
            self.0.push((protocol, key, context));
        }
        room
    }

    pub fn get(&self, protocol: u16, key: ContextKey) -> Option<u32> {
        self.0.iter().find(|(known, same, _)| *known == protocol && *same == key).map(|(_, _, context)| *context)
    }
}
