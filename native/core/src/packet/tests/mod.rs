//! Tests of the link layers up to transport, and of fragments. `build` makes every frame; no frame is copied from anywhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod build;
mod cuts;
mod fragments;
mod limits;
mod links;
mod matrix;
mod plain;
mod resume;
