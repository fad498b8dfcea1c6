//! Any bytes as a capture: no panic, no endless reading, and the same packets however the bytes arrive.
#![no_main]

use std::io::{Cursor, Read};

use fieldwatch_core::capture::{Capture, LONGEST_RECORD};
use libfuzzer_sys::fuzz_target;

/// A slow pipe: a few bytes at a time.
struct Pipe(Cursor<Vec<u8>>, usize);

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(self.1);
        self.0.read(&mut into[..most])
    }
}

type Packets = Vec<(u64, i64, u16, u32, Vec<u8>)>;

/// All packets, how it ended, and what was counted.
fn read(source: Box<dyn Read + Send>) -> (Packets, String, String) {
    let mut capture = match Capture::open(source) {
        Ok(capture) => capture,
        Err(error) => return (Packets::new(), error.to_string(), String::new()),
    };
    let mut packets = Packets::new();
    loop {
        match capture.next() {
            Ok(Some(record)) => {
                assert!(record.data.len() <= LONGEST_RECORD as usize);
                packets.push((record.number, record.seen_ns, record.link, record.wire_length, record.data.to_vec()));
            }
            Ok(None) => break,
            Err(error) => return (packets, error.to_string(), format!("{:?}", capture.statistics())),
        }
    }
    let cut = capture.cut().map(ToString::to_string).unwrap_or_default();
    assert!(capture.next().is_ok_and(|record| record.is_none()), "after the end there is nothing");
    (packets, cut, format!("{:?}", capture.statistics()))
}

/// A decoder that meets damage keeps back what it unpacked in the same step: how far it comes depends on the steps.
fn is_damaged(end: &str) -> bool {
    end.contains("packed stream")
}

fuzz_target!(|data: &[u8]| {
    let (packets, end, counted) = read(Box::new(Cursor::new(data.to_vec())));
    let slow = read(Box::new(Pipe(Cursor::new(data.to_vec()), 1 + data.len() % 7)));
    if is_damaged(&end) || is_damaged(&slow.1) {
        let both = packets.len().min(slow.0.len());
        assert_eq!(packets[..both], slow.0[..both]);
    } else {
        assert_eq!((&packets, end, counted), (&slow.0, slow.1, slow.2));
    }
    assert!(packets.windows(2).all(|pair| pair[0].0 < pair[1].0), "numbers rise");
});
