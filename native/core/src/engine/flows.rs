//! Flows and their conversations: opened, counted, closed; and who makes room where the tables are full.

use super::tcp::{ACK, SYN};
use super::Engine;
use crate::conversation::{Carrier, ConversationKey, NO_PROTOCOL};
use crate::flow::{Flow, FlowKey, Recognised, Sent, Side};
use crate::host::{End, SightingKey, NO_ROOM};
use crate::packet::Packet;
use crate::spec::Transport;
use crate::tally::Moment;

/// Where the table of conversations is full, flows are ended to make room at most once in so many packets.
const ROOM_EVERY: u64 = 4_096;

impl Engine {
    /// The end sends from here for the first time, or from another MAC or VLAN than before.
    #[cold]
    pub(super) fn note_sender(&mut self, flow: &mut Flow, side: Side, packet: &Packet, wire: u32, moment: Moment) {
        let mut fresh = Sent::new(packet.source_mac, packet.vlan, moment);
        fresh.add(wire, packet.ttl, moment);
        let before = side.of(&mut flow.sent).replace(fresh);
        let end = *side.of(&mut flow.ends);
        let from_server = usize::from(flow.serves(side));
        self.hosts.meet(SightingKey { mac: packet.source_mac, ip: packet.source, vlan: packet.vlan }, moment);
        if let Some(row) = self.conversations.get_mut(flow.conversation) {
            for (mac, end) in [(packet.source_mac, from_server), (packet.target_mac, 1 - from_server)] {
                if let (Some(place @ None), Some(mac)) = (row.macs.get_mut(end), mac) {
                    *place = Some(mac);
                }
            }
            if row.vlan == 0 {
                row.vlan = packet.vlan;
            }
        }
        if let Some(before) = before {
            self.enter(flow.conversation, from_server, end, &before);
        }
    }

