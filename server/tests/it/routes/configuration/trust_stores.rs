//! Trust stores, as the reference has them.

mod authorities;
mod built_in;
mod commit;
mod crl_urls;
mod names;
mod samples;
mod siblings;
mod used;

use serde_json::{Value, json};

use super::documented;
use crate::harness::{Answer, openssl::OpenSsl};

const PATH: &str = "/api/configuration/trust_stores";

/// The custom trust store of the reference's sample.
fn sample() -> Value {
    documented("trust-stores-list")["items"][1]["body"].take()
}

/// A trust store that checks no revocation.
fn store(name: &str, authorities: Value) -> Value {
    json!({
        "name": name,
        "authorities": authorities,
        "crl_urls": [],
        "revocation_check": "none",
        "trust_store_type": "custom",
    })
}

/// Makes CAs.
struct Cas(OpenSsl);

impl Cas {
    fn new() -> Self {
        Self(OpenSsl::new())
    }

    /// A self-signed certificate with options of `openssl req`, PEM.
    fn certificate(&self, name: &str, options: &str) -> String {
        self.0.run(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.pem -days 30 \
             -subj /CN={name} {options}"
        ));
        self.0.read(&format!("{name}.pem"))
    }

    /// A CA's certificate.
    fn ca(&self, name: &str) -> String {
        self.certificate(name, "")
    }
}

/// Asserts what an object or list is refused for, at which place.
#[track_caller]
fn refused(answer: &Answer, kind: &str, place: &str, words: &str) {
    let error = answer.failure(400);
    assert_eq!((&error["type"], &error["details"]["path"]), (&json!(kind), &json!(place)), "{error}");
    let first = &error["details"]["errors"][0];
    assert_eq!(first["path"], place, "{error}");
    assert!(first["message"].as_str().unwrap().contains(words), "{error}");
}
