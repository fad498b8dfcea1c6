//! Conversations and their budgets of novelty: both sides of each bound.

#![allow(clippy::unwrap_used)]

use super::{Carrier, Conversation, ConversationKey, Conversations, MOST_CONVERSATIONS, NO_PROTOCOL, ORDINARY, REFILL_NS, VITAL};
use crate::capture::TIMES_NS;
use crate::key::Kind;
use crate::tally::{Moment, NONE};

const KEY: ConversationKey = ConversationKey { client: 1, server: 2, carrier: Carrier::Tcp, port: 502 };

fn moment(frame: u64) -> Moment {
    Moment { file: 0, frame, seen_ns: 0 }
}

fn conversation() -> Conversation {
    Conversation::new(KEY, moment(1))
}

/// How many of `tries` novel exchanges may be read at this time.
fn granted(conversation: &mut Conversation, vital: bool, now_ns: i64, tries: u32) -> u32 {
    (0..tries).map(|_| u32::from(conversation.may_read(vital, now_ns))).sum()
}

#[test]
fn a_service_of_a_server_is_one_conversation() {
    let mut conversations = Conversations::default();
    let others = [
        ConversationKey { client: 3, ..KEY },
        ConversationKey { server: 3, ..KEY },
        ConversationKey { carrier: Carrier::Udp, ..KEY },
        ConversationKey { port: 503, ..KEY },
        ConversationKey { client: 2, server: 1, ..KEY },
    ];
    assert_eq!(conversations.number(KEY, moment(5)), Some(0));
    let numbers = others.map(|key| conversations.number(key, moment(6)).unwrap());
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(conversations.number(KEY, moment(7)), Some(0));
    let row = conversations.get(0).unwrap();
    assert_eq!((row.key, row.first, row.protocol, row.last_tally, row.next_tally), (KEY, moment(5), NO_PROTOCOL, NONE, NONE));
    assert_eq!(conversations.rows().len(), 6);
    assert!(conversations.get(6).is_none() && conversations.get_mut(6).is_none());
}

#[test]
fn there_is_room_for_so_many_conversations() {
    let mut conversations = Conversations::default();
    let key = |client: u32| ConversationKey { client, ..KEY };
    for client in 0..MOST_CONVERSATIONS as u32 {
        assert_eq!(conversations.number(key(client), moment(1)), Some(client));
    }
    assert_eq!(conversations.number(key(MOST_CONVERSATIONS as u32), moment(1)), None);
    assert_eq!(conversations.number(key(0), moment(1)), Some(0));
}

/// A conversation of which nothing was read makes room once all of its flows have ended; any other stays.
#[test]
fn the_longest_idle_conversation_is_forgotten_first() {
    let mut conversations = Conversations::default();
    let key = |client: u32| ConversationKey { client, ..KEY };
    let numbers: Vec<u32> = (0..5).map(|client| conversations.number(key(client), moment(1)).unwrap()).collect();
    conversations.get_mut(1).unwrap().protocol = 7;
    conversations.get_mut(2).unwrap().last_tally = 3;
    conversations.get_mut(3).unwrap().open_flows = 2;
    assert!(conversations.forget_idle().is_none(), "no flow of any has ended");
    numbers.iter().rev().for_each(|number| conversations.close(*number));
    conversations.close(0);
    assert_eq!(conversations.forget_idle(), Some(key(4)));
    assert_eq!((conversations.len(), conversations.knows(&key(4))), (4, false));
    assert_eq!(conversations.number(key(9), moment(2)), Some(4), "its number is free");
    assert_eq!(conversations.get(4).unwrap().first, moment(2));
    assert_eq!(conversations.forget_idle(), Some(key(0)));
    assert_eq!(conversations.forget_idle(), None, "read, counted, or still open");
    conversations.close(3);
    assert_eq!(conversations.forget_idle(), Some(key(3)), "now its last flow has ended");
}

