//! Foreign certificates that are refused, each for its reason.

use super::{Foreign, refusal, store, trusting, verdict};
use crate::harness::{Backend, TestServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_for_its_reason() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let foreign = Foreign::new();
    foreign.issue("server", "root", "server");
    foreign.issue("authority", "root", "root");
    foreign.issue("stranger-root", "stranger-root", "root");
    foreign.issue("stranger", "stranger-root", "client");
    foreign.issue("lonely", "lonely", "client");
    foreign.issue_between("expired", "20200101000000Z", "20200201000000Z");
    foreign.issue_between("early", "20400101000000Z", "20400201000000Z");
    // Signed by a key that is not the one of whom it names: the root's name, another's key.
    foreign.0.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out forger.key");
    foreign.0.run("req -x509 -config ca.cnf -extensions root -key forger.key -subj /O=Partner/CN=root -days 20 -out forger.pem");
    foreign.0.run("req -x509 -config ca.cnf -extensions client -key near.key -CA forger.pem -CAkey forger.key -subj /CN=forged -days 20 -out forged.pem");
    trusting(&server, store(&foreign, "none", &[])).await;
    assert_eq!(verdict(&server, &foreign, &["near"]).await["verdict"], "Accepted");
    for (chain, reason) in [
        (&["server"][..], "KeyUsage"),
        (&["authority"], "InvalidChain"),
        (&["stranger"], "UntrustedIssuer"),
        (&["stranger", "stranger-root"], "UntrustedIssuer"),
        (&["lonely"], "UntrustedIssuer"),
        (&["expired"], "Expired"),
        (&["early"], "NotYetValid"),
        (&["forged", "forger"], "BadSignature"),
    ] {
        let (told, detail) = refusal(&server, &foreign, chain).await;
        assert_eq!(told, reason, "{chain:?}: {detail}");
        assert!(!detail.is_empty());
    }
    let rubbish = serde_json::json!({"certificates": [foreign.pem("far"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]});
    let told = server.post(super::VERIFY, rubbish).await.expect(200);
    assert_eq!(
        (&told["verdict"], &told["reason"]),
        (&"Rejected".into(), &"MalformedCertificate".into()),
        "{told}"
    );
}
