//! How long `dissect` takes per frame of a classic little-endian capture file: `packet_speed FILE.pcap [ROUNDS]`.

use std::hint::black_box;
use std::io::{Error, ErrorKind, Read};
use std::time::Instant;

use fieldwatch_core::packet::{dissect, Kind};

/// As much of the file as is read: enough to be beyond the caches.
const READ_MOST: u64 = 256 << 20;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or_else(|| Error::new(ErrorKind::InvalidInput, "usage: packet_speed FILE.pcap [ROUNDS]"))?;
    let rounds = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(READ_MOST).read_to_end(&mut bytes)?;
    let frames = frames(&bytes);
    println!("{} frames, {} bytes, {} tcp", frames.len(), bytes.len(), frames.iter().filter(|frame| is_tcp(frame)).count());
    for _ in 0..rounds {
        let walk = nanoseconds_per_frame(&frames, |frame| frame.first().map_or(0, |byte| usize::from(*byte)));
        let dissected = nanoseconds_per_frame(&frames, |frame| black_box(dissect(1, black_box(frame))).length as usize);
        println!("{walk:.1} ns to touch a frame, {dissected:.1} ns to dissect it");
    }
    Ok(())
}

fn is_tcp(frame: &[u8]) -> bool {
    matches!(dissect(1, frame).kind, Kind::Tcp { .. })
}

fn frames(bytes: &[u8]) -> Vec<&[u8]> {
    let mut rest = bytes.get(24..).unwrap_or_default();
    let mut frames = Vec::new();
    while let Some(([_, _, _, _, _, _, _, _, a, b, c, d, _, _, _, _], after)) = rest.split_first_chunk::<16>() {
        let Some((frame, after)) = after.split_at_checked(u32::from_le_bytes([*a, *b, *c, *d]) as usize) else { break };
        frames.push(frame);
        rest = after;
    }
    frames
}

fn nanoseconds_per_frame(frames: &[&[u8]], work: impl Fn(&[u8]) -> usize) -> f64 {
    let begin = Instant::now();
    let sum: usize = frames.iter().map(|frame| work(frame)).sum();
    black_box(sum);
    begin.elapsed().as_nanos() as f64 / frames.len().max(1) as f64
}
