//! What the program says about itself.

use super::child::{bare, run};

#[test]
fn help_of_every_command() {
    let mut text = String::new();
    for command in [
        "",
        "serve",
        "migrate",
        "config",
        "config check",
        "config show",
        "tenant",
        "tenant create",
        "client",
        "client create",
        "admin",
        "admin reset-password",
        "ca",
        "ca export",
        "ca import",
    ] {
        let mut help = bare([]);
        help.args(command.split_whitespace()).arg("--help");
        let ended = run(help);
        assert_eq!(ended.stderr, "");
        text += &format!("$ {} --help\n{}\n", format!("vouchsafe {command}").trim_end(), ended.worked());
    }
    insta::assert_snapshot!("help", text);
}

#[test]
fn version() {
    for flag in ["--version", "-V"] {
        assert_eq!(run(bare([flag])).worked(), concat!("vouchsafe ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

/// Exit code 2, the reason and the usage on standard error.
#[test]
fn command_lines_that_make_no_sense() {
    let mut text = String::new();
    for line in [
        "",
        "bogus",
        "serve --bogus",
        "serve extra",
        "--listen 127.0.0.1:0",
        "config",
        "tenant create",
        "client create",
        "ca import --certificate chain.pem",
        "migrate --no-migrate",
    ] {
        let mut command = bare([]);
        command.args(line.split_whitespace());
        let ended = run(command);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{line}: {}", ended.stderr);
        text += &format!("$ vouchsafe {line}\n{}\n", ended.stderr);
    }
    insta::assert_snapshot!("command_lines_that_make_no_sense", text);
}
