//! The server does everything that the document's examples show and the references promise, checked by the conformance
//! suite over HTTP.

use vouchsafe_conformance::{Admin, Auth, Options, Profile, Secret, Target, report, run};

use crate::harness::{TestServer, both};

both!(every_profile, async |server: TestServer| {
    for profile in [Profile::ClientCredentials, Profile::Configuration, Profile::Extended] {
        let outcome = run(target(&server), Options { profile, ..Options::default() }).await;
        let told: String = outcome.results.iter().map(report::result).collect();
        assert!(outcome.passed(), "{told}{}", report::summary(&outcome));
        assert_eq!(outcome.count("skip"), 0, "{told}");
        for result in &outcome.results {
            assert!(result.left_behind.is_empty(), "{told}");
        }
        if profile == Profile::Extended {
            insta::assert_json_snapshot!("conformance", outcome.normalised());
        }
    }
});

fn target(server: &TestServer) -> Target {
    let auth = Auth::ClientCredentials {
        client_id: server.client_id.clone(),
        client_secret: Secret::new(&*server.client_secret),
        token_url: None,
    };
    let admin = Admin { user: "admin".to_owned(), password: Secret::new(&*server.admin_password) };
    Target::new(&server.url, auth).unwrap().with_admin(admin)
}
