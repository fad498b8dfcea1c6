//! What must hold of an engine whatever it was fed: nothing is lost in the books, and what is held is bounded.

use fieldwatch_core::bank::ABSENT;
use fieldwatch_core::capture::Record;
use fieldwatch_core::engine::{Engine, Held, Limits};
use fieldwatch_core::packet::{dissect, Kind, Packet, Piece};
use fieldwatch_core::tally::Tally;

/// The packets as they were fed, and what an observer without state can say of them.
#[derive(Default)]
pub struct Fed<'a> {
    frames: Vec<&'a [u8]>,
    bytes: u64,
    snapped: u64,
    /// Packets whose sender has an address, so that they belong to a conversation; and their bytes.
    addressed: (u64, u64),
}

impl<'a> Fed<'a> {
    pub fn note(&mut self, record: &Record<'a>) {
        self.frames.push(record.data);
        self.bytes += u64::from(record.wire_length);
        self.snapped += u64::from(record.wire_length as usize > record.data.len());
        if is_addressed(&dissect(record.link, record.data)) {
            self.addressed.0 += 1;
            self.addressed.1 += u64::from(record.wire_length);
        }
    }

    /// The bytes that the pieces name; they lie in frames that were fed.
    fn named(&self, pieces: &[Piece]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in pieces {
            let frame = self.frames.get(piece.frame as usize - 1).expect("a piece stands in a frame that was fed");
            let start = piece.frame_offset as usize;
            bytes.extend_from_slice(frame.get(start..start + piece.length as usize).expect("a piece lies in its frame"));
        }
        bytes
    }

    /// The evidence of a message is the message.
    pub fn holds(&self, held: &Held) {
        assert_eq!(self.named(&held.pieces), held.data, "{:?}", held.pieces);
    }
}

fn is_addressed(packet: &Packet) -> bool {
    let by_ip = packet.source.is_some() && packet.target.is_some();
    let by_mac = packet.source_mac.is_some(); // a cooked capture does not say to whom
    match packet.kind {
        Kind::Layer2 => by_mac,
        Kind::Ip | Kind::Unread(_) if packet.source.is_none() => by_mac,
        _ => by_ip,
    }
}

/// Every packet, byte, message and loss stands in the books once.
pub fn adds_up(engine: &Engine, fed: &Fed<'_>) {
    let counters = engine.counters();
    assert_eq!((counters.packets, counters.bytes, counters.snapped), (fed.frames.len() as u64, fed.bytes, fed.snapped));
    let rows = engine.conversations.rows();
    let total = |each: &dyn Fn(&fieldwatch_core::conversation::Conversation) -> u64| rows.iter().map(each).sum::<u64>();
    let counted = (total(&|row| row.packets.iter().sum()), total(&|row| row.bytes.iter().sum()));
    assert_eq!(counted, fed.addressed, "each packet with addresses stands in one conversation");
    let seen: u64 = engine.hosts.sightings().iter().map(|sighting| sighting.packets).sum();
    assert_eq!(seen + engine.hosts.shed, fed.addressed.0, "each packet with addresses has a sender");
    assert_eq!((total(&|row| row.gaps), total(&|row| row.gap_bytes)), (counters.gaps, counters.gap_bytes));
    assert_eq!(total(&|row| row.again), counters.duplicated);
    assert!(total(&|row| row.unread_bytes) <= fed.bytes, "no byte is unread twice");
    assert!(total(&|row| u64::from(row.connections)) >= counters.flows, "each flow is a connection of a conversation");
    let refused = total(&|row| row.refused.iter().map(|refused| refused.count).sum());
    assert_eq!(refused, counters.refused);
    let exchanges = refused + engine.tallies.iter().map(|tally| tally.count).sum::<u64>();
    let (least, most) = (exchanges, 2 * exchanges);
    assert!((least..=most).contains(&counters.messages), "{} messages in {exchanges} exchanges", counters.messages);
}

/// At any time, what is held is within the limits.
pub fn holds_little(engine: &Engine, limits: &Limits) {
    let (flows, buffered, pending) = engine.held();
    assert!(flows <= limits.flows, "{flows} flows of {}", limits.flows);
    assert!(buffered <= limits.buffered, "{buffered} bytes of unfinished messages, of {}", limits.buffered);
    assert!(pending <= limits.pending, "{pending} bytes of requests, of {}", limits.pending);
}

/// Tables are no longer than what was fed allows, and than the limits.
pub fn is_bounded(engine: &Engine, limits: &Limits) {
    let counters = engine.counters();
    assert!(engine.conversations.rows().len() as u64 <= counters.packets);
    assert!(engine.hosts.sightings().len() as u64 <= counters.packets);
    assert!(counters.flows <= counters.packets);
    assert!(counters.novel <= 2 * limits.novelty + counters.packets / 32 + counters.packets / 8, "readings are budgeted");
    assert!(engine.template(counters.novel as u32).is_none(), "only what was read is a template");
    assert!(engine.bad.len() <= engine.conversations.rows().len() * 2 * 5, "a rule is broken once by each side");
    for row in engine.conversations.rows() {
        assert!(row.refused.len() <= 301);
        assert!(row.first.seen_ns <= row.last.seen_ns);
    }
    for tally in &engine.tallies {
        is_sound(engine, tally);
    }
}

fn is_sound(engine: &Engine, tally: &Tally) {
    let template = engine.template(tally.template).expect("a tally is one of a template");
    assert!(tally.count > 0);
    assert_eq!(tally.intervals.iter().map(|count| u64::from(*count)).sum::<u64>(), tally.count - 1);
    assert!(tally.before.iter().map(|(_, count)| u64::from(*count)).sum::<u64>() <= tally.count);
    for (pieces, length) in [(&tally.request_pieces, template.frame.request), (&tally.answer_pieces, template.frame.answer)] {
        let named: u64 = pieces.iter().map(|piece| u64::from(piece.length)).sum();
        assert_eq!(named, if length == ABSENT { 0 } else { u64::from(length) }, "the evidence is as long as the message: {pieces:?}");
    }
    for value in &tally.values {
        assert!((value.least..=value.greatest).contains(&value.last) && value.changes < tally.count);
    }
    if let Some(kept) = &tally.kept {
        assert_eq!(kept.occurrences.len() as u64 + kept.thinned, tally.count);
        assert!(kept.occurrences.iter().all(|occurrence| (occurrence.variant as usize) < kept.variants.len()));
    }
}

/// All that the engine has found, in words.
pub fn said(engine: &Engine) -> String {
    let mut said = format!("{:?} {:?} {:?}\n", engine.counters(), engine.fragment_counters(), engine.distinct);
    said += &format!("{:?}\n{:?}\n{:?}\n", engine.sums(), engine.functions(), engine.rich());
    for tally in &engine.tallies {
        let kept = tally.kept.as_ref().map(|kept| (&kept.occurrences, &kept.variants, kept.thinned));
        said += &format!("{:?} {kept:?}\n", (tally.conversation, tally.template, tally.count, tally.first, tally.last, tally.distinct));
        said += &format!("{:?}\n", (tally.longest_ns, tally.intervals.iter().sum::<u32>(), &tally.values, tally.long_changes));
        said += &format!("{:?}\n", (tally.next, &tally.before, &tally.request_pieces, &tally.answer_pieces));
    }
    for row in engine.conversations.rows() {
        said += &format!("{row:?}\n");
    }
    for sighting in engine.hosts.sightings() {
        said += &format!("{sighting:?}\n");
    }
    said + &format!("{:?}", engine.bad)
}
