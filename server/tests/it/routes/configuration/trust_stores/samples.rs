//! The reference's sample: sent in every form, it is read as it is printed.

use serde_json::{Value, json};

use super::{Cas, PATH, refused, sample, store};
use crate::{
    harness::{TestServer, both},
    routes::configuration::documented,
};

both!(is_made_from_every_form_and_read_as_printed, async |server: TestServer| {
    let (session, other) = (server.session().await, server.session().await);
    let whole = sample();
    let authority = &whole["authorities"][0];
    let pem = authority["pem"].as_str().unwrap();
    for sent in [
        json!(pem),
        json!(pem.trim_end()),
        json!(pem.replace('\n', "\r\n")),
        json!({"pem": pem}),
        json!({"pem": pem, "subject": authority["subject"]}),
        json!({"pem": pem, "issuer": authority["issuer"], "fingerprint": authority["fingerprint"]}),
        authority.clone(),
    ] {
        let mut body = whole.clone();
        body["authorities"] = json!([sent]);
        let key = session.create(PATH, body).await;
        assert_eq!(session.body(&format!("{PATH}/{key}")).await, whole, "{sent}");
        session.rollback().await.expect(200);
    }
    let key = session.create(PATH, whole.clone()).await;
    session.commit().await.expect(201);

    let printed =
        documented("trust-stores-list").to_string().replace("XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX", &key);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    for session in [&session, &other] {
        assert_eq!(session.get(PATH).await.expect(200)["items"], printed["items"]);
    }
    let path = format!("{PATH}/{key}");
    let meta = json!({
        "first": format!("{PATH}/-7001"),
        "href": path,
        "last": path,
        "next": null,
        "parent": PATH,
        "previous": format!("{PATH}/-7001"),
        "transaction": "/api/transaction",
    });
    assert_eq!(other.get(&path).await.expect(200), json!({"key": key, "body": whole, "meta": meta}));
    let meta = json!({
        "first": "/api/configuration/aaa",
        "href": PATH,
        "last": "/api/configuration/x509",
        "next": "/api/configuration/x509",
        "parent": "/api/configuration",
        "previous": "/api/configuration/tenants",
        "transaction": "/api/transaction",
    });
    assert_eq!(other.get(PATH).await.expect(200)["meta"], meta);
});

both!(what_was_read_can_be_sent_back, async |server: TestServer| {
    let (session, cas) = (server.session().await, Cas::new());
    let plain = session.create(PATH, store("Plain", json!([cas.ca("a"), {"pem": cas.ca("b")}]))).await;
    let empty = session.create(PATH, store("Empty", json!([]))).await;
    let sampled = session.create(PATH, sample()).await;
    session.commit().await.expect(201);
    for key in [plain, empty, sampled] {
        let path = format!("{PATH}/{key}");
        let body = session.body(&path).await;
        let answer = session.put(&path, body.clone()).await;
        assert_eq!(answer.header("location"), Some(&*path));
        assert_eq!(answer.expect(201)["key"], key);
        assert_eq!(session.body(&path).await, body);
        session.commit().await.expect(201);
        assert_eq!(session.body(&path).await, body);
    }
});

both!(what_is_derived_must_be_true, async |server: TestServer| {
    let session = server.session().await;
    let (whole, pem) = (sample(), &sample()["authorities"][0]["pem"]);
    let authority = &whole["authorities"][0];
    for (field, value) in [
        ("/subject", json!("")),
        ("/subject", json!("CN=Somebody else")),
        ("/subject", json!(format!("{} ", authority["subject"].as_str().unwrap()))),
        ("/issuer", json!("C=HU/ST=Budapest")),
        ("/fingerprint", json!({"digest": authority["fingerprint"]["digest"], "hash_algorithm": "sha1"})),
        ("/fingerprint", json!({"digest": "", "hash_algorithm": "sha256"})),
        (
            "/fingerprint",
            json!({"digest": authority["fingerprint"]["digest"].as_str().unwrap().to_uppercase(), "hash_algorithm": "sha256"}),
        ),
    ] {
        let mut body = whole.clone();
        body["authorities"] = json!([{"pem": pem}, authority]);
        *body["authorities"][1].pointer_mut(field).unwrap() = value;
        let place = format!("{PATH}/authorities/1{field}");
        refused(&session.post(PATH, body).await, "SyntacticError", &place, "does not match the certificate");
    }
    assert_eq!(session.get("/api/transaction").await.expect(200)["body"]["status"], "closed");
});
