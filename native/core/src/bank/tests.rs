//! Which exchanges repeat a template: every byte of messages of many lengths, under every kind of mark.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use super::{Bank, Frame, Mark, MarkKind, ValueSpan, ABSENT, MOST_BYTES};

const FRAME: Frame = Frame { protocol: 1, context: 0, from_server: false, request: 0, answer: 0 };
const KINDS: [MarkKind; 4] = [MarkKind::Ignored, MarkKind::Big, MarkKind::Little, MarkKind::Decimal];

fn frame(request: &[u8], answer: &[u8]) -> Frame {
    Frame { request: request.len() as u32, answer: answer.len() as u32, ..FRAME }
}

fn mark(answer: bool, at: u32, length: u32, kind: MarkKind) -> Mark {
    Mark { answer, at, length, kind }
}

fn learn(bank: &mut Bank, request: &[u8], answer: &[u8], marks: &[Mark]) -> u32 {
    bank.add(frame(request, answer), request, answer, marks, false, None)
}

fn find(bank: &Bank, request: &[u8], answer: &[u8]) -> Option<u32> {
    let frame = frame(request, answer);
    let found = bank.find(&frame, request, answer);
    if let Some(number) = found {
        assert!(bank.get(number).unwrap().is(&frame, request, answer), "found is what repeats");
    }
    found
}

fn flipped(message: &[u8], at: usize, bits: u8) -> Vec<u8> {
    let mut message = message.to_vec();
    message[at] ^= bits;
    message
}

/// A message of decimal digits, so that any mark may lie anywhere.
fn digits(length: usize) -> Vec<u8> {
    (0..length).map(|at| b'0' + (at * 7 % 10) as u8).collect()
}

#[test]
fn the_same_bytes_are_found_and_no_others() {
    let mut bank = Bank::default();
    assert_eq!(find(&bank, b"read 1", b"one"), None);
    let number = learn(&mut bank, b"read 1", b"one", &[]);
    assert_eq!(find(&bank, b"read 1", b"one"), Some(number));
    for (request, answer) in [(b"read 2", b"one"), (b"read 1", b"two"), (b"READ 1", b"one")] {
        assert_eq!(find(&bank, request, answer), None);
    }
}

/// A single byte is class or marked: each length to 40 has its end in, at and behind a word of eight bytes.
#[test]
fn each_byte_counts_unless_it_is_marked() {
    for length in 1..=40 {
        for (start, marked) in [(0, 1), (0, length), (length - 1, 1), (length / 2, 3), (length / 3, length / 2), (7, 2), (8, 8)] {
            let end = (start + marked).min(length);
            if start >= end {
                continue;
            }
            let (request, answer) = (digits(length), digits(length + 3));
            let mut bank = Bank::default();
            let marks = [mark(false, start as u32, (end - start) as u32, MarkKind::Ignored), mark(true, 1, 2, MarkKind::Big)];
            let number = learn(&mut bank, &request, &answer, &marks);
            for at in 0..length {
                let is_marked = (start..end).contains(&at);
                assert_eq!(find(&bank, &flipped(&request, at, 0x80), &answer), is_marked.then_some(number), "{at} of {length}");
            }
            for at in 0..length + 3 {
                let is_marked = (1..3).contains(&at);
                assert_eq!(find(&bank, &request, &flipped(&answer, at, 1)), is_marked.then_some(number), "{at} of an answer");
            }
        }
    }
}

#[test]
fn single_bytes_may_be_marked_anywhere() {
    for length in 1..=12_usize {
        for set in 0..1_u32 << length {
            let request = digits(length);
            let marks: Vec<Mark> =
                (0..length as u32).filter(|at| set >> at & 1 == 1).map(|at| mark(false, at, 1, MarkKind::Ignored)).collect();
            let mut bank = Bank::default();
            learn(&mut bank, &request, b"", &marks);
            for at in 0..length {
                assert_eq!(find(&bank, &flipped(&request, at, 4), b"").is_some(), set >> at & 1 == 1, "{at} of {set:b}");
            }
        }
    }
}

#[test]
fn decimal_values_stay_digits() {
    let mut bank = Bank::default();
    let number = learn(&mut bank, b"v=042;", b"", &[mark(false, 2, 3, MarkKind::Decimal)]);
    for (request, found) in [
        (b"v=999;", true),
        (b"v=000;", true),
        (b"v=09/;", false),
        (b"v=09:;", false),
        (b"v=-42;", false),
        (b"v= 42;", false),
        (b"v=4\x002;", false),
    ] {
        assert_eq!(find(&bank, request, b""), found.then_some(number), "{}", String::from_utf8_lossy(request));
    }
}

#[test]
fn values_of_numbers_may_be_anything() {
    for kind in [MarkKind::Big, MarkKind::Little, MarkKind::Ignored] {
        let mut bank = Bank::default();
        let number = learn(&mut bank, b"v=042;", b"", &[mark(false, 2, 3, kind)]);
        assert_eq!(find(&bank, b"v=\x00\xff\x80;", b""), Some(number), "{kind:?}");
    }
}

#[test]
fn values_are_those_that_are_no_ignored_bytes_and_lie_within() {
    let mut bank = Bank::default();
    let marks = [
        mark(false, 0, 2, MarkKind::Ignored),
        mark(false, 2, 4, MarkKind::Decimal),
        mark(true, 1, 2, MarkKind::Little),
        mark(true, 3, 0, MarkKind::Big),
        mark(true, 3, 2, MarkKind::Big),
        mark(true, 4, 1, MarkKind::Big),
        mark(true, u32::MAX, 2, MarkKind::Big),
        mark(true, 2, u32::MAX, MarkKind::Big),
    ];
    let number = learn(&mut bank, &digits(6), &digits(4), &marks);
    let span = |answer, at, length, little| ValueSpan { answer, at, length, little };
    assert_eq!(bank.get(number).unwrap().values, [span(true, 1, 2, true), span(false, 2, 4, false)]);
}

