//! One fault at a time, and the cases that find it.

use serde_json::json;
use vouchsafe_conformance::{Options, Verdict, report};

use crate::{
    fake::{Call, Fake, Fault, Reply},
    runs::run_on,
};

fn is(call: &Call, method: &str, end: &str) -> bool {
    call.method == method && call.path.ends_with(end)
}

fn is_success(reply: &Reply) -> bool {
    reply.status < 300
}

/// Name, fault, ids of the cases that fail.
const FAULTS: &[(&str, Fault, &[&str])] = &[
    (
        "a change is acknowledged and forgotten",
        |call, reply| {
            if is(call, "GET", "basic-credentials") {
                for item in reply.body().as_array_mut().unwrap() {
                    item["state"] = json!("Inactive");
                }
            }
        },
        &["basic-credentials::update-state::example-suspend"],
    ),
    (
        "the list lacks the newest item",
        |call, reply| {
            if is(call, "GET", "x509-credentials") {
                reply.body().as_array_mut().unwrap().pop();
            }
        },
        &[
            "x509-credentials::list::example-list",
            "x509-credentials::update-state::example-suspend",
            "x509-credentials::update-state::example-revoke",
        ],
    ),
    (
        "the username is not the one that was asked for",
        |call, reply| {
            if is(call, "POST", "basic-credentials") && call.body.get("username").is_some() {
                reply.body()["username"] = json!("usera");
            }
        },
        &["basic-credentials::create::example-specific"],
    ),
    (
        "another one's credentials are answered",
        |call, reply| {
            if call.method == "GET" && call.path.starts_with("basic-credentials/") && is_success(reply) {
                reply.body()["id"] = json!("00000000000000000099");
            }
        },
        &["basic-credentials::get::example-active"],
    ),
    (
        "a reset answers with another password",
        |call, reply| {
            if is(call, "PATCH", "/password") && is_success(reply) {
                reply.body()["password"] = json!("0123456789abcdef");
            }
        },
        &["basic-credentials::reset-password::example-specific"],
    ),
    (
        "a change answers 200 with a body",
        |call, reply| {
            if is(call, "PATCH", "/state") && call.path.starts_with("x509") && is_success(reply) {
                reply.become_json(200, call.body.clone());
            }
        },
        &[
            "x509-credentials::update-state::example-suspend",
            "x509-credentials::update-state::example-revoke",
        ],
    ),
    (
        "unknown ids are accepted",
        |call, reply| {
            if is(call, "PATCH", "/state") {
                *reply = Reply::empty(204);
            }
        },
        &[
            "basic-credentials::update-state::example-path-id",
            "x509-credentials::update-state::example-path-id",
        ],
    ),
    (
        "errors have no message",
        |call, reply| {
            if is(call, "PATCH", "/password") && !is_success(reply) {
                reply.become_json(404, json!({"error": "Not found."}));
            }
        },
        &["basic-credentials::reset-password::example-path-id"],
    ),
    (
        "unknown ids break the server",
        |_, reply| {
            if reply.status == 404 {
                reply.become_json(500, json!({"message": "Internal error."}));
            }
        },
        &[
            "basic-credentials::get::example-path-id",
            "basic-credentials::update-state::example-path-id",
            "basic-credentials::reset-password::example-path-id",
            "x509-credentials::get::example-path-id",
            "x509-credentials::update-state::example-path-id",
        ],
    ),
    (
        "the list shows passwords",
        |call, reply| {
            if is(call, "GET", "basic-credentials") {
                for item in reply.body().as_array_mut().unwrap() {
                    item["password"] = json!("hunter2");
                }
            }
        },
        &["basic-credentials::list::example-list"],
    ),
    (
        "a private key comes back for a request that brought its own",
        |call, reply| {
            if call.body.get("csr").is_some() {
                reply.body()["privateKey"] =
                    json!("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n");
            }
        },
        &["x509-credentials::create::example-csr"],
    ),
    (
        "the answer leads elsewhere",
        |call, reply| {
            if is(call, "GET", "basic-credentials") {
                let extra_header = "location: /api/v1/basic-credentials?moved\r\n";
                *reply = Reply { extra_header, ..Reply::empty(302) };
            }
        },
        &["basic-credentials::list::example-list", "basic-credentials::update-state::example-suspend"],
    ),
    (
        "revoked credentials are accepted",
        |call, reply| {
            if is(call, "POST", "/verify") && reply.body()["reason"] == "Revoked" {
                reply.become_json(200, json!({"verdict": "Accepted", "tenant": "t"}));
            }
        },
        &["basic-credentials::verify::example-device", "x509-credentials::verify::example-certificates"],
    ),
    (
        "any password is accepted",
        |call, reply| {
            if is(call, "POST", "basic-credentials/verify") && reply.body()["reason"] == "WrongPassword" {
                reply.become_json(200, json!({"verdict": "Accepted", "tenant": "t"}));
            }
        },
        &["basic-credentials::verify::example-mistyped"],
    ),
    (
        "a verdict is an error",
        |call, reply| {
            if is(call, "POST", "x509-credentials/verify") && reply.body()["verdict"] == "Rejected" {
                reply.become_json(404, json!({"message": "Unknown."}));
            }
        },
        &[
            "x509-credentials::verify::example-certificates",
            "x509-credentials::verify::example-serial-number",
        ],
    ),
    (
        "a page for people",
        |call, reply| {
            if is(call, "GET", "x509-credentials") {
                *reply = Reply { content_type: "text/html", ..Reply::json(200, json!("<html>")) };
            }
        },
        &[
            "x509-credentials::list::example-list",
            "x509-credentials::update-state::example-suspend",
            "x509-credentials::update-state::example-revoke",
        ],
    ),
];

