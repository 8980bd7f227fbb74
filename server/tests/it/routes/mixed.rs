//! Many different requests at once: every answer is one the document has.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, both, database::Everything};

const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

/// A fixed sequence of numbers that look random (the generator of Numerical Recipes), so that a failure comes again.
struct Numbers(u32);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % end
    }
}

/// One request: method, path, body.
fn request(numbers: &mut Numbers, ids: &[[String; 2]]) -> (Method, String, Option<Value>) {
    let [basic, x509] = &ids[numbers.below(ids.len())];
    let state = ["Active", "Suspended", "Revoked", "Inactive"][numbers.below(4)];
    let state = json!({"state": state});
    let name = format!("user-{}", numbers.below(20));
    match numbers.below(12) {
        0 | 1 => (Method::POST, BASIC.to_owned(), Some(json!({"username": name}))),
        2 => (Method::POST, BASIC.to_owned(), Some(json!({"username": name, "password": ""}))),
        3 => (Method::POST, X509.to_owned(), Some(json!({"keyType": "ec-p256", "commonName": name}))),
        4 => (Method::POST, X509.to_owned(), Some(json!({"ttl": 1e12, "keyType": "ed25519"}))),
        5 => (Method::PATCH, format!("{BASIC}/{basic}/state"), Some(state)),
        6 => (Method::PATCH, format!("{X509}/{x509}/state"), Some(state)),
        7 => (Method::PATCH, format!("{BASIC}/{basic}/password"), Some(json!({}))),
        8 => (Method::GET, format!("{BASIC}?limit={}&state=Active", numbers.below(3)), None),
        9 => (Method::GET, X509.to_owned(), None),
        10 => (Method::GET, format!("{BASIC}/{x509}"), None),
        _ => (Method::DELETE, format!("{BASIC}/{basic}"), None),
    }
}

both!(two_hundred_requests_at_once, async |server: TestServer| {
    let mut ids = Vec::new();
    for _ in 0..4 {
        let basic = server.post(BASIC, json!({})).await.expect(201);
        let x509 = server.post(X509, json!({"keyType": "ec-p256"})).await.expect(201);
        ids.push([basic, x509].map(|created| created["id"].as_str().unwrap().to_owned()));
    }
    let mut numbers = Numbers(2_026);
    let requests: Vec<_> = (0..200).map(|_| request(&mut numbers, &ids)).collect();
    // Each answer is held against the document where it is received.
    let answers = join_all(requests.iter().map(|(method, path, body)| {
        let request = server.request(method.clone(), path);
        Answer::of(match body {
            Some(body) => request.json(body),
            None => request,
        })
    }));
    let mut statuses = BTreeMap::new();
    let mut created = [0; 2];
    for ((method, path, _), answer) in requests.iter().zip(answers.await) {
        *statuses.entry(answer.status.as_u16()).or_insert(0) += 1;
        let new = usize::from(*method == Method::POST && answer.status.as_u16() == 201);
        created[usize::from(path == X509)] += new;
    }
    let seen: Vec<_> = statuses.keys().copied().collect();
    assert_eq!(seen, [200, 201, 204, 400, 404, 405, 409], "{statuses:?}");
    // What was acknowledged is there, and every change of it is in the trail.
    let rows = Everything::of(&server.ready().await.store).await;
    assert_eq!([rows.basic.len(), rows.x509.len()], created.map(|new| new + 4));
    assert_eq!(rows.audit.len(), rows.outbox.len());
    let made = rows.outbox.iter().filter(|row| row.kind == "created").count();
    assert_eq!(made, rows.basic.len() + rows.x509.len());
});
