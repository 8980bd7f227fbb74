//! A certificate that is complete but for its signature.
//!
//! The bytes that are linted are the bytes that are signed: the draft is built under the issuer's algorithm with an
//! empty signature, and `sign` puts a real one under the same bytes. No key is involved before.

use rcgen::{
    CertificateParams, Issuer, KeyIdMethod, PublicKeyData, SerialNumber, SignatureAlgorithm, SigningKey,
};

use crate::validity::Validity;
use crate::{KeyPair, VerifiedPublicKey};

/// Why a certificate could not be built or signed. Nothing a caller asked for leads here.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The system has no randomness.
    #[error("no random numbers are to be had from the system")]
    Random,
    /// The certificate could not be encoded.
    #[error("the certificate could not be encoded")]
    Encoding(#[source] Option<rcgen::Error>),
    /// The key did not sign.
    #[error("the certificate could not be signed")]
    Signing(#[source] rcgen::Error),
}

/// Stands in for the issuer's key while a draft is built: has its algorithm and an empty signature.
struct Unsigned(&'static SignatureAlgorithm);

impl PublicKeyData for Unsigned {
    fn der_bytes(&self) -> &[u8] {
        &[]
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.0
    }
}

impl SigningKey for Unsigned {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(Vec::new())
    }
}

/// Who issues: the subject as the issuer's own certificate has it, byte by byte, and its key's algorithm.
#[derive(Clone, Copy)]
pub(crate) struct IssuerName<'a> {
    /// `None` for a certificate that issues itself.
    pub(crate) subject_der: Option<&'a [u8]>,
    pub(crate) algorithm: &'static SignatureAlgorithm,
}

/// The unsigned certificate: `tbsCertificate` and `signatureAlgorithm`, DER.
#[derive(Debug)]
pub(crate) struct Draft {
    tbs: Vec<u8>,
    signature_algorithm: Vec<u8>,
}

impl Draft {
    /// Builds the draft. `params` has subject and extensions; serial, validity and key identifier are set here.
    pub(crate) fn new(
        mut params: CertificateParams,
        serial: &vouchsafe_domain::SerialNumber,
        validity: Validity,
        public_key: &VerifiedPublicKey,
        issuer: IssuerName<'_>,
    ) -> Result<Self, BuildError> {
        params.serial_number = Some(SerialNumber::from_slice(serial.as_bytes()));
        (params.not_before, params.not_after) = validity.to_dates();
        params.key_identifier_method = KeyIdMethod::PreSpecified(public_key.key_id().to_vec());
        let der = params
            .signed_by(public_key, &Issuer::from_params(&params, Unsigned(issuer.algorithm)))
            .map_err(|error| BuildError::Encoding(Some(error)))?;
        let [mut tbs, signature_algorithm, _] = elements(der.der())?;
        if let Some(subject_der) = issuer.subject_der {
            tbs = with_issuer(&tbs, subject_der)?;
        }
        Ok(Self { tbs, signature_algorithm })
    }

    /// The certificate under the given signature; an empty one gives what the lints read.
    pub(crate) fn to_der(&self, signature: &[u8]) -> Vec<u8> {
        yasna::construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_der(&self.tbs);
                writer.next().write_der(&self.signature_algorithm);
                writer.next().write_bitvec_bytes(signature, signature.len() * 8);
            });
        })
    }

    /// Signs the bytes that were linted.
    pub(crate) fn sign(self, key_pair: &KeyPair) -> Result<Vec<u8>, BuildError> {
        let signature = key_pair.sign(&self.tbs).map_err(BuildError::Signing)?;
        Ok(self.to_der(&signature))
    }
}

/// Puts the issuer's name (RFC 5280 4.1.2.4) in as the issuer's certificate has it. rcgen re-encodes names and knows
/// neither two attributes of one type (`DC=example, DC=com`) nor several in one RDN.
fn with_issuer(tbs: &[u8], subject_der: &[u8]) -> Result<Vec<u8>, BuildError> {
    // Version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, extensions.
    let mut parts: [Vec<u8>; 8] = elements(tbs)?;
    parts[3] = subject_der.to_vec();
    Ok(yasna::construct_der(|writer| {
        writer.write_sequence(|writer| parts.iter().for_each(|part| writer.next().write_der(part)));
    }))
}

/// The elements of a DER sequence of exactly `N`.
fn elements<const N: usize>(der: &[u8]) -> Result<[Vec<u8>; N], BuildError> {
    yasna::parse_der(der, |reader| {
        reader.read_sequence(|reader| {
            let mut parts = [const { Vec::new() }; N];
            for part in &mut parts {
                *part = reader.next().read_der()?;
            }
            Ok(parts)
        })
    })
    .map_err(|_| BuildError::Encoding(None))
}