#[tokio::test]
async fn each_fault_is_found_by_the_cases_of_its_topic() {
    for (name, fault, expected) in FAULTS {
        let fake = Fake::start(*fault).await;
        let outcome = run_on(&fake, Options::default()).await;
        let failed: Vec<&str> = outcome
            .results
            .iter()
            .filter(|result| matches!(result.verdict, Verdict::Fail(_)))
            .map(|result| result.case.id.as_str())
            .collect();
        assert_eq!(failed, *expected, "{name}");
        assert_eq!(outcome.count("error"), 0, "{name}");
        assert!(!outcome.passed(), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_revoked_is_told() {
    let fake = Fake::start(|call, reply| {
        if call.body == json!({"state": "Revoked"}) {
            reply.become_json(400, json!({"message": "No."}));
        }
    })
    .await;
    let outcome =
        run_on(&fake, Options { only: vec!["basic*::list::example-*".to_owned()], ..Options::default() })
            .await;
    let [result] = outcome.results.as_slice() else { panic!("{outcome:?}") };
    assert_eq!(result.verdict, Verdict::Pass);
    assert_eq!(
        result.left_behind,
        ["made by POST /api/v1/basic-credentials: id 00000000000000000000: PATCH \
          /api/v1/basic-credentials/{id}/state answered 400"]
    );
}

#[tokio::test]
async fn a_fail_tells_everything_that_is_needed_and_no_secret() {
    let fault: Fault = |call, reply| {
        if is(call, "POST", "basic-credentials") {
            let body = reply.body();
            body["updatedDate"] = json!("2020-04-17T12:00:01Z");
            body["password"] = json!("wrong-and-secret");
        }
    };
    let fake = Fake::start(fault).await;
    insta::assert_snapshot!(told_of(&fake, "basic*::create::example-specific").await);
}

#[tokio::test]
async fn a_fail_of_what_is_seen_later_tells_what_came_before() {
    let fault: Fault = |call, reply| {
        if is(call, "GET", "basic-credentials") {
            *reply = Reply { content_type: "text/html", ..Reply::json(200, json!("<p>\u{1b}[31m\"hi\"\n")) };
        }
    };
    let fake = Fake::start(fault).await;
    insta::assert_snapshot!(told_of(&fake, "basic*::update-state::example-suspend").await);
}

/// What the report tells of one case, without what differs from run to run.
async fn told_of(fake: &Fake, case: &str) -> String {
    let mut outcome = run_on(fake, Options { only: vec![case.to_owned()], ..Options::default() }).await;
    let [result] = outcome.results.as_mut_slice() else { panic!("{outcome:?}") };
    result.duration = std::time::Duration::ZERO;
    report::result(result).replace(&fake.url(), "http://target").replace(&result.suffix, "UNIQUE")
}
