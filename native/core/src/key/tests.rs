//! Different bytes are different keys; what is too long is cut or folded, never mixed up with what is shorter.

use super::{packed, ContextKey, Kind, PairKey};

#[test]
fn a_kind_holds_seven_bytes_and_cuts_the_rest() {
    assert_eq!(Kind::from_slice(b"1234567").as_slice(), b"1234567");
    assert_eq!(Kind::from_slice(b"12345678").as_slice(), b"1234567");
    assert!(Kind::from_slice(b"").is_empty());
    assert!(!Kind::from_slice(&[0]).is_empty());
}

#[test]
fn a_kind_grows_as_far_as_there_is_room() {
    let mut kind = Kind::from_slice(b"12345");
    kind.extend(b"67890");
    assert_eq!(kind.as_slice(), b"1234567");
    kind.extend(b"x");
    assert_eq!(kind.as_slice(), b"1234567");
}

#[test]
fn zeros_at_the_end_are_bytes() {
    assert_ne!(Kind::from_slice(&[1]), Kind::from_slice(&[1, 0]));
    assert_ne!(ContextKey::from_slice(&[1]), ContextKey::from_slice(&[1, 0]));
    assert_ne!(ContextKey::from_slice(&[]), ContextKey::from_slice(&[0]));
    assert_ne!(PairKey::from_slice(&[1]), PairKey::from_slice(&[1, 0]));
    assert_ne!(PairKey::from_slice(&[0; 24]), PairKey::from_slice(&[0; 25]));
}

#[test]
fn a_context_key_is_the_number_of_its_bytes_and_cuts_what_is_longer() {
    assert_eq!(ContextKey::from_slice(&[0x34, 0x12]), ContextKey::of_number(0x1234, 2));
    assert_eq!(ContextKey::from_slice(b"1234567"), ContextKey::from_slice(b"12345678"));
    assert_ne!(ContextKey::from_slice(b"1234567"), ContextKey::from_slice(b"1234568"));
    assert_eq!(ContextKey::from_slice(&[]), ContextKey::default());
}

#[test]
fn every_byte_of_a_pair_key_matters_also_where_it_is_folded() {
    for length in 1..=64 {
        let bytes = vec![0x5a; length];
        for at in 0..length {
            let mut other = bytes.clone();
            other.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1);
            assert_ne!(PairKey::from_slice(&bytes), PairKey::from_slice(&other), "byte {at} of {length}");
        }
    }
}

#[test]
fn the_order_of_what_is_folded_matters() {
    let (a, b) = ([[1; 24], [2; 24]].concat(), [[2; 24], [1; 24]].concat());
    assert_ne!(PairKey::from_slice(&a), PairKey::from_slice(&b));
}

#[test]
fn packed_is_little_endian_and_takes_eight_bytes() {
    assert_eq!(packed(&[]), 0);
    assert_eq!(packed(&[1, 2]), 0x0201);
    assert_eq!(packed(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), 0x0807_0605_0403_0201);
}
