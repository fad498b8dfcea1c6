//! Bytes to messages: capture formats, link layers, reassembly and the exchange engine.

#![forbid(unsafe_code)]

pub mod bank;
pub mod capture;
pub mod context;
pub mod conversation;
pub mod cut;
pub mod engine;
pub mod flow;
pub mod host;
pub mod key;
pub mod locate;
pub mod packet;
pub mod pieces;
pub mod plan;
pub mod spec;
pub mod stream;
pub mod table;
pub mod tally;
