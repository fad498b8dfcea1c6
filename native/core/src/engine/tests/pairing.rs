//! Which answer belongs to which request, and which belongs to none.

use super::wire::{both, message, Wire, PATIENCE, SECOND};
use crate::engine::Limits;

fn wire() -> Wire {
    Wire::new(false, Limits::default())
}

#[test]
fn an_answer_belongs_to_the_request_with_its_id() {
    let mut wire = wire();
    for (from_server, kind, id) in [(false, 1, 7), (false, 2, 8), (true, 2, 8), (true, 1, 7)] {
        wire.tcp(40_000, from_server, &message(kind, id, 0));
    }
    assert_eq!(wire.read, [both(message(2, 8, 0), message(2, 8, 0)), both(message(1, 7, 0), message(1, 7, 0))]);
}

#[test]
fn of_two_requests_with_one_id_the_older_is_answered_first() {
    let mut wire = wire();
    for (from_server, kind) in [(false, 1), (false, 2), (true, 3), (true, 4)] {
        wire.tcp(40_000, from_server, &message(kind, 7, 0));
    }
    assert_eq!(wire.read, [both(message(1, 7, 0), message(3, 7, 0)), both(message(2, 7, 0), message(4, 7, 0))]);
}

#[test]
fn connections_are_told_apart() {
    let mut wire = wire();
    wire.tcp(40_000, false, &message(1, 7, 0));
    wire.tcp(40_001, true, &message(2, 7, 0));
    wire.tcp(40_000, true, &message(3, 7, 0));
    assert_eq!(wire.read, [(None, Some(message(2, 7, 0).to_vec())), both(message(1, 7, 0), message(3, 7, 0))]);
}

#[test]
fn an_answer_in_time_and_one_too_late() {
    for (after, paired) in [(PATIENCE, true), (PATIENCE + 1, false)] {
        let mut wire = wire();
        wire.udp(40_000, false, &message(1, 7, 0));
        wire.now_ns += after - SECOND / 1000;
        wire.udp(40_000, true, &message(1, 7, 0));
        let apart = [(Some(message(1, 7, 0).to_vec()), None), (None, Some(message(1, 7, 0).to_vec()))];
        assert_eq!(wire.read, if paired { vec![both(message(1, 7, 0), message(1, 7, 0))] } else { apart.to_vec() });
    }
}

#[test]
fn what_is_never_answered_is_told_at_the_end() {
    let mut wire = wire();
    wire.udp(40_000, false, &message(1, 7, 0));
    wire.udp(40_000, false, &message(2, 8, 0));
    assert!(wire.read.is_empty());
    wire.finish();
    assert_eq!(wire.read, [(Some(message(1, 7, 0).to_vec()), None), (Some(message(2, 8, 0).to_vec()), None)]);
    assert_eq!(wire.engine.held(), (0, 0, 0));
}

#[test]
fn so_many_requests_of_a_flow_wait() {
    let mut wire = wire();
    for id in 0..65 {
        wire.tcp(40_000, false, &message(1, id, 0));
    }
    assert_eq!((wire.read.len(), wire.engine.counters().requests_shed), (1, 1), "the oldest is given up");
    for id in 0..65 {
        wire.tcp(40_000, true, &message(1, id, 0));
    }
    wire.finish();
    assert_eq!(wire.counts(), [1, 1, 64], "one without its answer, that answer, and the others");
}

#[test]
fn one_request_may_have_many_answers_where_the_protocol_says_so() {
    let mut wire = Wire::new(true, Limits::default());
    wire.udp(40_000, false, &message(1, 7, 0));
    for value in 1..=3 {
        wire.udp(40_000, true, &message(2, 7, value));
    }
    wire.finish();
    assert_eq!(wire.read, [both(message(1, 7, 0), message(2, 7, 1))]);
    assert_eq!(wire.counts(), [3]);
    assert_eq!(wire.engine.held(), (0, 0, 0));
}

#[test]
fn ports_that_are_used_again_begin_anew() {
    let mut wire = wire();
    wire.tcp_at(40_000, false, 99, 0x02, b"");
    wire.tcp_at(40_000, false, 100, 0x18, &message(1, 7, 0));
    wire.tcp_at(40_000, false, 5_000, 0x02, b"");
    wire.tcp_at(40_000, true, 800, 0x12, b"");
    assert_eq!(wire.read, [(Some(message(1, 7, 0).to_vec()), None)], "what the old connection asked is not answered by the new one");
    wire.tcp_at(40_000, true, 801, 0x18, &message(2, 7, 0));
    assert_eq!(wire.read[1], (None, Some(message(2, 7, 0).to_vec())));
    assert_eq!(wire.engine.conversations.rows()[0].connections, 2);
}

#[test]
fn a_silent_flow_ends_and_its_request_is_told() {
    let mut wire = wire();
    wire.tcp(40_000, false, &message(1, 7, 0));
    wire.now_ns += 700 * SECOND;
    wire.tcp(40_001, false, &message(2, 7, 0));
    assert_eq!(wire.read, [(Some(message(1, 7, 0).to_vec()), None)]);
    assert_eq!(wire.engine.held().0, 1);
}

/// Whatever the segments, the same exchanges come out: two requests and two answers in pieces of every size.
#[test]
fn segments_change_nothing() {
    let asked = [message(1, 7, 5), message(2, 8, 6), message(1, 9, 7)].concat();
    for size in 1..=asked.len() {
        let mut wire = wire();
        for from_server in [false, true] {
            asked.chunks(size).for_each(|piece| wire.tcp(40_000, from_server, piece));
        }
        assert_eq!(wire.read, [both(message(1, 7, 5), message(1, 7, 5)), both(message(2, 8, 6), message(2, 8, 6))], "{size}");
        assert_eq!(wire.counts(), [2, 1]);
        wire.finish();
        assert_eq!(wire.engine.held(), (0, 0, 0));
    }
}
