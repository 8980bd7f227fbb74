//! Tests of the server through its real interface: HTTP, and the command line.
//!
//! Every test that touches the database runs on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod conformance;
mod events;
mod harness;
mod limits;
mod listener;
mod process;
mod readme;
mod round_trip;
mod routes;
mod sdk;
mod status;
mod trust;
