//! The table of flows: keys of both directions, places that are used again, and which flows are closed. Both sides of each time.

#![allow(clippy::unwrap_used)]

use std::hash::BuildHasher;

use super::{Family, Flow, FlowKey, Flows, Seed, Sent, Side, ENDED_NS, IDLE_NS};
use crate::conversation::Carrier;
use crate::host::End;
use crate::tally::Moment;

fn key(number: u64) -> FlowKey {
    FlowKey::new(number, 1 << 40, 0, Carrier::Tcp, Family::V4).0
}

fn flow(number: u64, last_ns: i64) -> Flow {
    Flow::new(key(number), [End::Mac([0; 6]); 2], 502, 0, false, last_ns)
}

/// Flows that were last heard at these times, in a table of so many.
fn flows(most: usize, last_ns: &[i64]) -> Flows {
    let mut flows = Flows::new(most);
    for (number, last_ns) in last_ns.iter().enumerate() {
        flows.insert(flow(number as u64, *last_ns));
    }
    flows
}

#[test]
fn both_directions_have_one_key() {
    let (there, from) = FlowKey::new(5, 9, 0, Carrier::Tcp, Family::V4);
    let (back, to) = FlowKey::new(9, 5, 0, Carrier::Tcp, Family::V4);
    assert_eq!(there, back);
    assert_eq!((from, to), (Side::First, Side::Second));
    assert_eq!(from.other(), to);
    assert_eq!(to.of(&mut ["first", "second"]), &"second");
}

#[test]
fn a_host_that_talks_to_itself_has_one_side() {
    let (key, side) = FlowKey::new(7, 7, 0, Carrier::Udp, Family::V4);
    assert_eq!(FlowKey::new(7, 7, 0, Carrier::Udp, Family::V4), (key, side));
}

#[test]
fn every_part_of_a_key_tells_flows_apart() {
    let most = 0xffff_ffff_ffff;
    let mut keys = vec![FlowKey::new(5, 9, 0, Carrier::Tcp, Family::V4).0];
    keys.extend((0..48).map(|bit| FlowKey::new(5 ^ 1 << bit, most, 0, Carrier::Tcp, Family::V4).0));
    keys.extend((0..48).map(|bit| FlowKey::new(0, 9 ^ 1 << bit, 0, Carrier::Tcp, Family::V4).0));
    keys.extend((0..16).map(|bit| FlowKey::new(5, 9, 1 << bit, Carrier::Ethernet, Family::Mac).0));
    for carrier in [Carrier::Tcp, Carrier::Udp, Carrier::Icmp, Carrier::Ip, Carrier::Ethernet] {
        for family in [Family::V4, Family::V6, Family::Mac] {
            keys.push(FlowKey::new(6, 9, 0, carrier, family).0);
        }
    }
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all);
}

/// The seed is of the run, the table is not: flows whose keys are near each other do not crowd, and another seed puts them elsewhere.
#[test]
fn keys_spread_under_every_seed() {
    let hashes = |seed: &Seed| (0..4096).map(|number| seed.hash_one(key(number << 16 | 502)) as u16 & 0xfff).collect::<Vec<u16>>();
    let (one, other) = (Seed::default(), Seed::default());
    for seed in [&one, &other] {
        let mut places = hashes(seed);
        places.sort_unstable();
        places.dedup();
        assert!(places.len() > 2_200, "{} places of 4096; chance gives 2589", places.len());
    }
    assert_ne!(hashes(&one), hashes(&other));
    assert_eq!(hashes(&one), hashes(&one.clone()));
}

#[test]
fn a_flow_is_found_by_its_key_and_can_be_worked_with() {
    let mut flows = flows(10, &[1, 2, 3]);
    assert_eq!((flows.len(), flows.is_empty(), flows.births()), (3, false, 3));
    let slot = flows.find(&key(1)).unwrap();
    let mut taken = flows.take(slot).unwrap();
    assert!(flows.get(slot).is_none() && flows.take(slot).is_none());
    assert_eq!(flows.find(&key(1)), Some(slot), "its place is kept");
    taken.last_ns = 77;
    flows.put(taken);
    assert_eq!(flows.get(slot).unwrap().last_ns, 77);
    assert_eq!(flows.find(&key(9)), None);
    assert!(flows.get(99).is_none() && flows.get_mut(99).is_none());
}

