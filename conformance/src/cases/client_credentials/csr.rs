//! Certificates for keys that the client made (`csr`), and for the other kinds of keys that can be asked for (`keyType`).
//!
//! The requests were made with OpenSSL; their private keys are not needed and were thrown away.

use serde_json::{Value, json};
use x509_parser::{certification_request::X509CertificationRequest, prelude::FromDer as _};

use super::{
    Scenario, Script,
    certificate::{
        self, examine, issue,
        keys::{self, KeyType},
        profile_of,
    },
    script,
};
use crate::{
    attempt::{Attempt, Made},
    case::{Check, Kind, Steps, Stop},
};

const CREATE: &str = "x509_credentials_create";
const P256: &str = include_str!("csr/p256.pem");
/// Its subject was changed after it had been signed.
const FORGED: &str = include_str!("csr/forged.pem");
/// Asks for `CA:TRUE`, keyCertSign and another name.
const AUTHORITY: &str = include_str!("csr/authority.pem");
/// RSA with 1024 bits.
const WEAK: &str = include_str!("csr/weak.pem");

const KEY_TYPES: [(&str, KeyType); 6] = [
    ("rsa-2048", KeyType::Rsa(2048)),
    ("rsa-3072", KeyType::Rsa(3072)),
    ("rsa-4096", KeyType::Rsa(4096)),
    ("ec-p256", KeyType::P256),
    ("ec-p384", KeyType::P384),
    ("ed25519", KeyType::Ed25519),
];

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id: &str, requirement, script: Script| {
        Scenario::extension(&format!("x509-credentials::csr::{id}"), CREATE, requirement, script)
    };
    let csr = [
        on(
            "public-key",
            "The certificate has the key of the `csr`, and the answer no private key.",
            script!(public_key),
        ),
        on(
            "common-name",
            "The common name is the one of the request's `commonName`; the subject of the `csr` is not used.",
            script!(common_name),
        ),
        on("profile", "A certificate for a `csr` is as any other is, but for its key.", script!(profile)),
        on(
            "authority",
            "What a `csr` asks for beside its key is not given: neither cA nor keyCertSign nor another name.",
            script!(authority),
        ),
        on("forged", "A `csr` whose signature is not of its own key is refused with 400.", script!(forged)),
        on("weak", "A `csr` with an RSA key of 1024 bits is refused with 400.", script!(weak)),
        on("not-pem", "A `csr` that is none is refused with 400.", script!(not_pem)),
        on("with-key-type", "`csr` and `keyType` together are refused with 400.", script!(with_key_type)),
    ];
    let csr = csr.into_iter().map(|scenario| scenario.kind(Kind::Certificate));
    let key_types = KEY_TYPES.into_iter().map(|(name, key_type)| {
        let id = format!("x509-credentials::key-type::{name}");
        let requirement =
            "The certificate, `privateKey` and `privateKeyType` have the kind of key that was asked for, and the rest is \
             as always; keys that do not encipher have no keyEncipherment (RFC 8813 section 3, RFC 8410 section 5).";
        let check = OfType { name, key_type };
        Scenario::extension(&id, CREATE, requirement, check).kind(Kind::Certificate)
    });
    csr.chain(key_types).collect()
}

/// The bytes of the public key, with its algorithm, of a request.
fn key_of(csr: &str) -> Result<Vec<u8>, Stop> {
    let unreadable = |_| Stop::Error("the request of this case cannot be read".to_owned());
    let der = certificate::decoded(csr, "CERTIFICATE REQUEST").map_err(unreadable)?;
    let parsed = X509CertificationRequest::from_der(&der);
    let (_, request) =
        parsed.map_err(|_| Stop::Error("the request of this case cannot be read".to_owned()))?;
    Ok(request.certification_request_info.subject_pki.raw.to_vec())
}

async fn public_key(attempt: &mut Attempt) -> Result<(), Stop> {
    let key = key_of(P256)?;
    let (Made { body, .. }, at) = issue(attempt, json!({"csr": P256})).await?;
    attempt.found(examine(&body, at, |shown| keys::is_of_request(shown, &key)));
    Ok(())
}

async fn common_name(attempt: &mut Attempt) -> Result<(), Stop> {
    let name = format!("silver-advice-{}", attempt.suffix);
    let (Made { body, .. }, at) = issue(attempt, json!({"csr": P256, "commonName": name})).await?;
    if body["commonName"] != json!(name) {
        attempt.differs("body/commonName", name, body["commonName"].to_string());
    }
    attempt.found(examine(&body, at, certificate::names_subject));
    Ok(())
}

async fn profile(attempt: &mut Attempt) -> Result<(), Stop> {
    let (Made { body, .. }, at) = issue(attempt, json!({"csr": P256})).await?;
    attempt
        .found(examine(&body, at, |shown| profile_of(shown).and_then(|()| keys::enciphers_no_keys(shown))));
    Ok(())
}

async fn authority(attempt: &mut Attempt) -> Result<(), Stop> {
    let (Made { body, .. }, at) = issue(attempt, json!({"csr": AUTHORITY})).await?;
    attempt.found(examine(&body, at, certificate::is_a_clients));
    Ok(())
}

async fn refused(attempt: &mut Attempt, body: Value) -> Result<(), Stop> {
    let answer = attempt.ask_for(CREATE, body).await?;
    attempt.status(&answer, 400)
}

async fn forged(attempt: &mut Attempt) -> Result<(), Stop> {
    refused(attempt, json!({"csr": FORGED})).await
}

async fn weak(attempt: &mut Attempt) -> Result<(), Stop> {
    refused(attempt, json!({"csr": WEAK})).await
}

async fn not_pem(attempt: &mut Attempt) -> Result<(), Stop> {
    refused(attempt, json!({"csr": "-----BEGIN CERTIFICATE REQUEST-----"})).await
}

async fn with_key_type(attempt: &mut Attempt) -> Result<(), Stop> {
    refused(attempt, json!({"csr": P256, "keyType": "ec-p256"})).await
}

/// A kind of key.
#[derive(Debug)]
struct OfType {
    name: &'static str,
    key_type: KeyType,
}

impl OfType {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let (Made { body, .. }, at) = issue(attempt, json!({"keyType": self.name})).await?;
        attempt.found(examine(&body, at, |shown| {
            keys::is_of_type(shown, self.key_type)?;
            profile_of(shown)?;
            match self.key_type {
                KeyType::Rsa(_) => Ok(()),
                _ => keys::enciphers_no_keys(shown),
            }
        }));
        Ok(())
    }
}

impl Check for OfType {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
