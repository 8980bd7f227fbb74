//! Headers: request ids that would forge log lines or headers, and heads that are no HTTP.

use reqwest::Method;
use reqwest::header::HeaderValue;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::{Answer, TestServer, both};

both!(only_plain_request_ids_are_taken_over, async |server: TestServer| {
    let longest = "a".repeat(64);
    for id in ["a", "01932f0c-6a3e-7c1d-9a55-0d6cb0a0d5be", "A_b.c-1", &longest] {
        let answer = Answer::of(server.anonymous(Method::GET, "/health").header("x-request-id", id)).await;
        assert_eq!(answer.header("x-request-id"), Some(id));
    }
    let too_long = "a".repeat(65);
    for id in [
        &b""[..],
        b" ",
        b"a b",
        b"a\tb",
        b"a\"b",
        b"a;b",
        b"a,b",
        b"<script>",
        b"a\xffb",
        b"\xc3\xbc",
        b"a\\nb",
        b"%0d%0a",
        b"a:b",
        too_long.as_bytes(),
    ] {
        let header = HeaderValue::from_bytes(id).unwrap();
        let answer =
            Answer::of(server.anonymous(Method::GET, "/health").header("x-request-id", header)).await;
        let made = answer.header("x-request-id").unwrap();
        assert!(made.len() == 32 && made.bytes().all(|byte| byte.is_ascii_hexdigit()), "{made}");
    }
});

/// Sends bytes and reads the answer to its end.
async fn raw(server: &TestServer, request: &str) -> String {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that the server closes in the middle of our request may be reset.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

both!(heads_that_are_no_http_are_refused, async |server: TestServer| {
    let host = "Host: x\r\nConnection: close\r\n";
    let (injected, folded) =
        ("X-Request-Id: a\r\nX-Injected: 1\r\n", "X-Request-Id: a\r\n X-Injected: 1\r\n");
    let long = format!("X-Long: {}\r\n", "a".repeat(1024 * 1024));
    for (status, request) in [
        ("200", format!("GET /health HTTP/1.1\r\n{host}{injected}\r\n")),
        ("400", format!("GET /health HTTP/1.1\r\n{host}{folded}\r\n")),
        ("400", format!("GET /health HTTP/1.1\r\n{host}X-Request-Id: a\0b\r\n\r\n")),
        ("400", format!("GET /health\r\n{host}\r\n")),
        ("400", format!("GET /hea lth HTTP/1.1\r\n{host}\r\n")),
        ("400", format!("GET /health HTTP/9.9\r\n{host}\r\n")),
        ("400", format!("POST /oauth2/token HTTP/1.1\r\n{host}Content-Length: x\r\n\r\n")),
        ("400", format!("POST /oauth2/token HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n")),
        ("431", format!("GET /health HTTP/1.1\r\n{host}{long}\r\n")),
        ("404", format!("GET /%zz HTTP/1.1\r\n{host}\r\n")),
        ("404", format!("GET //health HTTP/1.1\r\n{host}\r\n")),
        // Dots that a client does not resolve are names like any other.
        ("404", format!("GET /docs/../Cargo.toml HTTP/1.1\r\n{host}\r\n")),
        ("404", format!("GET /docs/%2e%2e%2fCargo.toml HTTP/1.1\r\n{host}\r\n")),
        ("404", format!("GET /api/v1/../../health HTTP/1.1\r\n{host}\r\n")),
        ("405", format!("A-METHOD /health HTTP/1.1\r\n{host}\r\n")),
    ] {
        let answer = raw(&server, &request).await;
        let line = answer.lines().next().unwrap_or_default();
        assert!(line.starts_with(&format!("HTTP/1.1 {status}")), "{:?}: {line}", &request[..40]);
        assert!(!answer.to_lowercase().contains("x-injected"), "{answer}");
    }
    let health = Answer::of(server.anonymous(Method::GET, "/health")).await;
    health.expect(200);
});
