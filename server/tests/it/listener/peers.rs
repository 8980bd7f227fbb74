//! Whose certificates reach a handler.

use std::sync::Arc;

use reqwest::{Certificate, Client, ClientBuilder, Identity, tls::Version};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    sign::{CertifiedKey, SingleCertAndKey},
};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use super::{PATIENT, Running, base64, run, server_certificate, under_root};
use crate::harness::openssl::OpenSsl;

fn client(openssl: &OpenSsl, running: &Running) -> ClientBuilder {
    let root = Certificate::from_pem(openssl.read("root.pem").as_bytes()).unwrap();
    Client::builder().tls_certs_only([root]).resolve("localhost", running.address)
}

/// What the handler says, but for the client's port.
async fn told(client: ClientBuilder, running: &Running) -> String {
    let url = format!("https://localhost:{}/", running.address.port());
    let told = client.build().unwrap().get(url).send().await.unwrap().text().await.unwrap();
    let (before, after) = told.split_once("://127.0.0.1:").unwrap();
    format!("{before} {}", after.split_once(' ').unwrap().1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_chain_reaches_the_handler_and_none_is_needed() {
    let (openssl, certificate) = server_certificate();
    let running = run(PATIENT, Some(&certificate)).await;
    assert_eq!(told(client(&openssl, &running), &running).await, "https socket 0 []");
    // Nobody here knows its issuer.
    openssl
        .run("req -x509 -newkey rsa:2048 -nodes -keyout stranger.key -subj /CN=Stranger -out stranger.pem");
    under_root(&openssl, "device", "extendedKeyUsage=clientAuth");
    openssl.write("device.pem", &(openssl.read("device.pem") + &openssl.read("root.pem")));
    for name in ["stranger", "device"] {
        for version in [Version::TLS_1_2, Version::TLS_1_3] {
            let chain = openssl.read(&format!("{name}.pem"));
            let identity =
                Identity::from_pem((chain.clone() + &openssl.read(&format!("{name}.key"))).as_bytes());
            let client = client(&openssl, &running).identity(identity.unwrap());
            let client = client.tls_version_min(version).tls_version_max(version);
            assert_eq!(
                told(client, &running).await,
                format!("https socket 0 [{}]", base64(&chain)),
                "{name}"
            );
        }
    }
    let plain = run(PATIENT, None).await;
    let told = reqwest::get(format!("http://{}/", plain.address)).await.unwrap().text().await.unwrap();
    assert!(told.starts_with("http socket://127.0.0.1:") && told.ends_with(" 0 []"), "{told}");
}

/// Somebody else's certificate is worth nothing without its key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lacks_the_key_is_refused() {
    let (openssl, certificate) = server_certificate();
    let running = run(PATIENT, Some(&certificate)).await;
    let device = under_root(&openssl, "device", "extendedKeyUsage=clientAuth");
    let thief = under_root(&openssl, "thief", "extendedKeyUsage=clientAuth");
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let ask = async |chain: &CertifiedKey, key: &CertifiedKey| {
            let presented = CertifiedKey::new(chain.cert.clone(), Arc::clone(&key.key));
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(openssl.read("root.pem").as_bytes()).unwrap()).unwrap();
            let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_protocol_versions(&[version])
                .unwrap()
                .with_root_certificates(roots)
                .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(presented)));
            let stream = TcpStream::connect(running.address).await.unwrap();
            let name = ServerName::try_from("localhost").unwrap();
            let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
            stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            Ok::<_, std::io::Error>(answer)
        };
        assert!(ask(&device, &device).await.unwrap().contains(&base64(&openssl.read("device.pem"))));
        let refused = ask(&device, &thief).await.unwrap_err().to_string();
        assert_eq!(refused, "received fatal alert: DecryptError", "{version:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_server_certificate_is_shown_at_the_next_handshake() {
    let (openssl, certificate) = server_certificate();
    let running = run(PATIENT, Some(&certificate)).await;
    let shown = |port: u16| {
        let line = format!("s_client -CAfile root.pem -verify_return_error -connect localhost:{port}");
        let told = openssl.run(&line);
        base64(&told)
    };
    let port = running.address.port();
    assert_eq!(shown(port), base64(&openssl.read("server.pem")));
    let renewed = under_root(&openssl, "renewed", "subjectAltName=DNS:localhost");
    certificate.replace(renewed);
    assert_eq!(shown(port), base64(&openssl.read("renewed.pem")));
    let chain: Vec<_> = certificate.chain().iter().map(|der| data_encoding::BASE64.encode(der)).collect();
    assert_eq!(chain.join(","), base64(&(openssl.read("renewed.pem") + &openssl.read("root.pem"))));
}
