//! Read once, counted after; what is over the budget is refused and counted, what is vital is not among it.

use super::wire::{message, Wire};
use crate::engine::Limits;

fn wire(novelty: u64) -> Wire {
    Wire::new(false, Limits { novelty, ..Limits::default() })
}

fn exchange(wire: &mut Wire, kind: u8, value: u8) {
    wire.tcp(40_000, false, &message(kind, value, value));
    wire.tcp(40_000, true, &message(kind, value, value));
}

#[test]
fn it_is_read_once_and_counted_after() {
    let mut wire = wire(100);
    (0..200).for_each(|value| exchange(&mut wire, 1, value));
    assert_eq!((wire.read.len(), wire.counts()), (1, vec![200]));
    let values: Vec<_> = wire.engine.tallies[0].values.iter().map(|one| (one.last, one.least, one.greatest, one.changes)).collect();
    assert_eq!(values, [(199, 0, 199, 199); 2]);
    assert_eq!((wire.engine.counters().novel, wire.engine.counters().refused), (1, 0));
}

/// Kinds 10 to 109, of which the stock and what packets earn are read; each 32 packets earn one.
#[test]
fn over_the_budget_it_is_counted_by_its_function() {
    let mut wire = wire(5);
    (10..110).for_each(|kind| exchange(&mut wire, kind, 0));
    let refused: u64 = wire.engine.conversations.rows()[0].refused.iter().map(|one| one.count).sum();
    assert_eq!(refused, wire.engine.counters().refused);
    assert_eq!((wire.read.len() as u64 + refused, wire.read.len()), (100, 5 + 200 / 32));
    assert!(wire.engine.conversations.rows()[0].refused.iter().all(|one| one.count == 1 && one.kind.as_slice().len() == 1));
}

#[test]
fn what_is_vital_has_a_stock_of_its_own() {
    let mut wire = wire(5);
    (10..110).for_each(|kind| exchange(&mut wire, kind, 0));
    exchange(&mut wire, 9, 0);
    assert_eq!(wire.read.last().unwrap().0, Some(message(9, 0, 0).to_vec()));
}

#[test]
fn a_known_exchange_is_counted_when_nothing_may_be_read() {
    let mut wire = wire(1);
    exchange(&mut wire, 1, 0);
    (10..30).for_each(|kind| exchange(&mut wire, kind, 0));
    (0..50).for_each(|value| exchange(&mut wire, 1, value));
    assert_eq!(wire.counts()[0], 51);
}

/// In whatever order exchanges come, and whatever is expected to follow, each is counted where it belongs.
#[test]
fn cycles_of_polls_are_counted_apart() {
    let mut wire = wire(100);
    let order = [1, 2, 3, 1, 2, 3, 3, 3, 2, 1, 1, 2, 2, 3];
    order.iter().for_each(|kind| exchange(&mut wire, *kind, 0));
    assert_eq!((wire.read.len(), wire.counts()), (3, vec![4, 5, 5]));
    assert_eq!(wire.engine.sums().len(), 0, "the reader gave no tags");
}

#[test]
fn one_template_serves_all_and_each_conversation_counts() {
    let mut wire = wire(100);
    for client in 40_000..40_003 {
        wire.tcp(client, false, &message(1, 0, 0));
        wire.tcp(client, true, &message(1, 0, 0));
        wire.udp(client, false, &message(1, 0, 0));
        wire.udp(client, true, &message(1, 0, 0));
    }
    assert_eq!((wire.read.len(), wire.counts()), (1, vec![3, 3]));
    assert_eq!(wire.engine.conversations.rows().len(), 2, "over TCP and over UDP");
}

#[test]
fn bytes_that_break_the_framing_are_told_and_the_stream_finds_itself() {
    let mut wire = wire(100);
    exchange(&mut wire, 1, 0);
    wire.tcp(40_000, false, &[3, 0, 0]);
    exchange(&mut wire, 1, 1);
    assert_eq!(wire.counts(), [2]);
    assert_eq!(wire.engine.bad.iter().map(|bad| (bad.have, bad.count, bad.from_server)).collect::<Vec<_>>(), [(3, 1, false)]);
}
