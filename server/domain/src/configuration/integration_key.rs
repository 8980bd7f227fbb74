//! Integration keys: what proxies and brokers that ask for verdicts prove themselves with.

use super::{
    declare::{object, text},
    reader::Body,
    tenant::visible,
};

text! {
    /// What people call an integration key: 1 to 100 characters without control characters.
    IntegrationKeyName = "name", visible::<100>
}

object! {
    /// An integration key. The key itself is not part of it.
    #[derive(Eq)]
    pub IntegrationKey {
        /// Whether the client certificates that its caller passes on count. Only a proxy that sets the headers of every
        /// request itself may have this: one that hands them through would let anybody be whoever they have the
        /// certificate of.
        client_certificates: bool,
        /// Its name, unique in the tenant.
        name: IntegrationKeyName,
    }
}

impl Body for IntegrationKey {}
