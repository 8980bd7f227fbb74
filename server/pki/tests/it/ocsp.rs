//! OCSP: requests made by OpenSSL, responses judged by it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use vouchsafe_domain::{KeyType, RevocationReason, SerialNumber, Timestamp};
use vouchsafe_pki::{
    Authority, CertificateStatus, Issued, OcspRefusal, OcspRequest, OcspSigner, SingleAnswer,
    VerifiedPublicKey,
};

use crate::openssl::OpenSsl;
use crate::world::{common_name, issue, key, now, platform, tenant};

const HOUR: Duration = Duration::from_secs(3600);
const REVOKED_AT: Timestamp = Timestamp::from_micros(1_700_000_000_999_999);

/// Verifies a response: its signature, the signer's certificate, and that it has the nonce of the request.
const VERIFY: &str =
    "ocsp -issuer ca.pem -reqin request.der -respin response.der -CAfile root.pem -verify_other ca.pem";

/// Prints the statuses of certificates, which OpenSSL doesn't do for a request that it reads from a file.
const PRINT: &str = "-no_nonce -respin response.der -CAfile root.pem -verify_other ca.pem";

/// A tenant's CA with three leaves: good, revoked, unknown; and a folder that has them all.
pub(crate) struct World {
    pub(crate) openssl: OpenSsl,
    pub(crate) tenant: Authority,
    leaves: [Issued; 3],
}

impl World {
    pub(crate) fn new(ca_key: KeyType) -> Self {
        let openssl = OpenSsl::new();
        let platform = platform(KeyType::EcP256);
        let tenant = tenant(&platform, ca_key);
        let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
        let leaves = ["good", "revoked", "unknown"].map(|name| {
            let leaf = issue(&tenant, name, &public_key);
            openssl.write(&format!("{name}.pem"), &leaf.certificate_pem);
            leaf
        });
        openssl.write("root.pem", platform.certificate_pem());
        openssl.write("ca.pem", tenant.certificate_pem());
        Self { openssl, tenant, leaves }
    }

    /// A request made by OpenSSL.
    pub(crate) fn request(&self, options: &str) -> OcspRequest {
        self.openssl.run(&format!("ocsp {options} -reqout request.der"));
        OcspRequest::parse(&std::fs::read(self.openssl.path("request.der")).unwrap()).unwrap()
    }

    fn status(
        &self,
        serial_number: Option<SerialNumber>,
        reason: Option<RevocationReason>,
    ) -> CertificateStatus {
        let [good, revoked, _] = &self.leaves;
        match serial_number {
            Some(serial) if serial == good.serial_number => CertificateStatus::Good,
            Some(serial) if serial == revoked.serial_number => {
                CertificateStatus::Revoked { at: REVOKED_AT, reason }
            }
            _ => CertificateStatus::Unknown,
        }
    }

    pub(crate) fn respond(
        &self,
        signer: &OcspSigner,
        request: &OcspRequest,
        reason: Option<RevocationReason>,
    ) -> Vec<u8> {
        let answers = request.cert_ids().iter().map(|cert_id| {
            assert!(self.tenant.answers(cert_id));
            SingleAnswer {
                cert_id,
                status: self.status(cert_id.serial_number(), reason),
                this_update: now(),
                next_update: now().saturating_add(HOUR),
            }
        });
        let answers = answers.collect::<Vec<_>>();
        signer.respond(&answers, request.nonce(), now()).unwrap()
    }
}

const ALL: &str = "-issuer ca.pem -cert good.pem -cert revoked.pem -cert unknown.pem";

