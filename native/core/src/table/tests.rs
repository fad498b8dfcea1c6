//! Declarations as the core takes them: what is refused, and by what a protocol is found.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::{json, Value};

use super::Table;
use crate::cut::LONGEST;
use crate::key::Kind;
use crate::spec::Transport::{self, Tcp, Udp};

/// A protocol that declares nothing but its name; `change` says the rest.
fn spec(name: &str, change: Value) -> Value {
    let mut spec = json!({
        "name": name, "ports": [], "ether_types": [], "llc": [], "frame": {"type": "datagram"}, "looks": [], "join": null,
        "cases": [], "locate": "", "pair": null, "vital": [], "inside_only": false
    });
    for (key, value) in change.as_object().unwrap() {
        spec[key] = value.clone();
    }
    spec
}

fn read(specs: &[Value]) -> Result<Table, String> {
    Table::from_json(&Value::from(specs.to_vec()).to_string()).map_err(|error| error.to_string())
}

fn table(specs: &[Value]) -> Table {
    read(specs).unwrap()
}

fn port(number: u16, transport: &str, trusted: bool) -> Value {
    json!({"number": number, "transport": transport, "trusted": trusted})
}

fn looks(byte: &str, anywhere: bool) -> Value {
    json!({"parts": [{"offset": 0, "values": [byte], "mask": ""}], "least": 2, "whole": false, "anywhere": anywhere})
}

/// A length field in the second byte.
fn length(size: usize, most: usize) -> Value {
    json!({"type": "length", "at": 1, "size": size, "add": 0, "little": false, "least": 2, "most": most})
}

#[test]
fn protocols_have_the_numbers_of_their_order() {
    let table = table(&[spec("a", json!({})), spec("b", json!({}))]);
    assert_eq!((table.len(), table.is_empty()), (2, false));
    assert_eq!((table.number("a"), table.number("b"), table.number("c")), (Some(0), Some(1), None));
    assert_eq!(table.get(1).unwrap().spec.name, "b");
    assert!(table.get(2).is_none());
}

#[test]
fn what_cannot_be_used_is_refused_with_its_protocol() {
    let part = json!({"offset": 0, "values": ["0102", "03"], "mask": ""});
    for (change, reason) in [
        (json!({"frame": {"type": "native", "name": "ftp"}}), "x: native framing \"ftp\" is not in the core's table"),
        (json!({"locate": "modbus"}), "x: native locator \"modbus\" is not in the core's table"),
        (json!({"frame": length(0, 9)}), "x: length field of 0 bytes; allowed: 1 to 4"),
        (json!({"frame": length(5, 9)}), "x: length field of 5 bytes; allowed: 1 to 4"),
        (json!({"frame": length(2, LONGEST + 1)}), "x: messages of 65537 bytes; allowed: up to 65536"),
        (json!({"frame": {"type": "segment", "most": LONGEST + 1}}), "x: messages of 65537 bytes"),
        (json!({"frame": {"type": "delimiter", "end": "0a", "most": LONGEST + 1, "lines": 0}}), "x: messages of 65537 bytes"),
        (json!({"frame": {"type": "record"}}), "unknown variant `record`"),
        (json!({"llc": ["abc"]}), "odd number of hex digits"),
        (json!({"llc": ["xy"]}), "is not hex"),
        (json!({"cases": [{"when": [part], "role": "alone", "key": [], "kind": [], "context": []}]}), "part at 0"),
        (json!({"ports": [{"number": 65536, "transport": "tcp", "trusted": false}]}), "65536"),
        (json!({"ports": [port(1, "sctp", false)]}), "unknown variant `sctp`"),
    ] {
        let error = read(&[spec("x", change)]).err().unwrap();
        assert!(error.contains(reason), "{error}");
    }
    assert!(Table::from_json("[").err().unwrap().to_string().starts_with("declarations: "));
}

#[test]
fn the_last_that_can_be_used() {
    for change in [
        json!({"frame": length(1, LONGEST)}),
        json!({"frame": length(4, LONGEST)}),
        json!({"frame": {"type": "native", "name": "dnp3"}}),
        json!({"locate": "snmp"}),
    ] {
        assert!(read(&[spec("x", change)]).is_ok());
    }
}

#[test]
fn a_port_is_one_of_its_transport() {
    let table = table(&[spec("a", json!({"ports": [port(502, "tcp", false)]}))]);
    assert!(table.is_port(Tcp, 502));
    assert!(!table.is_port(Udp, 502) && !table.is_port(Tcp, 503));
    let found = |transport: Transport, number| table.recognise(transport, number, b"any");
    assert_eq!((found(Tcp, 502), found(Udp, 502), found(Tcp, 503)), (Some(0), None, None));
}

#[test]
fn what_does_not_look_right_is_not_believed_unless_the_port_is_trusted() {
    let table = table(&[
        spec("a", json!({"ports": [port(1, "tcp", false)], "looks": [looks("41", false)]})),
        spec("b", json!({"ports": [port(2, "tcp", true)], "looks": [looks("42", false)]})),
    ]);
    let found = |number, payload: &[u8]| table.recognise(Tcp, number, payload);
    assert_eq!((found(1, b"AA"), found(1, b"A"), found(1, b"BA")), (Some(0), None, None));
    assert_eq!((found(2, b"BB"), found(2, b"xx")), (Some(1), Some(1)));
    assert_eq!(found(3, b"AA"), None, "too weak to find it elsewhere");
}

