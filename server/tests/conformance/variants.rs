//! Servers that do what the reference leaves open in another way than ours: no case that is a MUST may fail them.

use serde_json::{Value, json};
use vouchsafe_conformance::{CaseResult, Level, Options, Profile, Verdict, report, run};

use crate::{
    minted::mint,
    proxy::{Call, Fault, Proxy, Reply},
    server::Server,
};

fn is_credentials(call: &Call) -> bool {
    call.path.starts_with("/api/v1/")
}

/// Only changes of states have a documented body of their errors.
fn has_documented_errors(call: &Call) -> bool {
    call.method == "PATCH"
}

const CREDENTIALS: Profile = Profile::ClientCredentials;
const CONFIGURATION: Profile = Profile::Configuration;

/// Name, what it does, what it claims to implement, and which cases it is tried with.
const VARIANTS: &[(&str, Fault, Profile, &str)] = &[
    (
        "certificates of another CA, made by the same profile",
        Fault {
            after: |call, reply, _| {
                if call.is("POST", "/api/v1/x509-credentials") && reply.status == 201 {
                    mint(&mut reply.json, |_| {});
                }
            },
            ..Fault::NONE
        },
        CREDENTIALS,
        "x509-credentials::*",
    ),
    (
        "no extension at all",
        Fault {
            before: |call, _| {
                let single = call.method == "GET" && call.path.matches('/').count() == 4;
                let unknown = single || call.path.ends_with("/verify");
                (is_credentials(call) && unknown).then(|| Reply::empty(404))
            },
            after: |call, reply, _| {
                if call.is("POST", "/api/v1/x509-credentials") {
                    for name in ["id", "state", "invalidAfter"] {
                        reply.remove(name);
                    }
                }
                if is_credentials(call) && reply.status >= 400 && !has_documented_errors(call) {
                    // What HTTP itself demands, `Allow` and the challenge, stays.
                    (reply.json, reply.bytes) = (Value::Null, Vec::new());
                    reply.headers.remove("content-type");
                }
            },
        },
        CREDENTIALS,
        "*",
    ),
    (
        "denied access is 403",
        Fault {
            after: |call, reply, _| {
                if is_credentials(call) && reply.status == 404 {
                    *reply = Reply::json(403, json!({"message": "Denied."}));
                }
            },
            ..Fault::NONE
        },
        CREDENTIALS,
        "*",
    ),
    (
        "a content type that it does not know is 400",
        Fault {
            after: |call, reply, _| {
                if is_credentials(call) && matches!(reply.status, 413 | 415) {
                    *reply = Reply::json(400, json!({"message": "Not understood."}));
                }
            },
            ..Fault::NONE
        },
        CREDENTIALS,
        "*",
    ),
    (
        "what was never used can't be suspended",
        Fault {
            before: |call, memory| {
                let id = call.path.split('/').nth(4)?;
                let token = call.headers.get("authorization")?.to_str().ok()?;
                let mine = memory.contains_key(id) && memory["token"] == token;
                let refused =
                    call.is("PATCH", "/api/v1/*/state") && call.json == json!({"state": "Suspended"});
                (mine && refused).then(|| Reply::json(400, json!({"message": "Not permitted."})))
            },
            after: |call, reply, memory| {
                if call.is("POST", "/api/v1/*-credentials")
                    && let Some(id) = reply.json["id"].as_str()
                {
                    let token = call.headers["authorization"].to_str().unwrap();
                    memory.insert("token".to_owned(), json!(token));
                    memory.insert(id.to_owned(), json!(true));
                }
            },
        },
        CREDENTIALS,
        "*",
    ),
    (
        "content types are not looked at",
        Fault {
            before: |call, _| {
                if is_credentials(call) {
                    call.headers.insert("content-type", "application/json".parse().unwrap());
                }
                None
            },
            ..Fault::NONE
        },
        CREDENTIALS,
        "*",
    ),
    (
        "a token that is none is a wrong request (RFC 6750 section 3.1)",
        Fault {
            after: |call, reply, _| {
                let sent = call.headers.get("authorization").and_then(|sent| sent.to_str().ok());
                if reply.status == 401 && sent.is_some_and(|sent| !sent.contains('.')) {
                    reply.status = 400;
                }
            },
            ..Fault::NONE
        },
        CREDENTIALS,
        "*::garbage-token",
    ),
    (
        "transactions are opened and committed with 200",
        Fault {
            after: |call, reply, _| {
                if call.is("POST", "/api/transaction") || call.is("PUT", "/api/transaction") {
                    reply.status = if reply.status == 201 { 200 } else { reply.status };
                }
            },
            ..Fault::NONE
        },
        CONFIGURATION,
        "*",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_reference_leaves_open_fails_nobody() {
    let server = Server::start();
    for (name, fault, profile, only) in VARIANTS {
        let proxy = Proxy::start(server.url.clone(), *fault).await;
        let only = vec![(*only).to_owned()];
        let options = Options { only, ..Options::from(*profile) };
        let outcome = run(server.target(&proxy.url), options).await;
        let bad = |result: &&CaseResult| match result.verdict {
            Verdict::Fail(_) => result.case.level == Level::Must,
            Verdict::Error(_) => true,
            Verdict::Pass | Verdict::Skip { .. } => false,
        };
        let told: String = outcome.results.iter().filter(bad).map(report::result).collect();
        assert!(told.is_empty(), "{name}:\n{told}");
    }
}

/// What is found behind the proxy is the fault's doing, not the proxy's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_without_a_fault_fails_nobody() {
    let server = Server::start();
    let proxy = Proxy::start(server.url.clone(), Fault::NONE).await;
    let skip = vec!["*::expired-token=not given".into()];
    let options = Options { skip, ..Options::from(Profile::Extended) };
    let outcome = run(server.target(&proxy.url), options).await;
    let bad = outcome.results.iter().filter(|result| result.verdict.word() != "pass");
    let told: String = bad.map(report::result).collect();
    assert!(outcome.passed(), "{told}");
}
