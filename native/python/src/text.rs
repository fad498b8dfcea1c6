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

/// A time (ns since 1970, UTC) as ISO 8601 with nanoseconds. Years have four digits: an `i64` reaches from 1677 to 2262.
pub fn time(seen_ns: i64) -> String {
    let (seconds, ns) = (seen_ns.div_euclid(1_000_000_000), seen_ns.rem_euclid(1_000_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(days);
    let mut text = String::with_capacity(30);
    let parts =
        [(year, 4, '-'), (month, 2, '-'), (day, 2, 'T'), (second / 3600, 2, ':'), (second / 60 % 60, 2, ':'), (second % 60, 2, '.')];
    for (number, digits, end) in parts {
        push(&mut text, number, digits);
        text.push(end);
    }
    push(&mut text, ns, 9);
    text.push('Z');
    text
}

/// Appends so many decimal digits of a number that is not negative.
fn push(text: &mut String, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number / 10_i64.pow(place) % 10;
        text.push(char::from(b'0' + digit as u8));
    }
}

/// The date so many days after 1970-01-01, in the Gregorian calendar: in years that begin with March, so that a leap day is a year's last,
/// and in eras of 400 years (146,097 days), which are all alike.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // from 0000-03-01 to 1970-01-01
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year, if month < 10 { month + 3 } else { month - 9 });
    (if month <= 2 { year + 1 } else { year }, month, day)
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
