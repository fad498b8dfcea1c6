//! What the operator reads when a file is not what it should be: one line with what was read, what is allowed, what to do.

use std::io::Cursor;

use super::read::{read, read_from, Failing};
use super::write::*;
use crate::capture::order::Order::{Big, Little};
use crate::capture::CaptureError;

fn message(bytes: &[u8]) -> String {
    let Err(error) = read(bytes) else { panic!("this is no capture") };
    let message = error.to_string();
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn not_a_capture() {
    let allowed = "allowed are pcap and pcapng, plain or packed by gzip or zstd";
    assert_eq!(message(b""), format!("not a capture: it is empty; {allowed}"));
    assert_eq!(message(b"GET / HTTP"), format!("not a capture: it begins with 47 45 54 20 2f 20 48 54; {allowed}"));
    let zip = "not a capture: it begins with 50 4b 03 04 (a ZIP archive: unpack it first)";
    assert_eq!(message(b"PK\x03\x04"), format!("{zip}; {allowed}"));
    assert!(message(b"snoop\0\0\0\0\0\0\x02").contains("editcap -F pcapng"));
}

#[test]
fn not_a_capture_within_compression() {
    let packed = zstd::encode_all(b"hello".as_slice(), 1).unwrap();
    assert!(message(&packed).starts_with("not a capture: the content of the zstd stream begins with 68 65 6c 6c 6f;"));
    let empty = zstd::encode_all(b"".as_slice(), 1).unwrap();
    assert!(message(&empty).starts_with("not a capture: the content of the zstd stream is empty;"));
    let twice = zstd::encode_all(packed.as_slice(), 1).unwrap();
    assert!(message(&twice).contains("(zstd within gzip or zstd: unpack it first)"));
}

#[test]
fn versions() {
    let mut bytes = pcap_header(Big, US, 5, 1);
    assert_eq!(message(&bytes), "pcap version 2.5 is not known; allowed is 2.0 to 2.4; convert it with editcap -F pcapng");
    bytes[5] = 3;
    assert!(message(&bytes).starts_with("pcap version 3.5 "));
    for (major, minor, known) in [(1u8, 0u8, true), (1, 2, true), (1, 1, false), (1, 3, false), (0, 0, false), (2, 0, false)] {
        let mut bytes = section(Big);
        (bytes[13], bytes[15]) = (major, minor);
        let outcome = read(&bytes);
        assert_eq!(outcome.is_ok(), known, "{major}.{minor}");
        if let Err(error) = outcome {
            assert!(error.to_string().ends_with("is not known; allowed is 1.0 and 1.2; convert it with editcap -F pcapng"), "{error}");
        }
    }
}

#[test]
fn header_cut_or_damaged() {
    let header = "the pcap header cannot be read: cut at byte 0: the file header takes 24 bytes, 23 were there";
    assert_eq!(message(&pcap_header(Little, NS, 4, 1)[..23]), format!("{header}; copy or record the capture again"));
    let mut bytes = section(Little);
    bytes[8] = 0xff;
    assert!(message(&bytes).starts_with("the pcapng header cannot be read: damaged at byte 0: the byte-order magic says "));
}

#[test]
fn source_that_fails() {
    let whole = [pcap_header(Little, US, 4, 1), pcap_record(Little, US, (1, 0), (3, 3), b"abc")].concat();
    let packed = zstd::encode_all(whole.as_slice(), 1).unwrap();
    for bytes in [whole.clone(), whole[..10].to_vec(), whole[..30].to_vec(), vec![], packed[..packed.len() - 3].to_vec()] {
        let Err(error) = read_from(Box::new(Failing { bytes: Cursor::new(bytes) })) else { panic!("the failure is not told") };
        assert!(matches!(error, CaptureError::Io(_)), "{error}");
        assert_eq!(error.to_string(), "the capture cannot be read: the disk went away");
    }
}