    /// Enters what an end sent into the tables of conversations and hosts.
    pub(super) fn enter(&mut self, conversation: u32, from_server: usize, end: End, sent: &Sent) {
        let ip = if let End::Ip(address) = end { Some(address) } else { None };
        self.hosts.see(SightingKey { mac: sent.mac, ip, vlan: sent.vlan }, sent);
        let Some(row) = self.conversations.get_mut(conversation) else { return };
        if let (Some(packets), Some(bytes)) = (row.packets.get_mut(from_server), row.bytes.get_mut(from_server)) {
            *packets += u64::from(sent.packets);
            *bytes += sent.bytes;
        }
        row.first = row.first.earlier(sent.first);
        row.last = row.last.later(sent.last);
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn open_flow(
        &mut self,
        key: FlowKey,
        side: Side,
        (sender, receiver): (End, End),
        ports: [u16; 2],
        carrier: Carrier,
        flags: u8,
        moment: Moment,
    ) -> Option<u32> {
        if self.flows.is_full() {
            self.make_room();
        }
        let [source, target] = ports;
        let ends = if side == Side::First { [sender, receiver] } else { [receiver, sender] };
        let (sender, receiver) = (self.hosts.number(sender), self.hosts.number(receiver));
        let expected = self.expected_at(carrier, (sender, source), (receiver, target));
        let sender_serves = match expected {
            Some((_, serves)) => serves,
            None => self.sender_serves(carrier, source, target, flags),
        };
        let (client, server, port) = if sender_serves { (receiver, sender, source) } else { (sender, receiver, target) };
        let key_of_conversation = ConversationKey { client, server, carrier, port };
        let Some(conversation) = self.conversation(key_of_conversation, moment) else {
            self.counters.conversations_shed += 1;
            self.hosts.drop_unused(sender);
            self.hosts.drop_unused(receiver);
            return None;
        };
        let mut flow = Flow::new(key, ends, port, conversation, (side == Side::First) == sender_serves, moment.seen_ns);
        if let Some((protocol, _)) = expected {
            flow.protocol = protocol;
            flow.recognised = Recognised::Known;
        }
        if let Some(row) = self.conversations.get_mut(conversation) {
            row.connections += 1;
            row.open_flows += 1;
            if flow.protocol != NO_PROTOCOL {
                row.protocol = flow.protocol;
            }
        }
        Some(self.flows.insert(flow))
    }

    /// The number of the conversation. Where the table is full, one of which nothing was read and nothing is open makes room: strangers that
    /// only knock must not keep out who comes after them.
    fn conversation(&mut self, key: ConversationKey, moment: Moment) -> Option<u32> {
        if key.client == NO_ROOM || key.server == NO_ROOM {
            return None;
        }
        if self.conversations.is_full() && !self.conversations.knows(&key) {
            self.forget_a_conversation();
        }
        let known = self.conversations.len();
        let number = self.conversations.number(key, moment)?;
        if self.conversations.len() > known {
            self.hosts.hold(key.client);
            self.hosts.hold(key.server);
        }
        Some(number)
    }

    #[cold]
    fn forget_a_conversation(&mut self) {
        if !self.conversations.has_idle() && self.counters.packets >= self.room_after {
            self.room_after = self.counters.packets + ROOM_EVERY;
            self.make_room();
        }
        if let Some(forgotten) = self.conversations.forget_idle() {
            self.counters.conversations_shed += 1;
            self.hosts.release(forgotten.client);
            self.hosts.release(forgotten.server);
        }
    }

    /// Ends the flows that were silent for longest, and those that have nothing more to say.
    #[cold]
    fn make_room(&mut self) {
        let before = self.flows.len();
        for slot in self.flows.longest_silent(self.now_ns) {
            self.close(slot);
        }
        self.counters.flows_shed += (before - self.flows.len()) as u64;
    }

    fn expected_at(&self, carrier: Carrier, sender: (u32, u16), receiver: (u32, u16)) -> Option<(u16, bool)> {
        if self.expected.is_empty() {
            return None;
        }
        let transport = transport_of(carrier)?;
        let at = |(end, port): (u32, u16)| self.expected.get(&(end, transport, port)).copied();
        at(receiver).map(|protocol| (protocol, false)).or_else(|| at(sender).map(|protocol| (protocol, true)))
    }

    /// Who serves: whom the SYN goes to, else who has a port that a protocol declares, else the lower port; else who was spoken to first.
    fn sender_serves(&self, carrier: Carrier, source: u16, target: u16, flags: u8) -> bool {
        if carrier == Carrier::Tcp && flags & SYN != 0 {
            return flags & ACK != 0;
        }
        let Some(transport) = transport_of(carrier) else { return false };
        match (self.table.is_port(transport, source), self.table.is_port(transport, target)) {
            (true, false) => true,
            (false, true) => false,
            _ => source < target,
        }
    }

    #[cold]
    pub(super) fn sweep(&mut self) {
        for slot in self.flows.stale(self.now_ns) {
            self.close(slot);
        }
    }

    /// Enters what the open flows sent so far into the tables of conversations and hosts; the flows go on.
    pub fn catch_up(&mut self) {
        for slot in self.flows.all() {
            let Some(mut flow) = self.flows.take(slot) else { continue };
            for side in [Side::First, Side::Second] {
                let (end, from_server) = (*side.of(&mut flow.ends), usize::from(flow.serves(side)));
                if let Some(sent) = side.of(&mut flow.sent) {
                    let so_far = *sent;
                    (sent.packets, sent.bytes) = (0, 0);
                    self.enter(flow.conversation, from_server, end, &so_far);
                }
            }
            self.flows.put(flow);
        }
    }

    /// Ends a flow: holes are given up, requests stay unanswered.
    pub(super) fn close(&mut self, slot: u32) {
        let Some(mut flow) = self.flows.take(slot) else { return };
        for side in [Side::First, Side::Second] {
            self.release(&mut flow, side, None, true);
        }
        if self.protocol_name_is_known(flow.protocol) {
            while !flow.pending.is_empty() {
                self.give_up(&mut flow);
            }
        }
        for side in [Side::First, Side::Second] {
            let (sent, end, from_server) = (*side.of(&mut flow.sent), *side.of(&mut flow.ends), usize::from(flow.serves(side)));
            if let Some(sent) = sent {
                self.enter(flow.conversation, from_server, end, &sent);
            }
        }
        self.give_up_unfinished(&flow);
        self.buffered = self.buffered.saturating_sub(flow.held());
        self.flows.remove(&flow);
        self.conversations.close(flow.conversation);
    }
}

fn transport_of(carrier: Carrier) -> Option<Transport> {
    match carrier {
        Carrier::Tcp => Some(Transport::Tcp),
        Carrier::Udp => Some(Transport::Udp),
        _ => None,
    }
}
