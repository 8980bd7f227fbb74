//! Our own CAs in a trust store: what they have issued is judged by our records, and only for the tenant that it is of.

use serde_json::json;

use super::{STORES, VERIFY, assign};
use crate::{
    harness::{TestServer, both},
    status::Fleet,
};

both!(vouch_for_no_other_tenants_devices, async |server: TestServer| {
    let token = server.tenant_token("acme").await;
    let theirs = Fleet::of(&server, "acme", Some(token)).await;
    let device = theirs.device("device").await;
    let ours = Fleet::new(&server).await;
    let own = ours.device("own").await;

    let session = server.session().await;
    let authorities = [theirs.openssl.read("platform.pem"), theirs.openssl.read("ca.pem")];
    let mut keys = Vec::new();
    for (n, authority) in authorities.iter().enumerate() {
        let store = json!({
            "name": format!("our own {n}"),
            "authorities": [authority],
            "crl_urls": [],
            "revocation_check": "none",
            "trust_store_type": "custom",
        });
        keys.push(session.create(STORES, store).await);
    }
    assign(&session, &keys.iter().map(String::as_str).collect::<Vec<_>>()).await;

    for change in [None, Some("Suspended"), Some("Active"), Some("Revoked")] {
        if let Some(state) = change {
            theirs.change(&device, json!({"state": state})).await;
        }
        let leaf = theirs.openssl.read("device.pem");
        for chain in [vec![leaf.clone()], vec![leaf, theirs.openssl.read("ca.pem")]] {
            let verdict = server.post(VERIFY, json!({"certificates": chain})).await.expect(200);
            assert_eq!(
                (&verdict["verdict"], &verdict["reason"]),
                (&json!("Rejected"), &json!("UntrustedIssuer")),
                "{change:?}: {verdict}"
            );
        }
    }
    assert_eq!(ours.verify(&own).await["verdict"], "Accepted");
});
