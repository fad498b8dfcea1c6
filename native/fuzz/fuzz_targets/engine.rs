//! Any packets, read by an engine that knows all protocols and is taught by chance: no panic, bounded work, and the same result twice, though
//! the hash keys differ.
//!
//! The input: a byte that chooses the limits, then packets: a byte of flags, two bytes of length, the frame. Flags: bits 0-2 how the clock
//! goes on, bits 3-4 the link type, bit 5 a snapped frame.
#![no_main]

use std::sync::OnceLock;

use fieldwatch_core::bank::{Mark, MarkKind};
use fieldwatch_core::capture::{Record, TIMES_NS};
use fieldwatch_core::engine::{Engine, Expected, Held, Lesson, Limits, Novel, Opening};
use fieldwatch_core::host::End;
use fieldwatch_core::key::ContextKey;
use fieldwatch_core::packet::Address;
use fieldwatch_core::spec::{Spec, Transport};
use fieldwatch_core::table::Table;
use libfuzzer_sys::fuzz_target;

const LINKS: [u16; 4] = [1, 101, 113, 276];

fn table() -> Table {
    static SPECS: OnceLock<Vec<Spec>> = OnceLock::new();
    let specs = SPECS.get_or_init(|| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/declarations.json");
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}; native/fuzz/seed.py writes it"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
    });
    Table::new(specs.clone()).unwrap_or_else(|error| panic!("{error}"))
}

/// Numbers that depend on the exchange alone.
struct Chance(u64);

impl Chance {
    fn of(novel: &Novel) -> Chance {
        let bytes = |held: &Option<Held>| held.as_ref().map(|held| held.data.clone()).unwrap_or_default();
        let all = [bytes(&novel.request), bytes(&novel.answer)].concat();
        Chance(all.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as u32) % most.max(1)
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }
}

/// What a reading might say: mostly sane, sometimes beyond the message.
fn lesson(novel: &Novel, protocols: u32) -> Lesson {
    let mut chance = Chance::of(novel);
    let length = |held: &Option<Held>| held.as_ref().map_or(0, |held| held.data.len() as u32);
    let lengths = [length(&novel.request), length(&novel.answer)];
    let mut marks = Vec::new();
    for _ in 0..chance.below(5) {
        let answer = chance.one_in(2);
        let beyond = if chance.one_in(16) { u32::MAX / 2 } else { 2 };
        let at = chance.below(lengths[usize::from(answer)].saturating_add(beyond));
        let kind = [MarkKind::Ignored, MarkKind::Big, MarkKind::Little, MarkKind::Decimal][chance.below(4) as usize];
        let length = if chance.one_in(32) { u32::MAX } else { chance.below(12) };
        marks.push(Mark { answer, at, length, kind });
    }
    let message = novel.request.as_ref().or(novel.answer.as_ref()).map(|held| held.data.as_slice()).unwrap_or_default();
    let mut opens = Vec::new();
    let mut expects = Vec::new();
    if chance.one_in(3) {
        let from = chance.below(message.len() as u32) as usize;
        let key = message.get(from..).unwrap_or_default();
        let key = ContextKey::from_slice(key.get(..chance.below(8) as usize).unwrap_or(key));
        opens.push(Opening { for_hosts: chance.one_in(2), protocol: chance.below(protocols) as u16, key, context: chance.below(3) });
    }
    if chance.one_in(3) {
        let ip = chance.one_in(2).then(|| End::Ip(Address::V4([10, 0, 0, chance.below(4) as u8])));
        let transport = if chance.one_in(2) { Transport::Udp } else { Transport::Tcp };
        expects.push(Expected { protocol: chance.below(protocols) as u16, transport, port: chance.below(65_536) as u16, ip });
    }
    let distinct = chance.one_in(4).then(|| (chance.one_in(2), chance.below(16), chance.below(16)));
    let tags = (0..chance.below(4)).map(|_| chance.below(4)).collect();
    Lesson { marks, keep: chance.one_in(2), distinct, tags, rich: chance.one_in(4), opens, expects }
}

fn learn(engine: &mut Engine) {
    let protocols = engine.table.len() as u32;
    while let Some(novel) = engine.waiting() {
        let lesson = lesson(novel, protocols);
        assert!(engine.teach(&lesson).is_some(), "what waits can be taught");
    }
}

fn clock(now_ns: i64, flags: u8) -> i64 {
    match flags & 7 {
        0 => now_ns + 1_000,
        1 => now_ns + 1_000_000,
        2 => now_ns + 1_000_000_000,
        3 => now_ns + 70_000_000_000,
        4 => now_ns - 1_000_000_000,
        5 => now_ns,
        6 => *TIMES_NS.end(),
        _ => *TIMES_NS.start(),
    }
}

/// Reads all packets; says in words what the engine knows in the end.
fn read(data: &[u8]) -> String {
    let Some((&tight, mut rest)) = data.split_first() else { return String::new() };
    let limits = match tight & 3 {
        0 => Limits { flows: 4, buffered: 2_000, pending: 2_000, novelty: 8 },
        1 => Limits { flows: 64, buffered: 64 << 10, pending: 64 << 10, novelty: 100 },
        _ => Limits::default(),
    };
    let mut engine = Engine::new(table(), limits);
    let mut seen_ns = 1_700_000_000_000_000_000;
    let mut number = 0;
    while let Some((&[flags, high, low], after)) = rest.split_first_chunk::<3>() {
        let (frame, after) = after.split_at(after.len().min(usize::from(high) << 8 | usize::from(low)));
        rest = after;
        number += 1;
        seen_ns = clock(seen_ns, flags).clamp(*TIMES_NS.start(), *TIMES_NS.end());
        let missing = u32::from(flags & 0x20 != 0) * 100;
        let link = LINKS[usize::from(flags >> 3 & 3)];
        engine.packet(0, &Record { number, seen_ns, link, wire_length: frame.len() as u32 + missing, data: frame });
        learn(&mut engine);
    }
    engine.finish();
    learn(&mut engine);
    engine.finish();
    assert!(engine.waiting().is_none(), "nothing is left after the end");
    let counters = engine.counters();
    assert_eq!(counters.packets, number);
    let mut said = format!("{counters:?} {:?} {:?}\n", engine.fragment_counters(), engine.distinct);
    said += &format!("{:?}\n{:?}\n{:?}\n", engine.sums(), engine.functions(), engine.rich());
    for tally in &engine.tallies {
        assert!(tally.count > 0 && engine.template(tally.template).is_some());
        let kept = tally.kept.as_ref().map(|kept| (kept.occurrences.len(), kept.variants.len(), kept.thinned));
        let row = (tally.conversation, tally.template, tally.count, tally.first, tally.last, tally.distinct, tally.longest_ns);
        said += &format!("{row:?} {kept:?} {:?} {:?}\n", tally.request_pieces, tally.answer_pieces);
    }
    for row in engine.conversations.rows() {
        said += &format!(
            "{:?} {:?} {:?} {:?} {:?}\n",
            row.key,
            row.protocol,
            row.packets,
            row.bytes,
            (row.gaps, row.gap_bytes, row.unread_bytes)
        );
    }
    for sighting in engine.hosts.sightings() {
        said += &format!("{:?} {}\n", sighting.key, sighting.packets);
    }
    said + &format!("{:?}", engine.bad)
}

fuzz_target!(|data: &[u8]| {
    assert_eq!(read(data), read(data));
});
