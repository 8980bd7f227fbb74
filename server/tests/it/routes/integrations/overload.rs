//! More passwords at once than the server has cores for.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{EMQX, KEY, allowed, key, nginx, status};
use crate::{
    harness::{Answer, TestServer, both},
    routes::verification::basic,
};

/// At once, and more than the cores of any machine that runs this.
const MANY: usize = 150;

both!(
    is_no_reason_to_let_in_or_to_fail,
    |config| {
        config.passwords.queue = 0;
        // Long enough for all to have come before the first is done.
        (config.passwords.memory_kib, config.passwords.iterations) = (1024, 300);
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    },
    async |server: TestServer| {
        for username in ["UserA", "UserB"] {
            basic(&server, username, "123").await;
        }
        let key = key(&server, false).await;
        let device = |number: usize| format!("192.0.2.{}", number + 1);
        let answers = join_all((0..MANY).map(|number| {
            let body = json!({"username": "UserA", "password": "123", "peerhost": device(number)});
            Answer::of(server.anonymous(Method::POST, EMQX).header(KEY, &key).json(&body))
        }));
        let let_in = answers.await.iter().filter(|answer| allowed(answer)).count();
        assert!(let_in > 0 && let_in < MANY, "{let_in}");

        let answers = join_all((0..MANY).map(|number| {
            let request = nginx(&server, &key).header("X-Forwarded-For", device(number));
            Answer::of(request.basic_auth("UserB", Some("123")))
        }));
        let statuses: Vec<_> = answers.await.iter().map(status).collect();
        let count = |status| statuses.iter().filter(|one| **one == status).count();
        assert!(count(204) > 0 && count(403) > 0, "{statuses:?}");
        assert_eq!(count(204) + count(403), MANY, "nobody is told that a password is wrong");
    }
);
