//! What is asked while a source is still read: sums since the last time, and tables that are up to date.

use super::wire::{message, Wire};
use crate::engine::Limits;

fn wire() -> Wire {
    let mut wire = Wire::new(false, Limits::default());
    wire.tags = vec![7];
    wire
}

fn exchanges(wire: &mut Wire, client: u16, count: u8) {
    for value in 0..count {
        wire.tcp(client, false, &message(1, value, value));
        wire.tcp(client, true, &message(1, value, value));
    }
}

#[test]
fn what_is_counted_since_the_last_time_makes_the_sums() {
    let mut wire = wire();
    let mut counted = vec![wire.engine.counted()];
    exchanges(&mut wire, 40_000, 3);
    counted.push(wire.engine.counted());
    counted.push(wire.engine.counted());
    exchanges(&mut wire, 40_000, 4);
    wire.udp(40_000, false, &message(1, 0, 0));
    wire.finish();
    counted.push(wire.engine.counted());
    assert_eq!(counted, [vec![], vec![(0, 7, 3)], vec![], vec![(0, 7, 4), (1, 7, 1)]]);
    let sums: Vec<_> = wire.engine.sums().iter().map(|sum| (sum.conversation, sum.tag, sum.count)).collect();
    assert_eq!(sums, [(0, 7, 7), (1, 7, 1)]);
}

/// Packets of the conversations; packets, first and last time of the sightings.
type Tables = (Vec<[u64; 2]>, Vec<(u64, i64, i64)>);

fn tables(wire: &Wire) -> Tables {
    let conversations = wire.engine.conversations.rows().iter().map(|row| row.packets).collect();
    let sightings = wire.engine.hosts.sightings().iter();
    (conversations, sightings.map(|seen| (seen.packets, seen.first.seen_ns, seen.last.seen_ns)).collect())
}

#[test]
fn caught_up_with_open_flows_and_the_end_is_the_same() {
    let (mut asked, mut undisturbed) = (wire(), wire());
    for round in 1..=3 {
        exchanges(&mut asked, 40_000, 2);
        exchanges(&mut undisturbed, 40_000, 2);
        asked.engine.catch_up();
        asked.engine.catch_up();
        assert_eq!(tables(&asked).0, [[2 * round, 2 * round]]);
    }
    assert_eq!(tables(&undisturbed).0, [[0, 0]], "nothing is entered before a flow ends");
    asked.finish();
    undisturbed.finish();
    assert_eq!(tables(&asked), tables(&undisturbed));
}
