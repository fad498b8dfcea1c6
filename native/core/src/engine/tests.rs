//! Packets in, exchanges out: what pairs, what is given up, and when; what is told once and then counted.
//!
//! The protocol of these tests has messages of four bytes, `[length, kind, id, value]`: what the client sends asks, what port 7000 sends
//! answers. Kind 9 is vital. The reader of these tests marks ids as ignored and values as values.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod budgets;
mod meanwhile;
mod pairing;
mod wire;
