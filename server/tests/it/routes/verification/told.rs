//! What an operator has decided is told only to who knows the password.

use serde_json::json;

use super::{BASIC, basic, outcome, set_state, shown, verify, wrong_password};
use crate::harness::{TestServer, both};

both!(only_after_the_right_password, async |server: TestServer| {
    for (used, state, detail) in [
        (false, "Suspended", "the credentials are suspended"),
        (true, "Suspended", "the credentials are suspended"),
        (false, "Revoked", "the credentials are revoked"),
        (true, "Revoked", "the credentials are revoked"),
    ] {
        let username = format!("{state}{used}");
        let id = basic(&server, &username, "123").await["id"].take();
        if used {
            assert_eq!(outcome(&verify(&server, &username, "123").await), "Accepted");
        }
        assert_eq!(verify(&server, &username, "124").await, wrong_password());
        set_state(&server, BASIC, &id, state).await;
        assert_eq!(verify(&server, &username, "124").await, wrong_password(), "{username}");
        let row = shown(&server, BASIC, &id).await;
        // Also when the password is a remembered one.
        for _ in 0..2 {
            let mut expected = json!({
                "verdict": "Rejected",
                "reason": state,
                "detail": detail,
                "tenant": "default",
                "credentialsId": id,
                "username": username,
                "state": state,
                "createdDate": row["createdDate"],
                "updatedDate": row["updatedDate"],
            });
            if used {
                expected["lastUseDate"] = row["lastUseDate"].clone();
            }
            assert_eq!(verify(&server, &username, "123").await, expected, "{username}");
        }
        assert_eq!(shown(&server, BASIC, &id).await, row, "a refusal is no use");
    }
});

both!(what_ends_counts_at_once_again, async |server: TestServer| {
    let id = basic(&server, "UserA", "123").await["id"].take();
    for _ in 0..2 {
        assert_eq!(outcome(&verify(&server, "UserA", "123").await), "Accepted");
        set_state(&server, BASIC, &id, "Suspended").await;
        assert_eq!(outcome(&verify(&server, "UserA", "123").await), "Suspended");
        set_state(&server, BASIC, &id, "Active").await;
    }
    set_state(&server, BASIC, &id, "Revoked").await;
    assert_eq!(outcome(&verify(&server, "UserA", "123").await), "Revoked");
});
