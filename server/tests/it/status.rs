//! What the rest of the world learns of our certificates: revocation lists, OCSP, and where both are. Judged by OpenSSL,
//! pkilint and rustls.

mod crl;
mod crl_changes;
mod damaged;
mod deleted;
mod lists;
mod ocsp;
mod ocsp_requests;
mod pki_linted;
#[path = "../../pki/tests/it/pkilint.rs"]
mod pkilint;
mod pointers;
mod replicas;
mod tls;

use std::time::{Duration, Instant};

use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

use crate::harness::{TestServer, openssl::OpenSsl};

const X509: &str = "/api/v1/x509-credentials";

/// A fleet of devices, and what a stranger has fetched about them, all as files.
pub(crate) struct Fleet<'a> {
    server: &'a TestServer,
    pub(crate) openssl: OpenSsl,
    token: Option<String>,
}

/// A device: its credentials' id, its file, and its serial number as OpenSSL prints it.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    id: String,
    name: &'static str,
    serial: String,
}

impl<'a> Fleet<'a> {
    /// Of tenant `default`.
    pub(crate) async fn new(server: &'a TestServer) -> Self {
        Self::of(server, "default", None).await
    }

    pub(crate) async fn of(server: &'a TestServer, tenant: &str, token: Option<String>) -> Self {
        let fleet = Self { server, openssl: OpenSsl::new(), token };
        fleet.openssl.write("platform.pem", &server.get("/pki/platform/ca.pem").await.text);
        let (status, _, ca) = get(server, &format!("/pki/{tenant}/ca.cer")).await;
        assert_eq!(status, 200);
        fleet.openssl.write_bytes("ca.cer", &ca);
        fleet.openssl.run("x509 -inform der -in ca.cer -out ca.pem");
        fleet.join("both.pem", &["platform.pem", "ca.pem"]);
        fleet
    }

    fn join(&self, file: &str, parts: &[&str]) {
        let parts: String = parts.iter().map(|part| self.openssl.read(part)).collect();
        self.openssl.write(file, &parts);
    }

    async fn send(&self, method: Method, path: &str, body: &Value, status: u16) -> Value {
        let request = match &self.token {
            Some(token) => self.server.anonymous(method, path).bearer_auth(token),
            None => self.server.request(method, path),
        };
        crate::harness::Answer::of(request.json(body)).await.expect(status)
    }

    /// A new device: its certificate is `NAME.pem`, its key `NAME.key`.
    pub(crate) async fn device(&self, name: &'static str) -> Device {
        let order = json!({"commonName": format!("{name}.example.com"), "keyType": "ec-p256"});
        let issued = self.send(Method::POST, X509, &order, 201).await;
        self.openssl.write(&format!("{name}.pem"), issued["certificate"].as_str().unwrap());
        self.openssl.write(&format!("{name}.key"), issued["privateKey"].as_str().unwrap());
        let serial = self.openssl.field(&format!("{name}.pem"), "-serial");
        Device { id: issued["id"].as_str().unwrap().to_owned(), name, serial }
    }

    pub(crate) async fn change(&self, device: &Device, change: Value) {
        self.send(Method::PATCH, &format!("{X509}/{}/state", device.id), &change, 204).await;
    }

    async fn suspend(&self, device: &Device) {
        self.change(device, json!({"state": "Suspended"})).await;
    }

    async fn revoke(&self, device: &Device, reason: &str) {
        self.change(device, json!({"state": "Revoked", "revocationReason": reason})).await;
    }

    /// Shows the certificate as a broker would: it is used.
    pub(crate) async fn verify(&self, device: &Device) -> Value {
        let pem = self.openssl.read(&format!("{}.pem", device.name));
        self.send(Method::POST, &format!("{X509}/verify"), &json!({"certificates": [pem]}), 200).await
    }

    /// Fetches the list of a CA into `CA.crl`, DER, and `CA.crl.pem`.
    async fn list(&self, ca: &str) -> lists::List {
        lists::fetch(self, ca).await
    }

    /// The tenant's list as soon as it is as wanted, within the five seconds that are promised.
    async fn list_with(&self, ca: &str, wanted: impl Fn(&lists::List) -> bool) -> lists::List {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let list = self.list(ca).await;
            if wanted(&list) {
                return list;
            }
            assert!(Instant::now() < deadline, "the list is as it was: {list:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Fetches something public.
async fn get(server: &TestServer, path: &str) -> (u16, HeaderMap, Vec<u8>) {
    let answer = server.anonymous(Method::GET, path).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}
