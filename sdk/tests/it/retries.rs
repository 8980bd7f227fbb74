//! What is sent again, and what is not.

use std::time::{Duration, Instant};

use vouchsafe_sdk::{
    BasicCredentialsRequest, Client, CredentialsId, CredentialsTargetState, Error, PasswordResetRequest,
    RetryPolicy, StatusCode,
};

use super::peer::{BREAK, HANG, Peer, answer};

/// How often each kind of request is sent to a peer that always gives this answer.
async fn attempts(reply: &'static str) -> Vec<(&'static str, usize)> {
    let id = CredentialsId::from("efh63sad72g0sggo3s5a");
    let mut all = Vec::new();
    for kind in ["get", "create", "suspend", "activate", "reset to given", "reset to generated"] {
        let peer = Peer::start(move |_, _| reply.to_owned()).await;
        let client = peer.client();
        let api = client.basic_credentials();
        let failed = match kind {
            "get" => api.get(&id).await.map(drop),
            "create" => api.create(&BasicCredentialsRequest::new()).await.map(drop),
            "suspend" => api.update_state(&id, CredentialsTargetState::Suspended).await,
            "activate" => api.update_state(&id, CredentialsTargetState::Active).await,
            "reset to given" => {
                api.reset_password(&id, &PasswordResetRequest::new().password("p")).await.map(drop)
            }
            _ => api.reset_password(&id, &PasswordResetRequest::new()).await.map(drop),
        };
        assert!(failed.is_err(), "{kind}");
        all.push((kind, peer.seen().len()));
    }
    all
}

fn each(counts: [usize; 6]) -> Vec<(&'static str, usize)> {
    let kinds = ["get", "create", "suspend", "activate", "reset to given", "reset to generated"];
    kinds.into_iter().zip(counts).collect()
}

#[tokio::test]
async fn a_busy_server_that_says_when_is_asked_again_by_all() {
    for status in ["429", "503"] {
        let reply = format!("HTTP/1.1 {status} X\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n").leak();
        assert_eq!(attempts(reply).await, each([3, 3, 3, 3, 3, 3]), "{status}");
    }
}

#[tokio::test]
async fn without_that_only_what_does_no_harm_is_repeated() {
    for status in ["408", "429", "500", "502", "503", "504"] {
        let reply = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n").leak();
        assert_eq!(attempts(reply).await, each([3, 1, 3, 1, 3, 1]), "{status}");
    }
    // The connection breaks after the request, in the answer's head, and in its body.
    for part in ["", "HTTP/1.1 200 OK\r\nconte", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"] {
        let reply = format!("{BREAK}{part}").leak();
        assert_eq!(attempts(reply).await, each([3, 1, 3, 1, 3, 1]), "{reply:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_stays_wrong() {
    for status in ["302", "400", "403", "404", "409", "501"] {
        let reply =
            format!("HTTP/1.1 {status} X\r\nretry-after: 0\r\nlocation: /\r\ncontent-length: 0\r\n\r\n")
                .leak();
        assert_eq!(attempts(reply).await, each([1, 1, 1, 1, 1, 1]), "{status}");
    }
}

#[tokio::test]
async fn a_repetition_that_succeeds_is_all_the_caller_sees() {
    let peer = Peer::start(|n, _| match n {
        0 => answer(503, "retry-after: 0\r\n", ""),
        _ => answer(204, "", ""),
    })
    .await;
    let id = CredentialsId::from("efh63sad72g0sggo3s5a");
    peer.client().x509_credentials().update_state(&id, CredentialsTargetState::Active).await.unwrap();
    let seen = peer.seen();
    assert_eq!(peer.lines(), vec!["PATCH /api/v1/x509-credentials/efh63sad72g0sggo3s5a/state"; 2]);
    assert_eq!(seen[0].body, r#"{"state":"Active"}"#);
    assert_eq!(seen[0].headers, seen[1].headers);
    assert_eq!(seen[0].body, seen[1].body);
}

#[tokio::test]
async fn retry_after_is_waited_for_unless_it_is_too_long() {
    let peer = Peer::start(|n, _| match n {
        0 => answer(503, "retry-after: 1\r\n", ""),
        _ => answer(200, "", "[]"),
    })
    .await;
    let began = Instant::now();
    peer.client().basic_credentials().list().try_collect().await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));

    let peer =
        Peer::start(|_, _| answer(503, "retry-after: 31\r\nx-request-id: r7\r\n", r#"{"message":"busy"}"#))
            .await;
    let error = peer.client().basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap_err();
    let Error::Api(refusal) = &error else { panic!("{error}") };
    assert_eq!(refusal.retry_after, Some(Duration::from_secs(31)));
    assert_eq!((error.status(), error.request_id()), (Some(StatusCode::SERVICE_UNAVAILABLE), Some("r7")));
    assert_eq!(error.to_string(), "basic_credentials_create: busy (503 Service Unavailable)");
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn silence_ends_with_the_time_limit() {
    let peer = Peer::start(|_, _| HANG.to_owned()).await;
    let builder = peer.builder().request_timeout(Duration::from_millis(50)).retry(RetryPolicy::never());
    let client = builder.no_auth().build().unwrap();
    let error = client.basic_credentials().list().try_next().await.unwrap_err();
    assert!(matches!(error, Error::Transport { timeout: true, connect: false, .. }), "{error:?}");
    assert_eq!(error.to_string(), "basic_credentials_list: the server took too long to answer");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn no_connection_is_an_error_that_names_no_url() {
    let client = Client::builder("http://127.0.0.1:9").retry(RetryPolicy::never()).no_auth().build().unwrap();
    let query = vouchsafe_sdk::BasicCredentialsListQuery::new().username("private");
    let error = client.basic_credentials().list_page(&query).await.unwrap_err();
    assert!(matches!(error, Error::Transport { timeout: false, connect: true, .. }), "{error:?}");
    assert!(!format!("{error:?}").contains("private"), "{error:?}");
}
