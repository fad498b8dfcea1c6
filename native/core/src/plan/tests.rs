//! The tree of decisions says what the list of cases says: the first case that fits treats the message.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::{json, Value};

use super::Plan;
use crate::key::{packed, ContextKey, Kind};
use crate::locate::Located;
use crate::spec::{Case, Role};

fn cases(list: &[Value]) -> Vec<Case> {
    list.iter().map(|case| serde_json::from_value(case.clone()).unwrap()).collect()
}

fn byte_is(offset: usize, values: &[u8]) -> Value {
    let values: Vec<String> = values.iter().map(|value| format!("{value:02x}")).collect();
    json!({"offset": offset, "values": values, "mask": ""})
}

fn place(offset: usize, length: usize, mask: &str) -> Value {
    json!({"offset": offset, "length": length, "mask": mask})
}

fn case(when: Vec<Value>, role: &str) -> Value {
    json!({"when": when, "role": role, "key": [], "kind": [], "context": []})
}

fn with(mut case: Value, what: &str, places: Vec<Value>) -> Value {
    case[what] = Value::Array(places);
    case
}

fn locate(list: &[Value], message: &[u8]) -> Located {
    Plan::new(&cases(list)).unwrap().locate(message)
}

fn kind(list: &[Value], message: &[u8]) -> Kind {
    let cases = cases(list);
    Plan::new(&cases).unwrap().kind(&cases, message)
}

fn refusal(list: &[Value]) -> String {
    Plan::new(&cases(list)).err().unwrap()
}

#[test]
fn the_first_case_that_fits_is_used() {
    let list =
        [case(vec![byte_is(0, &[1]), byte_is(1, &[2])], "request"), case(vec![byte_is(0, &[1])], "answer"), case(vec![], "direction")];
    let roles = [[1, 2], [1, 3], [2, 2]].map(|message| locate(&list, &message).role);
    assert_eq!(roles, [Role::Request, Role::Answer, Role::Direction]);
}

#[test]
fn a_message_of_no_case_stands_alone() {
    let list = [with(case(vec![byte_is(0, &[1])], "request"), "kind", vec![place(0, 1, "")])];
    assert_eq!(locate(&list, &[2]), Located::alone());
    assert_eq!(locate(&list, &[]), Located::alone());
    assert_eq!(locate(&[], &[1]), Located::alone());
    assert!(kind(&list, &[2]).is_empty());
}

/// Cases over a few bits and bytes, in no order, over each message of up to three bytes out of four.
#[test]
fn the_tree_agrees_with_the_list() {
    let mut dice = 7_u64;
    let mut next = move |below: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % below
    };
    let messages: Vec<Vec<u8>> = (0..=3).flat_map(words).collect();
    for _ in 0..150 {
        let mut any_test = || match next(3) {
            0 => byte_is(next(3) as usize, &[next(4) as u8]),
            1 => byte_is(next(3) as usize, &[next(4) as u8, next(4) as u8]),
            _ => json!({"offset": next(2), "values": [format!("{:02x}{:02x}", next(2), next(4))], "mask": "01ff"}),
        };
        let list: Vec<Value> = (0..6)
            .map(|number| {
                let when = (0..=number % 3).map(|_| any_test()).collect();
                with(case(when, ["request", "answer"][number % 2]), "kind", vec![place(number, 1, "")])
            })
            .collect();
        let cases = cases(&list);
        let plan = Plan::new(&cases).unwrap();
        for message in &messages {
            let first = cases.iter().find(|case| case.when.iter().all(|part| part.holds(message)));
            assert_eq!(plan.locate(message).role, first.map_or(Role::Alone, |case| case.role), "{message:?}");
            let wanted = first.and_then(|case| message.get(case.kind[0].offset..=case.kind[0].offset)).unwrap_or(&[]);
            assert_eq!(plan.kind(&cases, message).as_slice(), wanted, "{message:?}");
        }
    }
}

/// Each message of so many bytes that are 0 to 3.
fn words(length: u32) -> impl Iterator<Item = Vec<u8>> {
    (0..4_u32.pow(length)).map(move |number| (0..length).map(|at| (number >> (2 * at) & 3) as u8).collect())
}

