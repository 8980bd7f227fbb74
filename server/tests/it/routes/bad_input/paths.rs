//! Paths and methods: what is not there, and what is there but not so.

use std::collections::BTreeSet;

use reqwest::Method;

use super::{BASIC, path, subjects};
use crate::harness::{Answer, TestServer, both, database::Everything, document::OPERATIONS};

/// The paths beside the document, and what they have.
const OTHERS: [(&str, &str); 18] = [
    ("/", "GET, HEAD"),
    ("/docs", "GET, HEAD"),
    ("/docs/", "GET, HEAD"),
    ("/openapi.json", "GET, HEAD"),
    ("/openapi.yaml", "GET, HEAD"),
    ("/oauth2/token", "POST"),
    ("/oauth2/jwks.json", "GET, HEAD"),
    ("/.well-known/oauth-authorization-server", "GET, HEAD"),
    ("/pki/platform/ca.pem", "GET, HEAD"),
    ("/pki/default/ca.pem", "GET, HEAD"),
    ("/pki/default/ca.cer", "GET, HEAD"),
    ("/pki/default/crl", "GET, HEAD"),
    ("/pki/platform/crl.pem", "GET, HEAD"),
    ("/pki/default/ocsp", "POST"),
    ("/pki/default/ocsp/MAo=", "GET, HEAD"),
    ("/health", "GET, HEAD"),
    ("/ready", "GET, HEAD"),
    ("/metrics", "GET, HEAD"),
];

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"];

both!(a_method_a_path_has_not_is_told_those_it_has, async |server: TestServer| {
    let (subjects, store) = (subjects(&server).await, server.ready().await.store);
    let before = Everything::of(&store).await;
    let allowed = |known: &str| {
        let methods = OPERATIONS.iter().filter(|operation| operation.path == known);
        methods.fold(Vec::new(), |mut all, operation| {
            all.push(operation.method.to_string());
            all.extend((operation.method == Method::GET).then(|| "HEAD".to_owned()));
            all
        })
    };
    let documented =
        OPERATIONS.iter().map(|operation| (path(operation, &subjects), allowed(operation.path).join(", ")));
    let others = OTHERS.map(|(path, allow)| (path.to_owned(), allow.to_owned()));
    let all: BTreeSet<_> = documented.chain(others).collect();
    assert_eq!(all.len(), 10 + OTHERS.len());
    for (path, allow) in &all {
        for method in METHODS.iter().filter(|method| !allow.split(", ").any(|known| known == **method)) {
            let request = server.request(method.parse().unwrap(), path);
            let answer = Answer::of(request).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("allow")),
                (405, Some(&**allow)),
                "{method} {path}"
            );
            if *method != "HEAD" {
                assert_eq!(answer.message(405), format!("this path has {allow}"));
            }
        }
        // And those it has are none of them refused so.
        for method in allow.split(", ") {
            let answer = Answer::of(server.request(method.parse().unwrap(), path)).await;
            assert!(![404, 405].contains(&answer.status.as_u16()), "{method} {path}: {answer:?}");
            assert!(method != "HEAD" || answer.text.is_empty(), "{path}");
        }
    }
    assert_eq!(Everything::of(&store).await, before);
});

/// Whether errors at the path have the form of the admin plane.
fn is_admin(path: &str) -> bool {
    let below =
        |plane: &str| path.strip_prefix(plane).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below("/api") && !below("/api/v1")
}

both!(what_is_not_there_is_not_found, async |server: TestServer| {
    let subjects = subjects(&server).await;
    let below: Vec<_> =
        OPERATIONS.iter().map(|operation| format!("{}/", path(operation, &subjects))).collect();
    let others =
        OTHERS.iter().map(|(path, _)| *path).filter(|path| *path != "/" && !path.starts_with("/docs"));
    // What follows there is an OCSP request, or none that can be read.
    let others = others.filter(|path| !path.contains("/ocsp"));
    let trailing: Vec<_> = others.map(|path| format!("{path}/")).collect();
    let unknown = [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/basic-credentials",
        "/api/v1x",
        "/apix",
        "/API/v1/basic-credentials",
        "/api/v1/basic_credentials",
        "/api/v1/basic-credentials/x/y/z",
        "/api//v1/basic-credentials",
        "//api/v1/basic-credentials",
        "/basic-credentials",
        "/api/v1/basic-credentials%2F",
        "/docsx",
        "/docs/nothing.js",
        "/docs//etc/passwd",
        "/pki",
        "/pki/default",
        "/pki/default/ca.key",
        "/oauth2",
        "/admin",
        "/favicon.ico",
        "/.env",
        "/%00",
        "/%FF",
        "/%",
        "/%zz",
        "/*",
        "/:tenant",
    ];
    for path in below.iter().chain(&trailing).map(String::as_str).chain(unknown) {
        // Below the docs everything is the docs', and has GET.
        let methods: &[Method] = match path.starts_with("/docs/") {
            true => &[Method::GET],
            false => &[Method::GET, Method::POST, Method::PATCH, Method::OPTIONS],
        };
        for method in methods {
            let answer = Answer::of(server.request(method.clone(), path)).await;
            let message = match is_admin(path) {
                true => answer.failure(404)["message"].take(),
                false => answer.message(404).into(),
            };
            assert_eq!(message, "there is nothing at this path", "{method} {path}");
        }
    }
});

both!(ids_are_matched_to_the_letter, async |server: TestServer| {
    let [id, _] = subjects(&server).await;
    let broken = [
        id.to_uppercase(),
        format!("{id}%00"),
        format!("{id}%20"),
        format!("%20{id}"),
        id[1..].to_owned(),
        format!("{id}0"),
        format!("{id}%0A"),
    ];
    for id in broken.iter().map(String::as_str).chain(["%FF", "%C3%BC", "%", "*", "'--", "null", "undefined"])
    {
        let message = server.get(&format!("{BASIC}/{id}")).await.message(404);
        let no_text = if id == "%FF" { "at this path" } else { "with this id" };
        assert_eq!(message, format!("there is nothing {no_text}"), "{id}");
    }
    // An unknown id is that before its body is looked at no less than after.
    let wrong = format!("{BASIC}/efh63sad72g0sggo3s5a/state");
    assert_eq!(
        server.patch(&wrong, serde_json::json!({"state": "Revoked"})).await.message(404),
        "basic credentials not found"
    );
});
