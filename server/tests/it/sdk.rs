//! The SDK against a real server: every operation, and what only a real server shows.

mod configuration;

use reqwest::Method;
use vouchsafe_sdk::{
    BasicCredentialsListQuery, BasicCredentialsRequest, Client, ClientBuilder, CredentialsId,
    CredentialsState, CredentialsTargetState, Error, KeyType, OffsetDateTime, PasswordResetRequest,
    PrivateKeyType, RetryPolicy, StatusCode, X509CredentialsListQuery, X509CredentialsRequest,
};

use crate::harness::{TestServer, both};

fn builder(server: &TestServer) -> ClientBuilder {
    Client::builder(&server.url).client_credentials(&server.client_id, server.client_secret.as_str())
}

fn client(server: &TestServer) -> Client {
    builder(server).build().unwrap()
}

/// Status and message of an error that is an answer of the API.
#[track_caller]
fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (u16, String) {
    match outcome {
        Err(error @ Error::Api(_)) => {
            assert!(error.request_id().is_some_and(|id| !id.is_empty()), "{error:?}");
            let Error::Api(refusal) = error else { unreachable!() };
            (refusal.status.as_u16(), refusal.message)
        }
        other => panic!("not refused by the API: {other:?}"),
    }
}

both!(basic_credentials_from_creation_to_revocation, async |server: TestServer| {
    let client = client(&server);
    let api = client.basic_credentials();
    let request = BasicCredentialsRequest::new().username("UserA").password("123");
    let created = api.create(&request).await.unwrap();
    assert_eq!((created.username.as_str(), created.password.expose()), ("UserA", "123"));
    assert_eq!((&created.state, created.last_use_date), (&CredentialsState::Inactive, None));
    assert!((OffsetDateTime::now_utc() - created.created_date).whole_seconds().abs() < 60);
    assert_eq!(created.created_date, created.updated_date);

    let got = api.get(&created.id).await.unwrap();
    assert_eq!((&got.id, &got.username, &got.state), (&created.id, &created.username, &created.state));
    assert_eq!((got.created_date, got.updated_date), (created.created_date, created.updated_date));
    assert_eq!(api.list().try_collect().await.unwrap(), [got]);

    let id = &created.id;
    api.update_state(id, CredentialsTargetState::Suspended).await.unwrap();
    assert_eq!(api.get(id).await.unwrap().state, CredentialsState::Suspended);
    // Never used, so what they go back to is Inactive.
    api.update_state(id, CredentialsTargetState::Active).await.unwrap();
    assert_eq!(api.get(id).await.unwrap().state, CredentialsState::Inactive);
    let (status, message) = refusal(api.update_state(id, CredentialsTargetState::Active).await);
    assert_eq!(status, 400, "{message}");

    let given =
        api.reset_password(id, &PasswordResetRequest::new().password("mQ8jSA3Cywbs7cLJ")).await.unwrap();
    assert_eq!(given.password.expose(), "mQ8jSA3Cywbs7cLJ");
    let generated = api.reset_password(id, &PasswordResetRequest::new()).await.unwrap();
    assert_eq!(generated.password.expose().len(), 32);

    api.update_state(id, CredentialsTargetState::Revoked).await.unwrap();
    api.update_state(id, CredentialsTargetState::Revoked).await.unwrap();
    assert_eq!(api.get(id).await.unwrap().state, CredentialsState::Revoked);
    assert_eq!(refusal(api.update_state(id, CredentialsTargetState::Suspended).await).0, 400);
    assert_eq!(refusal(api.reset_password(id, &PasswordResetRequest::new()).await).0, 400);
});

both!(what_is_generated_differs, async |server: TestServer| {
    let client = client(&server);
    let first = client.basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap();
    let second = client.basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap();
    assert_ne!(first.username, second.username);
    assert_ne!(first.password, second.password);
    assert!(!format!("{first:?}").contains(first.password.expose()));
});

