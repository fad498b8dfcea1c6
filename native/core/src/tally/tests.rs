//! What is kept of repetitions: counts, times, values, contents; both sides of each bound.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use super::{Followed, Moment, Tally, MOST_OCCURRENCES, MOST_VARIANTS, NONE};
use crate::bank::{Bank, Frame, Mark, MarkKind};

fn moment(frame: u64, seen_ns: i64) -> Moment {
    Moment { file: 0, frame, seen_ns }
}

/// A template of its own, and the tally of its repetitions.
struct Counted {
    bank: Bank,
    tally: Tally,
    frame: u64,
}

impl Counted {
    fn new(marks: &[Mark], keep: bool) -> Counted {
        let mut bank = Bank::default();
        let frame = Frame { protocol: 0, context: 0, from_server: false, request: 40, answer: 40 };
        let number = bank.add(frame, &[0; 40], &[0; 40], marks, keep, None);
        let tally = Tally::new(7, number, bank.get(number).unwrap(), moment(1, 0), &[], &[]);
        Counted { bank, tally, frame: 0 }
    }

    /// Counts an exchange, one millisecond after the one before.
    fn add(&mut self, request: &[u8], answer: &[u8]) {
        self.frame += 1;
        self.add_at(self.frame as i64 * 1_000_000, request, answer, NONE);
    }

    fn add_at(&mut self, seen_ns: i64, request: &[u8], answer: &[u8], before: u32) {
        let template = self.bank.get(0).unwrap();
        self.tally.add(template, moment(self.frame, seen_ns), request, answer, before);
    }
}

fn value(answer: bool, at: u32, length: u32, kind: MarkKind) -> Mark {
    Mark { answer, at, length, kind }
}

/// The value of a request in which it stands at `at`, and `behind` bytes follow it.
fn follow(bytes: &[u8], kind: MarkKind, at: usize, behind: usize) -> u64 {
    let mut counted = Counted::new(&[value(false, at as u32, bytes.len() as u32, kind)], false);
    counted.add(&[&vec![0xee; at][..], bytes, &vec![0xdd; behind]].concat(), b"");
    counted.tally.values[0].last
}

#[test]
fn moments_are_ordered_by_time_then_file_then_frame() {
    let early = Moment { file: 1, frame: 9, seen_ns: 5 };
    for late in [moment(1, 6), Moment { file: 2, frame: 1, seen_ns: 5 }, Moment { file: 1, frame: 10, seen_ns: 5 }] {
        assert_eq!((early.earlier(late), late.earlier(early)), (early, early));
        assert_eq!((early.later(late), late.later(early)), (late, late));
    }
}

#[test]
fn repetitions_are_counted_with_the_first_and_last() {
    let mut counted = Counted::new(&[], false);
    (0..3).for_each(|_| counted.add(b"ask", b"say"));
    let tally = &counted.tally;
    assert_eq!((tally.conversation, tally.count, tally.first, tally.last), (7, 3, moment(1, 0), moment(3, 3_000_000)));
    assert!(tally.kept.is_none());
}

/// Each bucket of times holds twice the microseconds of the one before.
#[test]
fn times_between_repetitions_fall_into_buckets() {
    let us = 1_000;
    for (ns, bucket) in
        [(0, 0), (2 * us - 1, 0), (2 * us, 1), (4 * us - 1, 1), (4 * us, 2), (1_023 * us, 9), (1_024 * us, 10), (-5, 0), (i64::MAX, 39)]
    {
        let mut counted = Counted::new(&[], false);
        counted.add_at(0, b"", b"", NONE);
        counted.add_at(ns, b"", b"", NONE);
        let found = counted.tally.intervals.iter().position(|count| *count == 1);
        assert_eq!((found, counted.tally.intervals.iter().sum::<u32>()), (Some(bucket), 1), "{ns} ns");
        assert_eq!(counted.tally.longest_ns, ns.max(0));
    }
}

#[test]
fn the_longest_silence_is_kept() {
    let mut counted = Counted::new(&[], false);
    for seen_ns in [10, 20, 5_020, 5_030, 5_010, 5_020] {
        counted.add_at(seen_ns, b"", b"", NONE);
    }
    assert_eq!(counted.tally.longest_ns, 5_000);
}

#[test]
fn a_value_is_followed() {
    let mut counted = Counted::new(&[value(true, 2, 2, MarkKind::Big)], false);
    for level in [500_u16, 500, 700, 300, 300, 400] {
        counted.add(b"", &[&[0, 0][..], &level.to_be_bytes()].concat());
    }
    assert_eq!(counted.tally.values, [Followed { last: 400, least: 300, greatest: 700, changes: 3 }]);
}

