//! One file a resource.

mod basic_credentials;
