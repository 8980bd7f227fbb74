//! OCSP as the `openssl` program asks it.

use super::Fleet;
use crate::harness::{Backend, TestServer, both};

/// What `openssl ocsp` says of the answer, which it must find well signed.
#[track_caller]
pub(super) fn ask(fleet: &Fleet<'_>, path: &str, question: &str) -> String {
    let said = try_ask(fleet, path, question).unwrap_or_else(|said| panic!("{question}: {said}"));
    assert!(said.contains("Response verify OK"), "{said}");
    said
}

pub(super) fn try_ask(fleet: &Fleet<'_>, path: &str, question: &str) -> Result<String, String> {
    let url = format!("{}{path}", fleet.server.url);
    fleet.openssl.try_run(&format!("ocsp -CAfile both.pem -url {url} {question}"))
}

async fn states(server: TestServer) {
    let fleet = Fleet::new(&server).await;
    let [fresh, used, suspended, revoked, silent] = [
        fleet.device("fresh").await,
        fleet.device("used").await,
        fleet.device("suspended").await,
        fleet.device("revoked").await,
        fleet.device("silent").await,
    ];
    assert_eq!(fleet.verify(&used).await["verdict"], "Accepted");
    let path = "/pki/default/ocsp";
    for hash in ["", "-sha1", "-sha256", "-sha384"] {
        let said = ask(&fleet, path, &format!("{hash} -issuer ca.pem -cert revoked.pem"));
        assert!(said.contains("revoked.pem: good"), "{hash}: {said}");
    }
    fleet.suspend(&suspended).await;
    fleet.revoke(&revoked, "keyCompromise").await;
    fleet.change(&silent, serde_json::json!({"state": "Revoked"})).await;
    // At once, and by the devices' serial numbers alone just the same.
    for (device, says, reason) in [
        (&fresh, "good", None),
        (&used, "good", None),
        (&suspended, "revoked", Some("certificateHold")),
        (&revoked, "revoked", Some("keyCompromise")),
        (&silent, "revoked", None),
    ] {
        let questions = [format!("-cert {}.pem", device.name), format!("-serial 0x{}", device.serial)];
        for (question, name) in
            questions.iter().zip([format!("{}.pem", device.name), format!("0x{}", device.serial)])
        {
            let said = ask(&fleet, path, &format!("-issuer ca.pem {question}"));
            assert!(said.contains(&format!("{name}: {says}")), "{said}");
            let told = said.lines().find_map(|line| line.trim().strip_prefix("Reason: "));
            assert_eq!(told, reason, "{said}");
        }
    }
    fleet.change(&suspended, serde_json::json!({"state": "Active"})).await;
    assert!(ask(&fleet, path, "-issuer ca.pem -cert suspended.pem").contains("suspended.pem: good"));
    for serial in ["1", "0x7fffffffffffffffffffffffffffffffffffffff"] {
        let said = ask(&fleet, path, &format!("-issuer ca.pem -serial {serial}"));
        assert!(said.contains(&format!("{serial}: unknown")), "{said}");
    }
}

both!(states_with_ec, states);
both!(states_with_rsa, |config| config.pki.ca_key_type = "rsa-2048".to_owned(), states);

/// `openssl` warns of a missing nonce, and fails at a wrong one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonces_are_echoed() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let fleet = Fleet::new(&server).await;
    fleet.device("device").await;
    let path = "/pki/default/ocsp";
    let said = ask(&fleet, path, "-issuer ca.pem -cert device.pem -nonce -resp_text");
    let nonces: Vec<_> = said.split("OCSP Nonce:").skip(1).collect();
    assert!(nonces.len() == 1 && !said.contains("WARNING: no nonce"), "{said}");
    let plain = ask(&fleet, path, "-issuer ca.pem -cert device.pem -no_nonce -resp_text");
    assert!(!plain.contains("OCSP Nonce"), "{plain}");
    // One that nobody sent with this question.
    let other = try_ask(&fleet, path, "-issuer ca.pem -cert device.pem -nonce -respout first.der");
    assert!(other.is_ok(), "{other:?}");
    let replayed = fleet.openssl.try_run(
        "ocsp -CAfile both.pem -issuer ca.pem -cert device.pem -nonce -reqout again.der -respin first.der",
    );
    assert!(format!("{replayed:?}").contains("Nonce Verify error"), "{replayed:?}");
}

/// The platform's responder answers for the tenants' CAs, the tenant's for its devices, neither for the other's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_ca_answers_for_its_own() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let fleet = Fleet::new(&server).await;
    fleet.device("device").await;
    let said = ask(&fleet, "/pki/platform/ocsp", "-issuer platform.pem -cert ca.pem");
    assert!(said.contains("ca.pem: good"), "{said}");
    let said = ask(&fleet, "/pki/platform/ocsp", "-issuer platform.pem -serial 1");
    assert!(said.contains("1: unknown"), "{said}");
    for (path, question) in [
        ("/pki/platform/ocsp", "-issuer ca.pem -cert device.pem"),
        ("/pki/default/ocsp", "-issuer platform.pem -cert ca.pem"),
        ("/pki/default/ocsp", "-issuer device.pem -cert device.pem"),
    ] {
        let said = try_ask(&fleet, path, question).unwrap_or_else(|said| said);
        assert!(said.contains("Responder Error: unauthorized (6)"), "{path} {question}: {said}");
    }
    // Two of one tenant, one of another in one question.
    let token = server.tenant_token("acme").await;
    let acme = Fleet::of(&server, "acme", Some(token)).await;
    acme.device("device").await;
    for (theirs, ours) in [("ca.pem", "acme-ca.pem"), ("device.pem", "acme.pem")] {
        fleet.openssl.write(ours, &acme.openssl.read(theirs));
    }
    let revoked = fleet.device("revoked").await;
    fleet.revoke(&revoked, "superseded").await;
    // That one answer speaks of two issuers is more than `openssl` verifies.
    let question = "-noverify -issuer ca.pem -cert device.pem -cert revoked.pem -serial 7 -issuer acme-ca.pem -cert acme.pem";
    let said = try_ask(&fleet, "/pki/default/ocsp", question).unwrap();
    for part in ["device.pem: good", "revoked.pem: revoked", "7: unknown", "acme.pem: unknown"] {
        assert!(said.contains(part), "no {part}: {said}");
    }
    let several = "-issuer ca.pem -cert device.pem -cert revoked.pem -serial 7";
    ask(&fleet, "/pki/default/ocsp", several);
}
