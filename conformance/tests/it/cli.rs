//! The command: exit codes and what it prints.

use std::process::{Command, Output, Stdio};

use crate::{
    fake::{ADMIN, Fake},
    runs::NO_FAULT,
};

pub(crate) fn command(arguments: &[&str]) -> Output {
    command_with(arguments, &[])
}

pub(crate) fn command_with(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vouchsafe-conformance"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VOUCHSAFE_")) {
        command.env_remove(name);
    }
    command.args(arguments).envs(variables.iter().copied()).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
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
        (&["--profile", "configuration"], "say how to get in: --admin USER:PASSWORD"),
        (&["--no-auth", "--admin", "a"], "--admin has no password: write --admin USER:PASSWORD, or add"),
        (&["--no-auth", "--admin-password-file", "a"], "--admin <USER[:PASSWORD]>"),
        (&["--no-auth", "--admin", "a", "--admin-password-file", "/nowhere/at-all"], "/nowhere/at-all: "),
        (
            &["--no-auth", "--admin", "a:b", "--admin-password-file", "/nowhere"],
            "the password is in --admin and in --admin-password-file: leave one out",
        ),
        (&["--no-auth", "--cacert", "/nowhere/at-all"], "/nowhere/at-all: "),
        (&["--no-auth", "--config", "/nowhere/at-all"], "/nowhere/at-all: "),
        (&["--token", "two words"], "--token must be a token: letters, digits and signs, without spaces"),
        (&["--no-auth", "--parallel", "0"], "0 is not in 1..=64"),
        (&["--no-auth", "--quiet", "--verbose"], "cannot be used with"),
        (&["--no-auth", "--only", "basics*"], "no case of this profile matches basics*; see `list`"),
        (&["--no-auth", "--skip", "y"], "no case of this profile matches y; see `list`"),
        (&["--no-auth", "--token", "t"], "cannot be used with"),
        (&["--client-id", "a"], "--client-secret"),
        (&["--no-auth", "--timeout", "0"], "0 is not in 1.."),
        (&["--no-auth", "--profile", "all"], "invalid value 'all'"),
        (
            &["--no-auth", "--report", "html=/tmp"],
            "error: the report /tmp can't be written: Is a directory\n",
        ),
        (&["--no-auth", "--report", "html=/proc/x"], "error: the report /proc/x can't be written: "),
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
    let (both, file_name) = (format!("{user}:{password}"), file.to_str().unwrap());
    let options: [&[&str]; 2] = [&["--admin", &both], &["--admin", user, "--admin-password-file", file_name]];
    for option in options {
        let output = command(&[&common[..], option].concat());
        let printed = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
        // They are told of runs of a whole profile.
        assert!(!printed.contains("What the reference promises"), "{printed}");
        assert!(!printed.contains(password), "{printed}");
    }
    std::fs::remove_file(&file).unwrap();
    let wrong = command(&[&common[..], &["--admin", &format!("{user}:wrong")]].concat());
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

#[test]
fn a_case_is_explained() {
    let output = command(&["explain", "basic-credentials::update-state::example-suspend"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout));
    let near: [(&str, &[&str]); 5] = [
        (
            "basic-credentials::update-state::exmaple-suspend",
            &["did you mean one of these", "\n  basic-credentials::update-state::example-suspend\n"],
        ),
        (
            "update-state::example-suspend",
            &["  basic-credentials::update-state::example-suspend\n", "  x509-"],
        ),
        ("*update-state*suspend", &["  basic-credentials::update-state::example-suspend\n"]),
        ("credentials", &["did you mean one of these, or another in `list`?\n"]),
        ("nothing of the kind", &["; `list` has them all\n"]),
    ];
    for (asked, told) in near {
        let output = command(&["explain", asked]);
        let printed = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{printed}");
        assert!(printed.starts_with(&format!("error: there is no case `{asked}`")), "{printed}");
        assert!(told.iter().all(|told| printed.contains(told)), "{printed}");
    }
}

