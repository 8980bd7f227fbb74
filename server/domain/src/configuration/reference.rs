//! References to trust stores: sent as a key or as it is read, stored as the key, answered with the address.

use serde_json::{Value, json};

use super::{
    Kind,
    declare::{object, text},
    reader::{Read, Reader},
};

const TRUST_STORES: &str = "/api/configuration/trust_stores";

text! {
    /// The key of an object in a collection: a UUID, or a negative number for what comes with the server.
    Key = "key", |text| {
        let uuid = || {
            let groups: Vec<&str> = text.split('-').collect();
            groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
                && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let number = text.strip_prefix('-').is_some_and(|digits| {
            (1..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
        if number || uuid() { Ok(()) } else { Err("must be the key of an object: a UUID, or -7001 for the built-in one") }
    }
}

/// A trust store, by its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct TrustStoreReference(Key);

impl TrustStoreReference {
    /// The trust store's key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

object! {
    /// A reference as it is read.
    Expanded {
        /// The key.
        key: Key,
        /// Where it is.
        meta: Address,
    }
}

object! {
    /// Where an object is.
    Address {
        /// Its path.
        href: String,
    }
}

impl Read for String {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        reader.text(value).map(str::to_owned)
    }
}

impl Read for TrustStoreReference {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        match value {
            Value::String(_) => Key::read(value, reader).map(Self),
            Value::Object(_) => {
                let Expanded { key, meta } = Expanded::read(value, reader)?;
                if meta.href != format!("{TRUST_STORES}/{key}") {
                    reader.refuse_at("/meta/href", "is not the address of that key: send the key alone");
                    return None;
                }
                Some(Self(key))
            }
            _ => reader.wrong_type("a key or a reference", value),
        }
    }
}

impl Kind {
    /// The keys of the trust stores that a body refers to.
    #[must_use]
    pub fn trust_stores(self, body: &Value) -> Vec<String> {
        self.references(body).into_iter().map(|(_, key)| key).collect()
    }

    /// The body as answered: references are `{"key", "meta": {"href"}}`.
    #[must_use]
    pub fn answer(self, mut body: Value) -> Value {
        for (pointer, key) in self.references(&body) {
            if let Some(reference) = body.pointer_mut(&pointer) {
                *reference = json!({"key": key, "meta": {"href": format!("{TRUST_STORES}/{key}")}});
            }
        }
        body
    }

    /// Pointer and key of every reference in a stored body.
    pub(super) fn references(self, body: &Value) -> Vec<(String, String)> {
        let one = |pointer: &str| vec![pointer.to_owned()];
        let pointers = match self {
            Self::AaaSettings => one("/trust_store"),
            Self::Email => one("/smtp_encryption/trust_store"),
            Self::Tenants => {
                let count = body.get("trust_stores").and_then(Value::as_array).map_or(0, Vec::len);
                (0..count).map(|index| format!("/trust_stores/{index}")).collect()
            }
            _ => Vec::new(),
        };
        let key = |pointer: String| {
            let key = body.pointer(&pointer)?.as_str()?.to_owned();
            Some((pointer, key))
        };
        pointers.into_iter().filter_map(key).collect()
    }
}
