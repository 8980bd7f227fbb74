//! Sessions: log in, go on, log out.

use data_encoding::BASE64;
use reqwest::{Method, header::AUTHORIZATION};
use serde_json::json;
use vouchsafe::{auth::hash_secret, clock};
use vouchsafe_domain::{Secret, Timestamp};

use super::documented;
use crate::harness::{Answer, TestServer, both, session::session_id};

const PATH: &str = "/api/authentication";

both!(a_login_sets_the_documented_cookie, async |server: TestServer| {
    let answer = server.login("admin", &server.admin_password).await;
    assert_eq!(answer.expect(200), json!({"meta": {"href": PATH, "parent": "/api"}}));
    let id = session_id(&answer);
    assert_eq!(id.len(), 40);
    assert!(id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    let cookie = answer.header("set-cookie").unwrap();
    let parts: Vec<&str> = cookie.split("; ").collect();
    assert_eq!(
        (parts[2], parts[3], parts[4], parts.len()),
        ("Path=/", "HttpOnly", "SameSite=Strict", 5),
        "{cookie}"
    );
    let expires = parts[1].strip_prefix("Expires=").unwrap();
    assert!(expires.ends_with(" GMT") && expires.len() == "Wed, 25 Nov 2026 01:57:47 GMT".len(), "{expires}");
    assert_ne!(id, session_id(&server.login("admin", &server.admin_password).await));
    // Who reads the database can't go on with anybody's session.
    let row =
        server.ready().await.store.session_get(&hash_secret(&Secret::new(&*id))).await.unwrap().unwrap();
    assert_ne!(row.id_hash, id);
});

both!(cookies_are_secure_under_tls, |config| config.tls.enabled = true, async |server: TestServer| {
    let answer = server.login("admin", &server.admin_password).await;
    assert!(answer.header("set-cookie").unwrap().ends_with("; SameSite=Strict; Secure"));
});

both!(wrong_credentials_are_told_apart_by_nobody, async |server: TestServer| {
    let mut messages = Vec::new();
    for (user, password) in
        [("admin", "wrong"), ("nobody", "wrong"), ("", ""), ("a:b", "x"), ("\u{e9}", "\u{fc}")]
    {
        let answer = server.login(user, password).await;
        let error = answer.failure(401);
        assert_eq!(
            (&error["type"], &error["details"]),
            (&json!("AuthenticationFailure"), &json!({"path": PATH}))
        );
        assert_eq!(answer.header("www-authenticate"), Some(r#"Basic realm="Vouchsafe", charset="UTF-8""#));
        messages.push(error["message"].clone());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
});

both!(credentials_come_by_http_basic_only, async |server: TestServer| {
    let encoded = BASE64.encode(format!("admin:{}", server.admin_password).as_bytes());
    for header in ["", "Basic", "Basic !", "Basic YWRtaW4=", "Basic /////w==", &format!("Bearer {encoded}")] {
        let mut request = server.anonymous(Method::GET, PATH);
        if !header.is_empty() {
            request = request.header(AUTHORIZATION, header);
        }
        assert_eq!(Answer::of(request).await.failure(401)["type"], "AuthenticationFailure", "{header}");
    }
    let request = server.anonymous(Method::GET, PATH).header(AUTHORIZATION, format!("bAsIc {encoded}"));
    Answer::of(request).await.expect(200);
});

both!(without_a_session_the_path_is_named, async |server: TestServer| {
    let path = "/api/configuration/alerting";
    for cookie in ["", "session_id=", "session_id=0123456789abcdef0123456789abcdef01234567", "other=1"] {
        let answer = Answer::of(server.anonymous(Method::GET, path).header("cookie", cookie)).await;
        let error = answer.failure(401);
        assert_eq!(
            (&error["type"], &error["details"]),
            (&json!("Unauthenticated"), &json!({"path": path})),
            "{cookie}"
        );
        assert_eq!(
            answer.header("www-authenticate"),
            Some(r#"Cookie realm="Vouchsafe", cookie-name=session_id"#)
        );
    }
});

both!(a_session_ends_after_twenty_minutes_without_a_request, async |server: TestServer| {
    let session = server.session().await;
    let store = server.ready().await.store;
    session.age(1190).await;
    let answer = session.get("/api/configuration").await;
    answer.expect(200);
    assert_eq!(session_id(&answer), session.id, "the cookie goes on with the session");
    let again = session.get("/api/configuration").await;
    assert_eq!(again.header("set-cookie"), None, "not at every request");
    let seen = store.session_get(&session.hash()).await.unwrap().unwrap().seen_at;
    let minute_ago = Timestamp::from_micros(clock::now().as_micros() - 60_000_000);
    assert!(seen > minute_ago, "a request starts the time anew");
    session.age(1201).await;
    assert_eq!(session.get("/api/configuration").await.failure(401)["type"], "Unauthenticated");
    assert_eq!(store.session_get(&session.hash()).await.unwrap(), None);
});

both!(a_logout_ends_the_session, async |server: TestServer| {
    let (session, other) = (server.session().await, server.session().await);
    let answer = session.delete(PATH).await;
    assert_eq!(answer.expect(200), json!({"meta": {"href": PATH, "parent": "/api"}}));
    assert!(
        answer
            .header("set-cookie")
            .unwrap()
            .starts_with("session_id=; Expires=Thu, 01 Jan 1970 00:00:00 GMT;")
    );
    session.get("/api/configuration").await.failure(401);
    let again = session.delete(PATH).await;
    again.failure(401);
    assert_eq!(again.header("www-authenticate"), Some(r#"Cookie realm="Vouchsafe", cookie-name=session_id"#));
    other.get("/api/configuration").await.expect(200);
});

both!(the_types_of_login_are_told_to_anybody, async |server: TestServer| {
    let path = "/api/authentication/types";
    let answer = Answer::of(server.anonymous(Method::GET, path)).await;
    let meta = json!({"href": path, "parent": PATH});
    assert_eq!(answer.expect(200), json!({"types": ["basic"], "meta": meta}));
    let session = server.session().await;
    let mut settings = session.body("/api/configuration/aaa/settings").await;
    settings["trust_store"] = json!("-7001");
    let error = session.put("/api/configuration/aaa/settings", settings.clone()).await.failure(400);
    let field = json!("/api/configuration/aaa/settings/trust_store");
    assert_eq!((&error["type"], &error["details"]["path"]), (&json!("SemanticError"), &field));
    let pem = &documented("trust-stores-list")["items"][1]["body"]["authorities"][0]["pem"];
    let store = json!({
        "name": "administrators",
        "authorities": [pem],
        "crl_urls": [],
        "revocation_check": "none",
        "trust_store_type": "custom",
    });
    settings["trust_store"] = session.create("/api/configuration/trust_stores", store).await.into();
    session.put("/api/configuration/aaa/settings", settings).await.expect(201);
    session.commit().await.expect(201);
    let answer = Answer::of(server.anonymous(Method::GET, path)).await;
    assert_eq!(answer.expect(200), json!({"types": ["basic"], "meta": meta}), "no certificates without TLS");
    let answer = Answer::of(server.anonymous(Method::GET, "/api/authentication?type=x509")).await;
    assert_eq!(answer.failure(401)["type"], "AuthenticationFailure", "no certificate without TLS");
});

both!(guessing_costs_ever_longer_waits, async |server: TestServer| {
    for _ in 0..5 {
        server.login("admin", "wrong").await.failure(401);
    }
    let mut last = 0;
    for expected in [1, 2] {
        let blocked = server.login("admin", &server.admin_password).await;
        assert_eq!(blocked.failure(429)["type"], "TooManyRequests", "the right password waits too");
        last = blocked.header("retry-after").unwrap().parse::<u64>().unwrap();
        assert!(last >= 1 && last <= expected, "{last}");
        tokio::time::sleep(std::time::Duration::from_secs(last)).await;
        server.login("admin", "wrong").await.failure(401);
    }
    tokio::time::sleep(std::time::Duration::from_secs(last * 2 + 1)).await;
    server.login("admin", &server.admin_password).await.expect(200);
    server.login("admin", "wrong").await.failure(401);
    server.login("admin", &server.admin_password).await.expect(200);
});

both!(many_guesses_at_once_are_counted, async |server: TestServer| {
    let guesses = (0..24).map(|_| server.login("admin", "wrong"));
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|answer| answer.status.as_u16() == 401).count();
    assert!((1..=5).contains(&looked_at), "{looked_at}");
});

both!(guessing_names_from_one_address_is_slowed_too, async |server: TestServer| {
    let mut refused = 0;
    for guess in 0..30 {
        refused += usize::from(server.login(&format!("user{guess}"), "wrong").await.status.as_u16() == 429);
    }
    assert!(refused >= 5, "{refused}");
});

both!(
    certificates_are_announced_under_tls,
    |config| config.tls.enabled = true,
    async |server: TestServer| {
        let session = server.session().await;
        let pem = &documented("trust-stores-list")["items"][1]["body"]["authorities"][0]["pem"];
        let store = json!({
            "name": "administrators",
            "authorities": [pem],
            "crl_urls": [],
            "revocation_check": "none",
            "trust_store_type": "custom",
        });
        let mut settings = session.body("/api/configuration/aaa/settings").await;
        settings["trust_store"] = session.create("/api/configuration/trust_stores", store).await.into();
        session.put("/api/configuration/aaa/settings", settings).await.expect(201);
        session.commit().await.expect(201);
        let answer = Answer::of(server.anonymous(Method::GET, "/api/authentication/types")).await;
        assert_eq!(answer.expect(200)["types"], json!(["basic", "x509"]));
    }
);
