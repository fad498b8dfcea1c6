//! The native locators: what each kind of message is, and that every cut and every change of it is survived.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{native, Located};
use crate::key::{ContextKey, Kind, PairKey};
use crate::spec::Role::{self, Alone, Answer, Request};

fn locate(name: &str, message: &[u8]) -> Option<(Located, Kind)> {
    native(name).unwrap()(message)
}

fn role_and_kind(name: &str, message: &[u8]) -> Option<(Role, Vec<u8>)> {
    locate(name, message).map(|(located, kind)| (located.role, kind.as_slice().to_vec()))
}

fn key(name: &str, message: &[u8]) -> PairKey {
    locate(name, message).unwrap().0.key
}

/// An original unicast NPDU: BVLC, version, control, what stands between, and the APDU.
fn bacnet(control: u8, address: &[u8], apdu: &[u8]) -> Vec<u8> {
    let length = 6 + address.len() + apdu.len();
    [&[0x81, 0x0a, 0, length as u8, 1, control][..], address, apdu].concat()
}

/// ReadProperty with an invoke id; its answer, an error, a rejection and an abort.
const READ: [u8; 4] = [0x00, 0x05, 7, 12];
const ANSWERS: [[u8; 3]; 5] = [[0x30, 7, 12], [0x20, 7, 12], [0x50, 7, 12], [0x60, 7, 12], [0x70, 7, 12]];

#[test]
fn only_the_locators_of_the_table_are_known() {
    assert!(native("bacnet").is_some() && native("snmp").is_some());
    assert!(native("").is_none() && native("BACnet").is_none());
}

#[test]
fn bacnet_asks_and_answers_with_one_key() {
    let request = bacnet(0x04, &[], &READ);
    assert_eq!(role_and_kind("bacnet", &request), Some((Request, vec![0x00, 12])));
    for answer in ANSWERS {
        let answer = bacnet(0x00, &[], &answer);
        assert_eq!(role_and_kind("bacnet", &answer), Some((Answer, vec![answer[6], 12])));
        assert_eq!(key("bacnet", &answer), key("bacnet", &request));
    }
    let other = bacnet(0x04, &[], &[0x00, 0x05, 8, 12]);
    assert_ne!(key("bacnet", &other), key("bacnet", &request), "another invoke id");
}

#[test]
fn bacnet_segmented_messages_have_two_more_bytes() {
    assert_eq!(role_and_kind("bacnet", &bacnet(0x04, &[], &[0x08, 0x05, 7, 0, 4, 15])), Some((Request, vec![0x00, 15])));
    let segment = bacnet(0, &[], &[0x3c, 7, 1, 4, 14]);
    assert_eq!(role_and_kind("bacnet", &segment), Some((Answer, vec![0x30, 14])));
    assert_eq!(locate("bacnet", &segment).unwrap().0.context, ContextKey::from_slice(&[7]));
    let whole = bacnet(0, &[], &[0x30, 7, 14]);
    assert_eq!(locate("bacnet", &whole).unwrap().0.context, ContextKey::default());
}

#[test]
fn bacnet_unconfirmed_messages_stand_alone() {
    assert_eq!(role_and_kind("bacnet", &bacnet(0x20, &[0xff, 0xff, 0, 0xff], &[0x10, 0x08])), Some((Alone, vec![0x10, 8])));
    assert_eq!(role_and_kind("bacnet", &bacnet(0, &[], &[0x40, 7, 1, 4])), Some((Alone, vec![0x40])));
    assert_eq!(role_and_kind("bacnet", &bacnet(0x80, &[], &[0x13])), Some((Alone, vec![0xff, 0x13])), "a network message");
    assert_eq!(role_and_kind("bacnet", &[0x81, 0x05, 0, 6, 0, 60]), Some((Alone, vec![0x81, 5])), "of the BVLC itself");
    assert_eq!(locate("bacnet", &bacnet(0, &[], &[0x80, 7])), None, "no such APDU");
}

/// A device behind a router is named by DNET and DADR in the request, by SNET and SADR in the answer.
#[test]
fn bacnet_devices_behind_a_router_are_told_apart() {
    let to = |station: u8| bacnet(0x24, &[0, 9, 1, station, 0xff], &READ);
    let from = |station: u8| bacnet(0x08, &[0, 9, 1, station], &ANSWERS[0]);
    for station in [1, 2] {
        assert_eq!(role_and_kind("bacnet", &to(station)), Some((Request, vec![0x00, 12])));
        assert_eq!(key("bacnet", &to(station)), key("bacnet", &from(station)));
    }
    assert_ne!(key("bacnet", &to(1)), key("bacnet", &to(2)));
    assert_ne!(key("bacnet", &to(1)), key("bacnet", &bacnet(0x04, &[], &READ)));
}

