//! Writes captures byte by byte, so that no reader's idea of a format stands behind the tests.

use crate::capture::order::Order;

pub const US: u32 = 0xa1b2_c3d4;
pub const NS: u32 = 0xa1b2_3c4d;
pub const MODIFIED: u32 = 0xa1b2_cd34;

/// Bytes that are written in one byte order.
pub struct Bytes {
    pub order: Order,
    pub all: Vec<u8>,
}

impl Bytes {
    pub fn new(order: Order) -> Bytes {
        Bytes { order, all: Vec::new() }
    }

    pub fn u16(mut self, number: u16) -> Bytes {
        self.all.extend(if self.order == Order::Big { number.to_be_bytes() } else { number.to_le_bytes() });
        self
    }

    pub fn u32(mut self, number: u32) -> Bytes {
        self.all.extend(if self.order == Order::Big { number.to_be_bytes() } else { number.to_le_bytes() });
        self
    }

    pub fn u64(mut self, number: u64) -> Bytes {
        self.all.extend(if self.order == Order::Big { number.to_be_bytes() } else { number.to_le_bytes() });
        self
    }

    pub fn raw(mut self, bytes: &[u8]) -> Bytes {
        self.all.extend(bytes);
        self
    }

    /// Zeros up to the next multiple of four.
    pub fn pad(mut self) -> Bytes {
        self.all.resize(self.all.len().next_multiple_of(4), 0);
        self
    }

    pub fn option(self, code: u16, value: &[u8]) -> Bytes {
        self.u16(code).u16(value.len() as u16).raw(value).pad()
    }

    /// A pcapng block around a body.
    pub fn block(self, kind: u32, body: &Bytes) -> Bytes {
        let length = body.all.len() as u32 + 12;
        self.u32(kind).u32(length).raw(&body.all).u32(length)
    }
}

pub fn pcap_header(order: Order, magic: u32, minor: u16, link: u32) -> Vec<u8> {
    Bytes::new(order).u32(magic).u16(2).u16(minor).u32(0).u32(0).u32(262_144).u32(link).all
}

/// A record header and its data; `lengths` are written in the order given.
pub fn pcap_record(order: Order, magic: u32, time: (u32, u32), lengths: (u32, u32), data: &[u8]) -> Vec<u8> {
    let mut record = Bytes::new(order).u32(time.0).u32(time.1).u32(lengths.0).u32(lengths.1);
    if magic == MODIFIED {
        record = record.u32(7).u16(0x0800).raw(&[0, 0]);
    }
    record.raw(data).all
}

pub fn section(order: Order) -> Vec<u8> {
    let body = Bytes::new(order).u32(0x1a2b_3c4d).u16(1).u16(0).u64(u64::MAX);
    Bytes::new(order).block(0x0a0d_0d0a, &body).all
}

pub fn interface(order: Order, link: u16, snap: u32, options: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let body = options.iter().fold(Bytes::new(order).u16(link).u16(0).u32(snap), |body, (code, value)| body.option(*code, value));
    let body = if options.is_empty() { body } else { body.option(0, &[]) };
    Bytes::new(order).block(1, &body).all
}

pub fn enhanced(order: Order, interface: u32, ticks: u64, original: u32, data: &[u8]) -> Vec<u8> {
    enhanced_with(order, interface, ticks, original, data, &[])
}

pub fn enhanced_with(order: Order, interface: u32, ticks: u64, original: u32, data: &[u8], options: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let fixed = Bytes::new(order).u32(interface).u32((ticks >> 32) as u32).u32(ticks as u32).u32(data.len() as u32).u32(original);
    let body = options.iter().fold(fixed.raw(data).pad(), |body, (code, value)| body.option(*code, value));
    Bytes::new(order).block(6, &body).all
}

pub fn obsolete(order: Order, interface: u16, drops: u16, ticks: u64, original: u32, data: &[u8]) -> Vec<u8> {
    let body = Bytes::new(order).u16(interface).u16(drops).u32((ticks >> 32) as u32).u32(ticks as u32);
    Bytes::new(order).block(2, &body.u32(data.len() as u32).u32(original).raw(data).pad()).all
}

pub fn simple(order: Order, original: u32, data: &[u8]) -> Vec<u8> {
    Bytes::new(order).block(3, &Bytes::new(order).u32(original).raw(data).pad()).all
}

pub fn statistics(order: Order, interface: u32, interface_drops: u64, system_drops: u64) -> Vec<u8> {
    let number = |number: u64| Bytes::new(order).u64(number).all;
    let body = Bytes::new(order).u32(interface).u64(0).option(5, &number(interface_drops)).option(7, &number(system_drops));
    Bytes::new(order).block(5, &body).all
}

pub fn unknown(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    Bytes::new(order).block(kind, &Bytes::new(order).raw(body).pad()).all
}
