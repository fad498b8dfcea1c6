//! The short way says what the walk says, or nothing.

use super::build::*;
use super::matrix::envelopes;
use crate::packet::{plain, walk};

fn agree(frame: &[u8]) -> bool {
    let short = plain::ethernet_ipv4_tcp(frame);
    if let Some(packet) = short {
        assert_eq!(packet, walk::from_link(ETHERNET, frame), "{frame:02x?}");
    }
    short.is_some()
}

#[test]
fn plain_frames_take_the_short_way() {
    let inner = ipv4(TCP, &tcp(PAYLOAD));
    assert!(agree(&ethernet(0x0800, &inner)));
    assert!(agree(&ethernet(0x0800, &ipv4(TCP, &tcp_options(&[1; 12], &[])))));
    assert!(agree(&[&ethernet(0x8100, &tag(0xe00c, 0x0800, &inner))[..], &[0; 9]].concat()));
}

#[test]
fn no_change_of_a_byte_or_cut_parts_the_two() {
    for case in envelopes(&ipv4(TCP, &tcp_options(&[1; 4], PAYLOAD))) {
        for at in 0..case.frame.len() {
            agree(&case.frame[..at]);
            let mut frame = case.frame.clone();
            for byte in 0..=255 {
                frame[at] = byte;
                agree(&frame);
            }
        }
    }
}
