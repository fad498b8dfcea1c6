//! On systems other than Linux: an interface cannot be opened, and the error says so.

use std::time::Duration;

use fieldwatch_core::capture::Record;

use crate::{Drops, LiveError};

/// No value of it exists here.
pub enum Live {}

impl Live {
    pub fn open(interface: &str, _: usize) -> Result<Live, LiveError> {
        Err(LiveError::NotLinux { interface: interface.to_owned() })
    }

    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self, _: Duration) -> Result<Option<Record<'_>>, LiveError> {
        match *self {}
    }

    pub fn drops(&mut self) -> Drops {
        match *self {}
    }
}
