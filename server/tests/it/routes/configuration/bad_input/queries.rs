//! Queries of the admin plane.

use super::refusal;
use crate::harness::{Answer, TestServer, both};

both!(bad_ones_are_refused, async |server: TestServer| {
    let session = server.session().await;
    for (query, place) in [
        ("limit=0", "/limit"),
        ("limit=1001", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=1.5", "/limit"),
        ("limit=", "/limit"),
        ("limit=a", "/limit"),
        ("limit=99999999999999999999", "/limit"),
        ("limit=1&limit=2", ""),
        ("since=yesterday", "/since"),
        ("since=", "/since"),
        ("since=2026-02-30T00:00:00Z", "/since"),
        // Years that UTC has no four digits for.
        ("since=9999-12-31T23:59:59-23:59", "/since"),
        ("until=0000-01-01T00:00:00%2B23:59", "/until"),
        ("until=2026-01-01", "/until"),
        ("until=2026-01-01T00:00:00+99:99", "/until"),
        ("before=", "/before"),
        ("before=-1", "/before"),
        ("before=1e3", "/before"),
        ("before=1234567890123456789", "/before"),
        ("before=%00", "/before"),
        ("unknown=1", "/unknown"),
        ("a%20b=1", ""),
        ("%FF=1", ""),
    ] {
        let (kind, found, message) = refusal(&session.get(&format!("/api/audit?{query}")).await);
        assert_eq!((&*kind, found), ("SyntacticError", format!("/api/audit{place}")), "{query}: {message}");
    }
    for query in [
        "since=0001-01-01T00:00:00Z",
        "until=9999-12-31T23:59:59.999999Z",
        "before=999999999999999999",
        "limit=1000",
    ] {
        let items = &session.get(&format!("/api/audit?{query}")).await.expect(200)["items"];
        assert!(!items.as_array().unwrap().is_empty(), "{query}");
    }
});

both!(a_login_has_one_of_two_types, async |server: TestServer| {
    for (query, place) in
        [("type=password", "/type"), ("type=", "/type"), ("type=BASIC", "/type"), ("typ=basic", "/typ")]
    {
        let request = server.anonymous(reqwest::Method::GET, &format!("/api/authentication?{query}"));
        let answer = Answer::of(request.basic_auth("admin", Some(&server.admin_password))).await;
        let (kind, found, message) = refusal(&answer);
        assert_eq!((&*kind, found), ("SyntacticError", format!("/api/authentication{place}")), "{message}");
    }
});
