//! The command: exit codes and what it prints.

use std::process::{Command, Output};

use crate::{
    fake::{ADMIN, Fake},
    runs::NO_FAULT,
};

fn command(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vouchsafe-conformance"));
    for name in ["TOKEN", "CLIENT_ID", "CLIENT_SECRET", "ADMIN_USER", "ADMIN_PASSWORD"] {
        command.env_remove(format!("VOUCHSAFE_{name}"));
    }
    command.args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn zero_only_if_nothing_failed() {
    let good = Fake::start(NO_FAULT).await;
    let output = command(&["run", "--target", &good.url(), "--no-auth", "--only", "basic*::example-*"]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert_eq!(
        printed.lines().filter(|line| line.starts_with("PASS  basic-credentials::")).count(),
        12,
        "{printed}"
    );
    let last = format!("Everything passed: 12 passed, 0 failed, 0 skipped, 0 errors at {}", good.url());
    assert_eq!(printed.lines().last(), Some(last.as_str()));

    let bad = Fake::start(|_, reply| reply.status += 1).await;
    let output = command(&["run", "--target", &bad.url(), "--no-auth", "--only", "basic*::example-*"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let output =
        command(&["run", "--target", "http://127.0.0.1:1", "--token", "t", "--only", "basic*::example-*"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
}

#[test]
fn mistakes_in_the_command_are_told_and_exit_with_two() {
    let target = ["run", "--target", "http://127.0.0.1:1"];
    let cases: &[(&[&str], &str)] = &[
        (&[], "say how to get in: --token, or --client-id with --client-secret, or --no-auth"),
        (&["--profile", "configuration"], "say how to get in: --admin-user with --admin-password"),
        (&["--no-auth", "--admin-user", "a"], "--admin-user needs --admin-password or --admin-password-file"),
        (&["--no-auth", "--admin-password", "a"], "--admin-user"),
        (
            &["--no-auth", "--admin-user", "a", "--admin-password-file", "/nowhere/at-all"],
            "/nowhere/at-all: ",
        ),
        (&["--no-auth", "--only", "basics*"], "no case matches basics*; see `list`"),
        (&["--no-auth", "--skip", "y"], "no case matches y; see `list`"),
        (&["--no-auth", "--token", "t"], "cannot be used with"),
        (&["--client-id", "a"], "--client-secret"),
        (&["--no-auth", "--timeout", "0"], "0 is not in 1.."),
        (&["--no-auth", "--profile", "all"], "invalid value 'all'"),
    ];
    for (arguments, reason) in cases {
        let output = command(&[&target, *arguments].concat());
        let printed = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{printed}");
        assert!(printed.contains(reason), "{arguments:?}: {printed}");
    }
    let output = command(&["run", "--target", "localhost:8080", "--no-auth"]);
    assert_eq!(text(&output.stderr), "error: `localhost:8080` must start with http:// or https://\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_logs_in_with_a_password_from_the_command_or_a_file() {
    let fake = Fake::start(NO_FAULT).await;
    let (user, password) = ADMIN;
    let file = std::env::temp_dir().join(format!("conformance-{}", fake.address.port()));
    std::fs::write(&file, format!("{password}\n")).unwrap();
    let url = fake.url();
    let one = "*::unauthorized=There is one user.";
    let common =
        ["run", "--target", &url, "--profile", "configuration", "--only", "alerting::*", "--skip", one];
    for option in [["--admin-password", password], ["--admin-password-file", file.to_str().unwrap()]] {
        let output = command(&[&common[..], &["--admin-user", user], &option].concat());
        let printed = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
        assert!(printed.contains("\nWhat the reference promises: "), "{printed}");
        assert!(!printed.contains(password), "{printed}");
    }
    std::fs::remove_file(&file).unwrap();
    let wrong = command(&[&common[..], &["--admin-user", user, "--admin-password", "wrong"]].concat());
    let printed = text(&wrong.stdout);
    assert_eq!(wrong.status.code(), Some(1), "{printed}");
    assert!(
        printed.contains("GET /api/authentication: no session for the user `admin` (status 401)"),
        "{printed}"
    );
}

#[test]
fn list_tells_what_would_run() {
    let output = command(&[
        "list",
        "--profile",
        "client-credentials",
        "--only",
        "basic*::example-*",
        "--skip",
        "*path-id",
    ]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout));
}
