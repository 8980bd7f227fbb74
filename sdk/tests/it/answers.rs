//! Answers and errors, and the requests before them.

use std::time::{Duration, Instant};

use vouchsafe_sdk::{
    BasicCredentialsRequest, Client, CredentialsState, CredentialsTargetState, Error, KeyType,
    PrivateKeyType, StatusCode, X509CredentialsRequest,
};

use super::peer::{HANG, Peer, answer};

#[tokio::test]
async fn a_request_is_what_the_document_says() {
    let peer = Peer::start(|_, _| answer(204, "", "")).await;
    let client = peer.builder().user_agent("fleet/2").no_auth().build().unwrap();
    let request = X509CredentialsRequest::new().common_name("a \"b\"").ttl(60.5).key_type(KeyType::EcP256);
    client.x509_credentials().create(&request).await.unwrap_err();
    client.basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap_err();
    let seen = peer.seen();
    assert_eq!(seen[0].line, "POST /api/v1/x509-credentials");
    assert_eq!(seen[0].body, r#"{"commonName":"a \"b\"","ttl":60.5,"keyType":"ec-p256"}"#);
    assert_eq!(seen[1].body, "{}");
    let mut headers = seen[1].headers.clone();
    headers.sort();
    let agent = concat!("fleet/2 vouchsafe-sdk/", env!("CARGO_PKG_VERSION"));
    let host = peer.url.strip_prefix("http://").unwrap();
    let expected = [
        ("accept", "application/json"),
        ("content-length", "2"),
        ("content-type", "application/json"),
        ("host", host),
        ("user-agent", agent),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn what_a_newer_server_says_is_taken() {
    let body = r#"{"certificate":"C","issuingCa":"I","caChain":["I"],"privateKey":"K","privateKeyType":"ml-dsa",
        "serialNumber":"1","commonName":"n","state":"Dormant","invalidAfter":null,"shape":{"of":["things"]}}"#;
    let peer = Peer::start(move |_, _| answer(201, "", body)).await;
    let issued = peer.client().x509_credentials().create(&X509CredentialsRequest::new()).await.unwrap();
    assert_eq!(issued.private_key_type, Some(PrivateKeyType::Other("ml-dsa".into())));
    assert_eq!(issued.state, Some(CredentialsState::from("Dormant")));
    assert_eq!((&issued.id, issued.invalid_after), (&None, None));
    assert_eq!(issued.private_key.as_ref().map(|key| key.expose()), Some("K"));
    assert!(format!("{issued:?}").contains("private_key: Some(Secret(***))"), "{issued:?}");
}

#[tokio::test]
async fn errors_of_the_server_keep_their_words() {
    let cases = [
        (409, r#"{"message":"taken"}"#, "taken (409 Conflict)"),
        (400, r#"{"error":{"type":"T","message":"locked"}}"#, "locked (400 Bad Request)"),
        (413, "<html>", "Payload Too Large (413 Payload Too Large)"),
        (302, "", "Found (302 Found)"),
        (599, "", "no message (599 <unknown status code>)"),
    ];
    for (status, body, expected) in cases {
        let peer = Peer::start(move |_, _| answer(status, "location: /elsewhere\r\n", body)).await;
        let error =
            peer.client().basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("basic_credentials_create: {expected}"));
        assert_eq!(error.status(), StatusCode::from_u16(status).ok());
        assert_eq!(peer.lines(), ["POST /api/v1/basic-credentials"], "a redirect is not followed");
    }
}

#[tokio::test]
async fn an_endless_error_is_cut() {
    // More is announced than ever comes: whoever reads on waits for the time limit.
    let body = "x".repeat(100_000);
    let peer =
        Peer::start(move |_, _| format!("{HANG}HTTP/1.1 400 X\r\ncontent-length: 9999999\r\n\r\n{body}"))
            .await;
    let began = Instant::now();
    let error = peer.client().basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "basic_credentials_create: Bad Request (400 Bad Request)");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn an_answer_of_the_wrong_shape_is_not_shown() {
    let peer = Peer::start(|_, _| answer(201, "x-request-id: r2\r\n", r#""hunter2""#)).await;
    let error = peer.client().basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert_eq!((error.request_id(), error.is_retryable()), (Some("r2"), false));
    assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
    assert_eq!(peer.lines().len(), 1);
}

#[tokio::test]
async fn an_id_can_not_lead_elsewhere() {
    let peer = Peer::start(|_, _| answer(404, "", "")).await;
    let client = peer.client();
    let api = client.basic_credentials();
    api.get(&"../x509-credentials?".into()).await.unwrap_err();
    let error = api.update_state(&"..".into(), CredentialsTargetState::Revoked).await.unwrap_err();
    assert_eq!(error.to_string(), "id: must not be empty and not consist of dots");
    assert_eq!(peer.lines(), ["GET /api/v1/basic-credentials/..%2Fx509-credentials%3F"]);
}

#[test]
fn everything_can_be_sent_to_another_task() {
    fn is_send(_: impl Send) {}
    fn is_shared<T: Send + Sync + Clone + 'static>() {}
    is_shared::<Client>();
    is_shared::<Error>();
    let client = Client::builder("http://h").client_credentials("a", "b").build().unwrap();
    let (basic, x509, id) = (client.basic_credentials(), client.x509_credentials(), "a".into());
    is_send(basic.create(&BasicCredentialsRequest::new()));
    is_send(basic.update_state(&id, CredentialsTargetState::Active));
    is_send(x509.get(&id));
    is_send(x509.list());
    is_send(x509.list().try_collect());
}
