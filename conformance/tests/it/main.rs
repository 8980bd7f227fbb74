//! The suite against a small server made for it, whole and with one fault at a time.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod access;
mod cli;
mod configuration;
mod ends;
mod fake;
mod faults;
mod file;
mod page;
mod reports;
mod runs;
mod targets;
