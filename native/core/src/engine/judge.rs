//! Is an exchange known? Known ones are counted where they are; novel ones wait to be read, if the budget allows.

use super::{Engine, Exchange, Heard, Held, Lesson, Novel, Tags};
use crate::bank::{Frame, ABSENT};
use crate::context::{FlowContexts, NO_CONTEXT};
use crate::key::Kind;
use crate::packet::Piece;
use crate::tally::{Moment, Tally, NONE};

/// Packets that earn one more reading, beyond the limit's stock: ordinary and vital.
const EARN_ORDINARY: u64 = 32;
const EARN_VITAL: u64 = 8;
/// Pairs of a conversation and a template that are counted apart.
const MOST_TALLIES: usize = 100_000;
const MOST_DISTINCT: usize = 1 << 20;

impl Engine {
    /// Takes a complete exchange of a flow with these contexts: judged at once, or after those that wait.
    #[inline(always)]
    pub(super) fn settle(&mut self, exchange: &Exchange<'_>, contexts: &FlowContexts) {
        if self.waiting.is_some() {
            let novel = own(exchange);
            self.queue.push_back(novel);
        } else {
            self.judge(exchange, contexts.get(exchange.protocol, exchange.context_key));
        }
    }

    /// `context` is what the flow has opened for the exchange, if anything.
    fn judge(&mut self, exchange: &Exchange<'_>, context: Option<u32>) {
        let Some(conversation) = self.conversations.get(exchange.conversation) else { return };
        let (last, next) = (conversation.last_tally, conversation.next_tally);
        let hosts = (conversation.key.client, conversation.key.server);
        let of_hosts = || self.contexts.get(hosts, exchange.protocol, exchange.context_key);
        let context = context.or_else(of_hosts).unwrap_or(NO_CONTEXT);
        let frame = Frame {
            protocol: exchange.protocol,
            context,
            from_server: exchange.from_server,
            request: exchange.request.map_or(ABSENT, |heard| heard.data.len() as u32),
            answer: exchange.answer.map_or(ABSENT, |heard| heard.data.len() as u32),
        };
        let request = exchange.request.map_or(&[][..], |heard| heard.data);
        let answer = exchange.answer.map_or(&[][..], |heard| heard.data);
        for guess in [next, last] {
            let Some(template) = self.tallies.get(guess as usize).map(|tally| tally.template) else { continue };
            let Some(known) = self.bank.get(template).filter(|known| known.is(&frame, request, answer)) else { continue };
            if !known.reread || !self.reads_again(template, exchange, context) {
                self.count(guess, template, last, exchange, request, answer);
            }
            return;
        }
        match self.bank.find(&frame, request, answer) {
            Some(template) if self.reads_again(template, exchange, context) => {}
            Some(template) => {
                let tally = self.tally(exchange.conversation, template, exchange);
                self.count(tally, template, last, exchange, request, answer);
            }
            None => self.consider(exchange, context),
        }
    }

    /// A known exchange that opens something waits to be read like a novel one, as far as the budget allows.
    fn reads_again(&mut self, template: u32, exchange: &Exchange<'_>, context: u32) -> bool {
        if !self.bank.get(template).is_some_and(|known| known.reread) || !self.affords(exchange) {
            return false;
        }
        self.waiting = Some(Novel { context, repeats: Some(template), ..own(exchange) });
        true
    }

    fn tally(&mut self, conversation: u32, template: u32, exchange: &Exchange<'_>) -> u32 {
        if let Some(tally) = self.tally_index.get(&(conversation, template)) {
            return *tally;
        }
        if self.tallies.len() >= MOST_TALLIES {
            self.refuse(exchange);
            return NONE;
        }
        let number = self.tallies.len() as u32;
        if let Some(known) = self.bank.get(template) {
            let pieces = |heard: Option<Heard<'_>>| heard.map_or_else(Vec::new, |heard| heard.pieces.to_vec());
            let (request, answer) = (pieces(exchange.request), pieces(exchange.answer));
            self.tallies.push(Tally::new(conversation, template, known, moment(exchange), &request, &answer));
            self.tally_index.insert((conversation, template), number);
        }
        number
    }

