//! Certificates of our own CAs, by chain and by number.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{X509, issued, judged, outcome, rejected, set_state, shown, until, verify_chain};
use crate::harness::{
    TestServer, both,
    database::{Everything, tenant},
};

/// Credentials as a verdict shows them.
fn verdict(row: &Value, rejected: Option<(&str, &str)>) -> Value {
    let mut verdict = json!({
        "verdict": if rejected.is_none() { "Accepted" } else { "Rejected" },
        "tenant": "default",
        "credentialsId": row["id"],
        "commonName": row["commonName"],
        "serialNumber": row["serialNumber"],
        "state": row["state"],
        "invalidAfter": row["invalidAfter"],
        "createdDate": row["createdDate"],
        "updatedDate": row["updatedDate"],
    });
    if let Some((reason, detail)) = rejected {
        verdict["reason"] = json!(reason);
        verdict["detail"] = json!(detail);
    }
    if !row["lastUseDate"].is_null() {
        verdict["lastUseDate"] = row["lastUseDate"].clone();
    }
    verdict
}

/// Both ways of asking after a certificate.
fn ways(issued: &Value) -> [Value; 2] {
    [
        json!({"certificates": [issued["certificate"]]}),
        json!({"issuer": "CN=default", "serialNumber": issued["serialNumber"]}),
    ]
}

both!(the_first_use_is_written_before_the_answer, async |server: TestServer| {
    let store = server.ready().await.store;
    for way in 0..2 {
        let issued = issued(&server, "device").await;
        let created = shown(&server, X509, &issued["id"]).await;
        let before = Everything::of(&store).await;
        let first = judged(&server, X509, ways(&issued)[way].clone()).await;
        let row = shown(&server, X509, &issued["id"]).await;
        assert_eq!((&row["state"], &row["updatedDate"]), (&json!("Active"), &created["updatedDate"]));
        assert_eq!(first, verdict(&row, None));

        let after = Everything::of(&store).await;
        let (audit, outbox) = (after.audit.last().unwrap(), after.outbox.last().unwrap());
        let more = (before.audit.len() + 1, before.outbox.len() + 1);
        assert_eq!((after.audit.len(), after.outbox.len()), more);
        assert_eq!(
            (&*audit.action, &*audit.detail, audit.subject.as_str(), audit.tenant.as_ref()),
            ("x509_credentials_verify", "Inactive to Active", row["id"].as_str().unwrap(), Some(&tenant()))
        );
        assert_eq!((&*outbox.kind, outbox.credentials_id.as_str()), ("activated", audit.subject.as_str()));
    }
});

both!(later_uses_are_written_soon_and_leave_nothing_else, async |server: TestServer| {
    let store = server.ready().await.store;
    let issued = issued(&server, "device").await;
    let first = judged(&server, X509, ways(&issued)[0].clone()).await;
    let written = Everything::of(&store).await;
    let mut last = Value::Null;
    for way in ways(&issued) {
        last = judged(&server, X509, way).await;
        let mut expected = first.clone();
        expected["lastUseDate"] = last["lastUseDate"].clone();
        assert_eq!(last, expected);
        assert!(last["lastUseDate"].as_str() > first["lastUseDate"].as_str(), "{last}");
    }
    let row = until("lastUseDate", async || {
        let row = shown(&server, X509, &issued["id"]).await;
        Some(row).filter(|row| row["lastUseDate"] == last["lastUseDate"])
    })
    .await;
    assert_eq!(verdict(&row, None), last);
    let after = Everything::of(&store).await;
    assert_eq!((after.audit, after.outbox), (written.audit, written.outbox));
});

both!(uses_are_written_when_the_server_stops, async |server: TestServer| {
    let issued = issued(&server, "device").await;
    judged(&server, X509, ways(&issued)[0].clone()).await;
    let last = judged(&server, X509, ways(&issued)[1].clone()).await;
    let (database, config) = server.stop().await;
    let server = TestServer::on(database, config).await;
    assert_eq!(shown(&server, X509, &issued["id"]).await["lastUseDate"], last["lastUseDate"]);
});

