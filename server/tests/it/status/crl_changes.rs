//! A list follows what operators decide, within five seconds.

use serde_json::json;

use super::{Device, Fleet};
use crate::{
    harness::{TestServer, both},
    process::database::sql,
};

/// Both lists in one file, and what OpenSSL says with them of a device.
fn verdict(fleet: &Fleet<'_>, device: &Device) -> Result<String, String> {
    fleet.openssl.try_run(&format!(
        "verify -x509_strict -purpose sslclient -crl_check_all -CRLfile default.crl.pem -CRLfile platform.crl.pem \
         -CAfile platform.pem -untrusted ca.pem {}.pem",
        device.name
    ))
}

#[track_caller]
fn assert_verdicts(fleet: &Fleet<'_>, good: &[&Device], bad: &[&Device]) {
    for device in good {
        assert_eq!(verdict(fleet, device), Ok(format!("{}.pem: OK\n", device.name)));
    }
    for device in bad {
        let refused = verdict(fleet, device).unwrap_err();
        assert!(refused.contains("error 23 at 0 depth lookup: certificate revoked"), "{refused}");
    }
}

async fn follow(server: TestServer) {
    let fleet = Fleet::new(&server).await;
    let [good, suspended, revoked, back, silent, ended] = [
        fleet.device("good").await,
        fleet.device("suspended").await,
        fleet.device("revoked").await,
        fleet.device("back").await,
        fleet.device("silent").await,
        fleet.device("ended").await,
    ];
    fleet.list("platform").await;
    let first = fleet.list("default").await;
    let all = [&good, &suspended, &revoked, &back, &silent, &ended];
    assert_verdicts(&fleet, &all, &[]);

    fleet.suspend(&suspended).await;
    fleet.suspend(&back).await;
    fleet.change(&back, json!({"state": "Active"})).await;
    fleet.revoke(&revoked, "keyCompromise").await;
    fleet.suspend(&ended).await;
    // Revoked without a word, after it was on hold.
    fleet.suspend(&silent).await;
    fleet.change(&silent, json!({"state": "Revoked"})).await;
    let second = fleet.list_with("default", |list| list.entries.len() == 4).await;
    assert!(second.number > first.number, "{second:?}");
    let reasons = [&suspended, &revoked, &silent, &ended].map(|device| second.reason(&device.serial));
    assert_eq!(
        reasons,
        [Some("Certificate Hold"), Some("Key Compromise"), Some(""), Some("Certificate Hold")]
    );
    assert_verdicts(&fleet, &[&good, &back], &[&suspended, &revoked, &silent, &ended]);

    // What is back is on no list, and what has ended for longer than a list lasts needs none (RFC 5280 3.3).
    let past = "UPDATE x509_credentials SET not_after = created_at - 90000000000 WHERE id = ";
    sql(&server.database, &format!("{past}'{}'", ended.id));
    fleet.change(&suspended, json!({"state": "Active"})).await;
    let third = fleet.list_with("default", |list| !list.has(&suspended.serial)).await;
    assert!(third.number > second.number, "{third:?}");
    assert!(third.this_update >= second.this_update);
    let left: Vec<_> = third.entries.keys().cloned().collect();
    let mut expected = vec![revoked.serial.clone(), silent.serial.clone()];
    expected.sort();
    assert_eq!(left, expected);
    assert_verdicts(&fleet, &[&good, &back, &suspended], &[&revoked, &silent]);
    assert_eq!(fleet.list("platform").await.number, 1, "the platform's list has not changed");
}

both!(as_openssl_verifies_with_ec, follow);
both!(as_openssl_verifies_with_rsa, |config| config.pki.ca_key_type = "rsa-2048".to_owned(), follow);

// A list that nobody has asked for yet is made when somebody does, with all that is on record.
both!(the_first_list_is_whole, async |server: TestServer| {
    let fleet = Fleet::new(&server).await;
    let (suspended, revoked) = (fleet.device("suspended").await, fleet.device("revoked").await);
    fleet.suspend(&suspended).await;
    fleet.revoke(&revoked, "superseded").await;
    let list = fleet.list("default").await;
    assert_eq!(list.reason(&suspended.serial), Some("Certificate Hold"));
    assert_eq!(list.reason(&revoked.serial), Some("Superseded"));
    assert_eq!(list.number, 1);
});