    fn count(&mut self, number: u32, template: u32, last: u32, exchange: &Exchange<'_>, request: &[u8], answer: &[u8]) {
        let Some(known) = self.bank.get(template) else { return };
        let new = known.distinct.is_some_and(|place| {
            let service =
                self.conversations.get(exchange.conversation).map(|conversation| (conversation.key.server, conversation.key.port));
            let seen = (&mut self.distinct_seen, &self.distinct_keys);
            match is_new(seen, (exchange.protocol, service), place, request, answer) {
                Some(new) => new,
                None => {
                    self.counters.distinct_refused += 1;
                    false
                }
            }
        });
        if new {
            if let Some(slot) = self.distinct.get_mut(exchange.protocol as usize) {
                *slot += 1;
            }
        }
        let Some(tally) = self.tallies.get_mut(number as usize) else { return };
        tally.add(known, moment(exchange), request, answer, last);
        tally.distinct += u64::from(new);
        let next = tally.next;
        let Some(conversation) = self.conversations.get_mut(exchange.conversation) else { return };
        let surprised = conversation.next_tally != number;
        conversation.last_tally = number;
        conversation.next_tally = next;
        if surprised {
            self.follows(last, number, exchange.conversation);
        }
    }

    /// After `last` came `number`, which was not expected: it is what to expect the next time.
    fn follows(&mut self, last: u32, number: u32, conversation: u32) {
        if let Some(before) = self.tallies.get_mut(last as usize) {
            before.next = number;
        }
        if let Some(conversation) = self.conversations.get_mut(conversation).filter(|_| last == number) {
            conversation.next_tally = number;
        }
    }

    /// A novel exchange: it waits to be read, unless the budget is spent.
    fn consider(&mut self, exchange: &Exchange<'_>, context: u32) {
        if self.affords(exchange) {
            self.counters.novel += 1;
            self.waiting = Some(Novel { context, ..own(exchange) });
            return;
        }
        self.refuse(exchange);
    }

    /// Counts the exchange under what is known of it without reading.
    fn refuse(&mut self, exchange: &Exchange<'_>) {
        let kind = self.kind_of(exchange);
        if let Some(conversation) = self.conversations.get_mut(exchange.conversation) {
            conversation.refuse(exchange.protocol, kind, moment(exchange));
            self.counters.refused += 1;
        }
    }

    /// The function of the exchange, as its protocol's kinds go.
    fn kind_of(&self, exchange: &Exchange<'_>) -> Kind {
        let message = exchange.request.or(exchange.answer).map_or(&[][..], |heard| heard.data);
        self.table.get(exchange.protocol).map_or_else(Kind::default, |entry| entry.kind(message))
    }

    /// True where one more reading is within the budgets of all and of the conversation; it is spent then.
    fn affords(&mut self, exchange: &Exchange<'_>) -> bool {
        let kind = self.kind_of(exchange);
        let vital = self.table.get(exchange.protocol).is_some_and(|entry| entry.is_vital(&kind));
        let earned = self.limits.novelty + self.counters.packets / if vital { EARN_VITAL } else { EARN_ORDINARY };
        let Some(used) = self.novelty_used.get_mut(usize::from(vital)) else { return false };
        let Some(conversation) = self.conversations.get_mut(exchange.conversation) else { return false };
        let affordable = *used < earned && self.bank.has_room() && conversation.may_read(vital, exchange.seen_ns);
        *used += u64::from(affordable);
        affordable
    }

    /// Learns from the reading of the exchange that waited; counts it, and goes on with those behind it. Returns the template's number.
    pub fn teach(&mut self, lesson: &Lesson) -> Option<u32> {
        let novel = self.waiting.take()?;
        let request = novel.request.as_ref().map_or(&[][..], |held| held.data.as_slice());
        let answer = novel.answer.as_ref().map_or(&[][..], |held| held.data.as_slice());
        let frame = Frame {
            protocol: novel.protocol,
            context: novel.context,
            from_server: novel.from_server,
            request: novel.request.as_ref().map_or(ABSENT, |held| held.data.len() as u32),
            answer: novel.answer.as_ref().map_or(ABSENT, |held| held.data.len() as u32),
        };
        let template = match novel.repeats {
            Some(template) => template,
            None => {
                self.tags.push(Tags { tags: lesson.tags.clone(), rich: lesson.rich }); // one for each template, in their order
                self.bank.add(frame, request, answer, &lesson.marks, lesson.keep, lesson.distinct)
            }
        };
        if !(lesson.opens.is_empty() && lesson.expects.is_empty()) {
            self.bank.read_again(template);
        }
        let exchange = borrow(&novel);
        let last = self.conversations.get(novel.conversation).map_or(NONE, |conversation| conversation.last_tally);
        let tally = self.tally(novel.conversation, template, &exchange);
        self.count(tally, template, last, &exchange, request, answer);
        self.open(&novel, lesson);
        while self.waiting.is_none() {
            let Some(next) = self.queue.pop_front() else { break };
            let flow = self.flows.get(next.slot).filter(|flow| flow.born == next.born);
            let context = flow.and_then(|flow| flow.contexts.get(next.protocol, next.context_key));
            self.judge(&borrow(&next), context);
        }
        Some(template)
    }

