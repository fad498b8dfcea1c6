//! What the engine counted, as plain tuples. `wire/_native.pyi` names the fields.

use fieldwatch_core::conversation::{Carrier, Conversation, NO_PROTOCOL};
use fieldwatch_core::cut::Rule;
use fieldwatch_core::engine::Engine;
use fieldwatch_core::packet::Piece;
use fieldwatch_core::tally::{Kept, Moment, Tally};

use crate::text;

/// file, frame, seen_ns
pub type MomentRow = (u32, u64, i64);
/// file, frame, offset, length
pub type PieceRow = (u32, u64, u32, u32);
/// ip, mac
pub type EndRow = (String, String);

pub type RefusedRow = (u16, Vec<u8>, u64, MomentRow, MomentRow);
pub type ConversationRow = (
    EndRow,
    EndRow,
    u16,
    &'static str,
    u16,
    Option<u16>,
    (u64, u64),
    (u64, u64),
    MomentRow,
    MomentRow,
    (u64, u64, u64, u32),
    Vec<RefusedRow>,
);
pub type KeptRow = (Vec<(u32, u64, i64, u32)>, u64);
/// conversation, template, count, first, last, request pieces, answer pieces, distinct, kept, longest silence
pub type TallyRow = (u32, u32, u64, MomentRow, MomentRow, Vec<PieceRow>, Vec<PieceRow>, u64, Option<KeptRow>, i64);
/// mac, ip, vlan, packets, first, last, least ttl, greatest ttl
pub type SightingRow = (String, String, u16, u64, MomentRow, MomentRow, u8, u8);
/// conversation, protocol, from server, rule, have, count, first, piece
pub type BadRow = (u32, u16, bool, &'static str, u64, u64, MomentRow, PieceRow);

pub fn moment(moment: Moment) -> MomentRow {
    (moment.file, moment.frame, moment.seen_ns)
}

pub fn piece(piece: &Piece) -> PieceRow {
    (piece.file, piece.frame, piece.frame_offset, piece.length)
}

pub fn conversation(engine: &Engine, row: &Conversation) -> ConversationRow {
    let [client_mac, server_mac] = row.macs;
    let side = |number, mac: Option<[u8; 6]>| {
        let (ip, own) = text::end(engine.hosts.end(number));
        (ip, if own.is_empty() { mac.map_or_else(String::new, text::mac) } else { own })
    };
    let carrier = match row.key.carrier {
        Carrier::Tcp => "tcp",
        Carrier::Udp => "udp",
        Carrier::Icmp => "icmp",
        Carrier::Ip => "ip",
        Carrier::Ethernet => "ethernet",
    };
    let refused = row
        .refused
        .iter()
        .map(|known| (known.protocol, known.kind.as_slice().to_vec(), known.count, moment(known.first), moment(known.last)));
    let [sent, received] = row.packets;
    let [sent_bytes, received_bytes] = row.bytes;
    (
        side(row.key.client, client_mac),
        side(row.key.server, server_mac),
        row.vlan,
        carrier,
        row.key.port,
        (row.protocol != NO_PROTOCOL).then_some(row.protocol),
        (sent, received),
        (sent_bytes, received_bytes),
        moment(row.first),
        moment(row.last),
        (row.gaps, row.gap_bytes, row.unread_bytes, row.connections),
        refused.collect(),
    )
}

pub fn tally(row: &Tally) -> TallyRow {
    let kept = |kept: &Kept| {
        let occurrences = kept.occurrences.iter().map(|one| (one.moment.file, one.moment.frame, one.moment.seen_ns, one.variant));
        (occurrences.collect(), kept.thinned)
    };
    (
        row.conversation,
        row.template,
        row.count,
        moment(row.first),
        moment(row.last),
        row.request_pieces.iter().map(piece).collect(),
        row.answer_pieces.iter().map(piece).collect(),
        row.distinct,
        row.kept.as_deref().map(kept),
        row.longest_ns,
    )
}

pub fn sightings(engine: &Engine) -> Vec<SightingRow> {
    let row = |seen: &fieldwatch_core::host::Sighting| {
        (
            seen.key.mac.map_or_else(String::new, text::mac),
            seen.key.ip.map_or_else(String::new, text::ip),
            seen.key.vlan,
            seen.packets,
            moment(seen.first),
            moment(seen.last),
            seen.least_ttl,
            seen.greatest_ttl,
        )
    };
    engine.hosts.sightings().iter().map(row).collect()
}

fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Length => "length",
        Rule::Start => "start bytes",
        Rule::Crc => "CRC",
        Rule::Text => "text",
        Rule::Record => "record",
    }
}

pub fn bad(engine: &Engine) -> Vec<BadRow> {
    let row = |bad: &fieldwatch_core::engine::BadFraming| {
        (bad.conversation, bad.protocol, bad.from_server, rule(bad.rule), bad.have, bad.count, moment(bad.first), piece(&bad.first_piece))
    };
    engine.bad.iter().map(row).collect()
}

pub fn counters(engine: &Engine) -> Vec<(&'static str, u64)> {
    let counted = engine.counters();
    let fragments = engine.fragment_counters();
    vec![
        ("packets", counted.packets),
        ("bytes", counted.bytes),
        ("messages", counted.messages),
        ("novel", counted.novel),
        ("refused", counted.refused),
        ("messages_unfinished", counted.messages_unfinished),
        ("flows", counted.flows),
        ("tunnelled", counted.tunnelled),
        ("layer2", counted.non_ip),
        ("unknown_link", counted.unknown_link),
        ("cut_frames", counted.cut_frames),
        ("lying_headers", counted.lying_headers),
        ("nested_too_deep", counted.nested_too_deep),
        ("snapped", counted.snapped),
        ("retransmitted", counted.retransmitted),
        ("reordered", counted.reordered),
        ("duplicated", counted.duplicated),
        ("segments_conflicting", counted.segments_conflicting),
        ("gaps", counted.gaps),
        ("gap_bytes", counted.gap_bytes),
        ("flows_shed", counted.flows_shed),
        ("conversations_shed", counted.conversations_shed),
        ("hosts_shed", engine.hosts.shed),
        ("requests_shed", counted.requests_shed),
        ("buffers_shed", counted.buffers_shed),
        ("contexts_refused", counted.contexts_refused),
        ("distinct_refused", counted.distinct_refused),
        ("clock_backwards", counted.clock_backwards),
        ("fragments", fragments.fragments),
        ("fragments_shed", fragments.shed),
        ("fragments_expired", fragments.expired),
        ("fragments_overlapping", fragments.overlap),
        ("fragments_conflicting", fragments.conflicting),
        ("fragments_cut", fragments.cut),
        ("fragments_lying", fragments.lying),
    ]
}
