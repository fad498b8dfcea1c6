//! What was read of a capture, and what was not.

/// Counters of one capture stream; they may be asked for at any time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Packets handed out, and their captured bytes.
    pub packets: u64,
    pub packet_bytes: u64,
    /// Bytes of the stream that were read through, after decompression.
    pub stream_bytes: u64,
    /// pcapng sections and interfaces (a pcap file has one of each).
    pub sections: u64,
    pub interfaces: u64,
    /// pcapng blocks that carry no packet and that are not read: names, secrets, custom and unknown ones.
    pub skipped_blocks: u64,
    /// Packets longer than [`LONGEST_RECORD`](super::LONGEST_RECORD) that were passed over.
    pub too_long: u64,
    /// Packets of an interface that the capture does not describe; without its link type they cannot be read.
    pub without_interface: u64,
    /// Packets handed out that have no time of their own (Simple Packet Blocks): they bear the time of the packet before them.
    pub without_time: u64,
    /// Packets that the capturer says it lost: interface statistics (interface + system), and the counts kept at packets.
    pub dropped_by_interface: u64,
    pub dropped_at_packets: u64,
}

impl Statistics {
    /// How many packet records were met, handed out or not: the number of the latest one.
    #[inline(always)]
    pub(super) fn met(&self) -> u64 {
        self.packets.wrapping_add(self.too_long).wrapping_add(self.without_interface)
    }
}
