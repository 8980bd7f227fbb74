//! Certificates and keys of this crate, judged by OpenSSL, by rustls-webpki and by the documented example.

mod asked;
mod authority;
mod chain;
mod client_chain;
mod client_world;
mod csr;
mod documented;
mod import;
mod keys;
mod limbo;
mod linted;
mod made;
mod ocsp;
mod ocsp_request;
mod ocsp_signer;
mod openssl;
mod pkilint;
mod pointers;
mod presented;
mod revocation;
mod revocation_list;
mod trust_anchor;
mod verify;
mod verify_limits;
mod verify_revocation;
mod world;