#[test]
fn bacnet_forwarded_messages_begin_six_bytes_later() {
    let direct = bacnet(0x04, &[], &READ);
    let forwarded = [&[0x81, 0x04, 0, 16, 10, 0, 0, 1, 0xba, 0xc0][..], &direct[4..]].concat();
    assert_eq!(locate("bacnet", &forwarded), locate("bacnet", &direct));
    assert_eq!(locate("bacnet", &direct[4..]), locate("bacnet", &direct), "an NPDU without a BVLC");
}

/// A BER element: tag, length in as many bytes as it needs, content.
fn ber(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = if length < 0x80 { vec![tag, length as u8] } else { vec![tag, 0x82, (length >> 8) as u8, length as u8] };
    [&head[..], content].concat()
}

fn snmp(version: u8, community: &[u8], pdu: u8, id: &[u8]) -> Vec<u8> {
    let pdu = ber(pdu, &[ber(2, id), ber(2, &[0]), ber(2, &[0]), ber(0x30, b"")].concat());
    ber(0x30, &[ber(2, &[version]), ber(4, community), pdu].concat())
}

#[test]
fn snmp_asks_and_answers_with_one_request_id() {
    for (pdu, role) in [(0xa0, Request), (0xa1, Request), (0xa2, Answer), (0xa3, Request), (0xa5, Request), (0xa6, Request)] {
        let message = snmp(1, b"public", pdu, &[0x12, 0x34]);
        assert_eq!(role_and_kind("snmp", &message), Some((role, vec![pdu])));
        assert_eq!(key("snmp", &message), PairKey::from_slice(&[0x12, 0x34]));
    }
    for pdu in [0xa4, 0xa7, 0xa8] {
        assert_eq!(locate("snmp", &snmp(0, b"public", pdu, &[1])).unwrap().0, Located::alone());
    }
}

#[test]
fn snmp_communities_of_any_length_change_nothing() {
    let short = locate("snmp", &snmp(1, b"", 0xa0, &[9]));
    for length in [1, 0x7f, 0x80, 300] {
        assert_eq!(locate("snmp", &snmp(1, &vec![b'c'; length], 0xa0, &[9])), short, "{length} bytes");
    }
}

#[test]
fn snmp_version_3_is_paired_by_its_message_id() {
    let message = |flags: u8| {
        let header = ber(0x30, &[ber(2, &[0x55]), ber(2, &[0x40, 0]), ber(4, &[flags]), ber(2, &[3])].concat());
        ber(0x30, &[ber(2, &[3]), header, ber(4, b"usm"), ber(4, b"sealed")].concat())
    };
    assert_eq!(role_and_kind("snmp", &message(0x07)), Some((Request, vec![3])));
    assert_eq!(role_and_kind("snmp", &message(0x03)), Some((Answer, vec![3])));
    assert_eq!(key("snmp", &message(0x07)), key("snmp", &message(0x03)));
}

#[test]
fn snmp_lengths_that_cannot_be_are_no_message() {
    for length in [&[0x80][..], &[0x85, 0, 0, 0, 0, 1], &[0x84, 0xff, 0xff, 0xff, 0xff], &[0x7f], &[0x82, 1], &[]] {
        assert_eq!(locate("snmp", &[&[0x30], length].concat()), None, "{length:?}");
    }
}

/// No bytes fail; what is shorter says less, never something of its own: the key of a cut message is that of the whole one.
#[test]
fn every_cut_and_every_change_is_survived() {
    let samples = [
        ("bacnet", bacnet(0x2c, &[0, 9, 1, 5, 0, 8, 6, 1, 2, 3, 4, 5, 6, 0xff], &[0x0c, 0x05, 7, 0, 4, 15, 9])),
        ("bacnet", bacnet(0x08, &[0, 9, 1, 5], &[0x3c, 7, 1, 4, 14])),
        ("snmp", snmp(1, b"public", 0xa0, &[1, 2, 3, 4])),
        ("snmp", ber(0x30, &[ber(2, &[3]), ber(0x30, &[ber(2, &[1]), ber(2, &[9]), ber(4, &[4])].concat())].concat())),
    ];
    for (name, message) in samples {
        let whole = key(name, &message);
        for length in 0..message.len() {
            if let Some((located, _)) = locate(name, &message[..length]) {
                assert!(located.key == whole || located.role == Alone, "{name} cut to {length} bytes: {located:?}");
            }
        }
        for at in 0..message.len() {
            for bits in [0x01, 0x10, 0x80, 0xff] {
                let other: Vec<u8> = message.iter().enumerate().map(|(place, byte)| byte ^ if place == at { bits } else { 0 }).collect();
                let once = locate(name, &other);
                assert_eq!(once, locate(name, &other));
            }
        }
    }
}