both!(what_an_operator_has_decided_is_told, async |server: TestServer| {
    for (used, state, detail) in [
        (false, "Suspended", "the credentials are suspended"),
        (true, "Suspended", "the credentials are suspended"),
        (false, "Revoked", "the credentials are revoked"),
        (true, "Revoked", "the credentials are revoked"),
    ] {
        let issued = issued(&server, "device").await;
        if used {
            judged(&server, X509, ways(&issued)[0].clone()).await;
        }
        set_state(&server, X509, &issued["id"], state).await;
        let row = shown(&server, X509, &issued["id"]).await;
        for way in ways(&issued) {
            assert_eq!(judged(&server, X509, way).await, verdict(&row, Some((state, detail))), "{used}");
        }
        assert_eq!(shown(&server, X509, &issued["id"]).await, row, "a refusal is no use");
    }
});

both!(it_ends, async |server: TestServer| {
    let mut all = Vec::new();
    for _ in 0..3 {
        let body = json!({"keyType": "ec-p256", "ttl": 1});
        all.push(server.post(X509, body).await.expect(201));
    }
    set_state(&server, X509, &all[1]["id"], "Suspended").await;
    set_state(&server, X509, &all[2]["id"], "Revoked").await;
    // The last second belongs to it (RFC 5280 4.1.2.5).
    tokio::time::sleep(Duration::from_millis(2010)).await;
    for (issued, (reason, detail)) in all.iter().zip([
        ("Expired", "the certificate has expired"),
        ("Suspended", "the credentials are suspended"),
        ("Revoked", "the credentials are revoked"),
    ]) {
        let row = shown(&server, X509, &issued["id"]).await;
        for way in ways(issued) {
            assert_eq!(judged(&server, X509, way).await, verdict(&row, Some((reason, detail))));
        }
        assert_eq!(shown(&server, X509, &issued["id"]).await, row);
    }
});

both!(the_rest_of_the_chain_is_no_matter, async |server: TestServer| {
    let issued = issued(&server, "device").await;
    let leaf = issued["certificate"].as_str().unwrap();
    let ca = issued["caChain"][0].as_str().unwrap();
    let platform = server.get("/pki/platform/ca.pem").await.text;
    let ten = [&[leaf][..], &[ca; 9]].concat();
    for chain in [&[leaf][..], &[leaf, ca], &[leaf, ca, &platform], &[leaf, &platform], &[leaf, leaf], &ten] {
        assert_eq!(outcome(&verify_chain(&server, chain).await), "Accepted", "{}", chain.len());
    }
    // The client's own comes first.
    for chain in [&[ca, leaf][..], &[&*platform, ca, leaf], &[ca], &[&*platform]] {
        assert_eq!(
            verify_chain(&server, chain).await,
            rejected(
                "UntrustedIssuer",
                "neither the tenant's CA nor a trust store of the tenant knows the issuer"
            )
        );
    }
});

both!(another_tenants_is_none_of_ours, async |server: TestServer| {
    let token = server.tenant_token("acme").await;
    let acme = async |body: Value| {
        let path = format!("{X509}/verify");
        server.with_token(Some(&token)).send(Method::POST, &path, Some(body)).await.expect(200)
    };
    let issued = issued(&server, "device").await;
    let serial = &issued["serialNumber"];
    for (body, reason) in [
        (json!({"certificates": [issued["certificate"]]}), "UntrustedIssuer"),
        (json!({"certificates": [issued["certificate"], issued["caChain"][0]]}), "UntrustedIssuer"),
        (json!({"issuer": "default", "serialNumber": serial}), "UnknownCertificate"),
        (json!({"issuer": "acme", "serialNumber": serial}), "UnknownCertificate"),
        (json!({"issuer": "CN=acme", "serialNumber": serial}), "UnknownCertificate"),
    ] {
        let verdict = acme(body.clone()).await;
        assert_eq!((outcome(&verdict).as_str(), &verdict["tenant"]), (reason, &json!("acme")), "{body}");
        assert!(verdict["credentialsId"].is_null() && verdict["state"].is_null(), "{verdict}");
    }
    assert_eq!(shown(&server, X509, &issued["id"]).await["state"], "Inactive");
});
