//! A rustls server that knows our CAs and fetches our lists lets in who is good.

use std::{net::SocketAddr, process::Command, sync::Arc};

use rustls::{RootCertStore, ServerConfig, crypto::aws_lc_rs, server::WebPkiClientVerifier};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, pem::PemObject};
use tokio::{io::AsyncWriteExt, net::TcpListener};
use tokio_rustls::TlsAcceptor;

use super::{Device, Fleet, get};
use crate::harness::{Backend, TestServer};

/// Says `welcome` to whom it lets in, with the lists as they are now.
async fn server(fleet: &Fleet<'_>) -> SocketAddr {
    let openssl = &fleet.openssl;
    openssl.run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.pem -subj /CN=localhost");
    let certificate = |file: &str| CertificateDer::from_pem_slice(openssl.read(file).as_bytes()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate("platform.pem")).unwrap();
    let mut lists = Vec::new();
    for ca in ["default", "platform"] {
        lists.push(CertificateRevocationListDer::from(get(fleet.server, &format!("/pki/{ca}/crl")).await.2));
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .with_crls(lists)
        .enforce_revocation_expiration()
        .build()
        .unwrap();
    let key = PrivateKeyDer::from_pem_slice(openssl.read("server.key").as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients)
        .with_single_cert(vec![certificate("server.pem")], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, acceptor) = (listener.local_addr().unwrap(), TlsAcceptor::from(Arc::new(config)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.write_all(b"welcome\n").await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    address
}

/// What `openssl s_client` sees, with the device's certificate and key.
fn connect(fleet: &Fleet<'_>, address: SocketAddr, device: &Device, version: &str) -> String {
    let file = |name: String| fleet.openssl.path(&name);
    let output = Command::new("timeout")
        .args(["20", "openssl", "s_client", "-ign_eof", version, "-connect", &address.to_string()])
        .arg("-CAfile")
        .arg(file("server.pem".to_owned()))
        .arg("-cert")
        .arg(file(format!("{}.pem", device.name)))
        .arg("-key")
        .arg(file(format!("{}.key", device.name)))
        .arg("-cert_chain")
        .arg(file("ca.pem".to_owned()))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

async fn handshakes(ca_key_type: &str) {
    let ours =
        TestServer::start(Backend::Sqlite, |config| config.pki.ca_key_type = ca_key_type.to_owned()).await;
    let fleet = Fleet::new(&ours).await;
    let [good, suspended, revoked] =
        [fleet.device("good").await, fleet.device("suspended").await, fleet.device("revoked").await];
    let before = server(&fleet).await;
    fleet.suspend(&suspended).await;
    fleet.revoke(&revoked, "keyCompromise").await;
    fleet.list_with("default", |list| list.entries.len() == 2).await;
    let after = server(&fleet).await;
    for version in ["-tls1_2", "-tls1_3"] {
        for (device, welcome) in [(&good, true), (&suspended, false), (&revoked, false)] {
            let said = connect(&fleet, before, device, version);
            assert!(said.contains("welcome"), "{} before: {said}", device.name);
            let said = connect(&fleet, after, device, version);
            assert_eq!(said.contains("welcome"), welcome, "{}: {said}", device.name);
            assert_eq!(said.contains("certificate revoked"), !welcome, "{}: {said}", device.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_ec() {
    handshakes("ec-p256").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_rsa() {
    handshakes("rsa-2048").await;
}