#[test]
fn of_several_on_a_port_the_first_that_looks_right() {
    let on = |byte: &str| json!({"ports": [port(102, "tcp", false)], "looks": [looks(byte, false)]});
    let table = table(&[spec("a", on("41")), spec("b", on("42")), spec("c", json!({"ports": [port(102, "tcp", false)]}))]);
    let found = [b"AA", b"BB", b"CC"].map(|payload| table.recognise(Tcp, 102, payload));
    assert_eq!(found, [Some(0), Some(1), Some(2)]);
}

#[test]
fn a_strong_signature_is_found_on_any_port_of_its_transport() {
    let strong = |byte: &str, inside: bool| json!({"ports": [port(1, "tcp", false)], "looks": [looks(byte, true)], "inside_only": inside});
    let table =
        table(&[spec("a", strong("41", false)), spec("b", strong("42", true)), spec("c", json!({"ports": [port(9, "tcp", false)]}))]);
    assert_eq!(table.recognise(Tcp, 4000, b"AA"), Some(0));
    assert_eq!(table.recognise(Udp, 4000, b"AA"), None);
    assert_eq!(table.recognise(Tcp, 4000, b"BB"), None, "it is only ever inside another");
    assert_eq!(table.recognise(Tcp, 9, b"AA"), Some(2), "the port's own comes first");
}

#[test]
fn a_whole_message_may_be_asked_for() {
    let whole = json!({"parts": [], "least": 0, "whole": true, "anywhere": true});
    let table = table(&[spec("a", json!({"ports": [port(1, "tcp", false)], "frame": length(1, 9), "looks": [whole]}))]);
    let found = [&[0, 3, 0][..], &[0, 3], &[0, 3, 0, 0], &[0]].map(|payload| table.recognise(Tcp, 4000, payload));
    assert_eq!(found, [Some(0), None, None, None]);
}

#[test]
fn layer_2_is_found_by_ether_type_or_llc_prefix() {
    let table = table(&[spec("a", json!({"ether_types": [0x88cc]})), spec("b", json!({"llc": ["aaaa03", "4242"]}))]);
    assert_eq!((table.ether_type(0x88cc), table.ether_type(0x88cd)), (Some(0), None));
    assert_eq!(table.llc(&[0xaa, 0xaa, 3, 1]), Some((1, 3)));
    assert_eq!(table.llc(&[0x42, 0x42]), Some((1, 2)));
    assert_eq!((table.llc(&[0xaa, 0xaa]), table.llc(&[])), (None, None));
}

#[test]
fn vital_kinds_are_exact() {
    let case = json!({"when": [], "role": "direction", "key": [], "kind": [{"offset": 0, "length": 1, "mask": ""}], "context": []});
    let table = table(&[spec("a", json!({"vital": ["05", "0f"], "cases": [case]}))]);
    let entry = table.get(0).unwrap();
    assert!(entry.is_vital(&entry.kind(&[5, 1, 2])) && entry.is_vital(&entry.kind(&[15])));
    assert!(!entry.is_vital(&entry.kind(&[3])) && !entry.is_vital(&Kind::default()) && !entry.is_vital(&Kind::from_slice(&[5, 0])));
}

#[test]
fn pairing_has_a_time_or_is_none() {
    let table = table(&[spec("a", json!({"pair": {"limit_ms": 5000, "many": true}})), spec("b", json!({}))]);
    assert_eq!(table.get(0).unwrap().pairing(), Some((5_000_000_000, true)));
    assert_eq!(table.get(1).unwrap().pairing(), None);
}

#[test]
fn exactly_one_message_is_neither_two_nor_a_piece() {
    let join = json!({"at": 2, "mask": 0x80, "last": 0x80, "body": 3, "most": 99, "when": [{"offset": 0, "values": ["01"], "mask": ""}]});
    let table = table(&[spec("a", json!({"frame": length(1, 9)})), spec("b", json!({"frame": length(1, 9), "join": join}))]);
    let (plain, joined) = (table.get(0).unwrap(), table.get(1).unwrap());
    assert!(plain.is_one_message(&[1, 3, 0]) && plain.is_one_message(&[1, 9, 0, 0, 0, 0, 0, 0, 0]));
    for other in [&[1, 3, 0, 0][..], &[1, 3], &[1, 1], &[1], &[], &[1, 10, 0, 0, 0, 0, 0, 0, 0, 0]] {
        assert!(!plain.is_one_message(other), "{other:?}");
    }
    assert!(joined.is_one_message(&[1, 3, 0x80]));
    assert!(!joined.is_one_message(&[1, 3, 0]) && !joined.is_one_message(&[1, 2]));
}

#[test]
fn a_locator_of_the_cores_own_comes_before_the_cases() {
    let case = json!({"when": [], "role": "request", "key": [], "kind": [], "context": []});
    let table = table(&[spec("a", json!({"locate": "snmp", "cases": [case]}))]);
    let entry = table.get(0).unwrap();
    assert_eq!((entry.locate(b"no BER"), entry.kind(b"no BER")), (crate::locate::Located::alone(), Kind::default()));
}
