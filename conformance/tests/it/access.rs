//! Tokens, and targets that can't be reached or don't answer.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;
use vouchsafe_conformance::{Auth, Options, Outcome, Secret, Target, Verdict, report, run};

use crate::{
    fake::{Fake, Fault},
    runs::{NO_FAULT, told},
};

/// A token endpoint, and 401 without its token.
const PROTECTED: Fault = |call, reply| {
    // device-1:p%26q
    let client = "Basic ZGV2aWNlLTE6cCUyNnE=";
    if call.path == "/oauth2/token" {
        match call.authorization == client && call.body == json!("grant_type=client_credentials") {
            true => reply.become_json(200, json!({"access_token": "t0ken", "token_type": "Bearer"})),
            false => {
                reply.become_json(401, json!({"error": "invalid_client", "error_description": "secret"}))
            }
        }
    } else if call.authorization != "Bearer t0ken" {
        reply.become_json(401, json!({"message": "An access token is needed."}));
    }
};

fn client(secret: &str, token_url: Option<String>) -> Auth {
    Auth::ClientCredentials {
        client_id: "device-1".to_owned(),
        client_secret: Secret::new(secret),
        token_url,
    }
}

fn one_case() -> Options {
    Options { only: vec!["basic*::list::example-*".to_owned()], ..Options::default() }
}

async fn run_one(url: &str, auth: Auth) -> Outcome {
    run(Target::new(url, auth).unwrap(), one_case()).await
}

fn error(outcome: &Outcome) -> &str {
    match &outcome.results[0].verdict {
        Verdict::Error(reason) => reason,
        verdict => panic!("{verdict:?}"),
    }
}

#[tokio::test]
async fn tokens_are_fetched_or_given() {
    let fake = Fake::start(PROTECTED).await;
    let elsewhere = Some(format!("{}/oauth2/token", fake.url()));
    for auth in [client("p&q", None), client("p&q", elsewhere), Auth::Token(Secret::new("t0ken"))] {
        let outcome = run_one(&fake.url(), auth).await;
        assert!(outcome.passed(), "{}", told(&outcome));
    }
}

#[tokio::test]
async fn a_wrong_token_fails_and_a_wrong_client_is_an_error() {
    let fake = Fake::start(PROTECTED).await;
    let outcome = run_one(&fake.url(), Auth::Token(Secret::new("hidden"))).await;
    assert!(matches!(&outcome.results[0].verdict, Verdict::Fail(_)));
    let text = report::result(&outcome.results[0]);
    assert!(text.contains("-H 'Authorization: Bearer [redacted]'") && !text.contains("hidden"), "{text}");
    let outcome = run_one(&fake.url(), client("wrong", None)).await;
    let url = format!("{}/oauth2/token", fake.url());
    assert_eq!(
        error(&outcome),
        format!("token endpoint {url}: no access token (status 401, error `invalid_client`)")
    );
}

#[tokio::test]
async fn what_does_not_answer_is_an_error_in_one_sentence() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let impatient = Options { timeout: Duration::from_millis(100), ..one_case() };
    let outcome = run(Target::new(&url, Auth::None).unwrap(), impatient).await;
    assert_eq!(error(&outcome), format!("POST {url}/api/v1/basic-credentials: no complete answer in time"));
    // Nobody listens on port 1.
    let outcome = run_one("http://127.0.0.1:1", Auth::None).await;
    let refused = "POST http://127.0.0.1:1/api/v1/basic-credentials: cannot connect: Connection refused";
    assert!(error(&outcome).starts_with(refused), "{}", error(&outcome));
    let fake = Fake::start(NO_FAULT).await;
    let tls = fake.url().replace("http:", "https:");
    let outcome = run_one(&tls, Auth::None).await;
    let plain = format!("POST {tls}/api/v1/basic-credentials: cannot connect: ");
    assert!(error(&outcome).starts_with(&plain), "{}", error(&outcome));
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_an_error_beside_which_others_pass() {
    let fake = Fake::start(|call, reply| {
        if call.method == "GET" {
            reply.extra_header = "transfer-encoding: chunked\r\n";
        }
    })
    .await;
    let options = Options {
        only: vec!["basic*::list::example-*".to_owned(), "basic*::create::example-*".to_owned()],
        ..Options::default()
    };
    let outcome = run(Target::new(&fake.url(), Auth::None).unwrap(), options).await;
    let url = fake.url();
    let broken = format!("GET {url}/api/v1/basic-credentials: the exchange broke off: ");
    assert!(error(&outcome).starts_with(&broken), "{}", error(&outcome));
    assert_eq!((outcome.count("pass"), outcome.count("error"), outcome.passed()), (2, 1, false));
}

#[tokio::test]
async fn an_answer_without_end_is_an_error() {
    let fake = Fake::start(|_, reply| reply.body = Some(json!("x".repeat((64 << 20) + 1)))).await;
    let outcome = run_one(&fake.url(), Auth::None).await;
    let url = fake.url();
    assert_eq!(
        error(&outcome),
        format!("POST {url}/api/v1/basic-credentials: the answer is longer than 64 MiB")
    );
}
