//! The server does everything that the document's examples show and the references promise, checked by the conformance
//! suite over HTTP.

use std::time::Duration;

use vouchsafe_conformance::{
    Admin, Auth, Kind, Options, Outcome, Profile, Secret, Target, Tokens, report, run,
};

use crate::harness::{Backend, TestServer, both};

// Tokens live for a second at first, so that one of them is expired soon.
both!(all_of_the_document, |config| config.auth.token_ttl_seconds = 1, async |server: TestServer| {
    let mut outcome = faultless(server, Profile::Extended, &[]).await;
    outcome.results.retain(|result| result.case.kind == Kind::Example);
    insta::assert_json_snapshot!("conformance", outcome.normalised());
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_of_the_client_credentials_api() {
    let server = TestServer::start(Backend::Sqlite, |config| config.auth.token_ttl_seconds = 1).await;
    // A run that claims no more than the reference can't make these tokens.
    let skip = ["*::wrong-scope=not given", "*::other-tenant=not given"];
    faultless(server, Profile::ClientCredentials, &skip).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_of_the_configuration_api() {
    let server = TestServer::start(Backend::Sqlite, |config| config.auth.token_ttl_seconds = 1).await;
    faultless(server, Profile::Configuration, &[]).await;
}

/// Nothing fails, nothing is left behind, and nothing is skipped but that.
async fn faultless(server: TestServer, profile: Profile, skip: &[&str]) -> Outcome {
    let expired = server.token.clone().map(Secret::new);
    let (database, mut config) = server.stop().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    config.auth.token_ttl_seconds = 3600;
    let server = TestServer::on(database, config).await;
    let target = target(&server).with_tokens(Tokens { expired, ..Tokens::default() });
    let skip = skip.iter().map(|&glob| glob.into()).collect();
    let outcome = run(target, Options { skip, ..Options::from(profile) }).await;
    let bad = outcome.results.iter().filter(|result| result.verdict.word() != "pass");
    let told: String = bad.map(report::result).collect();
    assert!(outcome.passed(), "{told}{}", report::summary(&outcome));
    assert!(outcome.left_behind.is_empty(), "{:?}", outcome.left_behind);
    for result in &outcome.results {
        assert!(result.left_behind.is_empty(), "{}: {:?}", result.case.id, result.left_behind);
    }
    outcome
}

fn target(server: &TestServer) -> Target {
    let auth = Auth::ClientCredentials {
        client_id: server.client_id.clone(),
        client_secret: Secret::new(&*server.client_secret),
        token_url: None,
    };
    let admin = Admin { user: "admin".to_owned(), password: Secret::new(&*server.admin_password) };
    Target::new(&server.url, auth).unwrap().with_admin(admin)
}
