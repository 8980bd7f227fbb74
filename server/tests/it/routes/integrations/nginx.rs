//! nginx's `auth_request`: who passes, and who is refused with what.

use reqwest::Method;

use super::{KEY, escaped, key, nginx, nginx_basic, status};
use crate::{
    harness::{Answer, TestServer, both},
    routes::verification::{BASIC, X509, basic, issued, lock_after, set_state, shown},
};

both!(a_password_lets_pass, async |server: TestServer| {
    let id = basic(&server, "UserA", "a:b @").await["id"].take();
    let key = key(&server, false).await;
    let in_path = format!("/integrations/key/{key}/nginx/auth");
    let asked = [
        nginx(&server, &key).basic_auth("UserA", Some("a:b @")),
        nginx(&server, &key).basic_auth("UserA@default", Some("a:b @")),
        server.anonymous(Method::GET, &in_path).basic_auth("UserA", Some("a:b @")),
        // The key of the path counts.
        server.anonymous(Method::GET, &in_path).header(KEY, "x").basic_auth("UserA", Some("a:b @")),
    ];
    for request in asked {
        let answer = Answer::of(request).await;
        assert_eq!(status(&answer), 204);
        for (name, value) in [
            ("x-vouchsafe-tenant", Some("default")),
            ("x-vouchsafe-credentials-id", id.as_str()),
            ("x-vouchsafe-username", Some("UserA")),
            ("x-vouchsafe-common-name", None),
            ("cache-control", Some("no-store")),
        ] {
            assert_eq!(answer.header(name), value, "{name}");
        }
    }
    assert_eq!(shown(&server, BASIC, &id).await["state"], "Active");
});

both!(a_certificate_lets_pass, async |server: TestServer| {
    let issued = issued(&server, "device-7").await;
    let key = key(&server, true).await;
    let request = nginx(&server, &key).header("X-SSL-Client-Verify", "SUCCESS");
    let answer = Answer::of(request.header("X-SSL-Client-Cert", escaped(&issued["certificate"]))).await;
    assert_eq!(status(&answer), 204);
    for (name, value) in [
        ("x-vouchsafe-tenant", Some("default")),
        ("x-vouchsafe-credentials-id", issued["id"].as_str()),
        ("x-vouchsafe-common-name", Some("device-7")),
        ("x-vouchsafe-username", None),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert_eq!(shown(&server, X509, &issued["id"]).await["state"], "Active");
});

both!(a_certificate_counts_only_from_whom_it_may, async |server: TestServer| {
    let good = escaped(&issued(&server, "device").await["certificate"]);
    let (proxy, broker) = (key(&server, true).await, key(&server, false).await);
    for (key, verify, certificate, expected) in [
        (&proxy, Some("SUCCESS"), Some(&*good), 204),
        (&broker, Some("SUCCESS"), Some(&good), 401),
        (&proxy, None, Some(&good), 401),
        (&proxy, Some(""), Some(&good), 401),
        (&proxy, Some("NONE"), Some(&good), 401),
        (&proxy, Some("success"), Some(&good), 401),
        (&proxy, Some("FAILED:unable to verify the first certificate"), Some(&good), 401),
        (&proxy, Some("SUCCESS, FAILED"), Some(&good), 401),
        (&proxy, Some("SUCCESS"), None, 401),
        (&proxy, Some("SUCCESS"), Some(""), 401),
        (&proxy, Some("SUCCESS"), Some("zq3xv"), 401),
        (&proxy, Some("SUCCESS"), Some("%00%ff%"), 401),
        (&proxy, Some("SUCCESS"), Some(&good[..300]), 401),
    ] {
        let mut request = nginx(&server, key);
        for (name, value) in [("X-SSL-Client-Verify", verify), ("X-SSL-Client-Cert", certificate)] {
            request = value.into_iter().fold(request, |request, value| request.header(name, value));
        }
        let answer = Answer::of(request).await;
        assert_eq!(status(&answer), expected, "{verify:?} {certificate:?}");
    }
    // Two of a kind: one is the client's own.
    for headers in [
        [("X-SSL-Client-Verify", "SUCCESS"), ("X-SSL-Client-Verify", "NONE"), ("X-SSL-Client-Cert", &good)],
        [("X-SSL-Client-Verify", "SUCCESS"), ("X-SSL-Client-Cert", &good), ("X-SSL-Client-Cert", &good)],
    ] {
        let request = nginx(&server, &proxy);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        assert_eq!(status(&Answer::of(request).await), 401, "{headers:?}");
    }
    // A password counts before a certificate, and a wrong one is not made good by it.
    basic(&server, "UserA", "123").await;
    for (password, expected) in [("123", 204), ("124", 401)] {
        let request = nginx(&server, &proxy).header("X-SSL-Client-Verify", "SUCCESS");
        let request = request.header("X-SSL-Client-Cert", &good).basic_auth("UserA", Some(password));
        assert_eq!(status(&Answer::of(request).await), expected, "{password}");
    }
});

both!(what_ends_by_itself_is_403_and_the_rest_401, async |server: TestServer| {
    let key = key(&server, true).await;
    for (state, expected) in [("Suspended", 403), ("Revoked", 401)] {
        let id = basic(&server, state, "123").await["id"].take();
        assert_eq!(status(&nginx_basic(&server, &key, state, "123").await), 204);
        set_state(&server, BASIC, &id, state).await;
        assert_eq!(status(&nginx_basic(&server, &key, state, "123").await), expected, "{state}");
        // Not told to who doesn't know the password.
        assert_eq!(status(&nginx_basic(&server, &key, state, "124").await), 401, "{state}");

        let issued = issued(&server, "device").await;
        set_state(&server, X509, &issued["id"], state).await;
        let request = nginx(&server, &key).header("X-SSL-Client-Verify", "SUCCESS");
        let answer = Answer::of(request.header("X-SSL-Client-Cert", escaped(&issued["certificate"]))).await;
        assert_eq!(status(&answer), expected, "{state}");
    }
    for username in ["Nobody", "Suspended@acme", "N\u{fc}", &"n".repeat(3000), ""] {
        assert_eq!(status(&nginx_basic(&server, &key, username, "123").await), 401, "{username}");
    }
    lock_after(&server, 1, 3600).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(status(&nginx_basic(&server, &key, "Locked", "123").await));
    }
    assert_eq!(seen, [401, 403, 403]);
    // Metrics know these by name.
    let metrics = Answer::of(server.anonymous(Method::GET, "/metrics")).await.text;
    assert!(metrics.contains(r#"{operation="nginx_auth",status="403"}"#), "{metrics}");
});