fn responses_under(ca_key: KeyType) {
    let world = World::new(ca_key);
    let signer = world.tenant.ocsp_signer(now(), HOUR).unwrap();
    for (hash, nonce, reason) in [
        ("-sha1", "-nonce", Some(RevocationReason::KeyCompromise)),
        ("-sha256", "-no_nonce", Some(RevocationReason::CertificateHold)),
        ("-sha384", "-nonce", Some(RevocationReason::PrivilegeWithdrawn)),
        ("-sha512", "-no_nonce", None),
    ] {
        // OpenSSL takes the hash of the one certificate that follows.
        let options = ALL.replace(" -cert", &format!(" {hash} -cert"));
        let request = world.request(&format!("{options} {nonce}"));
        assert_eq!((request.cert_ids().len(), request.nonce().is_some()), (3, nonce == "-nonce"));
        let response = world.respond(&signer, &request, reason);
        std::fs::write(world.openssl.path("response.der"), response).unwrap();
        assert_eq!(world.openssl.run(VERIFY), "Response verify OK\n");
        let text = world.openssl.run(&format!("ocsp {options} {PRINT}"));
        assert!(text.contains("good.pem: good"), "{text}");
        assert!(text.contains("unknown.pem: unknown"), "{text}");
        assert!(text.contains("revoked.pem: revoked"), "{text}");
        assert!(text.contains("Revocation Time: Nov 14 22:13:20 2023 GMT"), "{text}");
        let said = text.lines().find_map(|line| line.trim().strip_prefix("Reason: "));
        // OpenSSL has no name for this one.
        let named = |reason| match reason {
            RevocationReason::PrivilegeWithdrawn => "(UNKNOWN)",
            reason => reason.as_str(),
        };
        assert_eq!(said, reason.map(named), "{text}");
    }
}

#[test]
fn under_rsa() {
    responses_under(KeyType::Rsa2048);
}

#[test]
fn under_ec_p256() {
    responses_under(KeyType::EcP256);
}

#[test]
fn under_ed25519() {
    responses_under(KeyType::Ed25519);
}

/// OpenSSL accepts what is for the request, by the CA's signer, and nothing else.
#[test]
fn what_openssl_refuses() {
    let world = World::new(KeyType::EcP256);
    let signer = world.tenant.ocsp_signer(now(), HOUR).unwrap();
    let request = world.request(&format!("{ALL} -nonce"));
    let verify = |response: &[u8]| {
        std::fs::write(world.openssl.path("response.der"), response).unwrap();
        world.openssl.try_run(VERIFY)
    };
    let response = world.respond(&signer, &request, None);
    assert_eq!(verify(&response).unwrap(), "Response verify OK\n");
    let other = tenant(&platform(KeyType::EcP256), KeyType::EcP256).ocsp_signer(now(), HOUR).unwrap();
    assert!(verify(&world.respond(&other, &request, None)).unwrap_err().contains("Response Verify Failure"));
    // The signature is near the middle, the signer's certificate behind it.
    for place in [60, response.len() / 3] {
        let mut broken = response.clone();
        broken[place] ^= 1;
        assert!(verify(&broken).is_err(), "{place}");
    }
    let elsewhere = OcspRequest::parse(&std::fs::read(world.openssl.path("request.der")).unwrap()).unwrap();
    world.request(&format!("{ALL} -nonce"));
    let text = verify(&world.respond(&signer, &elsewhere, None)).unwrap_err();
    assert!(text.contains("Nonce Verify error"), "{text}");
}

#[test]
fn whose_certificates() {
    let world = World::new(KeyType::Rsa2048);
    let same_name = tenant(&platform(KeyType::EcP256), KeyType::EcP256);
    let same_key = vouchsafe_pki::KeyPair::from_pkcs8_der(&world.tenant.key_pair().to_pkcs8_der()).unwrap();
    let same_key = Authority::create_platform(&common_name("other"), same_key, now(), HOUR).unwrap();
    for hash in ["-sha1", "-sha256", "-sha384", "-sha512"] {
        let request = world.request(&format!("-issuer ca.pem {hash} -cert good.pem"));
        let [cert_id] = request.cert_ids() else { panic!("one") };
        assert_eq!(cert_id.serial_number(), Some(world.leaves[0].serial_number));
        assert!(world.tenant.answers(cert_id), "{hash}");
        assert!(!same_name.answers(cert_id) && !same_key.answers(cert_id), "{hash}");
    }
    let request = world.request("-issuer ca.pem -md5 -cert good.pem");
    assert!(request.cert_ids().iter().all(|cert_id| !world.tenant.answers(cert_id)));
}

#[test]
fn refusals() {
    let world = World::new(KeyType::EcP256);
    for (refusal, text) in [
        (OcspRefusal::MalformedRequest, "malformedrequest (1)"),
        (OcspRefusal::InternalError, "internalerror (2)"),
        (OcspRefusal::TryLater, "trylater (3)"),
        (OcspRefusal::Unauthorized, "unauthorized (6)"),
    ] {
        std::fs::write(world.openssl.path("response.der"), refusal.to_der()).unwrap();
        let said = world.openssl.try_run("ocsp -respin response.der -noverify").unwrap_err();
        assert!(said.contains(&format!("Responder Error: {text}")), "{said}");
    }
}
