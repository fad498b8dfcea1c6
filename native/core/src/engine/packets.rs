//! From a captured frame to its flow: who sent it to whom, which conversation it belongs to, where its bytes go.

use super::deliver::Window;
use super::Engine;
use crate::capture::Record;
use crate::conversation::{Carrier, ConversationKey, NO_PROTOCOL};
use crate::flow::{Family, Flow, FlowKey, Recognised, Sent, Side};
use crate::host::{End, SightingKey, NO_ROOM};
use crate::packet::{dissect, resume, Address, Fragment, Kind, Packet, Piece, Segment, Why, ETHERNET};
use crate::spec::Transport;
use crate::stream::{Arrival, Direction};
use crate::tally::Moment;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// To whom a layer-2 message goes where the capture does not say it (cooked captures).
const TO_ALL: [u8; 6] = [0xff; 6];

/// Where the table of conversations is full, flows are ended to make room at most once in so many packets.
const ROOM_EVERY: u64 = 4_096;
const SWEEP_NS: i64 = 60_000_000_000;
/// Within this time, the same IP id and content in the same direction is a second copy of one packet.
const COPY_NS: i64 = 20_000_000;

/// A payload and where it stands: in one frame, or in the fragments of several.
#[derive(Clone, Copy)]
struct Payload<'a> {
    data: &'a [u8],
    pieces: &'a [Piece],
}

impl Engine {
    /// Takes one captured packet of the source's `file`. Must not be called while an exchange waits.
    #[inline(always)]
    pub fn packet(&mut self, file: u32, record: &Record<'_>) {
        self.counters.packets += 1;
        self.counters.bytes += u64::from(record.wire_length);
        self.counters.snapped += u64::from((record.data.len() as u64) < u64::from(record.wire_length));
        if record.seen_ns < self.now_ns {
            self.counters.clock_backwards += 1;
        } else {
            self.now_ns = record.seen_ns;
            if record.seen_ns > self.sweep_after_ns {
                self.sweep_after_ns = record.seen_ns.saturating_add(SWEEP_NS);
                self.sweep();
            }
        }
        let moment = Moment { file, frame: record.number, seen_ns: record.seen_ns };
        if record.link == ETHERNET {
            if let Some(segment) = Segment::of(record.data) {
                if self.known_segment(&segment, record, moment) {
                    return;
                }
            }
        }
        self.any_packet(record, moment);
    }

    /// The short way, for a plain segment of a known flow that opens and ends nothing, from the sender that the flow knows. False where it is
    /// any other, and nothing was done.
    #[inline(always)]
    fn known_segment(&mut self, segment: &Segment, record: &Record<'_>, moment: Moment) -> bool {
        let (key, side) = FlowKey::new(segment.source, segment.target, 0, Carrier::Tcp, Family::V4);
        let Some(mut flow) = self.flows.find(&key).and_then(|slot| self.flows.take(slot)) else { return false };
        let sent = side.of(&mut flow.sent).as_mut().filter(|sent| sent.is_from(Some(segment.source_mac), segment.vlan));
        let known = match sent {
            Some(sent) if segment.flags & (SYN | FIN | RST) == 0 => {
                sent.add(record.wire_length, segment.ttl, moment);
                flow.last_ns = moment.seen_ns;
                let (start, length) = (segment.start as usize, segment.length as usize);
                let data = record.data.get(start..start + length).unwrap_or(&[]);
                let piece = Piece { frame: record.number, file: moment.file, frame_offset: segment.start, length: segment.length };
                let acknowledged = (segment.flags & ACK != 0).then_some(segment.acknowledgement);
                let payload = Payload { data, pieces: &[piece] };
                self.tcp(&mut flow, side, segment.sequence, acknowledged, 0, payload, moment);
                true
            }
            _ => false,
        };
        self.flows.put(flow);
        known
    }

    /// The long way, for anything.
    #[inline(never)]
    fn any_packet(&mut self, record: &Record<'_>, moment: Moment) {
        let packet = dissect(record.link, record.data);
        self.counters.tunnelled += u64::from(packet.tunnels > 0);
        let start = packet.start as usize;
        let data = record.data.get(start..start + packet.length as usize).unwrap_or(&[]);
        let piece = Piece { frame: record.number, file: moment.file, frame_offset: packet.start, length: packet.length };
        let payload = Payload { data, pieces: &[piece] };
        match (packet.kind, packet.fragment) {
            (Kind::Unread(why), _) => self.unread(why, &packet, record.wire_length, moment),
            (Kind::Ip, Some(fragment)) => self.fragment(&packet, fragment, record, moment),
            (kind, _) => self.dispatch(&packet, kind, payload, record.wire_length, moment),
        }
    }

