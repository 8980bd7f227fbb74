//! How runs end: what is taken back, whatever the target answers and whoever ends the run.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use vouchsafe_conformance::{Admin, Auth, Options, Profile, Secret, Target, Verdict, run};

use crate::{
    cli::text,
    fake::{ADMIN, Fake, Fault},
    runs::{NO_FAULT, run_on, told},
};

/// Items of a list, each shorter than what a list is kept of.
static MANY: LazyLock<String> =
    LazyLock::new(|| (0..50_000).map(|number| format!(r#"{{"id":"other-{number}"}},"#)).collect());

#[tokio::test(flavor = "multi_thread")]
async fn what_cases_share_is_found_in_a_list_of_very_many() {
    let fake = Fake::start(|call, reply| {
        if call.method == "GET" && call.path.ends_with("credentials") {
            let own = reply.body().to_string();
            reply.body = Some(Value::String(format!("[{}{}", *MANY, &own[1..])));
        }
        if call.method == "PATCH" && !call.body["state"].is_string() {
            reply.become_json(400, json!({"message": "No."}));
        }
    })
    .await;
    let options = Options {
        profile: Profile::ClientCredentials,
        only: [
            "x509*::update-state::*missing*",
            "x509*::update-state::*null*",
            "x509*::update-state::body-*",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..Options::default()
    };
    let outcome = run_on(&fake, options).await;
    let passed = outcome.count("pass");
    assert!(passed > 3, "{passed} of {}", outcome.results.len());
    let fails = outcome.results.iter().filter_map(|result| match &result.verdict {
        Verdict::Fail(mismatches) => Some(mismatches),
        _ => None,
    });
    let lost = fails.flatten().filter(|mismatch| mismatch.requirement.starts_with("The list has"));
    assert_eq!(lost.count(), 0, "{}", told(&outcome));
    assert_eq!(outcome.left_behind, Vec::<String>::new());
    assert!(fake.items().iter().all(|(_, item)| item["state"] == "Revoked"));
}

#[tokio::test]
async fn what_is_made_with_another_status_is_revoked_too() {
    let fake = Fake::start(|_, reply| {
        if reply.status == 201 {
            reply.status = 200;
        }
    })
    .await;
    let outcome = run_on(&fake, Options::default()).await;
    assert!(outcome.count("fail") > 5, "{}", told(&outcome));
    assert!(fake.items().len() > 5);
    for (_, item) in fake.items() {
        assert_eq!(item["state"], "Revoked", "{item}");
    }
}

#[tokio::test]
async fn a_refused_login_is_not_tried_again() {
    let refuse: [Fault; 2] = [NO_FAULT, |call, reply| {
        if call.path == "/api/authentication" {
            reply.status = 429;
        }
    }];
    for (fault, password, status) in [(refuse[0], "wrong", 401), (refuse[1], ADMIN.1, 429)] {
        let fake = Fake::start(fault).await;
        let admin = Admin { user: ADMIN.0.to_owned(), password: Secret::new(password) };
        let target = Target::new(&fake.url(), Auth::None).unwrap().with_admin(admin);
        let outcome = run(target, Profile::Configuration).await;
        let logins = fake.calls().iter().filter(|call| call.authorization.starts_with("Basic")).count();
        assert_eq!(logins, 1);
        let reason = format!("GET /api/authentication: no session for the user `admin` (status {status})");
        let errors = outcome.results.iter().filter(|result| result.verdict == Verdict::Error(reason.clone()));
        assert!(errors.count() > 100, "{}", told(&outcome));
        assert_eq!(outcome.count("fail"), 0, "{}", told(&outcome));
    }
}

/// Somebody else's transaction does not end.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_in_the_way_is_no_fault_of_the_targets() {
    let fake = Fake::start(|call, reply| {
        if call.path == "/api/transaction" && call.method == "POST" {
            reply.become_json(409, json!({"error": {"type": "ConfigurationLocked", "message": "No."}}));
        }
    })
    .await;
    let admin = Admin { user: ADMIN.0.to_owned(), password: Secret::new(ADMIN.1) };
    let target = Target::new(&fake.url(), Auth::None).unwrap().with_admin(admin);
    let options = Options { only: vec!["transaction::commit::closes".to_owned()], ..Options::default() };
    let outcome = run(target, options).await;
    let reason = "somebody else has an open transaction: POST /api/transaction answered 409";
    assert_eq!(outcome.results[0].verdict, Verdict::Error(reason.to_owned()), "{}", told(&outcome));
}

#[cfg(unix)]
fn send(signal: &str, process: u32) {
    assert!(Command::new("kill").args([signal, &process.to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn the_second_signal_ends_a_run_at_once() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut run = Command::new(env!("CARGO_BIN_EXE_vouchsafe-conformance"));
    run.args(["run", "--no-auth", "--target", &url, "--only", "*::example-*"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let _connection = silent.accept().unwrap();
    send("-INT", run.id());
    let mut told = String::new();
    BufReader::new(run.stderr.take().unwrap()).read_line(&mut told).unwrap();
    assert!(told.starts_with("stopping: "), "{told}");
    let start = Instant::now();
    send("-INT", run.id());
    assert_eq!(run.wait().unwrap().code(), Some(1));
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_run_and_leaves_nothing() {
    for (signal, requests) in [("-INT", 40), ("-TERM", 120)] {
        let fake = Fake::start(|_, _| std::thread::sleep(Duration::from_millis(15))).await;
        let (url, report) =
            (fake.url(), std::env::temp_dir().join(format!("ends-{}.json", fake.address.port())));
        let mut run = Command::new(env!("CARGO_BIN_EXE_vouchsafe-conformance"));
        run.args(["run", "--no-auth", "--target", &url, "--admin", &format!("{}:{}", ADMIN.0, ADMIN.1)]);
        let run = run.arg(format!("--report=json={}", report.display()));
        let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while fake.answered() < requests {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        send(signal, run.id());
        let start = Instant::now();
        let output = tokio::task::spawn_blocking(|| run.wait_with_output().unwrap()).await.unwrap();
        let printed = text(&output.stdout);
        assert!(start.elapsed() < Duration::from_secs(20), "{printed}");
        assert_eq!(output.status.code(), Some(1), "{printed}");
        assert!(printed.contains(" cases: the run was stopped\n"), "{printed}");
        assert!(printed.lines().last().unwrap().contains(" skipped, "), "{printed}");
        assert!(text(&output.stderr).starts_with("stopping: "), "{}", text(&output.stderr));
        assert!(!fake.has_transaction());
        assert!(!fake.items().is_empty());
        for (_, item) in fake.items() {
            assert_eq!(item["state"], "Revoked", "{item}\n{printed}");
        }
        let written: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
        assert!(written.is_object());
        std::fs::remove_file(&report).unwrap();
    }
}
