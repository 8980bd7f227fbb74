//! The API as the document describes it: wire types, one trait for the operations of each tag, and routes that
//! poem-openapi serves.
//!
//! [`generated`] is written by `cargo xtask codegen` and never edited; [`runtime`] is what the generated code stands
//! on, written by hand. Neither knows anything of the server.

#[rustfmt::skip]
pub mod generated;
pub mod runtime;
