//! The exchange engine: packets in; known exchanges are counted, novel ones are handed out to be read once.

mod deliver;
mod flows;
mod judge;
mod packets;
mod tcp;

use std::collections::{HashMap, VecDeque};

use crate::bank::{Bank, Mark};
use crate::context::HostContexts;
use crate::conversation::{Conversations, NO_PROTOCOL};
use crate::flow::Flows;
use crate::host::{End, Hosts};
use crate::key::{ContextKey, Kind};
use crate::packet::{Fragments, Piece};
use crate::spec::Transport;
use crate::table::Table;
use crate::tally::{Moment, Tally};

/// What is counted beside facts. Everything shed, skipped or not understood is here or in the conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    pub packets: u64,
    pub bytes: u64,
    pub unknown_link: u64,
    pub cut_frames: u64,
    pub lying_headers: u64,
    pub nested_too_deep: u64,
    pub snapped: u64,
    pub tunnelled: u64,
    pub non_ip: u64,
    pub retransmitted: u64,
    pub reordered: u64,
    pub duplicated: u64,
    /// Segments that came twice, the second time with other bytes: the first ones were taken.
    pub segments_conflicting: u64,
    pub gaps: u64,
    pub gap_bytes: u64,
    pub flows: u64,
    pub flows_shed: u64,
    pub conversations_shed: u64,
    pub messages: u64,
    pub novel: u64,
    pub refused: u64,
    /// Messages in pieces of which the first, or the last, was missing; and those that their connection's end left unfinished.
    pub messages_unfinished: u64,
    pub requests_shed: u64,
    pub buffers_shed: u64,
    pub clock_backwards: u64,
    pub contexts_refused: u64,
    pub distinct_refused: u64,
}

/// How much the engine may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub flows: usize,
    pub buffered: usize,
    pub pending: usize,
    /// Novel exchanges that are read before packets have earned more.
    pub novelty: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { flows: 65_536, buffered: 48 << 20, pending: 24 << 20, novelty: 40_000 }
    }
}

/// One message and where it stands.
#[derive(Clone, Copy)]
struct Heard<'a> {
    data: &'a [u8],
    pieces: &'a [Piece],
}

/// A complete exchange: a request with its answer, or one of them alone.
#[derive(Clone, Copy)]
struct Exchange<'a> {
    slot: u32,
    born: u64,
    conversation: u32,
    protocol: u16,
    from_server: bool,
    request: Option<Heard<'a>>,
    answer: Option<Heard<'a>>,
    context_key: ContextKey,
    seen_ns: i64,
}

/// A message that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub data: Vec<u8>,
    pub pieces: Vec<Piece>,
}

/// A novel exchange, waiting to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Novel {
    slot: u32,
    born: u64,
    pub conversation: u32,
    pub protocol: u16,
    pub from_server: bool,
    pub request: Option<Held>,
    pub answer: Option<Held>,
    context_key: ContextKey,
    pub context: u32,
    pub seen_ns: i64,
    /// The template that it repeats: it is read again for what it opens.
    repeats: Option<u32>,
}

/// A context that a reading opens: for the flow or for both hosts, for a protocol, under a key.
#[derive(Clone, Debug)]
pub struct Opening {
    pub for_hosts: bool,
    pub protocol: u16,
    pub key: ContextKey,
    pub context: u32,
}

/// A flow to come: at the other end of this conversation (`ip` None) or at another address.
#[derive(Clone, Debug)]
pub struct Expected {
    pub protocol: u16,
    pub transport: Transport,
    pub port: u16,
    pub ip: Option<End>,
}

/// What a reading says about the exchange that was handed out.
#[derive(Clone, Debug, Default)]
pub struct Lesson {
    pub marks: Vec<Mark>,
    pub keep: bool,
    pub distinct: Option<(bool, u32, u32)>,
    /// What the reader calls the facts that repetitions add to: their sums are kept for each conversation (`Engine::sums`).
    pub tags: Vec<u32>,
    /// The reader wants each of the template's tallies, not only their sums.
    pub rich: bool,
    pub opens: Vec<Opening>,
    pub expects: Vec<Expected>,
}

