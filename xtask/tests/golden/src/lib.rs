//! What the generator makes of `openapi.yaml`, a document with every construct of the subset.
//!
//! `UPDATE=1 cargo nextest run -p xtask golden` writes [`generated`] anew.

#[rustfmt::skip]
pub mod generated;

pub use vouchsafe_api::runtime;