#[test]
fn values_of_every_width_in_both_orders_at_every_place() {
    for width in 1..=8 {
        let bytes: Vec<u8> = (1..=width as u8).map(|byte| byte | 0x80).collect();
        let big = bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        let little = bytes.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        for at in 0..10 {
            for behind in 0..10 {
                assert_eq!(follow(&bytes, MarkKind::Big, at, behind), big, "{width} bytes at {at}, {behind} behind");
                assert_eq!(follow(&bytes, MarkKind::Little, at, behind), little, "{width} bytes at {at}, {behind} behind");
            }
        }
    }
}

#[test]
fn several_values_keep_their_places() {
    let marks = [value(false, 0, 1, MarkKind::Big), value(true, 0, 9, MarkKind::Big), value(true, 9, 1, MarkKind::Big)];
    let mut counted = Counted::new(&marks, false);
    counted.add(&[1], &[0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    counted.add(&[3], &[0, 0, 0, 0, 0, 0, 0, 0, 9, 4]);
    let values: Vec<_> = counted.tally.values.iter().map(|one| (one.least, one.greatest)).collect();
    assert_eq!((values, counted.tally.long_changes), (vec![(1, 3), (2, 4)], 1));
}

#[test]
fn changes_of_long_values_are_counted_once_for_each_exchange() {
    let marks = [value(false, 0, 9, MarkKind::Big), value(true, 1, 12, MarkKind::Big)];
    let mut counted = Counted::new(&marks, false);
    let message = |a: u8, b: u8| (vec![a; 9], vec![b; 13]);
    let changes: Vec<u64> = [message(1, 1), message(1, 1), message(2, 1), message(3, 2), message(3, 2), message(3, 1)]
        .iter()
        .map(|(request, answer)| {
            counted.add(request, answer);
            counted.tally.long_changes
        })
        .collect();
    assert_eq!(changes, [0, 0, 1, 2, 2, 3]);
    assert!(counted.tally.values.is_empty());
}

#[test]
fn what_came_before_is_counted_for_four() {
    let mut counted = Counted::new(&[], false);
    for before in [3, 4, 3, 5, 6, 7, 3, 7] {
        counted.add_at(0, b"", b"", before);
    }
    assert_eq!(counted.tally.before, [(3, 3), (4, 1), (5, 1), (6, 1)]);
}

#[test]
fn kept_occurrences_share_their_content() {
    let mut counted = Counted::new(&[], true);
    for (request, answer) in [(b"a", b"x"), (b"b", b"x"), (b"a", b"x"), (b"a", b"y"), (b"a", b"y"), (b"b", b"x")] {
        counted.add(request, answer);
    }
    let kept = counted.tally.kept.unwrap();
    assert_eq!(kept.occurrences.iter().map(|one| one.variant).collect::<Vec<_>>(), [0, 1, 0, 2, 2, 1]);
    assert_eq!(kept.occurrences.iter().map(|one| one.moment.frame).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(kept.variants.len(), 3);
    assert_eq!(kept.variants[2], (b"a".to_vec(), b"y".to_vec()));
    assert_eq!(kept.thinned, 0);
}

#[test]
fn request_and_answer_are_told_apart() {
    let mut counted = Counted::new(&[], true);
    counted.add(b"ab", b"c");
    counted.add(b"a", b"bc");
    assert_eq!(counted.tally.kept.unwrap().variants.len(), 2);
}

#[test]
fn so_many_contents_are_kept() {
    let mut counted = Counted::new(&[], true);
    for number in 0..=MOST_VARIANTS as u32 {
        counted.add(&number.to_be_bytes(), b"");
    }
    counted.add(&0_u32.to_be_bytes(), b"");
    let kept = counted.tally.kept.unwrap();
    assert_eq!((kept.variants.len(), kept.occurrences.len(), kept.thinned), (MOST_VARIANTS, MOST_VARIANTS + 1, 1));
    assert_eq!((kept.occurrences.last().unwrap().variant, counted.tally.count), (0, MOST_VARIANTS as u64 + 2));
}

#[test]
fn beyond_so_many_occurrences_only_what_is_new_is_kept() {
    let mut counted = Counted::new(&[], true);
    for _ in 0..=MOST_OCCURRENCES {
        counted.add(b"same", b"");
    }
    counted.add(b"other", b"");
    let kept = counted.tally.kept.unwrap();
    assert_eq!((kept.occurrences.len(), kept.thinned), (MOST_OCCURRENCES + 1, 1));
    assert_eq!(kept.occurrences.last().unwrap().variant, 1);
    assert_eq!(counted.tally.count, MOST_OCCURRENCES as u64 + 2);
}
