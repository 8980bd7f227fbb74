//! The TLS listener: certificates, protocols, and what it does to those who don't speak TLS.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use reqwest::{Certificate, Method, Version};
use serde_json::{Value, json};

use super::child::{Server, bootstrap, run, sqlite, vouchsafe};
use crate::harness::{Answer, TestDatabase, openssl::OpenSsl};

const BASIC: &str = "/api/v1/basic-credentials";

pub(super) fn serve(database: &TestDatabase, settings: &[(&str, &str)]) -> Command {
    let mut command = vouchsafe(database, ["serve"]);
    command.env("VOUCHSAFE_TLS_ENABLED", "true").envs(settings.iter().copied());
    command
}

const CERTIFICATE: &str = "VOUCHSAFE_TLS_CERTIFICATE";
const PRIVATE_KEY: &str = "VOUCHSAFE_TLS_PRIVATE_KEY";
const OWN: [(&str, &str); 2] = [(CERTIFICATE, "chain.pem"), (PRIVATE_KEY, "server.key")];

/// A server, called by somebody who trusts the PEM text alone.
pub(super) fn trusting(mut server: Server, root: &str) -> Server {
    let certificates = Certificate::from_pem_bundle(root.as_bytes()).unwrap();
    server.http = reqwest::Client::builder().tls_certs_only(certificates).build().unwrap();
    server
}

fn port(server: &Server) -> u16 {
    url::Url::parse(&server.url).unwrap().port().unwrap()
}

/// A CA and a certificate for localhost under it, put where the server runs.
fn own(database: &TestDatabase) -> OpenSsl {
    let openssl = OpenSsl::new();
    for key in ["root", "server", "other"] {
        openssl.run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {key}.key"));
    }
    openssl.write("leaf.cnf", "subjectAltName=DNS:localhost\nkeyUsage=critical,digitalSignature");
    openssl.run("req -x509 -key root.key -subj /CN=Root -out root.pem");
    issue(&openssl, "server.key");
    for file in ["chain.pem", "server.key", "other.key", "root.pem"] {
        fs::write(database.folder.path().join(file), openssl.read(file)).unwrap();
    }
    openssl
}

