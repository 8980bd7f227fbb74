//! The conformance suite on trial: the real server behind a proxy that plants one fault at a time, and a server that
//! somebody else wrote.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod minted;
mod mutants;
mod prism;
mod proxy;
mod server;
mod variants;
