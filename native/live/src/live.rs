//! A live interface, read block by block.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use fieldwatch_core::capture::Record;

use crate::block::{Cursor, Frame};
use crate::error::LiveError;
use crate::ring::Ring;
use crate::socket::{self, Socket, Waited};
use crate::tag;
use crate::Drops;

/// Room for some thousand small frames, or for the longest one that a kernel puts together.
const BLOCK_BYTES: u32 = 512 << 10;
const BLOCKS_A_MIB: usize = (1 << 20) / BLOCK_BYTES as usize;
const RING_MIB: (usize, usize) = (1, 1024);

/// A block that is not full is handed over after this time: so late a frame may be seen.
const RETIRE: Duration = Duration::from_millis(50);

const ETHERNET: u16 = 1;
const RAW_IP: u16 = 101;

pub struct Live {
    interface: String,
    link: u16,
    // The ring is unmapped before the socket is closed: fields drop in their order.
    ring: Ring,
    socket: Socket,
    /// The block that is read, or will be the next; `cursor` where it is open.
    block: usize,
    cursor: Option<Cursor>,
    number: u64,
    drops: Drops,
    failed: bool,
    tagged: Vec<u8>,
}

impl Live {
    /// Listens on an interface, promiscuously, with a ring of `ring_mib` MiB.
    pub fn open(interface: &str, ring_mib: usize) -> Result<Live, LiveError> {
        let (least, most) = RING_MIB;
        if !(least..=most).contains(&ring_mib) {
            return Err(LiveError::RingSize { have: ring_mib, least, most });
        }
        let socket = Socket::open().map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => LiveError::Permission { interface: interface.to_owned() },
            _ => system("socket", error),
        })?;
        let Some(index) = socket::index_of(interface) else {
            return Err(LiveError::NoInterface { interface: interface.to_owned(), known: interfaces() });
        };
        socket.use_blocks().map_err(|error| lacking("packet ring (TPACKET_V3)", "3.2", "PACKET_VERSION", error))?;
        socket.ignore_outgoing().map_err(|error| lacking("PACKET_IGNORE_OUTGOING", "4.20", "PACKET_IGNORE_OUTGOING", error))?;
        let blocks = ring_mib * BLOCKS_A_MIB;
        socket.make_ring(BLOCK_BYTES, blocks as u32, RETIRE).map_err(|error| memory(ring_mib, "PACKET_RX_RING", error))?;
        let ring = Ring::map(socket.as_fd(), BLOCK_BYTES as usize, blocks).map_err(|error| memory(ring_mib, "mmap", error))?;
        socket.be_promiscuous(index).map_err(|error| gone(interface, "PACKET_ADD_MEMBERSHIP", error))?;
        let hardware = socket.listen(index).map_err(|error| gone(interface, "bind", error))?;
        if let Some(error) = socket.error() {
            return Err(gone(interface, "bind", error));
        }
        let link = link_of(hardware).ok_or_else(|| LiveError::Hardware { interface: interface.to_owned(), hardware })?;
        Ok(Live {
            interface: interface.to_owned(),
            link,
            ring,
            socket,
            block: 0,
            cursor: None,
            number: 0,
            drops: Drops::default(),
            failed: false,
            tagged: Vec::new(),
        })
    }

    /// The next packet; `None` where none came within `timeout`, or a signal came.
    #[allow(clippy::should_implement_trait)] // a record borrows from the ring; an iterator's items cannot
    #[inline]
    pub fn next(&mut self, timeout: Duration) -> Result<Option<Record<'_>>, LiveError> {
        let frame = match self.frame() {
            Some(frame) => frame,
            None => match self.await_frame(timeout)? {
                Some(frame) => frame,
                None => return Ok(None),
            },
        };
        Ok(Some(self.hand_out(frame)))
    }

    /// The next frame of the blocks that are ours.
    #[inline]
    fn frame(&mut self) -> Option<Frame> {
        loop {
            let block = self.ring.block(self.block)?;
            let cursor = self.cursor.get_or_insert_with(|| Cursor::of(block));
            if let Some(frame) = cursor.next(block) {
                return Some(frame);
            }
            self.turn();
        }
    }

    /// Gives the block that was read back to the kernel.
    #[cold]
    fn turn(&mut self) {
        self.cursor = None;
        self.ring.give_back(self.block);
        self.block = self.ring.after(self.block);
        self.count(); // the kernel's counters have 32 bits
    }

    #[cold]
    fn await_frame(&mut self, timeout: Duration) -> Result<Option<Frame>, LiveError> {
        let begun = Instant::now();
        loop {
            if self.failed {
                return Err(LiveError::Down { interface: self.interface.clone() });
            }
            let left = timeout.saturating_sub(begun.elapsed());
            match self.socket.wait(left).map_err(|error| system("poll", error))? {
                Waited::Nothing => return Ok(self.frame()),
                Waited::Ready => {}
                Waited::Failed => self.fail()?,
            }
            if let Some(frame) = self.frame() {
                return Ok(Some(frame));
            }
        }
    }

    /// The socket has failed: what the ring still holds is read first, then it is an error.
    fn fail(&mut self) -> Result<(), LiveError> {
        match self.socket.error() {
            None => Ok(()),
            Some(error) if is_down(&error) => {
                self.failed = true;
                std::thread::sleep(RETIRE * 2);
                Ok(())
            }
            Some(error) => Err(system("poll", error)),
        }
    }

    #[inline]
    fn hand_out(&mut self, frame: Frame) -> Record<'_> {
        self.number = self.number.wrapping_add(1);
        let Frame { start, length, wire_length, seen_ns, tag } = frame;
        let data = self.ring.block(self.block).and_then(|block| block.get(start..)?.get(..length)).unwrap_or_default();
        let record = Record { number: self.number, seen_ns, link: self.link, wire_length, data };
        match tag {
            Some(tag) if self.link == ETHERNET => {
                tag::put_back(tag, data, &mut self.tagged);
                let put_in = self.tagged.len().saturating_sub(length) as u32;
                Record { wire_length: wire_length.saturating_add(put_in), data: &self.tagged, ..record }
            }
            _ => record,
        }
    }

    /// What became of the packets so far.
    pub fn drops(&mut self) -> Drops {
        self.count();
        self.drops
    }

    fn count(&mut self) {
        if let Ok((came, dropped)) = self.socket.counts() {
            self.drops.received = self.drops.received.saturating_add(u64::from(came.saturating_sub(dropped)));
            self.drops.dropped = self.drops.dropped.saturating_add(u64::from(dropped));
        }
    }
}