#[test]
fn a_place_is_used_again_by_another_tenant() {
    let mut flows = flows(10, &[1, 2]);
    let slot = flows.find(&key(0)).unwrap();
    let born = flows.get(slot).unwrap().born;
    let gone = flows.take(slot).unwrap();
    flows.remove(&gone);
    assert_eq!((flows.find(&key(0)), flows.len()), (None, 1));
    assert_eq!(flows.insert(flow(5, 3)), slot);
    assert!(flows.get(slot).unwrap().born > born);
    assert_eq!((flows.births(), flows.len()), (3, 2));
}

#[test]
fn silent_flows_are_closed_after_ten_minutes() {
    let flows = flows(10, &[0, 1, 2]);
    assert!(flows.stale(IDLE_NS).is_empty());
    assert_eq!(flows.stale(IDLE_NS + 1), [0]);
    assert_eq!(flows.stale(IDLE_NS + 3), [0, 1, 2]);
}

#[test]
fn ended_flows_are_closed_after_half_a_minute() {
    let mut flows = flows(10, &[0, 0, 0]);
    flows.get_mut(0).unwrap().ended = [true; 2];
    flows.get_mut(1).unwrap().ended = [true, false];
    assert!(flows.stale(ENDED_NS).is_empty());
    assert_eq!(flows.stale(ENDED_NS + 1), [0], "both ends must have ended it");
}

#[test]
fn of_a_full_table_the_longest_silent_eighth_is_closed() {
    let times: Vec<i64> = (0..16).map(|number| i64::from(number * 7 % 16)).collect();
    let full = flows(16, &times);
    assert!(full.is_full() && full.stale(20).is_empty());
    let closed: Vec<i64> = full.longest_silent(20).iter().map(|slot| full.get(*slot).unwrap().last_ns).collect();
    assert_eq!(closed, [0, 1]);
}

#[test]
fn a_full_table_makes_room_however_small_it_is() {
    for most in 1..=9 {
        let full = flows(most, &vec![5; most]);
        assert_eq!(full.longest_silent(5), [0], "the oldest of {most}");
    }
    let full = flows(8, &[0, 0, 0, 9, 9, 9, 9, 9]);
    assert_eq!(full.longest_silent(IDLE_NS + 1), [0, 1, 2], "all that are silent too long");
}

#[test]
fn no_clock_closes_what_was_just_heard() {
    for now_ns in [i64::MIN, 0, i64::MAX] {
        let mut flows = flows(10, &[now_ns]);
        assert!(flows.stale(now_ns).is_empty());
        assert!(flows.stale(i64::MIN).is_empty(), "the clock goes backwards");
        flows.get_mut(0).unwrap().ended = [true; 2];
        let _ = (flows.stale(i64::MIN), flows.stale(i64::MAX));
    }
}

#[test]
fn flows_are_told_oldest_first() {
    let mut flows = flows(10, &[9, 1, 5]);
    let gone = flows.take(0).unwrap();
    flows.remove(&gone);
    flows.insert(flow(7, 0));
    assert_eq!(flows.all(), [1, 2, 0]);
}

#[test]
fn what_an_end_sends_is_summed_until_its_address_changes() {
    let at = |frame: u64| Moment { file: 0, frame, seen_ns: frame as i64 };
    let mac = Some([2, 0, 0, 0, 0, 1]);
    let mut sent = Sent::new(mac, 7, at(3));
    for (frame, ttl) in [(3, 64), (4, 60), (8, 128)] {
        sent.add(100, ttl, at(frame));
    }
    assert_eq!((sent.packets, sent.bytes, sent.first, sent.last), (3, 300, at(3), at(8)));
    assert_eq!((sent.least_ttl, sent.greatest_ttl), (60, 128));
    assert!(sent.is_from(mac, 7) && !sent.is_from(mac, 8) && !sent.is_from(None, 7));
    sent.packets = u32::MAX;
    assert!(!sent.is_from(mac, 7), "no room for one more");
}
