//! The command `vouchsafe-conformance`.

use std::{io, process::ExitCode};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<ExitCode> {
    vouchsafe_conformance::cli::main().await
}
