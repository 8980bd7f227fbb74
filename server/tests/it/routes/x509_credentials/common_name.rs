//! Common names: made up, of every printable character, of every length.

use regex::Regex;
use serde_json::{Value, json};

use super::{PATH, verify};
use crate::harness::{TestServer, both, database::Everything};

async fn issue(server: &TestServer, name: &str) -> Value {
    server.post(PATH, json!({"keyType": "ed25519", "commonName": name})).await.expect(201)
}

both!(stand_in_the_subject_and_hosts_in_the_san, async |server: TestServer| {
    let printable: String = (' '..='~').collect();
    let (label, long) = ("x".repeat(63), "x".repeat(255));
    for (name, kind) in [
        ("mydevice", Some("DNS")),
        ("a.b-c.example", Some("DNS")),
        (&*label, Some("DNS")),
        ("UPPER", Some("DNS")),
        // An address is no DNS name (RFC 5280 4.2.1.6).
        ("10.0.0.1", Some("IP Address")),
        (&*"x".repeat(64), None),
        (&*long, None),
        (&*printable, None),
        ("a b", None),
        ("a_b", None),
        ("*.example", None),
        ("a.", None),
        ("user:a@example", None),
        ("/CN=other", None),
        ("../../etc/passwd", None),
        (" ", None),
    ] {
        let issued = issue(&server, name).await;
        assert_eq!(issued["commonName"], name);
        let openssl = verify(&server, &issued).await;
        let subject = openssl.run("x509 -in leaf.pem -noout -subject -nameopt multiline,-align");
        let printed = subject.trim_end_matches('\n').split_once("commonName = ").unwrap().1;
        assert_eq!(printed.replace(r"\\", r"\"), name);
        let san = openssl.run("x509 -in leaf.pem -noout -ext subjectAltName");
        let alone = san.lines().skip(1).map(str::trim).collect::<Vec<_>>();
        assert_eq!(alone, kind.map(|kind| format!("{kind}:{name}")).into_iter().collect::<Vec<_>>(), "{san}");
    }
    let same = [issue(&server, "same").await, issue(&server, "same").await];
    assert_ne!(same[0]["serialNumber"], same[1]["serialNumber"], "names need not be unique");
});

both!(are_made_up, async |server: TestServer| {
    let names = ["a", "b"].map(|_| server.post(PATH, json!({"keyType": "ed25519"})));
    let silly = Regex::new("^[a-z]+-[a-z]+$").unwrap();
    for answer in futures_util::future::join_all(names).await {
        let issued = answer.expect(201);
        let name = issued["commonName"].as_str().unwrap();
        assert!(silly.is_match(name), "{name}");
        let openssl = verify(&server, &issued).await;
        let san = openssl.run("x509 -in leaf.pem -noout -ext subjectAltName");
        assert!(san.contains(&format!("DNS:{name}\n")), "{san}");
    }
});

both!(bad_ones_are_refused, async |server: TestServer| {
    let store = server.ready().await.store;
    let (rule, length) =
        ("commonName must be printable ASCII", "commonName must be 1 to 255 characters long");
    for (name, message) in [
        (json!(""), length),
        (json!("x".repeat(256)), length),
        (json!("é".repeat(256)), length),
        (json!("é".repeat(255)), rule),
        (json!("a\0b"), rule),
        (json!("a\nb"), rule),
        (json!("\u{7f}"), rule),
        (json!("😀"), rule),
        (json!("\u{202e}"), rule),
        (json!(null), "commonName must be a string, not null"),
        (json!(1), "commonName must be a string, not a number"),
        (json!(["a"]), "commonName must be a string, not a list"),
    ] {
        assert_eq!(server.post(PATH, json!({"commonName": name})).await.message(400), message, "{name}");
    }
    assert_eq!(Everything::of(&store).await.x509, []);
});
