//! Why an interface cannot be read, in the operator's words: what was wanted, what is so, what to do.

use std::fmt;
use std::io;

#[derive(Debug)]
pub enum LiveError {
    /// The process may not open packet sockets.
    Permission { interface: String },
    /// There is no such interface; `known` are those that there are.
    NoInterface { interface: String, known: Vec<String> },
    /// The interface is there, and down; or it went down, or was taken away, while it was read.
    Down { interface: String },
    /// Its frames are of a kind that is not read (an ARPHRD number of Linux).
    Hardware { interface: String, hardware: u16 },
    /// The size of the ring is out of bounds.
    RingSize { have: usize, least: usize, most: usize },
    /// The kernel has no memory for the ring.
    Memory { mib: usize },
    /// The kernel lacks something that is needed.
    Kernel { what: &'static str, since: &'static str },
    /// Live capture is only there on Linux.
    NotLinux { interface: String },
    /// A system call failed for another reason.
    System { call: &'static str, error: io::Error },
}

impl fmt::Display for LiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LiveError::Permission { interface } => write!(
                f,
                "interface {interface}: reading packets needs the capability CAP_NET_RAW, which this process has not; run it as root, or \
                 give the capability to it (systemd: AmbientCapabilities=CAP_NET_RAW; a container: --cap-add NET_RAW)"
            ),
            LiveError::NoInterface { interface, known } => {
                write!(f, "there is no interface {interface:?} here; there is: {}", known.join(", "))
            }
            LiveError::Down { interface } => write!(f, "interface {interface} is down; bring it up with: ip link set {interface} up"),
            LiveError::Hardware { interface, hardware } => write!(
                f,
                "interface {interface} has frames of the kind {hardware} (ARPHRD); read are Ethernet (1), loopback (772) and raw IP (65534, 519)"
            ),
            LiveError::RingSize { have, least, most } => write!(f, "a ring of {have} MiB; allowed: {least} to {most}"),
            LiveError::Memory { mib } => write!(f, "the kernel has no memory for a ring of {mib} MiB; ask for a smaller one"),
            LiveError::Kernel { what, since } => write!(f, "this kernel has no {what}; needed is Linux {since} or later"),
            LiveError::NotLinux { interface } => {
                write!(f, "interface {interface}: a live interface can be read on Linux only; record a capture and read that")
            }
            LiveError::System { call, error } => write!(f, "the interface cannot be read: {call}: {error}"),
        }
    }
}

impl std::error::Error for LiveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LiveError::System { error, .. } => Some(error),
            _ => None,
        }
    }
}