/// Messages that break their protocol's framing, by conversation.
#[derive(Clone, Copy, Debug)]
pub struct BadFraming {
    pub conversation: u32,
    pub protocol: u16,
    pub from_server: bool,
    pub rule: crate::cut::Rule,
    pub have: u64,
    pub count: u64,
    pub first: Moment,
    pub first_piece: Piece,
}

/// What the reader said of a template, for the sums.
#[derive(Clone, Debug, Default)]
struct Tags {
    tags: Vec<u32>,
    rich: bool,
}

/// The repetitions of all templates with a tag, in one conversation and one file; `tally` is the earliest of their tallies.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    pub conversation: u32,
    pub tag: u32,
    pub count: u64,
    pub distinct: u64,
    pub tally: u32,
    pub first: Moment,
    pub last: Moment,
}

pub struct Engine {
    pub table: Table,
    pub hosts: Hosts,
    pub conversations: Conversations,
    pub tallies: Vec<Tally>,
    pub bad: Vec<BadFraming>,
    pub distinct: Vec<u64>,
    bank: Bank,
    flows: Flows,
    fragments: Fragments,
    contexts: HostContexts,
    tags: Vec<Tags>,
    tally_index: HashMap<(u32, u32), u32, ahash::RandomState>,
    /// The counts of the tallies when `counted` was asked last.
    told: Vec<u64>,
    bad_index: HashMap<(u32, bool, crate::cut::Rule), usize>,
    distinct_seen: std::collections::HashSet<u128, ahash::RandomState>,
    distinct_keys: [ahash::RandomState; 2],
    expected: HashMap<(u32, Transport, u16), u16>,
    waiting: Option<Novel>,
    queue: VecDeque<Novel>,
    pool: Vec<Vec<u8>>,
    counters: Counters,
    limits: Limits,
    buffered: usize,
    pending_bytes: usize,
    novelty_used: [u64; 2],
    now_ns: i64,
    sweep_after_ns: i64,
    /// The packet after which room may be made again.
    room_after: u64,
}

impl Engine {
    pub fn new(table: Table, limits: Limits) -> Engine {
        let protocols = table.len();
        Engine {
            table,
            hosts: Hosts::default(),
            conversations: Conversations::default(),
            tallies: Vec::new(),
            bad: Vec::new(),
            distinct: vec![0; protocols],
            bank: Bank::default(),
            flows: Flows::new(limits.flows),
            fragments: Fragments::default(),
            contexts: HostContexts::default(),
            tags: Vec::new(),
            tally_index: HashMap::default(),
            told: Vec::new(),
            bad_index: HashMap::new(),
            distinct_seen: std::collections::HashSet::default(),
            distinct_keys: [ahash::RandomState::new(), ahash::RandomState::new()],
            expected: HashMap::new(),
            waiting: None,
            queue: VecDeque::new(),
            pool: Vec::new(),
            counters: Counters::default(),
            limits,
            buffered: 0,
            pending_bytes: 0,
            novelty_used: [0; 2],
            now_ns: i64::MIN,
            sweep_after_ns: i64::MIN,
            room_after: 0,
        }
    }

    /// The exchange that must be read before more packets may be fed.
    pub fn waiting(&self) -> Option<&Novel> {
        self.waiting.as_ref()
    }

    pub fn counters(&self) -> Counters {
        Counters { contexts_refused: self.counters.contexts_refused + self.contexts.refused, flows: self.flows.births(), ..self.counters }
    }

    /// What is held at the moment: open flows, bytes of unfinished messages, bytes of requests without an answer. All are 0 after the end.
    pub fn held(&self) -> (usize, usize, usize) {
        (self.flows.len(), self.buffered, self.pending_bytes)
    }

    pub fn fragment_counters(&self) -> crate::packet::Counters {
        self.fragments.counters()
    }

