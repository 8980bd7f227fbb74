//! The mail server: addresses, and the password that is kept or must be sent again.

use serde_json::{Value, json};

use super::{kept, refused, with, without};
use crate::harness::{TestServer, both};

const PATH: &str = "/api/configuration/management/email";
const SERVER: &str = "/smtp_server";
const PASSWORD: &str = "/smtp_auth/password";

/// A server that wants a login.
fn body() -> Value {
    json!({
        "admin_address": "admin@example.com",
        "alerting_address": null,
        "reporting_address": null,
        "sender_address": null,
        "smtp_auth": {"enabled": true, "username": "mailer", "password": "long-silver-thread"},
        "smtp_encryption": {"selection": "starttls"},
        "smtp_server": {"selection": "fqdn", "value": "mail.example.com", "port": 587},
    })
}

/// The password that is staged or stored, as the server would use it.
async fn password(server: &TestServer, staged: bool) -> Option<String> {
    let ready = server.ready().await;
    let sealed = match staged {
        true => {
            ready
                .store
                .configuration_changes()
                .await
                .unwrap()
                .into_iter()
                .find(|row| row.path == PATH)?
                .secret?
        }
        false => ready.store.configuration_get(PATH).await.unwrap()?.secret?,
    };
    let secrets: Value =
        serde_json::from_slice(&ready.master_key.open(&sealed, PATH.as_bytes()).unwrap()).unwrap();
    assert_eq!(secrets.as_object().unwrap().len(), 1);
    Some(secrets["password"].as_str().unwrap().to_owned())
}

both!(addresses_are_mailboxes, async |server: TestServer| {
    let session = server.session().await;
    let default = session.body(PATH).await;
    for field in ["/admin_address", "/alerting_address", "/reporting_address", "/sender_address"] {
        for address in [
            "",
            "a",
            "@",
            "a@",
            "@b.c",
            "a b@c.d",
            "a@b c",
            "a@@b.c",
            "a@b@c.d",
            ".a@b.c",
            "a.@b.c",
            "a..b@c.d",
            "a@b..c",
            "a@.b",
            "a@b.",
            "a@-b.c",
            "a@b_c.d",
            "a@1.2.3.4",
            "a@[1.2.3.4]",
            "\"a b\"@c.d",
            "ü@b.c",
            "a@bücher.example",
            "a@b.c\n",
            "a@b.c\r\nBcc: x@y.z",
            "a@b.c,d@e.f",
            "A <a@b.c>",
            "mailto:a@b.c",
            "a(comment)@b.c",
            "a@b.123",
        ] {
            refused(&session.put(PATH, with(&default, field, json!(address))).await, PATH, field, "must be");
        }
        let long = [
            "a".repeat(65) + "@b.c",
            format!("a@{}.c", "b".repeat(64)),
            format!("a@{}.c", vec!["b".repeat(60); 5].join(".")),
        ];
        for address in long {
            refused(&session.put(PATH, with(&default, field, json!(address))).await, PATH, field, "must be");
        }
        let good = [
            json!(null),
            json!("a@b"),
            json!("first.last+tag@mail.example.com"),
            json!("!#$%&'*+-/=?^_`{|}~@b.c"),
            json!("a".repeat(64) + "@b.c"),
        ];
        kept(&session, PATH, good.into_iter().map(|address| with(&default, field, address))).await;
    }
});

