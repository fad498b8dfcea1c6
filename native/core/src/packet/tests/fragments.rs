//! Datagrams from fragments: any order, copies, contradictions, and the bounds.

use super::build::*;
use crate::packet::{dissect, resume, Counters, Fragments, Kind, Limits, Piece, Whole};

const SECOND: i64 = 1_000_000_000;

/// A fragment's bytes and place: offset in bytes, whether more follow.
#[derive(Clone, Copy)]
struct Cut<'a>(usize, &'a [u8], bool);

fn frame(id: u16, Cut(offset, payload, more): Cut) -> Vec<u8> {
    let place = (offset / 8) as u16 | if more { 0x2000 } else { 0 };
    let mut packet = ipv4_from(SOURCE, TARGET, UDP, place, &[], payload);
    packet[4..6].copy_from_slice(&id.to_be_bytes());
    ethernet(0x0800, &packet)
}

fn add(fragments: &mut Fragments, id: u16, cut: Cut, number: u64, seen_ns: i64) -> Option<Whole> {
    let frame = frame(id, cut);
    fragments.add(&dissect(ETHERNET, &frame), &frame, 3, number, seen_ns)
}

/// All fragments in turn, numbered from 1; what each gave.
fn feed(fragments: &mut Fragments, cuts: &[Cut]) -> Vec<Option<Whole>> {
    cuts.iter().zip(1..).map(|(cut, number)| add(fragments, 1, *cut, number, 0)).collect()
}

fn datagram() -> Vec<u8> {
    udp(1, 2, &(0..92).collect::<Vec<u8>>())
}

fn thirds(data: &[u8]) -> [Cut<'_>; 3] {
    [Cut(0, &data[..32], true), Cut(32, &data[32..72], true), Cut(72, &data[72..], false)]
}

#[test]
fn any_order_gives_the_datagram() {
    let data = datagram();
    let cuts = thirds(&data);
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut fragments = Fragments::default();
        let mut answers = feed(&mut fragments, &order.map(|index| cuts[index]));
        let whole = answers.pop().unwrap().unwrap();
        assert_eq!(answers, [None, None]);
        assert_eq!(whole.data, data);
        let frame_of = |index| order.iter().position(|place| *place == index).unwrap() as u64 + 1;
        let piece = |index, length| Piece { frame: frame_of(index), file: 3, frame_offset: 34, length };
        assert_eq!(whole.pieces, [piece(0, 32), piece(1, 40), piece(2, 28)]);
        assert_eq!(fragments.counters(), Counters { fragments: 3, whole: 1, ..Counters::default() });
        assert_eq!((fragments.waiting(), fragments.held_bytes()), (0, 0));
    }
}

#[test]
fn ipv6_datagrams_and_their_transport() {
    let data = datagram();
    let mut fragments = Fragments::default();
    let mut last = None;
    for (number, Cut(offset, payload, more)) in thirds(&data).into_iter().enumerate() {
        let frame = ethernet(0x86dd, &ipv6(44, &fragment6(UDP, 9, offset as u16, more, payload)));
        let packet = dissect(ETHERNET, &frame);
        last = fragments.add(&packet, &frame, 0, number as u64, 0).map(|whole| resume(&packet, &whole.data));
    }
    let inner = last.unwrap();
    assert_eq!((inner.kind, inner.start, inner.length), (Kind::Udp { source: 1, target: 2 }, 8, 92));
}

#[test]
fn copies_change_nothing_and_are_counted() {
    let data = datagram();
    let [a, b, c] = thirds(&data);
    let mut fragments = Fragments::default();
    let answers = feed(&mut fragments, &[a, a, b, b, c, c]);
    assert_eq!(answers[4].as_ref().unwrap().data, data);
    assert_eq!(answers.iter().flatten().count(), 1);
    assert_eq!(fragments.counters(), Counters { fragments: 6, whole: 1, overlap: 3, ..Counters::default() });
    assert_eq!(fragments.waiting(), 0);
}

