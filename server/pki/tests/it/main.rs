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
mod made;
mod openssl;
mod revocation;
mod trust_anchor;
mod verify;
mod verify_limits;
mod verify_revocation;
mod world;
