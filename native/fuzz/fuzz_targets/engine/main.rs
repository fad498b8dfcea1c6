//! Any packets, read by an engine that knows all protocols and is taught by chance: no panic, bounded work, books that add up, evidence that
//! is the message, and the same result twice, though the hash keys differ.
//!
//! The input: a byte that chooses the limits, then packets: a byte of flags, two bytes of length, the frame. Flags: bits 0-2 how the clock
//! goes on, bits 3-4 the link type, bit 5 a snapped frame.
#![no_main]

mod laws;
mod lesson;
mod probe;

use std::sync::Mutex;

use fieldwatch_core::capture::{Record, TIMES_NS};
use fieldwatch_core::engine::{Engine, Limits};
use fieldwatch_core::table::Table;
use laws::Fed;
use libfuzzer_sys::fuzz_target;

const LINKS: [u16; 4] = [1, 101, 113, 276];
const TIGHT: Limits = Limits { flows: 16, buffered: 512, pending: 512, novelty: 8 };
const NARROW: Limits = Limits { flows: 64, buffered: 64 << 10, pending: 64 << 10, novelty: 100 };

/// All protocols: read from their declarations once, for that takes longer than most inputs. An engine has the table and gives it back.
static TABLE: Mutex<Option<Table>> = Mutex::new(None);

fn table() -> Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/declarations.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}; native/fuzz/seed.py writes it"));
    Table::from_json(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Reads what waits.
fn learn(engine: &mut Engine, fed: &Fed<'_>) {
    let protocols = engine.table.len() as u32;
    let tls = engine.table.number("tls"); // further messages of a record are shown with its header, which stands elsewhere
    while let Some(novel) = engine.waiting() {
        if Some(novel.protocol) != tls {
            novel.request.iter().chain(&novel.answer).for_each(|held| fed.holds(held));
        }
        let lesson = lesson::lesson(novel, protocols);
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
    let Some((&which, mut rest)) = data.split_first() else { return String::new() };
    let limits = [TIGHT, NARROW, Limits::default(), TIGHT][usize::from(which & 3)];
    let kept = TABLE.lock().expect("no other thread").take();
    let mut engine = Engine::new(kept.unwrap_or_else(table), limits);
    let mut fed = Fed::default();
    let mut seen_ns = 1_700_000_000_000_000_000;
    let mut number = 0;
    while let Some((&[flags, high, low], after)) = rest.split_first_chunk::<3>() {
        let (frame, after) = after.split_at(after.len().min(usize::from(high) << 8 | usize::from(low)));
        rest = after;
        number += 1;
        seen_ns = clock(seen_ns, flags).clamp(*TIMES_NS.start(), *TIMES_NS.end());
        let missing = u32::from(flags & 0x20 != 0) * 100;
        let link = LINKS[usize::from(flags >> 3 & 3)];
        let record = Record { number, seen_ns, link, wire_length: frame.len() as u32 + missing, data: frame };
        fed.note(&record);
        engine.packet(0, &record);
        learn(&mut engine, &fed);
        laws::holds_little(&engine, &limits);
    }
    engine.finish();
    learn(&mut engine, &fed);
    engine.finish();
    assert!(engine.waiting().is_none(), "nothing is left after the end");
    assert_eq!(engine.held(), (0, 0, 0), "nothing is held after the end: flows, unfinished messages, requests");
    laws::adds_up(&engine, &fed);
    laws::is_bounded(&engine, &limits);
    let said = laws::said(&engine);
    if limits.buffered == TIGHT.buffered {
        probe::fits_again(&mut engine, &limits, seen_ns);
    }
    *TABLE.lock().expect("no other thread") = Some(engine.table);
    said
}

fuzz_target!(|data: &[u8]| {
    assert_eq!(read(data), read(data));
});
