//! The server does everything that the document's examples show, checked by the conformance suite over HTTP.

use vouchsafe_conformance::{Auth, Options, Secret, Target, report, run};

use crate::harness::{TestServer, both};

both!(every_documented_example, async |server: TestServer| {
    let auth = Auth::ClientCredentials {
        client_id: server.client_id.clone(),
        client_secret: Secret::new(&*server.client_secret),
        token_url: None,
    };
    let outcome = run(Target::new(&server.url, auth).unwrap(), Options::default()).await;
    let told: String = outcome.results.iter().map(report::result).collect();
    assert!(outcome.passed(), "{told}{}", report::summary(&outcome));
    for result in &outcome.results {
        assert!(result.left_behind.is_empty(), "{told}");
    }
    insta::assert_json_snapshot!("conformance", outcome.normalised());
});
