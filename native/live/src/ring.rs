//! The ring: memory that the kernel fills block by block. A block is the kernel's or ours, never both's: its status word says whose.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::block::STATUS_AT;

pub(crate) struct Ring {
    memory: NonNull<u8>,
    block_bytes: usize,
    blocks: usize,
}

// SAFETY: the mapping belongs to the `Ring` alone, is reached through its methods only, and is bound to no thread.
unsafe impl Send for Ring {}

impl Ring {
    /// Maps the receive ring of `socket`, which has `blocks` blocks of `block_bytes` bytes (a multiple of the page size).
    pub(crate) fn map(socket: BorrowedFd<'_>, block_bytes: usize, blocks: usize) -> io::Result<Ring> {
        let length = block_bytes.checked_mul(blocks).ok_or(io::ErrorKind::InvalidInput)?;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping at a place that the kernel chooses touches no memory that Rust knows; the descriptor is open.
        let memory = unsafe { libc::mmap(std::ptr::null_mut(), length, access, libc::MAP_SHARED, socket.as_raw_fd(), 0) };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let memory = NonNull::new(memory.cast::<u8>()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Ring { memory, block_bytes, blocks })
    }

    /// The number of the block after `number`.
    pub(crate) fn after(&self, number: usize) -> usize {
        (number + 1) % self.blocks
    }

    fn start(&self, number: usize) -> NonNull<u8> {
        let number = number % self.blocks;
        // SAFETY: `number` is less than `blocks`, so that the place lies within the mapping of `blocks * block_bytes` bytes.
        unsafe { self.memory.add(number * self.block_bytes) }
    }

    fn status(&self, number: usize) -> &AtomicU32 {
        // SAFETY: the word lies in the mapping, which lives as long as `self`; blocks begin at pages and STATUS_AT is a multiple of four, so
        // it is aligned. Kernel and process share it, and both only use whole loads and stores.
        unsafe { AtomicU32::from_ptr(self.start(number).add(STATUS_AT).cast::<u32>().as_ptr()) }
    }

    /// The block, where the kernel has given it to us.
    pub(crate) fn block(&self, number: usize) -> Option<&[u8]> {
        if self.status(number).load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return None;
        }
        // SAFETY: the bytes lie within the mapping and are initialised (the kernel gives zeroed pages). While the status says that the block
        // is ours the kernel does not write to it, and `give_back`, which ends that, needs `&mut self`: no slice outlives it.
        Some(unsafe { std::slice::from_raw_parts(self.start(number).as_ptr(), self.block_bytes) })
    }

    /// Lets the kernel fill the block again.
    pub(crate) fn give_back(&mut self, number: usize) {
        self.status(number).store(libc::TP_STATUS_KERNEL, Ordering::Release);
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: this is the mapping that `map` made, with its length; no slice of it is left, for they borrow from `self`.
        unsafe { libc::munmap(self.memory.as_ptr().cast(), self.block_bytes * self.blocks) };
    }
}
