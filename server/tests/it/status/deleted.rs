//! A tenant that is no more: its CA is revoked, and publishes nothing.

use serde_json::json;

use super::{Fleet, get, ocsp::ask};
use crate::harness::{TestServer, both};

both!(its_ca_stands_on_the_platforms_list, async |server: TestServer| {
    let token = server.tenant_token("acme").await;
    let (fleet, other) = (Fleet::of(&server, "acme", Some(token)).await, Fleet::new(&server).await);
    let device = fleet.device("device").await;
    let serial = fleet.openssl.field("ca.pem", "-serial");
    fleet.list("acme").await;
    let before = fleet.list("platform").await;
    assert!(!before.has(&serial));
    let platform = "/pki/platform/ocsp";
    let asked = "-issuer platform.pem -cert ca.pem";
    assert!(ask(&fleet, platform, asked).contains("ca.pem: good"));

    fleet.change(&device, json!({"state": "Revoked"})).await;
    server.session().await.delete_tenant("acme").await;

    let said = ask(&fleet, platform, asked);
    assert!(said.contains("ca.pem: revoked") && said.contains("Reason: cessationOfOperation"), "{said}");
    for file in ["ca.pem", "ca.cer", "crl", "crl.pem"] {
        let (status, ..) = get(&server, &format!("/pki/acme/{file}")).await;
        assert_eq!(status, 404, "{file}");
    }
    fleet.openssl.run("ocsp -issuer ca.pem -cert device.pem -reqout request.der");
    let request = fleet.openssl.read_bytes("request.der");
    let answer =
        server.anonymous(reqwest::Method::POST, "/pki/acme/ocsp").body(request).send().await.unwrap();
    assert_eq!(answer.status(), 404);

    let after = fleet.list_with("platform", |list| list.has(&serial)).await;
    assert_eq!(after.reason(&serial), Some("Cessation Of Operation"));
    assert!(after.number > before.number);
    // With the lists that somebody fetched in time, all that the tenant's CA has signed is refused.
    let refused = fleet.openssl.try_run(
        "verify -crl_check_all -CRLfile acme.crl.pem -CRLfile platform.crl.pem -CAfile platform.pem -untrusted ca.pem device.pem",
    );
    assert!(refused.unwrap_err().contains("error 23 at 1 depth lookup: certificate revoked"));
    // Others are as good as ever.
    assert!(ask(&other, platform, asked).contains("ca.pem: good"));
});
