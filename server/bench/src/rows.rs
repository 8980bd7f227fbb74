//! The rows of the table.

pub(crate) mod credentials;
mod list;
pub(crate) mod memory;
pub(crate) mod rsa;
mod sdk;
mod start;
pub(crate) mod store;
mod verify;