/// The LINKTYPE of an interface's frames, by its hardware type (ARPHRD_ETHER, _LOOPBACK; _NONE and _RAWIP of tunnels).
fn link_of(hardware: u16) -> Option<u16> {
    match hardware {
        libc::ARPHRD_ETHER | libc::ARPHRD_LOOPBACK => Some(ETHERNET),
        libc::ARPHRD_NONE | 519 => Some(RAW_IP),
        _ => None,
    }
}

/// The names of the interfaces of this network namespace.
fn interfaces() -> Vec<String> {
    let table = std::fs::read_to_string("/proc/thread-self/net/dev").unwrap_or_default();
    table.lines().filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned())).collect()
}

fn is_down(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENETDOWN | libc::ENODEV | libc::ENXIO))
}

fn gone(interface: &str, call: &'static str, error: io::Error) -> LiveError {
    if is_down(&error) {
        return LiveError::Down { interface: interface.to_owned() };
    }
    system(call, error)
}

fn lacking(what: &'static str, since: &'static str, call: &'static str, error: io::Error) -> LiveError {
    match error.raw_os_error() {
        Some(libc::ENOPROTOOPT | libc::EINVAL) => LiveError::Kernel { what, since },
        _ => system(call, error),
    }
}

fn memory(mib: usize, call: &'static str, error: io::Error) -> LiveError {
    match error.raw_os_error() {
        Some(libc::ENOMEM) => LiveError::Memory { mib },
        _ => system(call, error),
    }
}

fn system(call: &'static str, error: io::Error) -> LiveError {
    LiveError::System { call, error }
}
