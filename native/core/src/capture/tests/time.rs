//! The clocks of pcapng interfaces: any resolution, any offset. \[PCAPNG\] 4.2, if_tsresol and if_tsoffset.

use std::io::Cursor;

use super::read::read;
use super::write::*;
use crate::capture::order::Order;
use crate::capture::{peek, Peek};

fn seen(order: Order, options: &[(u16, Vec<u8>)], ticks: u64) -> i64 {
    let bytes = [section(order), interface(order, 1, 0, options), enhanced(order, 0, ticks, 1, b"a")].concat();
    read(&bytes).unwrap().records[0].seen_ns
}

#[test]
fn every_resolution() {
    let table: [(u8, u64, i64); 16] = [
        (0, 1_700_000_000, 1_700_000_000_000_000_000),
        (3, 1_700_000_000_001, 1_700_000_000_001_000_000),
        (6, 1_700_000_000_000_001, 1_700_000_000_000_001_000),
        (8, 17, 170),
        (9, 1_700_000_000_000_000_001, 1_700_000_000_000_000_001),
        (10, 19, 1),
        (12, 5_999, 5),
        (28, u64::MAX, 1),
        (29, u64::MAX, 0),
        (127, u64::MAX, 0),
        (0x80, 3, 3_000_000_000),
        (0x80 | 1, 3, 1_500_000_000),
        (0x80 | 20, 1 << 20, 1_000_000_000),
        (0x80 | 32, 1_700_000_000 << 32 | 1 << 31, 1_700_000_000_500_000_000),
        (0x80 | 64, u64::MAX, 999_999_999),
        (0xff, u64::MAX, 0),
    ];
    for order in [Order::Little, Order::Big] {
        for (resolution, ticks, ns) in table {
            assert_eq!(seen(order, &[(9, vec![resolution])], ticks), ns, "resolution {resolution:#x}");
        }
    }
}

#[test]
fn every_resolution_there_is_never_panics() {
    for resolution in 0..=u8::MAX {
        for ticks in [0, 1, u64::MAX] {
            assert!(seen(Order::Little, &[(9, vec![resolution])], ticks) >= 0);
        }
    }
}

#[test]
fn offsets_of_either_sign() {
    for order in [Order::Little, Order::Big] {
        let offset = |seconds: i64| vec![(14, Bytes::new(order).u64(seconds as u64).all)];
        assert_eq!(seen(order, &offset(-2), 1), -1_999_999_000);
        assert_eq!(seen(order, &offset(3600), 1_000_000), 3_601_000_000_000);
        // both sides of the limits: 2^62 ns are 4611686018 s and 427387904 ns
        let whole_seconds = [(4_611_686_018, 427_387, 4_611_686_018_427_387_000), (4_611_686_018, 427_388, (1 << 62) - 1)];
        for (seconds, microseconds, ns) in whole_seconds {
            assert_eq!(seen(order, &offset(seconds), microseconds), ns);
        }
        assert_eq!(seen(order, &offset(-4_611_686_019), 572_613), -4_611_686_018_427_387_000);
        assert_eq!(seen(order, &offset(-4_611_686_019), 572_612), -4_611_686_018_427_388_000 + 96);
        assert_eq!(seen(order, &offset(i64::MAX), u64::MAX), (1 << 62) - 1);
        assert_eq!(seen(order, &offset(i64::MIN), 0), -(1 << 62));
    }
}

fn look(bytes: Vec<u8>) -> Peek {
    peek(Box::new(Cursor::new(bytes))).unwrap()
}

#[test]
fn peek_without_a_time() {
    let order = Order::Little;
    assert_eq!(look(pcap_header(order, US, 4, 113)), Peek { link: 113, first_seen_ns: None });
    assert_eq!(look(section(order)), Peek { link: 0, first_seen_ns: None });
    let described = [section(order), interface(order, 276, 0, &[])].concat();
    assert_eq!(look(described.clone()), Peek { link: 276, first_seen_ns: None });
    assert_eq!(look([described, simple(order, 1, b"a")].concat()), Peek { link: 276, first_seen_ns: None });
}
