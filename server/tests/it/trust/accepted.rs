//! Whom a trust store vouches for, by each of its revocation checks.

use serde_json::{Value, json};

use super::{
    Foreign, STORES, VERIFY, assign, host::Host, is_accepted, refusal, store, trusting, verdict, with_hosts,
};
use crate::harness::{TestServer, both};

both!(a_foreign_client_is_accepted, async |server: TestServer| {
    let foreign = Foreign::new();
    let (reason, _) = refusal(&server, &foreign, &["near"]).await;
    assert_eq!(reason, "UntrustedIssuer", "nobody is trusted yet");
    let key = trusting(&server, store(&foreign, "none", &[])).await;
    let serial = foreign.0.field("near.pem", "-serial");
    let mut told = verdict(&server, &foreign, &["near"]).await;
    let number = told["serialNumber"].take();
    assert_eq!(
        number
            .as_str()
            .unwrap()
            .parse::<u128>()
            .map(|number| format!("{number:X}"))
            .unwrap_or(serial.clone()),
        serial
    );
    let ends = told["invalidAfter"].take();
    assert!(ends.as_str().unwrap().ends_with(".000000Z"), "{ends}");
    let expected = json!({
        "verdict": "Accepted",
        "tenant": "default",
        "commonName": "near",
        "serialNumber": null,
        "invalidAfter": null,
        "trustStore": key,
    });
    assert_eq!(told, expected);

    // With what is between, in any order and with more than is needed, but not without.
    is_accepted(&server, &foreign, &["far", "between"]).await;
    is_accepted(&server, &foreign, &["far", "root", "near", "between"]).await;
    assert_eq!(refusal(&server, &foreign, &["far"]).await.0, "UntrustedIssuer");
    assert_eq!(refusal(&server, &foreign, &["far", "root"]).await.0, "UntrustedIssuer");
    // It is nobody's credentials: nothing is on record of it.
    assert_eq!(server.get("/api/v1/x509-credentials").await.expect(200), json!([]));

    // What is not assigned does not count.
    let session = server.session().await;
    assign(&session, &["-7001"]).await;
    assert_eq!(refusal(&server, &foreign, &["near"]).await.0, "UntrustedIssuer");
});

both!(leaf_and_full, with_hosts, async |server: TestServer| {
    let (foreign, host) = (Foreign::new(), Host::start().await);
    foreign.issue("lost", "between", "client");
    foreign.issue("withdrawn", "root", "root");
    foreign.issue("below", "withdrawn", "client");
    let root = host.gives("/root.crl", foreign.list("root", &["withdrawn"]));
    foreign.list("between", &["lost"]);
    let between = host.gives("/between.crl", foreign.last_list_der());
    foreign.list("withdrawn", &[]);
    let withdrawn = host.gives("/withdrawn.crl", foreign.last_list_der());
    let urls = [root, between, withdrawn];
    let session = server.session().await;
    let mut keys = Vec::new();
    for check in ["none", "leaf", "full"] {
        let mut body = store(&foreign, check, if check == "none" { &[] } else { &urls });
        body["name"] = json!(check);
        keys.push(session.create(STORES, body).await);
    }
    for (check, key) in ["none", "leaf", "full"].iter().zip(&keys) {
        assign(&session, &[key]).await;
        for (chain, revoked_under) in [
            (&["near"][..], &[][..]),
            (&["far", "between"], &[]),
            (&["lost", "between"], &["leaf", "full"][..]),
            (&["below", "withdrawn"], &["full"]),
        ] {
            let told = verdict(&server, &foreign, chain).await;
            let expected = if revoked_under.contains(check) { json!("RevokedByCrl") } else { Value::Null };
            assert_eq!(told["reason"], expected, "{check} {chain:?}: {told}");
        }
    }
    for path in ["/root.crl", "/between.crl", "/withdrawn.crl"] {
        assert_eq!(host.asked(path), 1, "{path}: once for all stores");
    }
    // The most telling refusal is told, whichever store comes first.
    let stranger = session.create(STORES, json!({
        "name": "strangers", "authorities": [], "crl_urls": [], "revocation_check": "none", "trust_store_type": "custom",
    })).await;
    for order in [[&*stranger, &*keys[1]], [&*keys[1], &*stranger]] {
        assign(&session, &order).await;
        assert_eq!(refusal(&server, &foreign, &["lost", "between"]).await.0, "RevokedByCrl");
    }
    // And a store that accepts is enough.
    assign(&session, &[&keys[2], &keys[0]]).await;
    assert_eq!(verdict(&server, &foreign, &["lost", "between"]).await["trustStore"], json!(keys[0]));
});

both!(our_own_are_not_looked_up, with_hosts, async |server: TestServer| {
    let (foreign, host) = (Foreign::new(), Host::start().await);
    let url = host.gives("/root.crl", foreign.list("root", &[]));
    let mut body = store(&foreign, "full", &[url]);
    // They trust our platform, too: our own record is what counts.
    body["authorities"] = json!([server.get("/pki/platform/ca.pem").await.text, foreign.pem("root")]);
    trusting(&server, body).await;
    let issued = server.post("/api/v1/x509-credentials", json!({"keyType": "ec-p256"})).await.expect(201);
    let chain = json!([issued["certificate"], issued["issuingCa"]]);
    let told = server.post(VERIFY, json!({"certificates": chain})).await.expect(200);
    assert_eq!((&told["verdict"], &told["trustStore"]), (&json!("Accepted"), &Value::Null));
    for (state, reason) in [("Suspended", "Suspended"), ("Revoked", "Revoked")] {
        let path = format!("/api/v1/x509-credentials/{}/state", issued["id"].as_str().unwrap());
        server.patch(&path, json!({"state": state})).await;
        let told = server.post(VERIFY, json!({"certificates": chain})).await.expect(200);
        assert_eq!(told["reason"], reason);
    }
    assert_eq!(host.asked("/root.crl"), 0, "no list was asked for");
    is_accepted(&server, &foreign, &["near"]).await;
    assert_eq!(host.asked("/root.crl"), 1);
});