#[test]
fn a_key_is_of_its_bytes_only() {
    let list = [with(case(vec![], "direction"), "key", vec![place(0, 2, ""), place(4, 8, "")])];
    let message: Vec<u8> = (1..=14).collect();
    let located = locate(&list, &message);
    assert_eq!(located.key.0, [packed(&[1, 2]), packed(&[5, 6, 7, 8, 9, 10, 11, 12]), 0]);
    for at in 0..message.len() {
        let other: Vec<u8> = message.iter().enumerate().map(|(place, byte)| byte ^ u8::from(place == at)).collect();
        assert_eq!(locate(&list, &other).key != located.key, at < 2 || (4..12).contains(&at), "byte {at}");
    }
}

#[test]
fn a_mask_leaves_bits_out() {
    let list = [with(
        with(with(case(vec![], "direction"), "key", vec![place(0, 2, "0fff")]), "kind", vec![place(1, 1, "f0"), place(3, 1, "")]),
        "context",
        vec![place(2, 2, "ff01")],
    )];
    let located = locate(&list, &[0xab, 0xcd, 0xef, 0x12]);
    assert_eq!(located.key.0[0], 0xcd0b);
    assert_eq!(located.context, ContextKey::from_slice(&[0xef, 0x00]));
    assert_eq!(kind(&list, &[0xab, 0xcd, 0xef, 0x12]).as_slice(), [0xc0, 0x12]);
}

/// Fields near the end are read the same whether eight bytes follow or none.
#[test]
fn fields_at_the_end_are_whole_or_nothing() {
    for length in 1..=7 {
        let list = [with(case(vec![], "direction"), "context", vec![place(3, length, "")])];
        let message: Vec<u8> = (1..=3 + length as u8).collect();
        let whole = ContextKey::from_slice(&message[3..]);
        assert_eq!(locate(&list, &message).context, whole);
        assert_eq!(locate(&list, &[&message[..], &[0xee; 9]].concat()).context, whole);
        assert_eq!(locate(&list, &message[..message.len() - 1]).context, ContextKey::of_number(0, length), "cut");
        assert_eq!(locate(&list, &[]).context, ContextKey::of_number(0, length), "empty");
    }
}

#[test]
fn fields_have_room_for_so_much() {
    let full = with(case(vec![], "direction"), "key", vec![place(0, 8, ""), place(8, 8, ""), place(16, 8, "")]);
    let full = with(with(full, "kind", vec![place(0, 4, ""), place(4, 3, "")]), "context", vec![place(0, 7, "")]);
    assert!(Plan::new(&cases(&[full])).is_ok());
    for (what, places) in [
        ("key", vec![place(0, 9, "")]),
        ("key", vec![place(0, 1, ""), place(1, 1, ""), place(2, 1, ""), place(3, 1, "")]),
        ("kind", vec![place(0, 4, ""), place(4, 4, "")]),
        ("context", vec![place(0, 8, "")]),
        ("context", vec![place(0, 1, ""), place(1, 1, "")]),
    ] {
        let text = refusal(&[with(case(vec![], "direction"), what, places)]);
        assert!(text.contains("allowed are"), "{what}: {text}");
    }
}

#[test]
fn there_may_be_64_different_tests() {
    let list = |count: usize| (0..count).map(|at| case(vec![byte_is(at / 200, &[(at % 200) as u8])], "request")).collect::<Vec<_>>();
    let plan = Plan::new(&cases(&list(64))).unwrap();
    assert_eq!((plan.locate(&[63]).role, plan.locate(&[64]).role), (Role::Request, Role::Alone));
    assert!(refusal(&list(65)).contains("more than 64"));
    let same: Vec<Value> = (0..65).map(|_| case(vec![byte_is(0, &[1])], "request")).collect();
    assert!(Plan::new(&cases(&same)).is_ok(), "the same test twice is one");
}

/// Each case asks for two bytes of its own: what may be known of a message grows with each of them, and the tree with it.
#[test]
fn cases_that_need_too_many_decisions_are_refused() {
    let list = |count: usize| (0..count).map(|at| case(vec![byte_is(at, &[1]), byte_is(63 - at, &[1])], "request")).collect::<Vec<_>>();
    let refused = (1..32).find(|count| Plan::new(&cases(&list(*count))).is_err()).unwrap();
    assert!(refused > 8, "{refused} cases");
    assert!(refusal(&list(refused)).contains("more than 4096 decisions"));
    assert!(refusal(&list(32)).contains("more than 4096 decisions"));
}
