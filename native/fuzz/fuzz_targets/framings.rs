//! Any stream in any framing: cutting always gets on, names only bytes that are there, and gives the same messages, the same flaws and the same
//! end however the bytes come.
//!
//! The input: the framing, a byte that chooses how the stream is cut up, then the stream; or what DNP3 frames with sound checksums are made of.
#![no_main]

use fieldwatch_core::cut::{self, Cut, Part, Rule, State, LONGEST};
use fieldwatch_core::spec::{Framing, Hex};
use libfuzzer_sys::fuzz_target;

/// The framing whose input is sealed first.
const SEALED: u8 = 12;

/// DNP3 frames: of each length byte and the bytes after it one frame, with its header and the checksums of IEEE 1815-2012 9.2.4.
fn sealed(mut rest: &[u8]) -> Vec<u8> {
    fn seal(block: &[u8], into: &mut Vec<u8>) {
        let bit = |sum: u16, _| if sum & 1 == 1 { sum >> 1 ^ 0xa6bc } else { sum >> 1 };
        let sum = block.iter().fold(0u16, |sum, byte| (0..8).fold(sum ^ u16::from(*byte), bit));
        into.extend_from_slice(block);
        into.extend_from_slice(&(!sum).to_le_bytes());
    }
    let mut stream = Vec::new();
    while let Some((&length, after)) = rest.split_first() {
        let (user, after) = after.split_at(after.len().min(usize::from(length.min(250))));
        rest = after;
        seal(&[0x05, 0x64, 5 + user.len() as u8, 0xc4, 10, 0, 1, 0], &mut stream);
        user.chunks(16).for_each(|block| seal(block, &mut stream));
    }
    stream
}

/// How the stream ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Open,
    Opaque,
    Bad(Rule, u64),
}

/// A stream that is longer than this is not cut into single bytes: it would take too long.
const SHORT: usize = 600;

/// What a framing found in a stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    messages: Vec<Vec<u8>>,
    /// The frames that their receiver drops.
    flaws: Vec<Rule>,
    /// The message that is not ended yet.
    open: Vec<u8>,
}

/// Cuts a stream, piece by piece as it comes.
struct Reading {
    found: Found,
    buffer: Vec<u8>,
    need: usize,
    skip: u64,
    state: State,
    end: End,
}

fn framing(which: u8) -> Framing {
    let native = |name: &str| Framing::Native { name: name.to_owned() };
    match which % 13 {
        0 | SEALED => native("dnp3"),
        1 => native("http"),
        2 => native("tls"),
        3 => Framing::Length { at: 4, size: 2, add: 6, little: false, least: 8, most: 260 }, // Modbus
        4 => Framing::Length { at: 2, size: 2, add: 0, little: false, least: 7, most: 8192 }, // TPKT
        5 => Framing::Length { at: 2, size: 2, add: 24, little: true, least: 24, most: 65_535 }, // EtherNet/IP
        6 => Framing::Length { at: 0, size: 1, add: 1, little: false, least: 1, most: 256 },
        7 => Framing::Length { at: 1, size: 4, add: -3, little: true, least: 0, most: LONGEST },
        8 => Framing::Delimiter { end: Hex(b"\r\n".to_vec()), most: 512, lines: 0 },
        9 => Framing::Delimiter { end: Hex(b"\n".to_vec()), most: 64, lines: 2 },
        10 => Framing::Delimiter { end: Hex(b"\0\0".to_vec()), most: 4096, lines: 0 },
        _ => Framing::Length { at: 3, size: 3, add: 6, little: false, least: 6, most: LONGEST },
    }
}

impl Reading {
    fn new() -> Reading {
        Reading { found: Found::default(), buffer: Vec::new(), need: 0, skip: 0, state: State::default(), end: End::Open }
    }