    /// The sums of all tags, in order of conversation and tag.
    pub fn sums(&self) -> Vec<Sum> {
        let mut sums: HashMap<(u32, u32, u32), Sum, ahash::RandomState> = HashMap::default();
        for (number, tally) in self.tallies.iter().enumerate() {
            for tag in self.tags.get(tally.template as usize).map_or(&[][..], |tags| tags.tags.as_slice()) {
                let fresh = Sum {
                    conversation: tally.conversation,
                    tag: *tag,
                    count: 0,
                    distinct: 0,
                    tally: number as u32,
                    first: tally.first,
                    last: tally.last,
                };
                let sum = sums.entry((tally.conversation, *tag, tally.first.file)).or_insert(fresh);
                sum.count += tally.count;
                sum.distinct += tally.distinct;
                sum.last = sum.last.later(tally.last);
                if tally.first.earlier(sum.first) == tally.first && tally.first != sum.first {
                    sum.first = tally.first;
                    sum.tally = number as u32;
                }
            }
        }
        let mut sums: Vec<Sum> = sums.into_values().collect();
        sums.sort_unstable_by_key(|sum| (sum.conversation, sum.tag, sum.first.file));
        sums
    }

    /// How often each tag was counted in each conversation since this was asked last, in order of conversation and tag: all of it makes the
    /// counts of `sums`.
    pub fn counted(&mut self) -> Vec<(u32, u32, u64)> {
        let mut counts: std::collections::BTreeMap<(u32, u32), u64> = std::collections::BTreeMap::new();
        self.told.resize(self.tallies.len(), 0);
        for (tally, told) in self.tallies.iter().zip(&mut self.told) {
            let more = tally.count.saturating_sub(*told);
            if more == 0 {
                continue;
            }
            *told = tally.count;
            for tag in self.tags.get(tally.template as usize).map_or(&[][..], |tags| tags.tags.as_slice()) {
                *counts.entry((tally.conversation, *tag)).or_default() += more;
            }
        }
        counts.into_iter().map(|((conversation, tag), count)| (conversation, tag, count)).collect()
    }

    /// The numbers of the tallies whose templates the reader called rich.
    pub fn rich(&self) -> Vec<usize> {
        let is_rich = |tally: &Tally| self.tags.get(tally.template as usize).is_some_and(|tags| tags.rich);
        self.tallies.iter().enumerate().filter(|(_, tally)| is_rich(tally)).map(|(number, _)| number).collect()
    }

    /// How many messages of each function were counted: protocol, kind, whether it stands in an answer's place. Refused ones are not among them.
    pub fn functions(&self) -> Vec<(u16, Kind, bool, u64)> {
        let mut counts: std::collections::BTreeMap<(u16, Kind, bool), u64> = std::collections::BTreeMap::new();
        for tally in &self.tallies {
            let Some(template) = self.bank.get(tally.template) else { continue };
            let Some(entry) = self.table.get(template.frame.protocol) else { continue };
            let messages = [(template.frame.request, &template.request, false), (template.frame.answer, &template.answer, true)];
            for (length, bytes, is_answer) in messages {
                if length != crate::bank::ABSENT {
                    *counts.entry((template.frame.protocol, entry.kind(bytes), is_answer)).or_default() += tally.count;
                }
            }
        }
        counts.into_iter().map(|((protocol, kind, is_answer), count)| (protocol, kind, is_answer, count)).collect()
    }

    pub fn template(&self, number: u32) -> Option<&crate::bank::Template> {
        self.bank.get(number)
    }

    /// Ends all flows: what waits for an answer is handed out as unanswered. Call it again until nothing waits.
    pub fn finish(&mut self) {
        for slot in self.flows.all() {
            self.close(slot);
        }
    }

    fn protocol_name_is_known(&self, protocol: u16) -> bool {
        protocol != NO_PROTOCOL && self.table.get(protocol).is_some()
    }
}

#[cfg(test)]
mod tests;