both!(refusals_say_why, async |server: TestServer| {
    let client = client(&server);
    let api = client.basic_credentials();
    let nobody = CredentialsId::from("efh63sad72g0sggo3s5a");
    assert_eq!(refusal(api.get(&nobody).await).0, 404);
    assert_eq!(refusal(api.get(&"no id at all/?".into()).await).0, 404);
    assert_eq!(refusal(api.reset_password(&nobody, &PasswordResetRequest::new()).await).0, 404);
    assert_eq!(refusal(client.x509_credentials().get(&nobody).await).0, 404);
    let taken = BasicCredentialsRequest::new().username("UserA");
    api.create(&taken).await.unwrap();
    assert_eq!(refusal(api.create(&taken).await).0, 409);
    let (status, message) = refusal(api.create(&BasicCredentialsRequest::new().username("a:b")).await);
    assert!(status == 400 && message.contains("username"), "{status} {message}");
    let (status, message) = refusal(api.list_page(&BasicCredentialsListQuery::new().limit(0)).await);
    assert!(status == 400 && message.contains("limit"), "{status} {message}");
    let ttl = X509CredentialsRequest::new().ttl(0.0);
    let (status, message) = refusal(client.x509_credentials().create(&ttl).await);
    assert!(status == 400 && message.contains("ttl"), "{status} {message}");
});

