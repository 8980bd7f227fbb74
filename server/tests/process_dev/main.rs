//! Temporary.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(dead_code, unused, reason = "temporary")]
mod harness;
mod process;