#[test]
fn an_id_is_used_again_after_a_second() {
    let data = datagram();
    let mut fragments = Fragments::default();
    for (seen_ns, wholes) in [(0, 1), (SECOND, 0), (SECOND + 1, 1)] {
        let found = thirds(&data).into_iter().filter_map(|cut| add(&mut fragments, 1, cut, 1, seen_ns)).count();
        assert_eq!(found, wholes, "{seen_ns}");
    }
}

#[test]
fn overlapping_bytes_seen_first_hold() {
    let data = datagram();
    let other = [0xee; 100];
    let mut fragments = Fragments::default();
    // the middle, then one that spans it with other bytes, then the end
    let answers = feed(
        &mut fragments,
        &[Cut(32, &data[32..40], true), Cut(24, &other[..24], true), Cut(0, &data[..24], true), Cut(48, &data[48..], false)],
    );
    let whole = answers.into_iter().flatten().next().unwrap();
    let expected = [&data[..24], &other[..8], &data[32..40], &other[..8], &data[48..]].concat();
    assert_eq!(whole.data, expected);
    let places: Vec<_> = whole.pieces.iter().map(|piece| (piece.frame, piece.frame_offset, piece.length)).collect();
    assert_eq!(places, [(3, 34, 24), (2, 34, 8), (1, 34, 8), (2, 50, 8), (4, 34, 52)]);
    assert_eq!(fragments.counters(), Counters { fragments: 4, whole: 1, conflicting: 1, ..Counters::default() });
}

#[test]
fn overlaps_that_agree_are_no_contradiction() {
    let data = datagram();
    let mut fragments = Fragments::default();
    let answers = feed(&mut fragments, &[Cut(0, &data[..48], true), Cut(16, &data[16..64], true), Cut(40, &data[40..], false)]);
    assert_eq!(answers[2].as_ref().unwrap().data, data);
    assert_eq!(fragments.counters(), Counters { fragments: 3, whole: 1, overlap: 2, ..Counters::default() });
}

#[test]
fn the_end_said_first_holds() {
    let data = datagram();
    let mut fragments = Fragments::default();
    let cuts = [
        Cut(72, &data[72..], false),
        Cut(72, &data[72..96], false),
        Cut(96, &[9; 8], true),
        Cut(0, &data[..32], true),
        Cut(32, &data[32..72], true),
    ];
    let answers = feed(&mut fragments, &cuts);
    assert_eq!(answers[4].as_ref().unwrap().data, data);
    assert_eq!(fragments.counters(), Counters { fragments: 5, whole: 1, conflicting: 2, ..Counters::default() });
    // An end before bytes already held is not believed
    let mut fragments = Fragments::default();
    let answers = feed(
        &mut fragments,
        &[Cut(32, &data[32..72], true), Cut(8, &data[8..16], false), Cut(72, &data[72..], false), Cut(0, &data[..32], true)],
    );
    assert_eq!(answers[3].as_ref().unwrap().data, data);
    assert_eq!(fragments.counters().conflicting, 1);
}

#[test]
fn other_datagrams_are_not_mixed_in() {
    let data = datagram();
    let [a, b, c] = thirds(&data);
    let mut fragments = Fragments::default();
    assert_eq!(add(&mut fragments, 1, a, 1, 0), None);
    assert_eq!(add(&mut fragments, 2, b, 2, 0), None);
    assert_eq!(add(&mut fragments, 1, c, 3, 0), None);
    let tagged = |cut| {
        let plain = frame(1, cut);
        [&plain[..12], &[0x81, 0, 0, 5], &plain[12..]].concat()
    };
    let other_vlan = tagged(b);
    assert_eq!(fragments.add(&dissect(ETHERNET, &other_vlan), &other_vlan, 0, 4, 0), None);
    assert_eq!(fragments.waiting(), 3);
    assert_eq!(add(&mut fragments, 1, b, 5, 0).unwrap().data, data);
}

