//! Certificates: who may have one, what stands in it, who signs it, and how keys are kept.
//!
//! The way of a leaf: [`Profile`] (validated wishes) and [`VerifiedPublicKey`] (a key its holder proved to have) go
//! through [`Authority::prepare`], which builds and lints the exact bytes to sign, to [`Authority::issue`], which
//! signs them. No database, no network, no clock: times are arguments.
//!
//! What a CA says about them later: [`Authority::revocation_list`], and an [`OcspSigner`]'s answers to [`OcspRequest`]s.
//!
//! Other people's certificates: a trust store's authorities are [`TrustAnchor`]s, [`verify_chain`] verifies any chain by
//! them, [`verify_client_chain`] a TLS client's, and [`CertificateInfo`] shows any certificate. What a client presents is a
//! [`PresentedCertificate`]; its authority tells whether it is its own.

mod authority;
mod ca_certificate;
mod certificate_info;
mod certificate_pem;
mod client_chain;
mod create;
mod crl;
mod csr;
mod der;
mod distinguished_name;
mod draft;
mod extension;
mod import;
mod key_algorithm;
mod key_pair;
mod key_pool;
mod keystore;
mod lint;
mod name;
mod ocsp;
mod pem;
mod pointers;
mod prepared;
mod presented;
mod profile;
mod public_key;
mod revocation_list;
mod serial;
mod signed;
mod trust_anchor;
mod validity;
mod verify;

pub use authority::{Authority, AuthorityError};
pub use ca_certificate::CaCertificateError;
pub use certificate_info::{CertificateInfo, MalformedCertificate};
pub use certificate_pem::{CertificatePemError, write as certificate_pem};
pub use client_chain::{ClientChainError, verify_client_chain};
pub use create::DEFAULT_CA_LIFETIME;
pub use crl::{Crl, CrlError};
pub use csr::CsrError;
pub use draft::BuildError;
pub use import::{ChainError, ImportError};
pub use key_algorithm::{KeyAlgorithm, KeyPolicyError};
pub use key_pair::{KeyPair, KeyPairError};
pub use key_pool::KeyPool;
pub use keystore::{KeystoreError, MasterKey};
pub use lint::LintError;
pub use ocsp::{
    CertId, CertificateStatus, MalformedOcspRequest, OcspRefusal, OcspRequest, OcspSigner, OcspSignerError,
    SingleAnswer,
};
pub use pointers::Pointers;
pub use prepared::{IssueError, Issued, PrepareError, Prepared};
pub use presented::{PresentedCertificate, PresentedError};
pub use profile::{Lifetime, Profile, ProfileError};
pub use public_key::VerifiedPublicKey;
pub use revocation_list::{
    RevocationList, RevocationListError, RevokedCertificate, RevokedCertificates, revocation_list_pem,
};
pub use serial::random_serial_number;
pub use trust_anchor::{TrustAnchor, TrustAnchorError, built_in_trust_anchors};
pub use verify::{
    ChainFailure, ChainFailureReason, ChainRequest, Purpose, RevocationCheck, VerifiedChain, verify_chain,
};