/// A certificate for localhost under the CA, with its chain in `chain.pem`.
fn issue(openssl: &OpenSsl, key: &str) {
    openssl.run(&format!("req -new -key {key} -subj /CN=localhost -out server.csr"));
    openssl.run("x509 -req -in server.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile leaf.cnf -out server.pem");
    openssl.write("chain.pem", &(openssl.read("server.pem") + &openssl.read("root.pem")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_operators_certificate() {
    let database = sqlite();
    let openssl = own(&database);
    let server = Server::spawn(serve(&database, &OWN));
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    assert_eq!(bootstrap(&database)["url"], json!(server.url));
    let port = port(&server);
    let mut server = trusting(server, &openssl.read("root.pem"));
    assert!(server.request(Method::GET, "/health").send().await.is_err(), "its certificate is for localhost");
    server.url = format!("https://localhost:{port}");
    use_it(&database, &mut server).await;

    // OpenSSL's opinion, in both versions of the protocol; older ones are refused.
    let connect = |options: &str| {
        let line = "s_client -brief -CAfile root.pem -verify_return_error -verify_hostname localhost";
        openssl.try_run(&format!("{line} -servername localhost -connect 127.0.0.1:{port} {options}"))
    };
    for (options, version) in [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")] {
        let told = connect(options).unwrap();
        assert!(told.contains(&format!("Protocol version: {version}")), "{told}");
        assert!(told.contains("Verification: OK"), "{told}");
    }
    assert!(connect("-tls1_1 -cipher ALL:@SECLEVEL=0").is_err());
    for (offered, chosen) in [("h2,http/1.1", "h2"), ("http/1.1", "http/1.1")] {
        let line = format!("s_client -CAfile root.pem -connect 127.0.0.1:{port} -alpn {offered}");
        let told = openssl.try_run(&line).unwrap();
        assert!(told.contains(&format!("ALPN protocol: {chosen}\n")), "{told}");
    }
}

/// The certificate first, later its key: in between they don't fit, and the old pair stays.
#[test]
fn replaced_files_are_shown() {
    let database = sqlite();
    let openssl = own(&database);
    let server = Server::spawn(serve(&database, &OWN));
    let connect =
        format!("s_client -CAfile root.pem -verify_return_error -connect 127.0.0.1:{}", port(&server));
    let shown = || {
        openssl.write("shown.pem", &openssl.run(&connect));
        openssl.field("shown.pem", "-serial")
    };
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !done() {
            assert!(Instant::now() < deadline, "{what}: {}", server.process.stderr());
            thread::sleep(Duration::from_millis(100));
        }
    };
    let first = openssl.field("server.pem", "-serial");
    assert_eq!(shown(), first);
    issue(&openssl, "other.key");
    fs::write(database.folder.path().join("chain.pem"), openssl.read("chain.pem")).unwrap();
    let refusal = "server.key is not the key of the first certificate in chain.pem";
    until("it has not looked", &|| server.process.stderr().contains(refusal));
    assert_eq!(shown(), first);
    fs::write(database.folder.path().join("server.key"), openssl.read("other.key")).unwrap();
    until("it shows the old one", &|| shown() == openssl.field("server.pem", "-serial"));
    let ended = server.stop();
    assert_eq!(ended.stderr.matches("can't be renewed").count(), 1, "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_from_the_platform_ca() {
    let database = sqlite();
    let server = Server::spawn(serve(&database, &[]));
    let exported = run(vouchsafe(&database, ["ca", "export"]));
    let mut server = trusting(server, exported.worked());
    use_it(&database, &mut server).await;
    let openssl = OpenSsl::new();
    openssl.write("platform.pem", exported.worked());
    let address = server.url.strip_prefix("https://").unwrap();
    let connect =
        "s_client -brief -CAfile platform.pem -x509_strict -purpose sslserver -verify_return_error -connect";
    let told = openssl.run(&format!("{connect} {address} -verify_ip 127.0.0.1"));
    assert!(told.contains("Verification: OK"), "{told}");
    server.stop();

    // A host name in the public URL is what the certificate names then.
    let named = Server::spawn_as("https://vouchsafe.example:8443", serve(&database, &[]));
    let address = named.url.strip_prefix("http://").unwrap();
    let told = openssl.run(&format!("{connect} {address} -verify_hostname vouchsafe.example"));
    assert!(told.contains("Verification: OK"), "{told}");
    assert!(openssl.try_run(&format!("{connect} {address} -verify_ip 127.0.0.1")).is_err());
}

/// Authorises, creates and lists, all in HTTP/2.
async fn use_it(database: &TestDatabase, server: &mut Server) {
    server.authorise(&bootstrap(database)).await;
    let created = server.post(BASIC, json!({"username": "sensor", "password": "123"})).await.expect(201);
    let response = server.request(Method::GET, BASIC).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_2));
    assert_eq!(response.json::<Value>().await.unwrap()[0]["id"], created["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_http_fails_cleanly_and_harms_nobody() {
    let database = sqlite();
    let server = Server::spawn(serve(&database, &[]));
    let address = format!("127.0.0.1:{}", port(&server));
    // Somebody who says nothing must not keep others waiting.
    let silent = TcpStream::connect(&address).unwrap();
    let mut plain = TcpStream::connect(&address).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    plain.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // The alert, then the end; the end may be a reset, as half of the request is left unread.
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.windows(4).any(|bytes| bytes == b"HTTP"), "{answer:?}");
    assert_eq!(answer.first(), Some(&21), "a TLS alert: {answer:?}");
    assert!(server.request(Method::GET, "/health").send().await.is_err(), "nobody trusts it yet");

    let exported = run(vouchsafe(&database, ["ca", "export"]));
    let server = trusting(server, exported.worked());
    assert_eq!(server.get("/health").await.expect(200), json!({"status": "ok"}));
    let before = Instant::now();
    let ended = server.stop();
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());
    assert!(!ended.stderr.contains("panicked") && !ended.stderr.contains("ERROR"), "{}", ended.stderr);
    drop(silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http2_without_tls_by_prior_knowledge() {
    let database = sqlite();
    let mut server = Server::start(&database).await;
    server.http = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let response = server.request(Method::GET, BASIC).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_2));
    let answer = Answer::of(server.request(Method::POST, BASIC).json(&json!({"username": "a"}))).await;
    answer.expect(201);
}

#[test]
fn unusable_certificates_are_told() {
    let database = sqlite();
    own(&database);
    let folder = database.folder.path();
    fs::write(folder.join("garbage.pem"), "garbage").unwrap();
    for (certificate, key, message) in [
        ("no.pem", "server.key", "reading no.pem: No such file or directory (os error 2)"),
        ("chain.pem", "no.key", "reading no.key: No such file or directory (os error 2)"),
        ("garbage.pem", "server.key", "tls.certificate: garbage.pem has no certificate in PEM"),
        ("server.key", "server.key", "tls.certificate: server.key has no certificate in PEM"),
        ("chain.pem", "garbage.pem", "tls.private_key: garbage.pem has no unencrypted private key in PEM"),
        ("chain.pem", "chain.pem", "tls.private_key: chain.pem has no unencrypted private key in PEM"),
        (
            "chain.pem",
            "other.key",
            "tls.private_key: other.key is not the key of the first certificate in chain.pem",
        ),
    ] {
        let ended = run(serve(&database, &[(CERTIFICATE, certificate), (PRIVATE_KEY, key)]));
        assert_eq!(ended.error(), message, "{certificate} {key}");
    }
}
