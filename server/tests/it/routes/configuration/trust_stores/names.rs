//! What must be unique, and how revocation checks and CRL URLs go together.

use serde_json::{Value, json};

use super::{Cas, PATH, refused, sample, store};
use crate::harness::{TestServer, both};

both!(are_unique, async |server: TestServer| {
    let session = server.session().await;
    // Often: keys are random, and so is which of two trust stores comes first.
    for round in 0..8 {
        let (one, two) = (format!("One {round}"), format!("Two {round}"));
        let first = session.create(PATH, store(&one, json!([]))).await;
        let second = session.create(PATH, store(&two, json!([]))).await;
        if round % 2 == 0 {
            session.commit().await.expect(201);
        }
        for (key, name) in [(first, &two), (second, &one)] {
            let path = format!("{PATH}/{key}");
            let answer = session.put(&path, store(name, json!([]))).await;
            refused(&answer, "SemanticError", &format!("{path}/name"), "is the name of another trust store");
        }
        let answer = session.post(PATH, store(&one, json!([]))).await;
        refused(&answer, "SemanticError", &format!("{PATH}/name"), "is the name of another trust store");
    }
    // Another case is another name.
    session.create(PATH, store("one 0", json!([]))).await;
    session.commit().await.expect(201);
    // Names pass from one to another within a transaction.
    let items = session.get(PATH).await.expect(200)["items"].take();
    let [a, b] = [1, 2].map(|at| {
        let item: &Value = &items[at];
        (item["meta"]["href"].as_str().unwrap().to_owned(), item["body"]["name"].as_str().unwrap().to_owned())
    });
    session.put(&a.0, store("Free", json!([]))).await.expect(201);
    session.put(&b.0, store(&a.1, json!([]))).await.expect(201);
    session.put(&a.0, store(&b.1, json!([]))).await.expect(201);
    session.commit().await.expect(201);
    assert_eq!(
        (session.body(&a.0).await["name"].take(), session.body(&b.0).await["name"].take()),
        (json!(b.1), json!(a.1))
    );
});

both!(authorities_are_unique_however_they_are_sent, async |server: TestServer| {
    let (session, cas) = (server.session().await, Cas::new());
    let (a, b) = (cas.ca("a"), cas.ca("b"));
    for authorities in [
        json!([a, b, a]),
        json!([a, b, {"pem": a}]),
        json!([{"pem": a}, b, a.trim_end()]),
        json!([a, b, a.replace('\n', "\r\n")]),
    ] {
        let answer = session.post(PATH, store("Twice", authorities)).await;
        refused(&answer, "SemanticError", &format!("{PATH}/authorities/2"), "is in the trust store already");
    }
    // Two stores may trust the same, and so may one a CA of the same name with another key.
    let same = cas.ca("a");
    session.create(PATH, store("One", json!([a, b, same]))).await;
    session.create(PATH, store("Two", json!([a]))).await;
    session.commit().await.expect(201);
});

both!(revocation_needs_urls_and_urls_need_revocation, async |server: TestServer| {
    let session = server.session().await;
    let urls = format!("{PATH}/crl_urls");
    for (check, sent, words) in [
        ("none", json!(["http://crl.it/sec"]), "must be empty"),
        ("full", json!([]), "must not be empty"),
        ("leaf", json!([]), "must not be empty"),
    ] {
        let mut body = sample();
        (body["revocation_check"], body["crl_urls"]) = (json!(check), sent);
        refused(&session.post(PATH, body).await, "SyntacticError", &urls, words);
    }
    for (check, sent) in
        [("none", json!([])), ("full", json!(["http://crl.it/sec"])), ("leaf", json!(["http://crl.it/sec"]))]
    {
        let mut body = sample();
        (body["revocation_check"], body["crl_urls"], body["name"]) = (json!(check), sent, json!(check));
        session.create(PATH, body).await;
    }
    // The schema leaves them out for the built-in one alone.
    for field in ["authorities", "crl_urls"] {
        let mut body = sample();
        body.as_object_mut().unwrap().remove(field);
        refused(&session.post(PATH, body).await, "SyntacticError", &format!("{PATH}/{field}"), "is required");
    }
    let mut body = sample();
    body["crl_urls"] = json!(["http://crl.it/sec", "http://crl.it/other", "http://crl.it/sec"]);
    refused(
        &session.post(PATH, body).await,
        "SemanticError",
        &format!("{PATH}/crl_urls/2"),
        "is in the trust store already",
    );
});
