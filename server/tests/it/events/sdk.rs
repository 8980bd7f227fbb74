//! The SDK's stream against a real server that goes away and comes back.

use std::time::Duration;

use vouchsafe_sdk::{Client, CredentialsEvent, CredentialsEventKind, Error, Events};

use super::{BASIC, basic, state};
use crate::harness::{Backend, TestServer, both, own_address};

fn client(server: &TestServer) -> Client {
    let builder =
        Client::builder(&server.url).client_credentials(&server.client_id, server.client_secret.as_str());
    builder.build().unwrap()
}

async fn next(events: &mut Events) -> CredentialsEvent {
    let next = tokio::time::timeout(Duration::from_secs(30), events.try_next());
    next.await.expect("no event").unwrap().expect("the stream has ended")
}

both!(receives, async |server: TestServer| {
    let mut events = client(&server).events();
    events.connect().await.unwrap();
    let id = basic(&server, "ann").await;
    state(&server, BASIC, &id, "Suspended").await;
    let created = next(&mut events).await;
    assert_eq!((&created.kind, created.credentials_id.as_str()), (&CredentialsEventKind::Created, &*id));
    assert_eq!(
        (&*created.tenant, next(&mut events).await.kind),
        ("default", CredentialsEventKind::Suspended)
    );
    // Another one, from the first on.
    let mut after = client(&server).events().after(created.id);
    assert_eq!(next(&mut after).await.kind, CredentialsEventKind::Suspended);
    // What is not kept any more is an error that says so.
    let store = server.ready().await.store;
    let head = store.outbox_head().await.unwrap();
    store.outbox_trim(head).await.unwrap();
    let gone = client(&server).events().after("0").try_next().await;
    assert!(matches!(gone, Err(Error::EventsGone(_))), "{gone:?}");
});

async fn survives(backend: Backend) {
    let address = own_address();
    let server = TestServer::start(backend, |config| config.listen = address).await;
    let mut events = client(&server).events();
    events.connect().await.unwrap();
    let mut ids = vec![basic(&server, "before").await];
    assert_eq!(next(&mut events).await.credentials_id.as_str(), ids[0]);
    let (database, config) = server.stop().await;
    // While nobody is there, and it tries again and again.
    let waiting = tokio::spawn(async move {
        let mut told = Vec::new();
        for _ in 0..4 {
            told.push(next(&mut events).await);
        }
        told
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    // What happens before it is back: through another door to the same database.
    let other =
        TestServer::on(database, vouchsafe::config::Config { listen: own_address(), ..config.clone() }).await;
    ids.push(basic(&other, "meanwhile").await);
    state(&other, BASIC, &ids[0], "Revoked").await;
    let (database, _) = other.stop().await;
    let server = TestServer::on(database, config).await;
    ids.push(basic(&server, "after").await);
    state(&server, BASIC, &ids[2], "Revoked").await;
    let told = waiting.await.unwrap();
    let told: Vec<_> = told.iter().map(|event| (&event.kind, event.credentials_id.as_str())).collect();
    let (created, revoked) = (&CredentialsEventKind::Created, &CredentialsEventKind::Revoked);
    assert_eq!(told, [(created, &*ids[1]), (revoked, &*ids[0]), (created, &*ids[2]), (revoked, &*ids[2])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn survives_a_restart_on_sqlite() {
    survives(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn survives_a_restart_on_postgres() {
    survives(Backend::Postgres).await;
}
