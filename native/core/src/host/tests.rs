//! Numbers of ends, and sightings of senders; both sides of what there is room for.

#![allow(clippy::indexing_slicing)]

use super::{End, Hosts, SightingKey, MOST_ENDS, MOST_SIGHTINGS, NO_ROOM};
use crate::flow::Sent;
use crate::packet::Address;
use crate::tally::Moment;

fn moment(frame: u64) -> Moment {
    Moment { file: 0, frame, seen_ns: frame as i64 * 10 }
}

fn ip(number: u32) -> Address {
    Address::V4(number.to_be_bytes())
}

fn sender(number: u32) -> SightingKey {
    SightingKey { mac: Some([2, 0, 0, 0, 0, 1]), ip: Some(ip(number)), vlan: 0 }
}

/// What was sent in the frames, all with this TTL.
fn sent(frames: &[u64], ttl: u8) -> Sent {
    let mut sent = Sent::new(Some([2, 0, 0, 0, 0, 1]), 0, moment(frames[0]));
    frames.iter().for_each(|frame| sent.add(60, ttl, moment(*frame)));
    sent
}

#[test]
fn an_end_keeps_its_number() {
    let mut hosts = Hosts::default();
    let ends = [End::Ip(ip(7)), End::Ip(ip(8)), End::Mac([2, 0, 0, 0, 0, 1]), End::Ip(Address::V6([7; 16]))];
    let numbers = ends.map(|end| hosts.number(end));
    assert_eq!(numbers, [0, 1, 2, 3]);
    assert_eq!(ends.map(|end| hosts.number(end)), numbers);
    assert_eq!(numbers.map(|number| hosts.end(number)), ends.map(Some));
    assert_eq!((hosts.end(4), hosts.end(NO_ROOM)), (None, None));
}

#[test]
fn there_is_room_for_so_many_ends() {
    let mut hosts = Hosts::default();
    let last = MOST_ENDS as u32 - 1;
    for number in 0..last {
        hosts.number(End::Ip(ip(number)));
    }
    assert_eq!(hosts.number(End::Ip(ip(last))), last);
    assert_eq!(hosts.number(End::Ip(ip(last + 1))), NO_ROOM);
    assert_eq!(hosts.number(End::Ip(ip(0))), 0);
    assert_eq!(hosts.end(NO_ROOM), None);
}

#[test]
fn a_number_that_nothing_names_is_free_again() {
    let mut hosts = Hosts::default();
    let [held, dropped] = [7, 8].map(|number| hosts.number(End::Ip(ip(number))));
    hosts.hold(held);
    hosts.hold(held);
    hosts.release(held);
    hosts.drop_unused(held);
    hosts.drop_unused(dropped);
    hosts.drop_unused(dropped);
    hosts.drop_unused(NO_ROOM);
    assert_eq!(hosts.number(End::Ip(ip(7))), held, "named once more");
    assert_eq!(hosts.number(End::Ip(ip(9))), dropped);
    assert_eq!(hosts.number(End::Ip(ip(10))), 2, "freed once only");
    hosts.release(held);
    assert_eq!(hosts.number(End::Ip(ip(11))), held);
    assert_eq!(hosts.end(held), Some(End::Ip(ip(11))));
}

#[test]
fn senders_stand_in_the_order_in_which_they_were_met() {
    let mut hosts = Hosts::default();
    for (frame, number) in [(1, 9), (2, 3), (3, 9)] {
        hosts.meet(sender(number), moment(frame));
    }
    let rows: Vec<_> = hosts.sightings().iter().map(|row| (row.key, row.packets, row.first.frame)).collect();
    assert_eq!(rows, [(sender(9), 0, 1), (sender(3), 0, 2)]);
}

#[test]
fn what_flows_sent_is_summed_in_whatever_order_they_end() {
    let mut hosts = Hosts::default();
    hosts.meet(sender(1), moment(3));
    hosts.see(sender(1), &sent(&[5, 9], 64));
    hosts.see(sender(1), &sent(&[2, 3, 4], 63));
    let row = hosts.sightings()[0];
    assert_eq!((row.packets, row.first, row.last), (5, moment(2), moment(9)));
    assert_eq!((row.least_ttl, row.greatest_ttl), (63, 64));
}

#[test]
fn one_address_behind_two_macs_or_vlans_is_seen_twice() {
    let mut hosts = Hosts::default();
    let moved = SightingKey { mac: Some([2, 0, 0, 0, 0, 2]), ..sender(1) };
    let tagged = SightingKey { vlan: 7, ..sender(1) };
    for key in [sender(1), moved, tagged] {
        hosts.meet(key, moment(1));
        hosts.see(key, &sent(&[1], 64));
    }
    assert_eq!(hosts.sightings().iter().map(|row| (row.key, row.packets)).collect::<Vec<_>>(), [(sender(1), 1), (moved, 1), (tagged, 1)]);
}

#[test]
fn senders_beyond_the_room_are_counted() {
    let mut hosts = Hosts::default();
    for number in 0..=MOST_SIGHTINGS as u32 {
        hosts.meet(sender(number), moment(1));
    }
    assert_eq!(hosts.sightings().len(), MOST_SIGHTINGS);
    hosts.see(sender(MOST_SIGHTINGS as u32 - 1), &sent(&[2, 3], 64));
    assert_eq!(hosts.shed, 0);
    hosts.see(sender(MOST_SIGHTINGS as u32), &sent(&[4, 5, 6], 64));
    assert_eq!(hosts.shed, 3);
}
