//! The SDK's sessions and transactions.

use std::time::Duration;

use vouchsafe::{auth::hash_secret, clock};
use vouchsafe_domain::{Secret, Timestamp};
use vouchsafe_sdk::{
    AuthorityOrPem, Client, Configuration, Error, FailureType, RevocationCheck, StatusCode, Transaction,
    TrustStoreRequest, TrustStoreType,
};

use crate::harness::{TestServer, both};

const SAMPLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../api-spec/tests/documented/trust-stores-list.json"));

fn client(server: &TestServer) -> Client {
    Client::builder(&server.url).administrator("admin", server.admin_password.as_str()).build().unwrap()
}

/// The certificate of the reference's sample.
fn pem() -> String {
    let list: serde_json::Value = serde_json::from_str(SAMPLE).unwrap();
    list["items"][1]["body"]["authorities"][0]["pem"].as_str().unwrap().to_owned()
}

async fn timezone(configuration: &Configuration) -> String {
    configuration.date_and_time().timezone_get().await.unwrap().body
}

/// A transaction, as soon as the one that was given up has ended.
async fn begin_when_free(configuration: &Configuration) -> Transaction {
    for _ in 0..500 {
        match configuration.begin().await {
            Ok(transaction) => return transaction,
            Err(error) => {
                let failure = error.failure().unwrap_or_else(|| panic!("{error}"));
                assert_eq!(failure.r#type, FailureType::ConfigurationLocked, "{error}");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
    panic!("the lock is not freed");
}

/// Ends every session on the server, as 20 minutes without a request do.
async fn end_sessions(server: &TestServer) {
    let store = server.ready().await.store;
    let tx = store.begin_configuration().await.unwrap();
    tx.sessions_sweep(Timestamp::from_micros(clock::now().as_micros() + 1_000_000)).await.unwrap();
    tx.commit().await.unwrap();
}

both!(a_transaction_is_committed_when_it_succeeds, async |server: TestServer| {
    let configuration = client(&server).configuration();
    let key = configuration
        .transaction(async |tx| {
            let mut alerts = tx.alerting().system_alerts_get().await?.body;
            alerts.xcb_login_failure.email = true;
            tx.alerting().system_alerts_replace(&alerts).await?;
            let request = TrustStoreRequest::new("Partners", RevocationCheck::None, TrustStoreType::Custom)
                .authorities(vec![AuthorityOrPem::from(pem())])
                .crl_urls(Vec::<String>::new());
            let created = tx.trust_stores().create(&request).await?;
            assert_eq!(tx.changes().await?.changes.len(), 2);
            Ok::<_, Error>(created.key)
        })
        .await
        .unwrap();
    let other = client(&server).configuration();
    assert!(other.alerting().system_alerts_get().await.unwrap().body.xcb_login_failure.email);
    let store = other.trust_stores().get(&key.into()).await.unwrap();
    assert_eq!((store.body.name.as_str(), store.body.authorities.unwrap().len()), ("Partners", 1));
});

both!(a_transaction_is_rolled_back_when_it_fails_or_is_dropped, async |server: TestServer| {
    let configuration = client(&server).configuration();
    let failed = configuration
        .transaction(async |tx| {
            tx.date_and_time().timezone_replace("Europe/Paris").await?;
            tx.date_and_time().timezone_replace("Europe/Atlantis").await
        })
        .await;
    let failure = failed.unwrap_err();
    assert_eq!(failure.failure().unwrap().r#type, FailureType::SyntacticError);
    assert_eq!(timezone(&configuration).await, "UTC");

    let transaction = configuration.begin().await.unwrap();
    transaction.date_and_time().timezone_replace("Europe/Paris").await.unwrap();
    assert_eq!(timezone(&transaction).await, "Europe/Paris", "the transaction sees it");
    assert_eq!(timezone(&configuration).await, "UTC", "nobody else does");
    drop(transaction);
    let other = client(&server).configuration();
    begin_when_free(&other).await.rollback().await.unwrap();
    assert_eq!(timezone(&configuration).await, "UTC");
});

both!(transactions_on_clones_do_not_mix, async |server: TestServer| {
    let configuration = client(&server).configuration();
    let clone = configuration.clone();
    let first = configuration.begin().await.unwrap();
    first.date_and_time().timezone_replace("Europe/Paris").await.unwrap();
    let error = clone.begin().await.unwrap_err();
    assert_eq!(error.failure().unwrap().r#type, FailureType::ConfigurationLocked);
    // A session of the clone that is begun anew is not the transaction's.
    assert_eq!(timezone(&clone).await, "UTC");
    clone.logout().await.unwrap();
    assert_eq!(timezone(&clone).await, "UTC");
    first.management().accounting_get().await.unwrap();
    assert_eq!(first.changes().await.unwrap().changes.len(), 1);
    first.commit().await.unwrap();
    assert_eq!(timezone(&clone).await, "Europe/Paris");
});

both!(a_dropped_transaction_takes_nothing_of_the_next, async |server: TestServer| {
    let configuration = client(&server).configuration();
    for round in 0..10 {
        drop(configuration.begin().await);
        let transaction = begin_when_free(&configuration).await;
        let zone = if round % 2 == 0 { "Europe/Paris" } else { "Europe/Rome" };
        transaction.date_and_time().timezone_replace(zone).await.unwrap();
        assert_eq!(transaction.changes().await.unwrap().changes.len(), 1);
        transaction.commit().await.unwrap();
        assert_eq!(timezone(&configuration).await, zone);
    }
});

both!(a_transaction_that_ended_has_freed_the_lock, async |server: TestServer| {
    let configuration = client(&server).configuration();
    configuration.transaction(async |tx| tx.management().accounting_replace(true).await).await.unwrap();
    let transaction = configuration.begin().await.unwrap();
    transaction.date_and_time().timezone_replace("Europe/Paris").await.unwrap();
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST), "it needs a message");
    let transaction = configuration.begin().await.expect("a refused commit frees the lock");
    assert_eq!(timezone(&transaction).await, "UTC");
    transaction.rollback().await.unwrap();
    let transaction = configuration.begin().await.expect("a rollback frees the lock");
    transaction.date_and_time().timezone_replace("Europe/Rome").await.unwrap();
    transaction.commit_with("we moved").await.unwrap();
    configuration.begin().await.expect("a commit frees the lock").rollback().await.unwrap();
    assert_eq!(timezone(&configuration).await, "Europe/Rome");
});

both!(a_rollback_that_is_cancelled_frees_the_lock_later, async |server: TestServer| {
    let configuration = client(&server).configuration();
    let transaction = configuration.begin().await.unwrap();
    let cancelled = tokio::time::timeout(Duration::ZERO, transaction.rollback()).await;
    assert!(cancelled.is_err(), "it had no time");
    begin_when_free(&configuration).await.rollback().await.unwrap();
});

both!(a_locked_configuration_names_its_holder, async |server: TestServer| {
    let client = client(&server);
    let transaction = client.configuration().begin().await.unwrap();
    let error = client.configuration().date_and_time().timezone_replace("Europe/Oslo").await.unwrap_err();
    let failure = error.failure().unwrap();
    assert_eq!(failure.r#type, FailureType::ConfigurationLocked);
    assert_eq!(failure.details.holder.as_ref().unwrap().username, "admin");
    transaction.commit_with("nothing").await.unwrap();
    client.configuration().date_and_time().timezone_replace("Europe/Oslo").await.unwrap();
});

both!(an_ended_session_is_begun_anew_but_not_within_a_transaction, async |server: TestServer| {
    let configuration = client(&server).configuration();
    assert_eq!(timezone(&configuration).await, "UTC");
    end_sessions(&server).await;
    assert_eq!(timezone(&configuration).await, "UTC", "logged in again");

    let transaction = configuration.begin().await.unwrap();
    transaction.date_and_time().timezone_replace("Europe/Paris").await.unwrap();
    end_sessions(&server).await;
    let error = transaction.date_and_time().timezone_get().await.unwrap_err();
    assert_eq!(error.failure().unwrap().r#type, FailureType::Unauthenticated, "its changes are gone");
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(error.failure().unwrap().r#type, FailureType::Unauthenticated);
    assert_eq!(timezone(&configuration).await, "UTC");
});

both!(a_logout_ends_the_session_and_the_next_call_begins_one, async |server: TestServer| {
    let configuration = client(&server).configuration();
    assert_eq!(timezone(&configuration).await, "UTC");
    configuration.logout().await.unwrap();
    configuration.logout().await.unwrap();
    assert_eq!(timezone(&configuration).await, "UTC");
});

both!(wrong_credentials_and_none_are_errors, async |server: TestServer| {
    let wrong = Client::builder(&server.url).administrator("admin", "wrong").build().unwrap();
    let error = wrong.configuration().trust_stores().list().await.unwrap_err();
    assert_eq!(error.failure().unwrap().r#type, FailureType::AuthenticationFailure);
    let none = Client::builder(&server.url).no_auth().build().unwrap();
    let error = none.configuration().trust_stores().list().await.unwrap_err();
    assert!(matches!(error, Error::Config(_)), "{error}");
    assert!(!format!("{wrong:?}").contains("wrong"));
    let row = server.ready().await.store.session_get(&hash_secret(&Secret::new("none"))).await.unwrap();
    assert_eq!(row, None);
});
