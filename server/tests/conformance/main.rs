//! The conformance suite on trial: the real server behind a proxy that plants one fault at a time, and a server that
//! somebody else wrote.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the figures are part of what a test run tells"
)]

mod minted;
mod mutants;
mod prism;
mod proxy;
mod server;
mod variants;
