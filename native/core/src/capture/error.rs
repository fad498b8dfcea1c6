//! Why a capture could not be opened or read at all. Each is one line: what was read, what is allowed, what to do.

use std::fmt;
use std::io;

use super::cut::Cut;

#[derive(Debug)]
pub enum CaptureError {
    /// The first bytes are none of a capture; `packed` names the compression they were found in.
    NotACapture { first: Vec<u8>, packed: Option<&'static str> },
    /// A format version that is not known.
    Version { format: &'static str, major: u16, minor: u16 },
    /// The stream begins like a capture, but its header is incomplete or damaged.
    Header { format: &'static str, cut: Cut },
    /// The source could not be read.
    Io(io::Error),
}

/// What files that are taken for captures begin with, and what to do about them.
const OTHERS: [(&[u8], &str); 11] = [
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"BZh", "bzip2: unpack it first"),
    (b"\xfd7zXZ", "xz: unpack it first"),
    (b"\x04\x22\x4d\x18", "LZ4: unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it first"),
    (b"\x1f\x8b", "gzip within gzip or zstd: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd within gzip or zstd: unpack it first"),
    (b"snoop\0\0\0", "a snoop capture: convert it with editcap -F pcapng"),
    (b"GMBU", "a Network Monitor capture: convert it with editcap -F pcapng"),
    (b"XCP\0", "a Sniffer capture: convert it with editcap -F pcapng"),
    (b"\x13\0\0\0\x4d\x49", "an ETL trace: convert it with etl2pcapng"),
];

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CaptureError::NotACapture { first, packed } => not_a_capture(f, first, *packed),
            CaptureError::Version { format, major, minor } => {
                let allowed = if *format == "pcap" { "2.0 to 2.4" } else { "1.0 and 1.2" };
                write!(f, "{format} version {major}.{minor} is not known; allowed is {allowed}; convert it with editcap -F pcapng")
            }
            CaptureError::Header { format, cut } => {
                write!(f, "the {format} header cannot be read: {cut}; copy or record the capture again")
            }
            CaptureError::Io(error) => write!(f, "the capture cannot be read: {error}"),
        }
    }
}

fn not_a_capture(f: &mut fmt::Formatter<'_>, first: &[u8], packed: Option<&str>) -> fmt::Result {
    f.write_str("not a capture: ")?;
    if let Some(packed) = packed {
        write!(f, "the content of the {packed} stream ")?;
    } else {
        f.write_str("it ")?;
    }
    if first.is_empty() {
        f.write_str("is empty")?;
    } else {
        f.write_str("begins with")?;
        for byte in first.iter().take(8) {
            write!(f, " {byte:02x}")?;
        }
    }
    if let Some((_, hint)) = OTHERS.iter().find(|(magic, _)| first.starts_with(magic)) {
        write!(f, " ({hint})")?;
    }
    f.write_str("; allowed are pcap and pcapng, plain or packed by gzip or zstd")
}

impl std::error::Error for CaptureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CaptureError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for CaptureError {
    fn from(error: io::Error) -> Self {
        CaptureError::Io(error)
    }
}
