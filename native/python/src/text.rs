//! Addresses and bytes as text.

use std::net::{Ipv4Addr, Ipv6Addr};

use fieldwatch_core::host::End;
use fieldwatch_core::packet::Address;

pub fn mac(bytes: [u8; 6]) -> String {
    let [a, b, c, d, e, f] = bytes;
    format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
}

pub fn ip(address: Address) -> String {
    match address {
        Address::V4(bytes) => Ipv4Addr::from(bytes).to_string(),
        Address::V6(bytes) => Ipv6Addr::from(bytes).to_string(),
    }
}

/// The IP text and MAC text of an end: one of them is empty.
pub fn end(end: Option<End>) -> (String, String) {
    match end {
        Some(End::Ip(address)) => (ip(address), String::new()),
        Some(End::Mac(bytes)) => (String::new(), mac(bytes)),
        None => (String::new(), String::new()),
    }
}

/// The address that a text names.
pub fn parse_ip(text: &str) -> Option<End> {
    match text.parse().ok()? {
        std::net::IpAddr::V4(address) => Some(End::Ip(Address::V4(address.octets()))),
        std::net::IpAddr::V6(address) => Some(End::Ip(Address::V6(address.octets()))),
    }
}