    fn take(&mut self, framing: &Framing, chunk: &[u8]) {
        if self.end != End::Open {
            return;
        }
        let skipped = self.skip.min(chunk.len() as u64);
        self.skip -= skipped;
        self.buffer.extend_from_slice(&chunk[skipped as usize..]);
        if self.buffer.len() >= self.need {
            let mut window = std::mem::take(&mut self.buffer);
            let used = self.cut(framing, &window);
            window.drain(..used);
            self.buffer = window;
        }
    }

    /// Cuts the window; returns how many of its bytes are used up.
    fn cut(&mut self, framing: &Framing, window: &[u8]) -> usize {
        let cutter = match framing {
            Framing::Native { name } => cut::native(name),
            _ => None,
        };
        self.need = 0;
        let mut at = 0;
        while at < window.len() {
            let rest = &window[at..];
            match cut::cut(framing, cutter, &mut self.state, rest) {
                Cut::Whole { length } => {
                    assert!((1..=rest.len()).contains(&length), "a message of {length} of {} bytes", rest.len());
                    self.found.messages.push(rest[..length].to_vec());
                    at += length;
                }
                Cut::Pieces { length, parts, first, last } => {
                    assert!(length > 0);
                    self.join(rest, &parts, first, last);
                    at += self.pass(length as u64, rest.len());
                }
                Cut::Flawed { length, rule, .. } => {
                    assert!(length > 0);
                    self.found.flaws.push(rule);
                    at += self.pass(length as u64, rest.len());
                }
                Cut::Skip { length } => {
                    assert!(length > 0);
                    at += self.pass(length, rest.len());
                }
                Cut::More { need } => {
                    assert!(need > rest.len(), "waits for {need} bytes and has {}", rest.len());
                    assert!(need <= LONGEST, "waits for {need} bytes: no message is kept that long");
                    self.need = need;
                    return at;
                }
                Cut::Opaque => {
                    self.end = End::Opaque;
                    return window.len();
                }
                Cut::Bad { rule, have } => {
                    self.end = End::Bad(rule, have);
                    return window.len();
                }
            }
        }
        at
    }

    fn join(&mut self, window: &[u8], parts: &[Part], first: bool, last: bool) {
        let open = &mut self.found.open;
        if first {
            open.clear();
        }
        for part in parts {
            match part {
                Part::Window { at, length } => open.extend_from_slice(&window[*at..at + length]),
                Part::Remembered { bytes, length } => open.extend_from_slice(&bytes[..*length]),
            }
        }
        if last {
            self.found.messages.push(std::mem::take(open));
        }
    }

    fn pass(&mut self, length: u64, left: usize) -> usize {
        self.skip = length.saturating_sub(left as u64);
        (length - self.skip) as usize
    }
}

fn read<'a>(framing: &Framing, segments: impl Iterator<Item = &'a [u8]>) -> (Found, End) {
    let mut reading = Reading::new();
    segments.for_each(|segment| reading.take(framing, segment));
    (reading.found, reading.end)
}

/// The stream in segments of 1 to 32 bytes, or in all of one length.
fn segments(stream: &[u8], seed: u8) -> impl Iterator<Item = &[u8]> {
    let mut chance = u32::from(seed);
    let mut rest = stream;
    std::iter::from_fn(move || {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let length = if seed & 1 == 0 { 1 + usize::from(seed) } else { 1 + (chance >> 27) as usize };
        let (segment, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        (!segment.is_empty()).then_some(segment)
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((&[which, seed], stream)) = data.split_first_chunk::<2>() else { return };
    let made;
    let stream = if which % 13 == SEALED {
        made = sealed(stream);
        &made
    } else {
        stream
    };
    let framing = framing(which);
    let whole = read(&framing, std::iter::once(stream));
    if which % 13 == SEALED {
        assert_eq!(whole.1, End::Open, "sound frames are frames");
        assert!(whole.0.flaws.is_empty(), "sound frames are sound");
    }
    assert_eq!(read(&framing, segments(stream, seed)), whole, "{framing:?}");
    if stream.len() <= SHORT {
        assert_eq!(read(&framing, stream.chunks(1)), whole, "{framing:?}");
    }
});