both!(x509_credentials_from_issue_to_revocation, async |server: TestServer| {
    let client = client(&server);
    let api = client.x509_credentials();
    let issued =
        api.create(&X509CredentialsRequest::new().common_name("silver-advice").ttl(60.5)).await.unwrap();
    assert_eq!(issued.common_name, "silver-advice");
    assert_eq!(issued.private_key_type, Some(PrivateKeyType::Rsa));
    let key = issued.private_key.as_ref().unwrap();
    assert!(key.expose().starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    assert!(!format!("{issued:?}").contains("PRIVATE KEY"));
    assert_eq!(issued.ca_chain.first(), Some(&issued.issuing_ca));

    let id = issued.id.as_ref().unwrap();
    let got = api.get(id).await.unwrap();
    assert_eq!(
        (&got.id, &got.common_name, &got.serial_number),
        (id, &issued.common_name, &issued.serial_number)
    );
    assert_eq!((Some(&got.state), Some(got.invalid_after)), (issued.state.as_ref(), issued.invalid_after));
    assert_eq!(api.list().try_collect().await.unwrap(), [got]);

    api.update_state(id, CredentialsTargetState::Suspended).await.unwrap();
    assert_eq!(api.get(id).await.unwrap().state, CredentialsState::Suspended);
    api.update_state(id, CredentialsTargetState::Revoked).await.unwrap();
    assert_eq!(api.get(id).await.unwrap().state, CredentialsState::Revoked);
    assert_eq!(refusal(api.update_state(id, CredentialsTargetState::Suspended).await).0, 400);
});

both!(every_key_type_can_be_asked_for, async |server: TestServer| {
    let client = client(&server);
    let cases = [
        (KeyType::Rsa2048, PrivateKeyType::Rsa),
        (KeyType::EcP256, PrivateKeyType::Ec),
        (KeyType::EcP384, PrivateKeyType::Ec),
        (KeyType::Ed25519, PrivateKeyType::Ed25519),
    ];
    for (asked, made) in cases {
        let issued = client
            .x509_credentials()
            .create(&X509CredentialsRequest::new().key_type(asked.clone()))
            .await
            .unwrap();
        assert_eq!(issued.private_key_type, Some(made), "{asked}");
    }
});

both!(lists_come_in_pages, async |server: TestServer| {
    let client = client(&server);
    let api = client.basic_credentials();
    for n in 0..5 {
        let created =
            api.create(&BasicCredentialsRequest::new().username(format!("user {n} & co"))).await.unwrap();
        if n % 2 == 0 {
            api.update_state(&created.id, CredentialsTargetState::Suspended).await.unwrap();
        }
    }
    let query = BasicCredentialsListQuery::new;
    let whole = api.list_page(&query()).await.unwrap();
    assert_eq!((whole.items.len(), whole.next), (5, None));
    for size in [1, 2, 4, 5, 6] {
        assert_eq!(
            api.list_with(query().limit(size)).try_collect().await.unwrap(),
            whole.items,
            "pages of {size}"
        );
    }
    let page = api.list_page(&query().limit(2)).await.unwrap();
    assert_eq!(page.next.as_deref(), Some(page.items[1].id.as_str()));
    let rest = api.list_with(query().after(page.items[1].id.as_str())).try_collect().await.unwrap();
    assert_eq!(rest, whole.items[2..]);
    let suspended =
        api.list_with(query().limit(2).state(CredentialsState::Suspended)).try_collect().await.unwrap();
    assert_eq!(suspended, [0, 2, 4].map(|n: usize| whole.items[n].clone()));
    let one = api.list_with(query().username("user 3 & co")).try_collect().await.unwrap();
    assert_eq!(one, whole.items[3..4]);
    let none = client.x509_credentials().list_with(X509CredentialsListQuery::new().limit(1));
    assert_eq!(none.try_collect().await.unwrap(), []);
});

both!(who_may_not_is_told_so, async |server: TestServer| {
    let wrong = Client::builder(&server.url).client_credentials(&server.client_id, "wrong").build().unwrap();
    let error = wrong.basic_credentials().list().try_next().await.unwrap_err();
    assert!(matches!(error, Error::Auth(_)), "{error:?}");
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    assert!(error.to_string().contains("invalid_client"), "{error}");

    let reader = builder(&server).scope("tenant:basic-credentials:read").build().unwrap();
    reader.basic_credentials().list().try_collect().await.unwrap();
    assert_eq!(refusal(reader.basic_credentials().create(&BasicCredentialsRequest::new()).await).0, 403);

    let nobody = Client::builder(&server.url).no_auth().build().unwrap();
    assert_eq!(refusal(nobody.basic_credentials().list().try_collect().await).0, 401);
    let forged = Client::builder(&server.url).bearer_token("forged").build().unwrap();
    assert_eq!(refusal(forged.basic_credentials().list().try_collect().await).0, 401);
});

both!(a_given_token_is_used, async |server: TestServer| {
    let token = server.token_with(&server.client_id, &server.client_secret, None).await;
    let client = Client::builder(format!("{}/", server.url)).bearer_token(token).build().unwrap();
    client.basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap();
});

both!(expired_tokens_are_renewed, |config| config.auth.token_ttl_seconds = 1, async |server: TestServer| {
    let client = client(&server);
    for _ in 0..3 {
        client.basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    }
});

both!(
    without_authentication_none_is_needed,
    |config| config.auth.enabled = false,
    async |server: TestServer| {
        let client = Client::builder(&server.url).no_auth().build().unwrap();
        let issued =
            client.x509_credentials().create(&X509CredentialsRequest::new().key_type(KeyType::EcP256)).await;
        assert!(issued.unwrap().private_key.is_some());
    }
);

both!(tls_needs_the_platform_ca, |config| config.tls.enabled = true, async |server: TestServer| {
    let stranger = builder(&server).retry(RetryPolicy::never()).build().unwrap();
    let error = stranger.basic_credentials().list().try_next().await.unwrap_err();
    assert!(matches!(error, Error::Transport { connect: true, .. }), "{error:?}");

    let pem =
        server.anonymous(Method::GET, "/pki/platform/ca.pem").send().await.unwrap().text().await.unwrap();
    let client = builder(&server).root_certificates(pem).build().unwrap();
    client.basic_credentials().create(&BasicCredentialsRequest::new()).await.unwrap();
});

both!(many_at_once_lose_nothing, async |server: TestServer| {
    let client = client(&server);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(
                async move { client.basic_credentials().create(&BasicCredentialsRequest::new()).await },
            )
        })
        .collect();
    let mut created = Vec::new();
    for task in tasks {
        created.push(task.await.unwrap().unwrap().id);
    }
    created.sort();
    let listed: Vec<_> =
        client.basic_credentials().list().try_collect().await.unwrap().into_iter().map(|c| c.id).collect();
    assert_eq!(listed, created);
});