#[test]
fn marks_outside_or_over_each_other_do_no_harm() {
    let request = digits(10);
    for kind in KINDS {
        let mut bank = Bank::default();
        let marks = [mark(false, 2, 4, kind), mark(false, 3, 1, kind), mark(false, 4, 3, kind), mark(false, 10, 5, kind)];
        let far = [mark(false, u32::MAX, u32::MAX, kind), mark(true, 0, 9, kind), mark(false, 9, 0, kind)];
        let number = learn(&mut bank, &request, b"", &[&marks[..], &far[..]].concat());
        for at in 0..request.len() {
            assert_eq!(find(&bank, &flipped(&request, at, 1), b""), (2..7).contains(&at).then_some(number), "{at} under {kind:?}");
        }
    }
}

#[test]
fn what_the_message_is_part_of_counts() {
    let mut bank = Bank::default();
    let frame = frame(b"ask", b"say");
    bank.add(frame, b"ask", b"say", &[], false, None);
    let others = [
        Frame { protocol: 2, ..frame },
        Frame { context: 1, ..frame },
        Frame { from_server: true, ..frame },
        Frame { request: ABSENT, ..frame },
        Frame { answer: 4, ..frame },
    ];
    assert!(bank.find(&frame, b"ask", b"say").is_some());
    for other in others {
        assert_eq!(bank.find(&other, b"ask", b"say"), None, "{other:?}");
    }
}

#[test]
fn an_empty_message_is_not_an_absent_one() {
    let mut bank = Bank::default();
    let empty = frame(b"ask", b"");
    let absent = Frame { answer: ABSENT, ..empty };
    let first = bank.add(absent, b"ask", b"", &[], false, None);
    assert_eq!(bank.find(&empty, b"ask", b""), None);
    let second = bank.add(empty, b"ask", b"", &[], false, None);
    assert_eq!((bank.find(&absent, b"ask", b""), bank.find(&empty, b"ask", b"")), (Some(first), Some(second)));
}

#[test]
fn longer_messages_are_others_even_under_marks() {
    let mut bank = Bank::default();
    learn(&mut bank, b"1234", b"", &[mark(false, 0, 99, MarkKind::Ignored)]);
    assert!(find(&bank, b"abcd", b"").is_some());
    assert_eq!((find(&bank, b"123", b""), find(&bank, b"12345", b"")), (None, None));
}

#[test]
fn of_several_that_fit_the_first_learned_is_found() {
    let mut bank = Bank::default();
    let narrow = learn(&mut bank, b"ab12", b"", &[mark(false, 3, 1, MarkKind::Big)]);
    let wide = learn(&mut bank, b"ab99", b"", &[mark(false, 2, 2, MarkKind::Big)]);
    assert_eq!(find(&bank, b"ab13", b""), Some(narrow));
    assert_eq!(find(&bank, b"ab93", b""), Some(wide));
    let mut other = Bank::default();
    let wide = learn(&mut other, b"ab99", b"", &[mark(false, 2, 2, MarkKind::Big)]);
    learn(&mut other, b"ab12", b"", &[mark(false, 3, 1, MarkKind::Big)]);
    assert_eq!(find(&other, b"ab13", b""), Some(wide));
}

#[test]
fn a_thousand_templates_of_one_shape_are_told_apart() {
    let mut bank = Bank::default();
    let message = |number: u32| [&number.to_be_bytes()[..], b"??"].concat();
    let numbers: Vec<u32> =
        (0..1000).map(|number| learn(&mut bank, &message(number * 7919), b"ok", &[mark(false, 4, 2, MarkKind::Big)])).collect();
    for (number, known) in numbers.iter().enumerate() {
        let mut request = message(number as u32 * 7919);
        request[5] = 0;
        assert_eq!(find(&bank, &request, b"ok"), Some(*known));
    }
    assert_eq!(find(&bank, &message(1), b"ok"), None);
}

#[test]
fn what_is_wanted_of_a_template_is_kept() {
    let mut bank = Bank::default();
    let number = bank.add(frame(b"ask", b"say"), b"ask", b"say", &[], true, Some((true, 1, 2)));
    let known = bank.get(number).unwrap();
    assert_eq!((known.keep, known.distinct, known.reread), (true, Some((true, 1, 2)), false));
    assert_eq!((known.request.as_slice(), known.answer.as_slice()), (&b"ask"[..], &b"say"[..]));
    bank.read_again(number);
    bank.read_again(number + 1);
    assert!(bank.get(number).unwrap().reread);
    assert!(bank.get(number + 1).is_none());
}

#[test]
fn the_room_is_bounded() {
    const LONG: usize = 1 << 16;
    let mut bank = Bank::default();
    let request = vec![0; LONG];
    let mut learned = 0;
    while bank.has_room() {
        learn(&mut bank, &request, b"", &[mark(false, 0, LONG as u32, MarkKind::Ignored)]);
        learned += 1;
    }
    assert!(learned * LONG <= MOST_BYTES + LONG, "{learned} templates");
    assert!(learned * LONG > MOST_BYTES / 2, "{learned} templates");
}
