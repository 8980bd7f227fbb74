//! What may be called, and what becomes of answers.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header::AUTHORIZATION};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};
use url::Url;

use super::{Client, Error, Limits, Request, address::Addresses};

const LIMITS: Limits = Limits { bytes: 1000, time: Duration::from_secs(20) };

fn addresses(allow: &[&str]) -> Addresses {
    Addresses::new(allow.iter().map(|text| text.parse().unwrap()).collect())
}

fn client(allow: &[&str]) -> Client {
    Client::new(allow.iter().map(|text| text.parse().unwrap()).collect())
}

/// Never called.
const NEVER: [&str; 27] = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::169.254.169.254",
    "::ffff:0.0.0.0",
    "::ffff:169.254.169.254",
    "::ffff:224.0.0.1",
    "::ffff:255.255.255.255",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "fe80::1",
    "febf::1",
    "ff02::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fd00:c1::a9fe:a9fe",
    "fd00:42::42",
];

/// Called only if allowed.
const PRIVATE: [&str; 26] = [
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "203.0.113.9",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2001:0:1::1",
    "2001:db8::1",
    "fc00::1",
    "fdff::1",
    "fec0::1",
    "100::1",
];

const PUBLIC: [&str; 16] = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.169.0.0",
    "223.255.255.255",
    "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1",
    "2001:4860:4860::8888",
    "2606:4700::1111",
];

#[test]
fn addresses_are_public_private_or_never_called() {
    let (none, all) = (addresses(&[]), addresses(&["0.0.0.0/0", "::/0"]));
    let permitted = |text: &str| {
        let address = text.parse().unwrap();
        (none.permit(address), all.permit(address))
    };
    for text in NEVER {
        assert_eq!(permitted(text), (false, false), "{text}");
    }
    for text in PRIVATE {
        assert_eq!(permitted(text), (false, true), "{text}");
    }
    for text in PUBLIC {
        assert_eq!(permitted(text), (true, true), "{text}");
    }
}

#[test]
fn allowed_is_what_is_listed() {
    let allowed = addresses(&["10.1.0.0/16", "192.168.0.7", "fd12::/32", "::1"]);
    for (text, expected) in [
        ("10.1.255.1", true),
        ("::ffff:10.1.0.1", true),
        ("10.2.0.1", false),
        ("192.168.0.7", true),
        ("192.168.0.8", false),
        ("fd12::9", true),
        ("fd13::9", false),
        ("::1", true),
        ("127.0.0.1", false),
    ] {
        assert_eq!(allowed.permit(text.parse().unwrap()), expected, "{text}");
    }
}

/// URLs, and why they are not called. Nothing is sent for any of them.
const URLS: [(&str, Error); 25] = [
    ("", Error::Url),
    ("example.org", Error::Url),
    ("ftp://example.org/", Error::Url),
    ("file:///etc/passwd", Error::Url),
    ("data:text/plain,x", Error::Url),
    ("http://user@example.org/", Error::Url),
    ("http://:pass@example.org/", Error::Url),
    ("http://127.0.0.1/", Error::Address),
    ("http://127.1/", Error::Address),
    ("http://127.0.0.1./", Error::Address),
    ("http://2130706433/", Error::Address),
    ("http://0x7f000001/", Error::Address),
    ("http://0x7f.1/", Error::Address),
    ("http://0177.0.0.1/", Error::Address),
    ("http://%31%32%37.0.0.1/", Error::Address),
    ("http://①②⑦.0.0.1/", Error::Address),
    ("http://0/", Error::Address),
    ("http://[::1]/", Error::Address),
    ("http://[::]/", Error::Address),
    ("http://[::ffff:127.0.0.1]/", Error::Address),
    ("http://[::ffff:7f00:1]/", Error::Address),
    ("http://[fe80::1]/", Error::Address),
    ("https://169.254.169.254/latest/meta-data/", Error::Address),
    ("http://localhost/", Error::Address),
    ("http://LOCALHOST/", Error::Address),
];

#[tokio::test]
async fn urls_that_are_not_called() {
    let client = client(&[]);
    for (url, error) in URLS {
        assert_eq!(client.get(url, LIMITS).await.unwrap_err(), error, "{url}");
    }
    let unknown = client.get("http://no-such-host.invalid/", LIMITS).await;
    assert_eq!(unknown.unwrap_err(), Error::Name);
}

