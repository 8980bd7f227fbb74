//! The `vouchsafe` command.

fn main() -> std::process::ExitCode {
    vouchsafe::cli::main()
}
