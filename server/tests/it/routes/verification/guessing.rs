//! Guessing made slow, a pair of username and device at a time.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{BASIC, basic, lock_after, outcome, until, verify, verify_from};
use crate::{
    harness::{Answer, TestServer, both},
    process::database::sql,
};

const HERE: &str = "192.0.2.1";
const ELSEWHERE: &str = "192.0.2.2";

/// The seconds of a lock.
fn wait(verdict: &Value) -> Option<i64> {
    assert_eq!(outcome(verdict) == "Locked", !verdict["retryAfter"].is_null(), "{verdict}");
    verdict["retryAfter"].as_i64()
}

/// Lets failures have been some seconds ago.
fn age(server: &TestServer, seconds: i64) {
    sql(
        &server.database,
        &format!("UPDATE verification_failures SET last_at = last_at - {}", seconds * 1_000_000),
    );
}

/// Fails so often; each is one that is told.
async fn fail(server: &TestServer, address: &str, username: &str, times: u32, reason: &str) {
    for _ in 0..times {
        assert_eq!(outcome(&verify_from(server, address, username, "wrong").await), reason);
    }
}

both!(ten_failures_are_free_by_default, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    fail(&server, HERE, "UserA", 10, "WrongPassword").await;
    assert_eq!(wait(&verify_from(&server, HERE, "UserA", "123").await), Some(1));
});

both!(each_failure_doubles_the_wait, async |server: TestServer| {
    lock_after(&server, 2, 5).await;
    basic(&server, "UserA", "123").await;
    for (username, reason) in
        [("UserA", "WrongPassword"), ("Nobody", "UnknownUsername"), ("N\0!", "UnknownUsername")]
    {
        fail(&server, HERE, username, 2, reason).await;
        for seconds in [1, 2, 4, 5, 5] {
            // A lock is the same whoever is locked, and guesses in it neither count nor prolong it.
            for password in ["123", "wrong"] {
                let verdict = verify_from(&server, HERE, username, password).await;
                let left = wait(&verdict).unwrap();
                assert!((1..=seconds).contains(&left), "{username} {seconds}: {left}");
                let detail = "too many failures of this username from this device: it has to wait";
                let expected = json!({
                    "verdict": "Rejected",
                    "reason": "Locked",
                    "detail": detail,
                    "tenant": "default",
                    "retryAfter": left,
                });
                assert_eq!(verdict, expected);
            }
            age(&server, seconds);
            fail(&server, HERE, username, 1, reason).await;
        }
    }
});

both!(others_are_not_locked_out, async |server: TestServer| {
    lock_after(&server, 2, 3600).await;
    basic(&server, "UserA", "123").await;
    basic(&server, "UserB", "123").await;
    fail(&server, HERE, "UserA", 2, "WrongPassword").await;
    age(&server, 1);
    fail(&server, HERE, "UserA@default", 1, "WrongPassword").await;
    for username in ["UserA", "UserA@default"] {
        assert!(wait(&verify_from(&server, HERE, username, "123").await).is_some(), "{username}");
    }
    assert_eq!(outcome(&verify_from(&server, ELSEWHERE, "UserA", "123").await), "Accepted");
    assert_eq!(outcome(&verify(&server, "UserA", "123").await), "Accepted");
    assert_eq!(outcome(&verify_from(&server, HERE, "UserB", "123").await), "Accepted");
    // Success elsewhere is no way out here.
    assert!(wait(&verify_from(&server, HERE, "UserA", "123").await).is_some());
});

both!(the_lock_ends_and_success_clears_that_pair, async |server: TestServer| {
    lock_after(&server, 2, 3600).await;
    basic(&server, "UserA", "123").await;
    for address in [HERE, ELSEWHERE] {
        fail(&server, address, "UserA", 2, "WrongPassword").await;
    }
    let locked = std::time::Instant::now();
    let mut waited = 0;
    until("the lock's end", async || {
        let verdict = verify_from(&server, HERE, "UserA", "123").await;
        waited += u32::from(wait(&verdict).is_some());
        (outcome(&verdict) == "Accepted").then_some(())
    })
    .await;
    assert!(waited > 0 || locked.elapsed().as_secs() >= 1, "it was locked");
    fail(&server, HERE, "UserA", 2, "WrongPassword").await;
    assert!(wait(&verify_from(&server, HERE, "UserA", "123").await).is_some(), "counted from the start");
    // The other pair is where it was: one failure more and it waits for two seconds.
    age(&server, 1);
    fail(&server, ELSEWHERE, "UserA", 1, "WrongPassword").await;
    assert_eq!(wait(&verify_from(&server, ELSEWHERE, "UserA", "123").await), Some(2));
});

both!(without_a_limit_nobody_is_locked, async |server: TestServer| {
    lock_after(&server, 0, 3600).await;
    basic(&server, "UserA", "123").await;
    fail(&server, HERE, "UserA", 15, "WrongPassword").await;
    assert_eq!(outcome(&verify_from(&server, HERE, "UserA", "123").await), "Accepted");
    assert_eq!(sql(&server.database, "SELECT count(*) FROM verification_failures"), "0");
});

both!(a_device_has_a_whole_network, async |server: TestServer| {
    lock_after(&server, 2, 3600).await;
    basic(&server, "UserA", "123").await;
    fail(&server, "2001:db8::1", "UserA", 1, "WrongPassword").await;
    fail(&server, "2001:0DB8:0:0:ffff::1", "UserA", 1, "WrongPassword").await;
    fail(&server, "192.0.2.7", "UserA", 1, "WrongPassword").await;
    fail(&server, "::ffff:192.0.2.7", "UserA", 1, "WrongPassword").await;
    for (address, locked) in [
        ("2001:db8::2", true),
        ("2001:db8:0:1::1", false),
        ("192.0.2.7", true),
        ("::ffff:c000:207", true),
        ("192.0.2.8", false),
    ] {
        let verdict = verify_from(&server, address, "UserA", "123").await;
        assert_eq!(outcome(&verdict) == "Locked", locked, "{address}: {verdict}");
    }
});

both!(
    a_pair_has_two_hashes_at_once,
    // Long enough for all to have come before the first is done.
    |config| (config.passwords.memory_kib, config.passwords.iterations) = (1024, 300),
    async |server: TestServer| {
        lock_after(&server, 0, 60).await;
        basic(&server, "UserA", "123").await;
        for (username, reason) in [("UserA", "WrongPassword"), ("Nobody", "UnknownUsername")] {
            let send = |address: &str| {
                let body = json!({"username": username, "password": "wrong", "clientAddress": address});
                Answer::of(server.request(Method::POST, &format!("{BASIC}/verify")).json(&body))
            };
            let (answers, other) = tokio::join!(join_all((0..20).map(|_| send(HERE))), send(ELSEWHERE));
            assert_eq!(outcome(&other.expect(200)), reason, "another device's waits in the queue");
            let (judged, busy): (Vec<_>, Vec<_>) =
                answers.into_iter().partition(|answer| answer.status == 200);
            assert!((1..15).contains(&judged.len()), "{} of 20 were hashed", judged.len());
            for answer in busy {
                answer.message(503);
                let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=60).contains(&seconds), "{seconds}");
            }
        }
    }
);
