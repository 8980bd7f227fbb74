//! CRL URLs: what the server would fetch from, and what not.

use serde_json::json;

use super::{PATH, refused, sample};
use crate::harness::{TestServer, both};

both!(that_are_none_are_refused, async |server: TestServer| {
    let session = server.session().await;
    let long = format!("http://crl.it/{}", "a".repeat(2048));
    for url in [
        "",
        "crl.it",
        "crl.it/sec",
        "//crl.it/sec",
        "/sec",
        "ftp://crl.it/sec",
        "ldap://crl.it/cn=ca?certificateRevocationList",
        "file:///etc/passwd",
        "data:application/pkix-crl;base64,AAAA",
        "javascript:alert(1)",
        "HTTP//crl.it",
        "http:crl.it/sec",
        "http:/crl.it/sec",
        "http:///sec",
        "http://",
        "http://?sec",
        "http://:80/sec",
        "https://user@crl.it/sec",
        "https://user:password@crl.it/sec",
        "https://:password@crl.it/sec",
        "https://@crl.it/sec",
        "http://crl.it/sec#fragment",
        "http://crl.it/sec#",
        "http://crl.it\\@evil.example/sec",
        "http://crl.it/a b",
        " http://crl.it/sec",
        "http://crl.it/sec ",
        "http://crl.it/sec\n",
        "http://crl.it/\tsec",
        "http://crl.it/ü",
        "http://bücher.example/sec",
        "http://crl.it:0x50/sec",
        "http://crl.it:65536/sec",
        "http://[::1/sec",
        "http://[fe80::1%25eth0]/sec",
        "http://256.1.1.1/sec",
        "http://crl it/sec",
        &long,
    ] {
        let mut body = sample();
        body["crl_urls"] = json!(["http://crl.it/first", url]);
        let answer = session.post(PATH, body).await;
        refused(&answer, "SyntacticError", &format!("{PATH}/crl_urls/1"), "must ");
        assert!(url.len() < 12 || !answer.text.contains(url), "{url}: {}", answer.text);
    }
    assert_eq!(session.get("/api/transaction").await.expect(200)["body"]["status"], "closed");
});

both!(of_http_and_https_are_kept_as_sent, async |server: TestServer| {
    let session = server.session().await;
    let urls = json!([
        "http://crl.it/sec",
        "http://crl.it",
        "http://crl.it/",
        "https://crl.it:8443/a/b/../c.crl?x=1&y=%20",
        "HTTP://CRL.IT/sec",
        "http://192.0.2.1/sec",
        "http://[2001:db8::1]:8080/sec",
        "https://xn--bcher-kva.example/sec",
        format!("http://crl.it/{}", "a".repeat(2048 - 14)),
    ]);
    let mut body = sample();
    let all = urls.as_array().unwrap().len();
    // What the document's pattern does not have is refused with the rest of its mistakes, so one at a time.
    for at in 0..all {
        let url = urls[at].as_str().unwrap();
        body["crl_urls"] = json!([url]);
        let answer = session.post(PATH, body.clone()).await;
        if url.starts_with("HTTP") {
            refused(&answer, "SyntacticError", &format!("{PATH}/crl_urls/0"), "must be an http or https URL");
            continue;
        }
        let created = answer.expect(201);
        let path = format!("{PATH}/{}", created["key"].as_str().unwrap());
        assert_eq!(session.body(&path).await["crl_urls"], json!([url]));
        session.delete(&path).await.expect(200);
    }
});

both!(are_a_hundred_at_most, async |server: TestServer| {
    let session = server.session().await;
    let urls = |count: usize| (0..count).map(|n| format!("http://crl.it/{n}")).collect::<Vec<_>>();
    for count in [101, 1_000, 20_000] {
        let mut body = sample();
        body["crl_urls"] = json!(urls(count));
        let answer = session.post(PATH, body).await;
        refused(&answer, "SyntacticError", &format!("{PATH}/crl_urls"), "must not have more than 100 URLs");
        assert!(answer.text.len() < 1_024, "{}", answer.text.len());
    }
    let mut body = sample();
    body["crl_urls"] = json!(urls(100));
    session.create(PATH, body).await;
    session.commit().await.expect(201);
});