#[test]
fn hopeless_fragments_are_counted_and_not_held() {
    let mut fragments = Fragments::default();
    let short = frame(1, Cut(0, &[0; 64], true));
    let cut = &short[..60];
    assert_eq!(fragments.add(&dissect(ETHERNET, cut), cut, 0, 1, 0), None);
    for lie in [Cut(8, &[], true), Cut(8, &[], false), Cut(0, &[0; 9], true), Cut(65528, &[0; 8], false)] {
        assert_eq!(add(&mut fragments, 1, lie, 1, 0), None);
    }
    assert_eq!(add(&mut fragments, 1, Cut(65528, &[0; 7], false), 1, 0), None);
    assert_eq!(fragments.counters(), Counters { fragments: 6, cut: 1, lying: 4, ..Counters::default() });
    assert_eq!(fragments.waiting(), 1);
    let whole = ethernet(0x0800, &ipv4(UDP, &datagram()));
    assert_eq!(fragments.add(&dissect(ETHERNET, &whole), &whole, 0, 1, 0), None);
    assert_eq!(fragments.counters().fragments, 6);
}

#[test]
fn a_datagram_waits_thirty_seconds() {
    let data = datagram();
    let [a, b, c] = thirds(&data);
    for (seen_ns, expired) in [(30 * SECOND, 0), (30 * SECOND + 1, 1), (-30 * SECOND - 1, 1), (i64::MIN, 1), (i64::MAX, 1)] {
        let mut fragments = Fragments::default();
        add(&mut fragments, 1, a, 1, 0);
        add(&mut fragments, 1, b, 2, SECOND);
        let found = add(&mut fragments, 1, c, 3, seen_ns);
        assert_eq!((found.is_none(), fragments.counters().expired), (expired == 1, expired), "{seen_ns}");
    }
}

#[test]
fn the_oldest_goes_first_when_there_are_too_many() {
    let data = datagram();
    let [a, b, c] = thirds(&data);
    let mut fragments = Fragments::new(Limits { datagrams: 3, ..Limits::default() });
    for id in 0..4 {
        add(&mut fragments, id, a, 1, 0);
        add(&mut fragments, id, b, 1, 0);
    }
    assert_eq!((fragments.waiting(), fragments.counters().shed), (3, 1));
    // the late end of datagram 0 begins it anew, and sheds datagram 1
    let found: Vec<_> = [0, 2, 3, 1].map(|id| add(&mut fragments, id, c, 1, 0).is_some()).into_iter().collect();
    assert_eq!(found, [false, true, true, false]);
}

#[test]
fn bytes_are_bounded() {
    let limits = Limits { bytes: 20_000, ..Limits::default() };
    let mut fragments = Fragments::new(limits);
    for id in 0..5000 {
        add(&mut fragments, id, Cut(0, &[1; 1400], true), 1, 0);
        add(&mut fragments, id, Cut(1408, &[1; 8], true), 1, 0);
        assert!(fragments.held_bytes() <= limits.bytes);
    }
    assert!(fragments.counters().shed > 4900 && fragments.waiting() > 5);
}

#[test]
fn tiny_fragments_cost_more_than_their_bytes() {
    let mut fragments = Fragments::new(Limits { bytes: 50_000, ..Limits::default() });
    for index in 0..8191 {
        add(&mut fragments, 1, Cut(index * 8, &[1; 8], true), 1, 0);
        assert!(fragments.held_bytes() <= 50_000);
    }
    assert!(fragments.counters().shed > 10);
}

#[test]
fn the_same_fragments_give_the_same_datagrams() {
    let data = datagram();
    let run = || {
        let mut fragments = Fragments::new(Limits { datagrams: 5, bytes: 4000, wait_ns: 50 });
        let mut state = 12345_u32;
        let found: Vec<_> = (0..3000_u64)
            .map(|number| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let cut = thirds(&data)[(state >> 16) as usize % 3];
                add(&mut fragments, (state >> 24) as u16 % 12, cut, number, number as i64)
            })
            .collect();
        (found, fragments.counters())
    };
    let (first, second) = (run(), run());
    assert!(first.1.whole > 20 && first.1.shed > 20 && first.1.expired > 0, "{:?}", first.1);
    assert_eq!(first, second);
}
