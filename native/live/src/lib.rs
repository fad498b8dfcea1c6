//! Packets of a live interface, through a ring of memory that the kernel fills (AF_PACKET, TPACKET_V3). Linux only.
//!
//! It listens and never sends: there is no call that transmits, the socket is deaf to what this machine itself sends, and promiscuous mode
//! changes what the interface takes in, not what it gives out. This crate is the only one of the house that may use `unsafe`: system calls in
//! `socket.rs`, the shared memory in `ring.rs`; everything that looks into packets (`block.rs`, `tag.rs`) or keeps them (`segment.rs`) is safe
//! code.
//!
//! **Standards**: Linux, Documentation/networking/packet_mmap.rst and include/uapi/linux/if_packet.h (6.1).

#![deny(clippy::undocumented_unsafe_blocks)]

mod error;
mod segment;

#[cfg(target_os = "linux")]
mod block;
#[cfg(target_os = "linux")]
mod live;
#[cfg(target_os = "linux")]
mod ring;
#[cfg(target_os = "linux")]
mod socket;
#[cfg(target_os = "linux")]
mod tag;

#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod live;

pub use error::LiveError;
pub use live::Live;
pub use segment::{Kept, Segments};

/// What became of the packets that arrived since the interface was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drops {
    /// Packets that the ring took in.
    pub received: u64,
    /// Packets that came while the ring was full: they are lost.
    pub dropped: u64,
}