    fn unread(&mut self, why: Why, packet: &Packet, wire: u32, moment: Moment) {
        match why {
            Why::Link => self.counters.unknown_link += 1,
            Why::Cut => self.counters.cut_frames += 1,
            Why::Lying => self.counters.lying_headers += 1,
            Why::Nested => self.counters.nested_too_deep += 1,
        }
        if packet.source.is_some() || packet.source_mac.is_some() {
            self.dispatch(packet, Kind::Ip, Payload { data: &[], pieces: &[] }, wire, moment);
        }
    }

    #[inline(always)]
    fn flow_key(&mut self, packet: &Packet, [source, target]: [u16; 2], carrier: Carrier) -> Option<(FlowKey, Side)> {
        let with_port = |number: u32, port: u16| u64::from(number) << 16 | u64::from(port);
        if carrier == Carrier::Ethernet {
            let wide = |[a, b, c, d, e, f]: [u8; 6]| u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
            return Some(FlowKey::new(wide(packet.source_mac?), wide(packet.target_mac.unwrap_or(TO_ALL)), source, carrier, Family::Mac));
        }
        if let (Some(Address::V4(a)), Some(Address::V4(b))) = (packet.source, packet.target) {
            let (a, b) = (with_port(u32::from_be_bytes(a), source), with_port(u32::from_be_bytes(b), target));
            return Some(FlowKey::new(a, b, 0, carrier, Family::V4));
        }
        let (sender, receiver) = (self.hosts.number(End::Ip(packet.source?)), self.hosts.number(End::Ip(packet.target?)));
        Some(FlowKey::new(with_port(sender, source), with_port(receiver, target), 0, carrier, Family::V6))
    }

    fn fragment(&mut self, packet: &Packet, _: Fragment, record: &Record<'_>, moment: Moment) {
        let Some(whole) = self.fragments.add(packet, record.data, moment.file, record.number, record.seen_ns) else {
            self.dispatch(packet, Kind::Ip, Payload { data: &[], pieces: &[] }, record.wire_length, moment);
            return;
        };
        let inner = resume(packet, &whole.data);
        let (start, length) = (inner.start as usize, inner.length as usize);
        let mut pieces = Vec::new();
        crate::pieces::cut_out(&whole.pieces, start, length, &mut pieces);
        let data = whole.data.get(start..start + length).unwrap_or(&[]);
        self.counters.tunnelled += u64::from(inner.tunnels > packet.tunnels);
        match inner.kind {
            Kind::Unread(why) => self.unread(why, &inner, record.wire_length, moment),
            Kind::Ip if inner.fragment.is_some() => self.counters.nested_too_deep += 1, // fragments within fragments
            kind => self.dispatch(&inner, kind, Payload { data, pieces: &pieces }, record.wire_length, moment),
        }
    }

    fn dispatch(&mut self, packet: &Packet, kind: Kind, payload: Payload<'_>, wire: u32, moment: Moment) {
        let (carrier, ports) = match kind {
            Kind::Tcp { source, target, .. } => (Carrier::Tcp, [source, target]),
            Kind::Udp { source, target } => (Carrier::Udp, [source, target]),
            Kind::Icmp => (Carrier::Icmp, [0, 0]),
            Kind::Layer2 => (Carrier::Ethernet, [packet.ether_type, packet.ether_type]),
            Kind::Ip | Kind::Unread(_) if packet.source.is_some() => (Carrier::Ip, [u16::from(packet.protocol); 2]),
            Kind::Ip | Kind::Unread(_) => (Carrier::Ethernet, [packet.ether_type; 2]),
        };
        let Some((key, side)) = self.flow_key(packet, ports, carrier) else { return };
        let flags = if let Kind::Tcp { flags, .. } = kind { sane(flags) } else { 0 };
        let slot = match self.flows.find(&key) {
            Some(slot) => slot,
            None => {
                let Some(ends) = ends(packet, carrier) else { return };
                let Some(slot) = self.open_flow(key, side, ends, ports, carrier, flags, moment) else { return };
                slot
            }
        };
        let Some(mut flow) = self.flows.take(slot) else { return };
        self.note(&mut flow, side, packet, wire, moment);
        match kind {
            Kind::Tcp { sequence, acknowledgement, .. } => {
                self.tcp(&mut flow, side, sequence, (flags & ACK != 0).then_some(acknowledgement), flags, payload, moment);
            }
            Kind::Udp { .. } => self.udp(&mut flow, side, packet.ip_id, payload, moment),
            Kind::Layer2 => self.layer2(&mut flow, side, packet.ether_type, payload, moment),
            Kind::Ip => self.leave_unread(&flow, payload.data.len()),
            _ => {}
        }
        self.flows.put(flow);
    }