both!(a_login_needs_name_and_password, async |server: TestServer| {
    let session = server.session().await;
    for (bad, place, words) in [
        (without(&body(), "/smtp_auth/username"), "/smtp_auth/username", "is required"),
        (without(&body(), PASSWORD), PASSWORD, "is required"),
        (with(&body(), PASSWORD, json!("")), PASSWORD, "must be"),
        (with(&body(), PASSWORD, json!("a".repeat(256))), PASSWORD, "must be"),
        (with(&body(), PASSWORD, json!("pässwörd")), PASSWORD, "must be"),
        (with(&body(), PASSWORD, json!("a\r\nb")), PASSWORD, "must be"),
        (with(&body(), PASSWORD, json!(null)), PASSWORD, "must be"),
        (with(&body(), "/smtp_auth/username", json!("")), "/smtp_auth/username", "must be"),
        (with(&body(), "/smtp_auth/username", json!(null)), "/smtp_auth/username", "must be"),
        (with(&body(), "/smtp_auth", json!({"username": "a"})), "/smtp_auth/enabled", "is required"),
        (
            with(&body(), "/smtp_encryption", json!({"selection": "disabled", "trust_store": "-7001"})),
            "/smtp_encryption/trust_store",
            "starttls and tls",
        ),
        (
            with(&body(), "/smtp_encryption", json!({"selection": "ssl"})),
            "/smtp_encryption/selection",
            "must be one of",
        ),
        (
            with(&body(), "/smtp_encryption", json!({"selection": "tls", "trust_store": null})),
            "/smtp_encryption/trust_store",
            "must be",
        ),
        (with(&body(), "/smtp_server/port", json!(0)), "/smtp_server/port", "must be"),
        (with(&body(), "/smtp_server/port", json!(65_536)), "/smtp_server/port", "must be"),
        (with(&body(), "/smtp_server/port", json!(null)), "/smtp_server/port", "must be"),
        (with(&body(), "/smtp_server/port", json!("587")), "/smtp_server/port", "must be"),
        (with(&body(), "/smtp_server/selection", json!("ip")), "/smtp_server/value", "must be"),
        (with(&body(), "/smtp_server/value", json!("192.0.2.25")), "/smtp_server/value", "IP address"),
    ] {
        let answer = session.put(PATH, bad).await;
        refused(&answer, PATH, place, words);
        assert!(!answer.text.contains("long-silver-thread"), "{}", answer.text);
    }
    assert_eq!(session.get("/api/transaction").await.expect(200)["body"]["status"], "closed");
});

both!(a_password_is_kept_until_another_one_is_sent, async |server: TestServer| {
    let session = server.session().await;
    let (read, old) = (without(&body(), PASSWORD), Some("long-silver-thread".to_owned()));
    session.put(PATH, body()).await.expect(201);
    assert_eq!(session.body(PATH).await, read);
    // Within the transaction, and after it.
    session.put(PATH, with(&read, "/admin_address", json!(null))).await.expect(201);
    assert_eq!((password(&server, true).await, password(&server, false).await), (old.clone(), None));
    session.commit().await.expect(201);
    for body in [
        with(&read, "/alerting_address", json!("alerts@example.com")),
        with(&read, "/smtp_auth/username", json!("other")),
        read.clone(),
    ] {
        session.put(PATH, body.clone()).await.expect(201);
        assert_eq!(password(&server, true).await, old);
        session.commit().await.expect(201);
        assert_eq!((password(&server, false).await, session.body(PATH).await), (old.clone(), body));
    }
    session.put(PATH, with(&read, PASSWORD, json!("another one"))).await.expect(201);
    assert_eq!(password(&server, false).await, old, "not before it is committed");
    session.commit().await.expect(201);
    assert_eq!(password(&server, false).await.as_deref(), Some("another one"));
    // A rollback leaves it.
    session.put(PATH, body()).await.expect(201);
    session.rollback().await.expect(200);
    assert_eq!(password(&server, false).await.as_deref(), Some("another one"));
});

both!(a_password_goes_to_the_server_it_was_sent_for_alone, async |server: TestServer| {
    let session = server.session().await;
    let read = without(&body(), PASSWORD);
    session.put(PATH, body()).await.expect(201);
    let elsewhere = [
        with(&read, SERVER, json!({"selection": "fqdn", "value": "mail.evil.example", "port": 587})),
        with(&read, "/smtp_server/port", json!(25)),
        // The same server, reached in another way: who listens in between must not learn it either.
        with(&read, "/smtp_encryption/selection", json!("tls")),
        without(&read, "/smtp_server/port"),
        with(&read, SERVER, json!({"selection": "ip", "value": "192.0.2.66", "port": 587})),
    ];
    for committed in [false, true] {
        if committed {
            session.commit().await.expect(201);
        }
        for other in &elsewhere {
            refused(&session.put(PATH, other.clone()).await, PATH, PASSWORD, "is required");
            session.put(PATH, with(other, "/smtp_auth", json!({"enabled": false}))).await.expect(201);
            // A detour over a server without a login does not help.
            refused(&session.put(PATH, other.clone()).await, PATH, PASSWORD, "is required");
            refused(&session.put(PATH, read.clone()).await, PATH, PASSWORD, "is required");
            session.put(PATH, body()).await.expect(201);
        }
    }
    session.put(PATH, with(&elsewhere[0], PASSWORD, json!("of the other"))).await.expect(201);
    session.commit().await.expect(201);
    assert_eq!(password(&server, false).await.as_deref(), Some("of the other"));
    session.put(PATH, with(&elsewhere[0], "/smtp_auth", json!({"enabled": false}))).await.expect(201);
    session.commit().await.expect(201);
    assert_eq!(password(&server, false).await, None, "nothing is kept that nothing needs");
});
