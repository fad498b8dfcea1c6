//! The packet socket: system calls, each with its error. It is set up to listen; nothing here sends.

use std::ffi::CString;
use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

use libc::{c_int, c_void, socklen_t};

pub(crate) struct Socket(OwnedFd);

/// What a wait ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// A block may be there.
    Ready,
    /// Time is over, or a signal came.
    Nothing,
    /// The socket has an error (see `error`).
    Failed,
}

fn checked(result: c_int) -> io::Result<c_int> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}

/// The kernel's number of an interface; None where there is none of that name.
pub(crate) fn index_of(interface: &str) -> Option<c_int> {
    let name = CString::new(interface).ok()?;
    // SAFETY: `name` is a string that ends with a zero byte and lives through the call.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    c_int::try_from(index).ok().filter(|index| *index > 0)
}

impl Socket {
    /// A packet socket that is bound to nothing yet: of protocol 0, it receives nothing.
    pub(crate) fn open() -> io::Result<Socket> {
        // SAFETY: the call takes numbers only.
        let raw = checked(unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) })?;
        // SAFETY: the descriptor is new and nobody else has it.
        Ok(Socket(unsafe { OwnedFd::from_raw_fd(raw) }))
    }

    fn set<T>(&self, option: c_int, value: &T) -> io::Result<()> {
        let length = size_of::<T>() as socklen_t;
        let place: *const T = value;
        // SAFETY: `place` points to `length` initialised bytes that live through the call.
        checked(unsafe { libc::setsockopt(self.0.as_raw_fd(), libc::SOL_PACKET, option, place.cast::<c_void>(), length) })?;
        Ok(())
    }

    fn get<T>(&self, level: c_int, option: c_int, value: &mut T) -> io::Result<()> {
        let mut length = size_of::<T>() as socklen_t;
        let place: *mut T = value;
        // SAFETY: `place` points to `length` bytes that may be written; the options read here are structures of integers.
        checked(unsafe { libc::getsockopt(self.0.as_raw_fd(), level, option, place.cast::<c_void>(), &mut length) })?;
        Ok(())
    }

    /// Frames come in blocks, with times in nanoseconds (TPACKET_V3).
    pub(crate) fn use_blocks(&self) -> io::Result<()> {
        self.set(libc::PACKET_VERSION, &(libc::tpacket_versions::TPACKET_V3 as c_int))
    }

    /// What this machine sends is not looked at.
    pub(crate) fn ignore_outgoing(&self) -> io::Result<()> {
        self.set(libc::PACKET_IGNORE_OUTGOING, &1i32)
    }

    /// Makes the ring. A block that is not full is handed over after `retire`.
    pub(crate) fn make_ring(&self, block_bytes: u32, blocks: u32, retire: Duration) -> io::Result<()> {
        /// Frames have any length in blocks; the kernel wants a size and a fitting number of them all the same.
        const FRAME_BYTES: u32 = 2048;
        let request = libc::tpacket_req3 {
            tp_block_size: block_bytes,
            tp_block_nr: blocks,
            tp_frame_size: FRAME_BYTES,
            tp_frame_nr: block_bytes / FRAME_BYTES * blocks,
            tp_retire_blk_tov: retire.as_millis() as u32,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        self.set(libc::PACKET_RX_RING, &request)
    }

    /// The interface takes in all frames, as long as the socket is open.
    pub(crate) fn be_promiscuous(&self, index: c_int) -> io::Result<()> {
        let request = libc::packet_mreq { mr_ifindex: index, mr_type: libc::PACKET_MR_PROMISC as u16, mr_alen: 0, mr_address: [0; 8] };
        self.set(libc::PACKET_ADD_MEMBERSHIP, &request)
    }

    /// Listens on the interface from now on, to all protocols. Returns the interface's hardware type (ARPHRD).
    pub(crate) fn listen(&self, index: c_int) -> io::Result<u16> {
        let mut address = libc::sockaddr_ll {
            sll_family: libc::AF_PACKET as u16,
            sll_protocol: (libc::ETH_P_ALL as u16).to_be(),
            sll_ifindex: index,
            sll_hatype: 0,
            sll_pkttype: 0,
            sll_halen: 0,
            sll_addr: [0; 8],
        };
        let mut length = size_of::<libc::sockaddr_ll>() as socklen_t;
        let place: *mut libc::sockaddr_ll = &mut address;
        // SAFETY: `place` points to a packet address of `length` bytes that lives through the call.
        checked(unsafe { libc::bind(self.0.as_raw_fd(), place.cast::<libc::sockaddr>(), length) })?;
        // SAFETY: as above; the kernel writes at most `length` bytes, which are integers.
        checked(unsafe { libc::getsockname(self.0.as_raw_fd(), place.cast::<libc::sockaddr>(), &mut length) })?;
        Ok(address.sll_hatype)
    }

    /// The error that waits at the socket, which is taken from it.
    pub(crate) fn error(&self) -> Option<io::Error> {
        let mut number: c_int = 0;
        match self.get(libc::SOL_SOCKET, libc::SO_ERROR, &mut number) {
            Err(error) => Some(error),
            Ok(()) => (number != 0).then(|| io::Error::from_raw_os_error(number)),
        }
    }

    /// Packets that came and packets that were dropped since this was asked last (dropped ones have come, too).
    pub(crate) fn counts(&self) -> io::Result<(u32, u32)> {
        let mut counts = libc::tpacket_stats_v3 { tp_packets: 0, tp_drops: 0, tp_freeze_q_cnt: 0 };
        self.get(libc::SOL_PACKET, libc::PACKET_STATISTICS, &mut counts)?;
        Ok((counts.tp_packets, counts.tp_drops))
    }

    /// Waits until the kernel hands over a block, at most for `timeout`.
    pub(crate) fn wait(&self, timeout: Duration) -> io::Result<Waited> {
        let mut watched = libc::pollfd { fd: self.0.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let timeout_ms = c_int::try_from(timeout.as_micros().div_ceil(1000)).unwrap_or(c_int::MAX);
        // SAFETY: `watched` is one initialised structure that lives through the call.
        let ready = match checked(unsafe { libc::poll(&mut watched, 1, timeout_ms) }) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            other => other?,
        };
        Ok(match watched.revents {
            _ if ready == 0 => Waited::Nothing,
            events if events & (libc::POLLERR | libc::POLLHUP | libc::POLLNVAL) != 0 => Waited::Failed,
            _ => Waited::Ready,
        })
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
