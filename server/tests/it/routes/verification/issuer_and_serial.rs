//! The names that an issuer has.

use serde_json::json;

use super::{X509, issued, judged, outcome, rejected};
use crate::harness::{TestServer, both};

both!(in_any_of_its_forms, async |server: TestServer| {
    let serial = issued(&server, "device").await["serialNumber"].take();
    for (issuer, known) in [
        ("default", true),
        ("CN=default", true),
        ("cn=default", true),
        ("CN = default", true),
        ("Default", false),
        ("CN=Default", false),
        ("CN=default,O=x", false),
        ("O=default", false),
        ("CN=", false),
        ("=", false),
        (",", false),
        ("platform", false),
        ("acme", false),
        ("\0", false),
        ("CN=default\0", false),
        ("ü", false),
    ] {
        let body = json!({"issuer": issuer, "serialNumber": serial});
        let expected = if known { "Accepted" } else { "UnknownCertificate" };
        assert_eq!(outcome(&judged(&server, X509, body).await), expected, "{issuer:?}");
    }
    for serial in ["0", "1", &"9".repeat(49), &"0".repeat(49)] {
        let body = json!({"issuer": "default", "serialNumber": serial});
        assert_eq!(
            judged(&server, X509, body).await,
            rejected("UnknownCertificate", "the tenant's CA has no such certificate on record"),
            "{serial}"
        );
    }
});