#[test]
fn who_comes_back_is_not_forgotten() {
    let mut conversations = Conversations::default();
    conversations.number(KEY, moment(1));
    conversations.close(0);
    conversations.get_mut(0).unwrap().open_flows = 1;
    assert!(!conversations.has_idle());
    conversations.close(0);
    assert!(conversations.has_idle(), "it has ended again");
}

#[test]
fn so_much_novelty_is_read_at_once() {
    assert_eq!(granted(&mut conversation(), false, 0, ORDINARY + 10), ORDINARY);
    assert_eq!(granted(&mut conversation(), true, 0, VITAL + 10), VITAL);
}

#[test]
fn vital_novelty_has_a_reserve_that_no_other_can_spend() {
    let mut flooded = conversation();
    assert_eq!(granted(&mut flooded, false, 0, 100_000), ORDINARY);
    assert_eq!(granted(&mut flooded, true, 0, 100_000), VITAL);
    let mut flooded = conversation();
    assert_eq!(granted(&mut flooded, true, 0, 100_000), VITAL);
    assert_eq!(granted(&mut flooded, false, 0, 100_000), ORDINARY);
}

#[test]
fn a_spent_budget_refills_with_the_captures_time() {
    for vital in [false, true] {
        let mut spent = conversation();
        granted(&mut spent, vital, 0, 100_000);
        assert_eq!(granted(&mut spent, vital, REFILL_NS - 1, 5), 0);
        assert_eq!(granted(&mut spent, vital, REFILL_NS, 5), 1);
        assert_eq!(granted(&mut spent, vital, 4 * REFILL_NS - 1, 5), 2);
        assert_eq!(granted(&mut spent, vital, 4 * REFILL_NS, 5), 1, "what was over is not lost");
        assert_eq!(
            granted(&mut spent, vital, 1_000_000 * REFILL_NS, 100_000),
            if vital { VITAL } else { ORDINARY },
            "no more than at first"
        );
    }
}

/// The capture's times lie within these.
#[test]
fn no_clock_breaks_the_budget() {
    let (first, last) = (*TIMES_NS.start(), *TIMES_NS.end());
    let mut spent = conversation();
    granted(&mut spent, false, 0, 100_000);
    assert_eq!(granted(&mut spent, false, first, 5), 0, "a clock that goes backwards earns nothing");
    assert_eq!(granted(&mut spent, false, last, 100_000), ORDINARY);
    assert_eq!(granted(&mut spent, false, first, 5), 0);
    let mut early = Conversation::new(KEY, Moment { file: 0, frame: 1, seen_ns: first });
    assert_eq!(granted(&mut early, false, last, 100_000), ORDINARY);
}

#[test]
fn what_is_refused_is_counted_by_protocol_and_function() {
    let mut row = conversation();
    let (read, stop) = (Kind::from_slice(&[3]), Kind::from_slice(&[0x29]));
    for (protocol, kind, frame) in [(1, read, 5), (1, stop, 6), (2, read, 7), (1, read, 8), (1, read, 9)] {
        row.refuse(protocol, kind, moment(frame));
    }
    let found: Vec<_> = row.refused.iter().map(|one| (one.protocol, one.kind, one.count, one.first.frame, one.last.frame)).collect();
    assert_eq!(found, [(1, read, 3, 5, 9), (1, stop, 1, 6, 6), (2, read, 1, 7, 7)]);
}

#[test]
fn functions_beyond_the_room_are_counted_together() {
    let mut row = conversation();
    for number in 0..1_000_u16 {
        row.refuse(1, Kind::from_slice(&number.to_be_bytes()), moment(1));
    }
    assert_eq!(row.refused.iter().map(|one| one.count).sum::<u64>(), 1_000);
    assert_eq!(row.refused.len(), 301);
    assert_eq!(row.refused.last().map(|one| (one.kind, one.count)), Some((Kind::default(), 700)));
}