/// Serves answers on 127.0.0.2, one for each connection. Returns its URL and the requests.
async fn answering(answers: Vec<String>) -> (String, UnboundedReceiver<String>) {
    let listener = TcpListener::bind(("127.0.0.2", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (requests, received) = unbounded_channel();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap();
            request.truncate(length);
            let _ = requests.send(String::from_utf8(request).unwrap());
            // The client may have heard enough.
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, received)
}

fn redirect(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn redirects_are_checked_like_first_urls() {
    for (location, error) in [
        ("http://169.254.169.254/latest/meta-data/", Error::Address),
        ("//169.254.169.254/", Error::Address),
        ("http://[::ffff:169.254.169.254]/", Error::Address),
        ("http://10.0.0.1/", Error::Address),
        ("http://localhost/", Error::Address),
        ("http://user:pass@127.0.0.2/", Error::Url),
        ("file:///etc/passwd", Error::Url),
        ("http://", Error::Redirect),
    ] {
        let (url, _requests) = answering(vec![redirect(302, location)]).await;
        let answer = client(&["127.0.0.2"]).get(&url, LIMITS).await;
        assert_eq!(answer.unwrap_err(), error, "{location}");
    }
}

#[tokio::test]
async fn five_redirects_are_followed_and_no_more() {
    for (count, expected) in [(5, Ok(Bytes::from("here"))), (6, Err(Error::Redirect))] {
        let mut answers: Vec<_> = [301, 302, 303, 307, 308, 302]
            .into_iter()
            .take(count)
            .map(|status| redirect(status, "/next"))
            .collect();
        answers.push(ok("here"));
        let (url, _requests) = answering(answers).await;
        let answer = client(&["127.0.0.2"]).get(&url, LIMITS).await;
        assert_eq!(answer.map(http::Response::into_body), expected);
    }
}

#[tokio::test]
async fn authorization_stays_at_its_origin_and_bodies_where_they_were_sent() {
    let request = |method: Method, url: &str| Request {
        method,
        url: Url::parse(url).unwrap(),
        headers: HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer secret"))]),
        body: Bytes::new(),
    };
    let client = client(&["127.0.0.2"]);
    let (elsewhere, mut there) = answering(vec![ok("x")]).await;
    let (url, mut here) = answering(vec![redirect(307, "/next"), redirect(307, &elsewhere)]).await;
    assert_eq!(client.send(request(Method::GET, &url), LIMITS).await.unwrap().body(), "x");
    let sent = [here.recv().await.unwrap(), here.recv().await.unwrap(), there.recv().await.unwrap()];
    assert_eq!(sent.map(|request| request.contains("Bearer secret")), [true, true, false]);

    let (url, _here) = answering(vec![redirect(307, &elsewhere)]).await;
    assert_eq!(client.send(request(Method::POST, &url), LIMITS).await.unwrap().status(), 307);
}

#[tokio::test]
async fn answers_are_read_to_their_limits_only() {
    let endless = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(100_000));
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n".to_owned() + &"x".repeat(0xffff);
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nx".to_owned();
    for (answer, expected) in [
        (ok(&"x".repeat(1000)), Ok(1000)),
        (ok(&"x".repeat(1001)), Err(Error::TooLarge)),
        (endless, Err(Error::TooLarge)),
        (chunked, Err(Error::TooLarge)),
        (short, Err(Error::Broken)),
        ("SSH-2.0-OpenSSH_10.0\r\n".to_owned(), Err(Error::Broken)),
        (redirect(404, "/"), Err(Error::Status(404))),
        (redirect(201, "/"), Err(Error::Status(201))),
    ] {
        let (url, _requests) = answering(vec![answer]).await;
        let answer = client(&["127.0.0.2"]).get(&url, LIMITS).await;
        assert_eq!(answer.map(|answer| answer.body().len()), expected);
    }
}

#[tokio::test]
async fn hosts_that_are_silent_or_away() {
    let listener = TcpListener::bind(("127.0.0.2", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let impatient = Limits { time: Duration::from_millis(50), ..LIMITS };
    assert_eq!(client(&["127.0.0.2"]).get(&url, impatient).await.unwrap_err(), Error::Timeout);
    drop(listener);
    assert_eq!(client(&["127.0.0.2"]).get(&url, LIMITS).await.unwrap_err(), Error::Connection);
}
