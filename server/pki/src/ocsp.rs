//! OCSP (RFC 6960): what a responder of ours reads and says about the certificates of one of our CAs.

mod request;
mod response;
mod signer;

pub use request::{CertId, MalformedOcspRequest, OcspRequest};
pub use response::{CertificateStatus, OcspRefusal, SingleAnswer};
pub use signer::{OcspSigner, OcspSignerError};

/// id-pkix-ocsp-nonce (RFC 9654 section 2.1), content of the OBJECT IDENTIFIER.
const NONCE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 2];
