//! From a captured frame to its flow: who sent it to whom, and where its bytes go.

use super::deliver::Window;
use super::tcp::{sane, ACK, FIN, RST, SYN};
use super::Engine;
use crate::capture::Record;
use crate::conversation::Carrier;
use crate::flow::{Family, Flow, FlowKey, Side};
use crate::host::End;
use crate::packet::{dissect, resume, Address, Fragment, Kind, Packet, Piece, Segment, Why, ETHERNET};
use crate::spec::Transport;
use crate::tally::Moment;

/// To whom a layer-2 message goes where the capture does not say it (cooked captures).
const TO_ALL: [u8; 6] = [0xff; 6];

const SWEEP_NS: i64 = 60_000_000_000;
/// Within this time, the same IP id and content in the same direction is a second copy of one packet.
const COPY_NS: i64 = 20_000_000;

/// A payload and where it stands: in one frame, or in the fragments of several.
#[derive(Clone, Copy)]
pub(super) struct Payload<'a> {
    pub(super) data: &'a [u8],
    pub(super) pieces: &'a [Piece],
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
            Kind::Ip if inner.fragment.is_some() => self.unread(Why::Nested, &inner, record.wire_length, moment), // fragments within fragments
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
}

fn ends(packet: &Packet, carrier: Carrier) -> Option<(End, End)> {
    if carrier == Carrier::Ethernet {
        return Some((End::Mac(packet.source_mac?), End::Mac(packet.target_mac.unwrap_or(TO_ALL))));
    }
    Some((End::Ip(packet.source?), End::Ip(packet.target?)))
}
