//! Revocation lists over HTTP: their forms, their headers, and who has one.

use reqwest::Method;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{Fleet, get};
use crate::harness::{Backend, TestServer, both};

both!(both_forms_are_one_list, async |server: TestServer| {
    let fleet = Fleet::new(&server).await;
    for ca in ["default", "platform"] {
        let list = fleet.list(ca).await;
        assert_eq!((list.number, list.entries.len()), (1, 0), "{ca}");
        assert_eq!(list.next_update - list.this_update, 24 * 3600, "{ca}");
        assert!((OffsetDateTime::now_utc().unix_timestamp() - list.this_update).abs() < 60, "{ca}");
        let (status, headers, pem) = get(&server, &format!("/pki/{ca}/crl.pem")).await;
        assert_eq!((status, &headers["content-type"]), (200, &"application/x-pem-file".parse().unwrap()));
        fleet.openssl.write_bytes("fetched.pem", &pem);
        fleet.openssl.run("crl -in fetched.pem -outform der -out fetched.der");
        assert_eq!(fleet.openssl.read_bytes("fetched.der"), fleet.openssl.read_bytes(&format!("{ca}.crl")));
        // It is not made anew because somebody asks.
        assert_eq!(fleet.list(ca).await, list);
    }
});

both!(headers_say_how_long_it_may_be_kept, async |server: TestServer| {
    let fleet = Fleet::new(&server).await;
    let list = fleet.list("default").await;
    for (path, media) in [
        ("/pki/default/crl", "application/pkix-crl"),
        ("/pki/default/crl.pem", "application/x-pem-file"),
        ("/pki/default/ca.cer", "application/pkix-cert"),
        ("/pki/default/ca.pem", "application/x-pem-file"),
    ] {
        let (status, headers, body) = get(&server, path).await;
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!((status, header("content-type").as_deref()), (200, Some(media)), "{path}");
        if path.contains("/ca.") {
            continue;
        }
        let date = |name: &str| {
            let value = header(name).unwrap_or_else(|| panic!("{path}: no {name}"));
            assert!(value.ends_with(" GMT"), "RFC 9110 section 5.6.7: {value}");
            OffsetDateTime::parse(&value, &Rfc2822).unwrap().unix_timestamp()
        };
        assert_eq!(
            header("cache-control").as_deref(),
            Some("max-age=60, public, no-transform, must-revalidate"),
            "{path}"
        );
        assert_eq!(date("last-modified"), list.this_update, "{path}");
        let left = date("expires") - OffsetDateTime::now_utc().unix_timestamp();
        assert!((50..=60).contains(&left), "{path}: {left}");
        assert!(!body.is_empty());
    }
});

/// Whom nobody knows has no list, and a known one has no other methods.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_cas_and_methods() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let files = ["ca.pem", "ca.cer", "crl", "crl.pem"];
    for ca in ["nobody", "Platform", "DEFAULT", "%00", "..%2Fdefault", "default%20", "x".repeat(300).as_str()]
    {
        for file in files {
            let answer =
                crate::harness::Answer::of(server.anonymous(Method::GET, &format!("/pki/{ca}/{file}"))).await;
            answer.message(404);
        }
        let ocsp = server.anonymous(Method::POST, &format!("/pki/{ca}/ocsp")).body("0");
        // A request that can't be read is told so by whoever it is sent to; of an unknown CA there is no more to tell.
        let status = crate::harness::Answer::of(ocsp).await.status;
        assert!(status == 404 || status == 200, "{ca}: {status}");
    }
    for file in files.into_iter().chain(["ocsp"]) {
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let request = server.anonymous(method.clone(), &format!("/pki/default/{file}"));
            let answer = crate::harness::Answer::of(request).await;
            let allowed = answer.header("allow").unwrap_or_default().to_owned();
            answer.message(405);
            let expected = if file == "ocsp" { "POST" } else { "GET" };
            assert!(allowed.contains(expected), "{method} {file}: {allowed}");
        }
    }
    let head = server.anonymous(Method::HEAD, "/pki/default/crl").send().await.unwrap();
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-type"]),
        (200, &"application/pkix-crl".parse().unwrap())
    );
    assert_eq!(head.bytes().await.unwrap().len(), 0);
}
