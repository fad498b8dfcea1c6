//! The native core as the private Python module `fieldwatch.wire._native`. Novel exchanges cross here, and sums; packets never do.

mod report;
mod session;
mod text;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::session::{peek, span, time_text, CaptureError, Session};
}