    fn open(&mut self, novel: &Novel, lesson: &Lesson) {
        let Some(conversation) = self.conversations.get(novel.conversation) else { return };
        let (client, server) = (conversation.key.client, conversation.key.server);
        for opening in &lesson.opens {
            if opening.for_hosts {
                self.contexts.set((client, server), opening.protocol, opening.key, opening.context);
            } else if let Some(flow) = self.flows.get_mut(novel.slot).filter(|flow| flow.born == novel.born) {
                if !flow.contexts.set(opening.protocol, opening.key, opening.context) {
                    self.counters.contexts_refused += 1;
                }
            }
        }
        for expected in &lesson.expects {
            const MOST: usize = 16_384;
            let answerer = if novel.from_server { client } else { server };
            let end = expected.ip.map_or(answerer, |end| self.hosts.number(end));
            if self.expected.len() < MOST {
                self.hosts.hold(end);
                self.expected.insert((end, expected.transport, expected.port), expected.protocol);
            } else {
                self.counters.contexts_refused += 1;
            }
        }
    }
}

/// Where and when the exchange began: the frame that made its request whole, or the answer that stands alone.
fn moment(exchange: &Exchange<'_>) -> Moment {
    let piece = exchange.request.or(exchange.answer).and_then(|heard| heard.pieces.last().copied());
    let Piece { frame, file, .. } = piece.unwrap_or(Piece { frame: 0, file: 0, frame_offset: 0, length: 0 });
    Moment { file, frame, seen_ns: exchange.seen_ns }
}

/// A protocol, and the server (with its port) that is asked.
type Service = (u16, Option<(u32, u16)>);
type Seen<'a> = (&'a mut std::collections::HashSet<u128, ahash::RandomState>, &'a [ahash::RandomState; 2]);

/// True where the exchange's distinct bytes were not seen before at this server; None where there is no room to remember them.
fn is_new((seen, keys): Seen<'_>, at: Service, place: (bool, u32, u32), request: &[u8], answer: &[u8]) -> Option<bool> {
    let (in_answer, start, length) = place;
    let message = if in_answer { answer } else { request };
    let bytes = message.get(start as usize..(start as usize).saturating_add(length as usize))?;
    let what = (at, bytes);
    let [a, b] = keys;
    let name = u128::from(a.hash_one(what)) << 64 | u128::from(b.hash_one(what));
    if seen.contains(&name) {
        return Some(false);
    }
    (seen.len() < MOST_DISTINCT).then(|| seen.insert(name))
}

fn own(exchange: &Exchange<'_>) -> Novel {
    let hold = |heard: Heard<'_>| Held { data: heard.data.to_vec(), pieces: heard.pieces.to_vec() };
    Novel {
        slot: exchange.slot,
        born: exchange.born,
        conversation: exchange.conversation,
        protocol: exchange.protocol,
        from_server: exchange.from_server,
        request: exchange.request.map(hold),
        answer: exchange.answer.map(hold),
        context_key: exchange.context_key,
        context: NO_CONTEXT,
        seen_ns: exchange.seen_ns,
        repeats: None,
    }
}

fn borrow(novel: &Novel) -> Exchange<'_> {
    fn heard(held: &Held) -> Heard<'_> {
        Heard { data: &held.data, pieces: &held.pieces }
    }
    Exchange {
        slot: novel.slot,
        born: novel.born,
        conversation: novel.conversation,
        protocol: novel.protocol,
        from_server: novel.from_server,
        request: novel.request.as_ref().map(heard),
        answer: novel.answer.as_ref().map(heard),
        context_key: novel.context_key,
        seen_ns: novel.seen_ns,
    }
}
