//! Who signs responses: a key of its own with a certificate by the CA (RFC 6960 4.2.2.2), so that answering costs one EC
//! signature whatever the CA's key is, and the CA's key signs no words that strangers choose.

use std::time::Duration;

use rcgen::CertificateParams;
use vouchsafe_domain::{CommonName, KeyType, SerialNumber, Timestamp};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use super::SingleAnswer;
use super::response::response_data;
use crate::der::{self, ENUMERATED, OCTET_STRING, OID, SEQUENCE, context_constructed};
use crate::draft::Draft;
use crate::extension::{self, DIGITAL_SIGNATURE};
use crate::lint::{self, Expected, Kind};
use crate::validity::Validity;
use crate::{Authority, BuildError, KeyPair, KeyPairError, LintError, VerifiedPublicKey};
use crate::{name, random_serial_number, signed};

/// id-pkix-ocsp-basic (RFC 6960 4.2.1), content of the OBJECT IDENTIFIER.
const BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 1];

/// X.520's bound on a common name, which nothing documented keeps us from here.
const MAX_COMMON_NAME: usize = 64;

/// Signs OCSP responses for one CA. Cheap to replace, so it is never stored: each process makes its own.
#[derive(Debug)]
pub struct OcspSigner {
    key_pair: KeyPair,
    /// The SHA-1 of the public key's bits, as the certificate has it.
    key_hash: [u8; 20],
    certificate_der: Vec<u8>,
    serial_number: SerialNumber,
    validity: Validity,
}

/// Why there is no signer.
#[derive(Debug, thiserror::Error)]
pub enum OcspSignerError {
    /// The CA has ended or not yet begun.
    #[error("the issuing CA's certificate is not valid now")]
    IssuerNotValid,
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyPairError),
    /// The certificate could not be made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The certificate breaks a rule.
    #[error("the certificate breaks a rule")]
    Lint(#[from] LintError),
}

impl Authority {
    /// Makes a signer: an EC P-256 key and a certificate valid from 30 s ago, for `lifetime` from now, inside the CA's
    /// validity. Nobody looks up whether the certificate is revoked (id-pkix-ocsp-nocheck), so it should be short-lived.
    ///
    /// # Errors
    /// [`OcspSignerError::IssuerNotValid`]; the others are nothing a caller can cause.
    pub fn ocsp_signer(&self, now: Timestamp, lifetime: Duration) -> Result<OcspSigner, OcspSignerError> {
        if !self.validity.contains(now) {
            return Err(OcspSignerError::IssuerNotValid);
        }
        let key_pair = KeyPair::generate(KeyType::EcP256)?;
        let public_key = VerifiedPublicKey::from(&key_pair);
        let serial_number = random_serial_number()?;
        let validity = Validity::new(now, lifetime).within(self.validity);
        let common_name = self.ocsp_common_name()?;
        let params = params(&common_name, &public_key, self.subject_key_id());
        let draft = Draft::new(params, &serial_number, validity, &public_key, self.issuer_name())?;
        let expected = Expected {
            kind: Kind::OcspSigner,
            issuer_subject_der: Some(self.subject_der()),
            issuer_key_id: self.subject_key_id(),
            issuer_validity: self.validity,
            serial: &serial_number,
            common_name: &common_name,
            public_key: &public_key,
        };
        lint::check(&draft.to_der(&[]), &expected)?;
        let certificate_der = draft.sign(&self.key_pair)?;
        Ok(OcspSigner { key_hash: *public_key.key_id(), key_pair, certificate_der, serial_number, validity })
    }

    /// The CA's common name and ` OCSP`; `OCSP` alone if an imported CA has none, or one that we would not write.
    fn ocsp_common_name(&self) -> Result<CommonName, BuildError> {
        let name = X509Name::from_der(self.subject_der()).map_err(|_| BuildError::Encoding(None))?.1;
        let of_ca = name.iter_common_name().next().and_then(|attribute| attribute.as_str().ok());
        let of_ca = of_ca.filter(|text| CommonName::parse(*text).is_ok()).unwrap_or_default();
        let cut: String = of_ca.chars().take(MAX_COMMON_NAME - " OCSP".len()).collect();
        let text = format!("{cut} OCSP");
        CommonName::parse(text.trim_start()).map_err(|_| BuildError::Encoding(None))
    }
}

/// Subject and extensions (RFC 6960 4.2.2.2, 4.2.2.2.1). No basicConstraints, no name, no pointers.
fn params(common_name: &CommonName, public_key: &VerifiedPublicKey, issuer: &[u8]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name::distinguished_name(common_name);
    params.custom_extensions = vec![
        extension::key_usage(DIGITAL_SIGNATURE),
        extension::ocsp_signing(),
        extension::subject_key_identifier(public_key.key_id()),
        extension::authority_key_identifier(issuer),
        extension::ocsp_no_check(),
    ];
    params
}

impl OcspSigner {
    /// The signer's certificate, DER.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate_der
    }

    /// The certificate's serial number.
    #[must_use]
    pub const fn serial_number(&self) -> &SerialNumber {
        &self.serial_number
    }

    /// The last moment of validity: no response should have a later next update.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.validity.ends_at()
    }

    /// Signs a response, the whole `OCSPResponse` in DER, with the signer's certificate in it. The nonce is the request's
    /// ([`OcspRequest::nonce`](super::OcspRequest::nonce)); `None` makes a response that may be given to others as well.
    ///
    /// # Errors
    /// [`BuildError::Signing`] if the key fails.
    pub fn respond(
        &self,
        answers: &[SingleAnswer<'_>],
        nonce: Option<&[u8]>,
        produced_at: Timestamp,
    ) -> Result<Vec<u8>, BuildError> {
        let mut basic = Vec::with_capacity(1024);
        response_data(&mut basic, &self.key_hash, answers, nonce, produced_at);
        signed::sign(&mut basic, &self.key_pair)?;
        der::constructed(&mut basic, context_constructed(0), |out| {
            der::element(out, SEQUENCE, &self.certificate_der);
        });
        let mut out = Vec::with_capacity(basic.len() + 64);
        der::constructed(&mut out, SEQUENCE, |out| {
            der::element(out, ENUMERATED, &[0]); // successful
            der::constructed(out, context_constructed(0), |out| {
                der::constructed(out, SEQUENCE, |out| {
                    der::element(out, OID, BASIC);
                    der::constructed(out, OCTET_STRING, |out| der::element(out, SEQUENCE, &basic));
                });
            });
        });
        Ok(out)
    }
}