#[test]
fn the_document_is_printed_whole_or_in_part() {
    let printed = |arguments: &[&str]| {
        let output = command(&[&["document"], arguments].concat());
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{arguments:?}");
        text(&output.stdout)
    };
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let whole = value(&printed(&[]));
    assert!(whole["openapi"].is_string());
    assert_eq!(value(&printed(&["#"])), whole);
    let pointer = "/paths/~1api~1v1~1basic-credentials/get/security";
    let part = printed(&[pointer]);
    assert_eq!(value(&part), *whole.pointer(pointer).unwrap());
    assert!(part.starts_with("[\n  {\n"), "{part}");
    assert_eq!(printed(&[&format!("#{pointer}")]), part);
    // Where `explain` sends its readers.
    let explained = text(&command(&["explain", "basic-credentials::list::no-token"]).stdout);
    assert!(explained.contains(&format!("\n  vouchsafe-conformance document '#{pointer}'\n")), "{explained}");
    for unknown in ["/nowhere", "paths", "#nowhere"] {
        let output = command(&["document", unknown]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
        let told = format!("error: the document has nothing at `{}`.", unknown.trim_start_matches('#'));
        assert!(text(&output.stderr).starts_with(&told), "{}", text(&output.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_reader_leaves_ends_without_a_word() {
    let mut list = Command::new(env!("CARGO_BIN_EXE_vouchsafe-conformance"));
    let mut list = list.arg("list").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(list.stdout.take());
    let output = list.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_tells_what_did_not_pass_and_fail_fast_stops_there() {
    let bad = Fake::start(|call, reply| {
        if call.path.ends_with("/state") && call.body["state"] == "Suspended" {
            reply.status = 500;
        }
    })
    .await;
    let url = bad.url();
    let common =
        ["run", "--target", &url, "--no-auth", "--parallel", "1", "--only", "basic*::example-*", "--quiet"];
    let printed = text(&command(&common).stdout);
    assert_eq!(printed.matches("PASS").count(), 0, "{printed}");
    assert!(printed.starts_with("FAIL  basic-credentials::update-state::example-suspend"), "{printed}");
    let all = printed.lines().last().unwrap().to_owned();
    let stopped = text(&command(&[&common[..], &["--fail-fast"]].concat()).stdout);
    let passed = |line: &str| line.split(' ').nth(2).unwrap().parse::<usize>().unwrap();
    assert!(passed(stopped.lines().last().unwrap()) < passed(&all), "{all} {stopped}");
}

/// What the page for implementers says of a server without tokens.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_server_without_tokens_everything_that_is_skipped_can_be_declared() {
    let page = include_str!("../../README.md");
    let (_, rest) = page.split_once("With `--no-auth`").unwrap();
    let declared = rest.split("```").nth(1).unwrap().strip_prefix("toml\n").unwrap();
    let fake = Fake::start(NO_FAULT).await;
    let file = |end: &str| std::env::temp_dir().join(format!("conformance-{}.{end}", fake.address.port()));
    let (config, report) = (file("toml"), file("json"));
    let undeclared = |declared: &str| {
        std::fs::write(&config, declared).unwrap();
        let (url, report) = (fake.url(), report.to_str().unwrap());
        let run = ["run", "--target", &url, "--profile", "client-credentials", "--no-auth", "--quiet"];
        let output = command(
            &[&run[..], &["--config", config.to_str().unwrap(), "--report", &format!("json={report}")]]
                .concat(),
        );
        assert_eq!(text(&output.stderr), "");
        let told: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
        told["cases"].as_array().unwrap().iter().filter(|case| case["declared"] == false).count()
    };
    assert!(undeclared("") > 20);
    assert_eq!(undeclared(declared), 0);
    std::fs::remove_file(&config).unwrap();
    std::fs::remove_file(&report).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_report_is_written_also_if_another_can_not_be() {
    let fake = Fake::start(NO_FAULT).await;
    let file = std::env::temp_dir().join(format!("conformance-{}.txt", fake.address.port()));
    let url = fake.url();
    let common = ["run", "--target", &url, "--no-auth", "--only", "basic*::list::example-*"];
    let reports = ["--report=html=/dev/full".to_owned(), format!("--report=text={}", file.display())];
    std::fs::write(&file, "x".repeat(1 << 20)).unwrap();
    let output = command(&[&common[..], &[&reports[0], &reports[1]]].concat());
    let told = "error: the report /dev/full can't be written: No space left on device\n";
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(1), told));
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("PASS") && !written.contains("xx"), "{written}");
    std::fs::remove_file(&file).unwrap();
}
