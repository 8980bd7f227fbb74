//! OAuth clients: programs that get tokens for a tenant.

use serde_json::Value;

use super::{
    declare::{object, text},
    reader::{Body, Read, Reader},
};
use crate::{Scope, printable};

text! {
    /// A client's id: 1 to 255 printable ASCII characters (RFC 6749 appendix A.1).
    ClientId = "client_id", |text| {
        printable("client_id", text, 255, "must be 1 to 255 characters long").map_err(|invalid| invalid.rule)
    }
}

object! {
    /// A client. Its secret is not part of it.
    #[derive(Eq)]
    pub OauthClient {
        /// Its id, unique over all tenants.
        client_id: ClientId,
        /// What it may ask for.
        scopes: Vec<Scope>,
    }
}

impl Body for OauthClient {}

impl Read for Scope {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        let scope = Self::parse(reader.text(value)?);
        if scope.is_none() {
            let known: Vec<&str> = Self::ALL.iter().map(|scope| scope.as_str()).collect();
            reader.refuse(format!("must be one of {}", known.join(", ")));
        }
        scope
    }
}
