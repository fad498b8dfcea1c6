//! A declared test holds exactly where its bytes, under the mask, are one of the values; for numbers, sets and long values alike.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::Part;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(offset: usize, values: &[&[u8]], mask: &[u8]) -> Result<Part, String> {
    let values: Vec<String> = values.iter().map(|value| hex(value)).collect();
    let text = serde_json::json!({"offset": offset, "values": values, "mask": hex(mask)}).to_string();
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn part(offset: usize, values: &[&[u8]], mask: &[u8]) -> Part {
    read(offset, values, mask).unwrap()
}

/// What the declaration says, byte by byte.
fn declared(offset: usize, values: &[&[u8]], mask: &[u8], message: &[u8]) -> bool {
    values.iter().any(|value| {
        let found = message.get(offset..offset + value.len());
        let bit = |at: usize| mask.get(at).copied().unwrap_or(0xff);
        found.is_some_and(|found| found.iter().zip(*value).enumerate().all(|(at, (have, want))| have & bit(at) == *want))
    })
}

/// Numbers in no order, the same in each run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| [0, 1, 2, 3, 0x80, 0xff][self.next(6)]).collect()
    }
}

#[test]
fn a_value_of_any_length_at_any_place() {
    for length in 1..=12 {
        let value: Vec<u8> = (1..=length as u8).collect();
        for offset in [0, 1, 7, 8, 9] {
            let part = part(offset, &[&value], &[]);
            for behind in [0, 1, 7, 8] {
                let message = [vec![9; offset], value.clone(), vec![9; behind]].concat();
                assert!(part.holds(&message), "{length} bytes at {offset}, {behind} behind");
                for at in 0..message.len() {
                    let other: Vec<u8> = message.iter().enumerate().map(|(place, byte)| byte ^ u8::from(place == at)).collect();
                    assert_eq!(part.holds(&other), !(offset..offset + length).contains(&at), "byte {at}");
                }
            }
            let short = [vec![9; offset], value[..length - 1].to_vec()].concat();
            assert!(!part.holds(&short), "{length} bytes at {offset} of a message that ends before");
        }
    }
}

#[test]
fn zeros_are_not_there_where_the_message_has_ended() {
    assert!(!part(2, &[&[0]], &[]).holds(&[0, 0]));
    assert!(!part(0, &[&[0, 0]], &[]).holds(&[0]));
    assert!(!part(0, &[&[0; 9]], &[]).holds(&[0; 8]));
    assert!(!part(0, &[&[0], &[1]], &[]).holds(&[]));
    assert!(!part(usize::MAX, &[&[0]], &[]).holds(&[0]));
}

#[test]
fn one_of_256_single_bytes() {
    let values: Vec<[u8; 1]> = (0..=255_u8).step_by(3).map(|byte| [byte]).collect();
    let part = part(1, &values.iter().map(|value| &value[..]).collect::<Vec<_>>(), &[]);
    for byte in 0..=255 {
        assert_eq!(part.holds(&[7, byte]), byte % 3 == 0);
    }
}

#[test]
fn it_holds_where_the_declaration_says_so() {
    let mut dice = Dice(1);
    for _ in 0..4_000 {
        let (length, count, offset) = (1 + dice.next(10), 1 + dice.next(3), dice.next(4));
        let mask = if dice.next(2) == 0 { vec![] } else { dice.bytes(length) };
        let values: Vec<Vec<u8>> = (0..count).map(|_| dice.bytes(length)).collect();
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let part = part(offset, &values, &mask);
        for _ in 0..4 {
            let mut message = dice.bytes(offset);
            message.extend_from_slice(values[dice.next(count)]);
            let behind = dice.next(4);
            message.extend(dice.bytes(behind));
            message.truncate(message.len() - dice.next(2).min(message.len()));
            assert_eq!(part.holds(&message), declared(offset, &values, &mask, &message), "{part:?} {message:?}");
        }
    }
}

#[test]
fn what_a_part_excludes_never_holds_beside_it() {
    let mut dice = Dice(2);
    let mut excluded = 0;
    for _ in 0..2_000 {
        let mut any = || {
            let (length, count, offset) = (1 + dice.next(2), 1 + dice.next(2), dice.next(2));
            let mask = if dice.next(2) == 0 { vec![] } else { dice.bytes(length) };
            let values: Vec<Vec<u8>> = (0..count).map(|_| dice.bytes(length)).collect();
            part(offset, &values.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mask)
        };
        let (one, other) = (any(), any());
        if !one.excludes(&other) {
            continue;
        }
        excluded += 1;
        for _ in 0..50 {
            let message = dice.bytes(3);
            assert!(!(one.holds(&message) && other.holds(&message)), "{one:?} {other:?} {message:?}");
        }
    }
    assert!(excluded > 100, "{excluded}");
}

#[test]
fn other_bytes_of_the_same_place_exclude_each_other() {
    let (one, other) = (part(1, &[&[1]], &[]), part(1, &[&[2], &[3]], &[]));
    assert!(one.excludes(&other) && other.excludes(&one));
    assert!(!one.excludes(&one));
    assert!(!one.excludes(&part(2, &[&[2]], &[])), "another place");
    assert!(one.excludes(&part(1, &[&[2]], &[2])), "a bit that it has not");
    assert!(!part(1, &[&[1]], &[1]).excludes(&part(1, &[&[2]], &[2])), "another bit");
    assert!(one.excludes(&part(1, &[&[2, 9]], &[])), "a longer one that begins there");
}

#[test]
fn what_cannot_be_tested_is_refused() {
    for (values, mask) in [(&[][..], &[][..]), (&[&[][..]], &[]), (&[&[1][..], &[1, 2]], &[]), (&[&[1, 2][..]], &[1])] {
        let error = read(3, values, mask).unwrap_err();
        assert!(error.contains("part at 3: values and mask must be of one length"), "{error}");
    }
}