    /// Counts the packet in its flow.
    fn note(&mut self, flow: &mut Flow, side: Side, packet: &Packet, wire: u32, moment: Moment) {
        flow.last_ns = moment.seen_ns;
        match side.of(&mut flow.sent) {
            Some(sent) if sent.is_from(packet.source_mac, packet.vlan) => sent.add(wire, packet.ttl, moment),
            _ => self.note_sender(flow, side, packet, wire, moment),
        }
    }

    /// The end sends from here for the first time, or from another MAC or VLAN than before.
    #[cold]
    fn note_sender(&mut self, flow: &mut Flow, side: Side, packet: &Packet, wire: u32, moment: Moment) {
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
    fn enter(&mut self, conversation: u32, from_server: usize, end: End, sent: &Sent) {
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
    fn open_flow(
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

    #[allow(clippy::too_many_arguments)]
    #[inline(always)]
    fn tcp(
        &mut self,
        flow: &mut Flow,
        side: Side,
        sequence: u32,
        acknowledged: Option<u32>,
        flags: u8,
        payload: Payload<'_>,
        moment: Moment,
    ) {
        let mut sequence = sequence;
        if flags & (SYN | FIN | RST) != 0 {
            self.begin_or_end(flow, side, sequence, flags);
            sequence = sequence.wrapping_add(u32::from(flags & SYN != 0));
        }
        if acknowledged.is_some() && flow.direction(side.other()).is_holding() {
            self.release(flow, side.other(), acknowledged, false); // what is confirmed was there before the confirmation
        }
        if !payload.data.is_empty() && flags & RST == 0 {
            self.segment(flow, side, sequence, payload, moment);
        }
    }

    #[cold]
    fn begin_or_end(&mut self, flow: &mut Flow, side: Side, sequence: u32, flags: u8) {
        if flags & SYN != 0 {
            if flow.direction(side).is_new_beginning(sequence) {
                self.restart(flow);
            }
            let direction = flow.direction(side);
            self.buffered = self.buffered.saturating_sub(direction.kept() + direction.held_bytes());
            direction.begin(sequence);
        }
        if flags & FIN != 0 {
            *side.of(&mut flow.ended) = true;
        }
        if flags & RST != 0 {
            flow.ended = [true; 2];
        }
    }

    /// Counts what both directions have of messages that will not become whole any more.
    fn give_up_unfinished(&mut self, flow: &Flow) {
        for direction in &flow.directions {
            if direction.kept() > 0 {
                self.counters.messages_unfinished += 1;
                self.leave_unread(flow, direction.kept());
            }
        }
    }

    /// The ports are used for another connection: what the old one left is ended.
    fn restart(&mut self, flow: &mut Flow) {
        while !flow.pending.is_empty() {
            self.give_up(flow);
        }
        self.give_up_unfinished(flow);
        self.buffered = self.buffered.saturating_sub(flow.held());
        flow.directions = [Direction::default(), Direction::default()];
        flow.contexts = crate::context::FlowContexts::default();
        flow.recognised = Recognised::Searching(0);
        flow.ended = [false; 2];
        if let Some(row) = self.conversations.get_mut(flow.conversation) {
            row.connections += 1;
        }
    }

    #[inline(always)]
    fn segment(&mut self, flow: &mut Flow, side: Side, sequence: u32, payload: Payload<'_>, moment: Moment) {
        let direction = flow.direction(side);
        let window = Window { side, data: payload.data, pieces: payload.pieces, seen_ns: moment.seen_ns };
        match direction.arrive(sequence, payload.data.len()) {
            Arrival::New(0) => self.stream(flow, window),
            Arrival::New(skip) => {
                self.counters.retransmitted += 1;
                self.stream_from(flow, window, skip);
            }
            Arrival::Middle => {
                direction.lost = true;
                self.stream(flow, window);
            }
            Arrival::Again => {
                self.counters.retransmitted += 1;
                return;
            }
            Arrival::Ahead => {
                let before = direction.held_bytes();
                if let Some(piece) = payload.pieces.first() {
                    let conflicts = direction.hold(sequence, payload.data, *piece, moment.seen_ns);
                    self.counters.segments_conflicting += u64::from(conflicts);
                }
                self.counters.reordered += 1;
                self.buffered += direction.held_bytes() - before;
                if self.buffered > self.limits.buffered {
                    self.counters.buffers_shed += 1;
                    self.release(flow, side, None, true);
                }
            }
            Arrival::Lost(length) => {
                self.buffered = self.buffered.saturating_sub(direction.drop_held());
                self.lose(flow, side, length);
                self.stream(flow, window);
            }
        }
        if flow.direction(side).is_holding() {
            self.release(flow, side, None, false);
        }
    }

    fn stream_from(&mut self, flow: &mut Flow, window: Window<'_>, skip: usize) {
        let Some(data) = window.data.get(skip..) else { return };
        let mut pieces = Vec::new();
        crate::pieces::cut_out(window.pieces, skip, data.len(), &mut pieces);
        self.stream(flow, Window { data, pieces: &pieces, ..window });
    }

    #[cold]
    fn release(&mut self, flow: &mut Flow, side: Side, acknowledged: Option<u32>, flush: bool) {
        loop {
            let direction = flow.direction(side);
            let before = direction.held_bytes();
            let released = direction.release(self.now_ns, acknowledged, flush);
            self.buffered = self.buffered.saturating_sub(before - direction.held_bytes());
            let Some(released) = released else { return };
            if released.gap > 0 {
                self.lose(flow, side, released.gap);
            }
            self.stream(flow, Window { side, data: &released.data, pieces: &[released.piece], seen_ns: released.seen_ns });
        }
    }

    fn lose(&mut self, flow: &mut Flow, side: Side, length: u64) {
        self.counters.gaps += 1;
        self.counters.gap_bytes += length;
        let direction = flow.direction(side);
        let held = direction.kept();
        if direction.lose(length) {
            self.buffered = self.buffered.saturating_sub(held);
        }
        if let Some(row) = self.conversations.get_mut(flow.conversation) {
            row.gaps += 1;
            row.gap_bytes += length;
        }
    }

    fn udp(&mut self, flow: &mut Flow, side: Side, ip_id: u16, payload: Payload<'_>, moment: Moment) {
        if payload.data.is_empty() || self.is_copy(flow, side, ip_id, payload.data, moment) {
            return;
        }
        let window = Window { side, data: payload.data, pieces: payload.pieces, seen_ns: moment.seen_ns };
        if self.recognise(flow, window.data, Transport::Udp) {
            self.datagram(flow, window);
        } else {
            self.leave_unread(flow, payload.data.len());
        }
    }

    /// True for a packet that a mirror port shows a second time.
    fn is_copy(&mut self, flow: &mut Flow, side: Side, ip_id: u16, data: &[u8], moment: Moment) -> bool {
        let [hasher, _] = &self.distinct_keys;
        let hash = if ip_id == 0 { 0 } else { hasher.hash_one(data) as u32 };
        let last = side.of(&mut flow.last_seen);
        let again = ip_id != 0 && (last.0, last.1) == (ip_id, hash) && moment.seen_ns.saturating_sub(last.2) < COPY_NS;
        *last = (ip_id, hash, moment.seen_ns);
        if again {
            self.counters.duplicated += 1;
            if let Some(row) = self.conversations.get_mut(flow.conversation) {
                row.again += 1;
            }
        }
        again
    }

    fn layer2(&mut self, flow: &mut Flow, side: Side, ether_type: u16, payload: Payload<'_>, moment: Moment) {
        self.counters.non_ip += 1;
        let (protocol, skip) = match ether_type {
            0 => self.table.llc(payload.data).unzip(),
            known => (self.table.ether_type(known), Some(0)),
        };
        let (Some(protocol), Some(skip)) = (protocol, skip) else {
            self.leave_unread(flow, payload.data.len());
            return;
        };
        flow.protocol = protocol;
        if let Some(row) = self.conversations.get_mut(flow.conversation) {
            row.protocol = protocol;
        }
        let Some(data) = payload.data.get(skip..) else { return };
        let mut pieces = Vec::new();
        crate::pieces::cut_out(payload.pieces, skip, data.len(), &mut pieces);
        self.datagram(flow, Window { side, data, pieces: &pieces, seen_ns: moment.seen_ns });
    }

    #[cold]
    fn sweep(&mut self) {
        for slot in self.flows.stale(self.now_ns) {
            self.close(slot);
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

/// The flags, without a SYN that ends the connection too: nobody opens one so (RFC 9293 3.10.7.4).
fn sane(flags: u8) -> u8 {
    if flags & SYN != 0 && flags & (FIN | RST) != 0 {
        flags & !SYN
    } else {
        flags
    }
}

fn transport_of(carrier: Carrier) -> Option<Transport> {
    match carrier {
        Carrier::Tcp => Some(Transport::Tcp),
        Carrier::Udp => Some(Transport::Udp),
        _ => None,
    }
}

fn ends(packet: &Packet, carrier: Carrier) -> Option<(End, End)> {
    if carrier == Carrier::Ethernet {
        return Some((End::Mac(packet.source_mac?), End::Mac(packet.target_mac.unwrap_or(TO_ALL))));
    }
    Some((End::Ip(packet.source?), End::Ip(packet.target?)))
}
