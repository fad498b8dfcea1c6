//! Every variant of the formats, written byte by byte; every case in every cut; both sides of every limit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod cases;
mod compression;
mod damage;
mod errors;
mod laws;
mod limits;
mod read;
mod time;
mod write;
