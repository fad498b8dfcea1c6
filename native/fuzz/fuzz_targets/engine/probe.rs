//! A request that just fits into what a tight engine may hold: one that is done with all flows takes it, or something was never let go.

use fieldwatch_core::capture::Record;
use fieldwatch_core::engine::{Engine, Limits};

/// Between two hosts that the seeds do not have.
const ENDS: [u8; 8] = [192, 0, 2, 1, 192, 0, 2, 2];

/// A Modbus request as long as is held, less a few bytes: first but for its last bytes, then those.
pub fn fits_again(engine: &mut Engine, limits: &Limits, seen_ns: i64) {
    let shed = |engine: &Engine| (engine.counters().buffers_shed, engine.counters().requests_shed);
    let before = shed(engine);
    let length = limits.buffered.min(limits.pending) - 4;
    let mut message = vec![0, 1, 0, 0, 0, 0, 1, 0x2b];
    message.resize(length, 0);
    message[4..6].copy_from_slice(&(length as u16 - 6).to_be_bytes());
    let (most, last) = message.split_at(length - 8);
    for (flags, sequence, payload) in [(0x02, 0, &[][..]), (0x18, 1, most), (0x18, 1 + most.len() as u32, last)] {
        let frame = segment(flags, sequence, payload);
        let number = engine.counters().packets + 1;
        engine.packet(0, &Record { number, seen_ns, link: 101, wire_length: frame.len() as u32, data: &frame });
        assert_eq!(shed(engine), before, "what an ended flow held is let go");
    }
}

/// A TCP segment to port 502 in IPv4.
fn segment(flags: u8, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let total = 40 + payload.len() as u16;
    let mut frame = vec![0x45, 0];
    frame.extend_from_slice(&total.to_be_bytes());
    frame.extend_from_slice(&[0, 0, 0, 0, 64, 6, 0, 0]);
    frame.extend_from_slice(&ENDS);
    frame.extend_from_slice(&[0xc0, 0, 0x01, 0xf6]);
    frame.extend_from_slice(&sequence.to_be_bytes());
    frame.extend_from_slice(&[0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    frame.extend_from_slice(payload);
    frame
}
