//! The device behind the proxy: told by headers of trusted proxies, and of nobody else.

use super::{key, nginx, status};
use crate::{
    harness::{Answer, TestServer, both},
    routes::verification::{basic, hold_locks, lock_after},
};

/// The status of a question with such headers.
async fn ask(server: &TestServer, key: &str, headers: &[(&str, &str)], password: &str) -> u16 {
    let request = nginx(server, key).basic_auth("UserA", Some(password));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    status(&Answer::of(request).await)
}

/// Locks the device of these headers out.
async fn lock(server: &TestServer, key: &str, headers: &[(&str, &str)]) {
    assert_eq!(ask(server, key, headers, "wrong").await, 401, "{headers:?}");
    hold_locks(&server.database);
    assert_eq!(ask(server, key, headers, "123").await, 403, "{headers:?}");
}

both!(
    a_trusted_proxy_tells_the_device,
    |config| config.trusted_proxies = vec!["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()],
    async |server: TestServer| {
        lock_after(&server, 1, 3600).await;
        basic(&server, "UserA", "123").await;
        let key = key(&server, false).await;
        const FORWARDED: &str = "X-Forwarded-For";
        lock(&server, &key, &[(FORWARDED, "192.0.2.1")]).await;
        for (headers, locked) in [
            (&[(FORWARDED, "192.0.2.1")][..], true),
            (&[(FORWARDED, "192.0.2.2")], false),
            // What the device itself wrote comes first.
            (&[(FORWARDED, "192.0.2.2, 192.0.2.1")], true),
            (&[(FORWARDED, "192.0.2.2"), (FORWARDED, "192.0.2.1")], true),
            (&[(FORWARDED, "zq3xv,,192.0.2.1")], true),
            (&[(FORWARDED, "192.0.2.1, 192.0.2.2")], false),
            // Proxies in between.
            (&[(FORWARDED, "192.0.2.1, 10.1.2.3, 127.0.0.1")], true),
            (&[(FORWARDED, "192.0.2.1,10.1.2.3")], true),
            (&[(FORWARDED, "192.0.2.1, 11.1.2.3")], false),
            (&[(FORWARDED, "::ffff:192.0.2.1")], true),
            (&[("X-Real-IP", "192.0.2.1")], true),
            (&[("X-Real-IP", "192.0.2.2")], false),
            (&[(FORWARDED, "192.0.2.2"), ("X-Real-IP", "192.0.2.1")], false),
            (&[(FORWARDED, "192.0.2.1"), ("X-Real-IP", "192.0.2.2")], true),
            (&[], false),
        ] {
            let expected = if locked { 403 } else { 204 };
            assert_eq!(ask(&server, &key, headers, "123").await, expected, "{headers:?}");
        }
        lock(&server, &key, &[]).await;
        assert_eq!(ask(&server, &key, &[(FORWARDED, "192.0.2.2")], "123").await, 204);
    }
);

both!(
    nobody_else_does,
    |config| config.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()],
    async |server: TestServer| {
        lock_after(&server, 1, 3600).await;
        basic(&server, "UserA", "123").await;
        let key = key(&server, false).await;
        lock(&server, &key, &[("X-Forwarded-For", "192.0.2.1")]).await;
        for headers in [&[("X-Forwarded-For", "198.51.100.1")][..], &[("X-Real-IP", "198.51.100.2")], &[]] {
            assert_eq!(ask(&server, &key, headers, "123").await, 403, "{headers:?}");
        }
    }
);
