//! Access tokens: one fetch for all who wait, a new one when the server refuses the old.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use vouchsafe_sdk::{BasicCredentialsRequest, Client, Error, StatusCode};

use super::peer::{Peer, Request, answer};

const TOKEN: &str = "POST /oauth2/token";

fn grant(token: &str) -> String {
    answer(200, "", &format!(r#"{{"access_token":"{token}","token_type":"bearer","expires_in":3600}}"#))
}

fn client(peer: &Peer) -> Client {
    peer.builder().client_credentials("a:b", "s3cret").scope("x y").build().unwrap()
}

async fn list(client: &Client) -> Result<usize, Error> {
    client.basic_credentials().list().try_collect().await.map(|all| all.len())
}

#[tokio::test]
async fn many_calls_need_one_token() {
    let peer = Peer::start(|_, request| match request.line.as_str() {
        TOKEN => grant("t1"),
        _ => answer(200, "", "[]"),
    })
    .await;
    let client = client(&peer);
    for done in join_all((0..20).map(|_| list(&client))).await {
        assert_eq!(done.unwrap(), 0);
    }
    let (tokens, calls): (Vec<Request>, Vec<Request>) =
        peer.seen().into_iter().partition(|r| r.line == TOKEN);
    assert_eq!((tokens.len(), calls.len()), (1, 20));
    assert_eq!(tokens[0].header("authorization"), Some("Basic YSUzQWI6czNjcmV0"));
    assert_eq!(tokens[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(tokens[0].body, "grant_type=client_credentials&scope=x+y");
    assert!(calls.iter().all(|call| call.header("authorization") == Some("Bearer t1")));
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_for_all() {
    let issued = AtomicUsize::new(0);
    let peer =
        Peer::start(move |_, request| match (request.line.as_str(), request.header("authorization")) {
            (TOKEN, _) => grant(&format!("t{}", issued.fetch_add(1, Ordering::SeqCst))),
            (_, Some("Bearer t0")) => answer(401, "", r#"{"message":"expired"}"#),
            _ => answer(200, "", "[]"),
        })
        .await;
    let client = client(&peer);
    for done in join_all((0..20).map(|_| list(&client))).await {
        assert_eq!(done.unwrap(), 0);
    }
    assert_eq!(peer.lines().iter().filter(|line| *line == TOKEN).count(), 2);
}

#[tokio::test]
async fn a_second_refusal_is_the_answer() {
    let peer = Peer::start(|_, request| match request.line.as_str() {
        TOKEN => grant("t"),
        _ => answer(401, "", r#"{"message":"no"}"#),
    })
    .await;
    let error = client(&peer).basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap_err();
    assert!(matches!(&error, Error::Api(refusal) if refusal.message == "no"), "{error:?}");
    let call = "POST /api/v1/basic-credentials";
    assert_eq!(peer.lines(), [TOKEN, call, TOKEN, call]);
}

#[tokio::test]
async fn a_given_token_is_not_replaced() {
    let peer = Peer::start(|_, _| answer(401, "", "")).await;
    let client = peer.builder().bearer_token("given").build().unwrap();
    let error = list(&client).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    let seen = peer.seen();
    assert_eq!((seen.len(), seen[0].header("authorization")), (1, Some("Bearer given")));
}

#[tokio::test]
async fn all_who_wait_learn_that_there_is_no_token() {
    let refusal = r#"{"error":"invalid_client","error_description":"unknown client"}"#;
    let peer = Peer::start(move |_, _| answer(401, "x-request-id: r1\r\n", refusal)).await;
    let client = client(&peer);
    for done in join_all((0..20).map(|_| list(&client))).await {
        let error = done.unwrap_err();
        assert!(matches!(error, Error::Auth(_)), "{error:?}");
        assert_eq!(error.to_string(), "no access token: invalid_client: unknown client (401 Unauthorized)");
        assert_eq!(error.request_id(), Some("r1"));
    }
    assert_eq!(peer.lines(), [TOKEN]);
    // Whoever comes later tries anew.
    list(&client).await.unwrap_err();
    assert_eq!(peer.lines(), [TOKEN, TOKEN]);
}

#[tokio::test]
async fn answers_that_are_no_token_are_said_to_be_so() {
    let cases = [
        (r#"{"access_token":"t","token_type":"mac"}"#, "token_type is not Bearer"),
        (r#"{"access_token":"a b","token_type":"Bearer"}"#, "access_token is no token"),
        (r#"{"access_token":7,"token_type":"Bearer"}"#, "a secret must be a string at line 1 column 17"),
        (r#"{"token_type":"Bearer"}"#, "missing field `access_token` at line 1 column 23"),
        ("<html>", "expected value at line 1 column 1"),
    ];
    for (body, reason) in cases {
        let peer = Peer::start(move |_, _| answer(200, "", body)).await;
        let error = list(&client(&peer)).await.unwrap_err().to_string();
        assert_eq!(error, format!("oauth2_token: the answer (200 OK) can't be read: {reason}"));
    }
}

#[tokio::test]
async fn tokens_can_come_from_elsewhere() {
    let issuer = Peer::start(|_, _| grant("t")).await;
    let peer = Peer::start(|_, _| answer(200, "", "[]")).await;
    let builder =
        peer.builder().client_credentials("id", "secret").token_url(format!("{}/t?x=1", issuer.url));
    list(&builder.build().unwrap()).await.unwrap();
    assert_eq!(issuer.lines(), ["POST /t?x=1"]);
    assert_eq!(issuer.seen()[0].body, "grant_type=client_credentials");
    assert_eq!(peer.seen()[0].header("authorization"), Some("Bearer t"));
}
