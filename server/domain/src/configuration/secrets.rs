//! Secrets in bodies: they are taken out before a body is stored and never answered.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Finding, Kind, reader::Reader};
use crate::{Secret, printable};

/// Secrets of a request by field name, e.g. `password`, `auth_password`, `encryption_password`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<&'static str, Secret>);

impl Secrets {
    /// The secret of that name, if it was sent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    /// Whether none was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and secrets.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        self.0.iter().map(|(name, secret)| (*name, secret))
    }
}

/// Where a secret stands in a body, and how long it is.
struct Field {
    object: &'static str,
    name: &'static str,
    least: usize,
    most: usize,
    length: &'static str,
}

const PASSWORD: &[Field] =
    &[Field { object: "", name: "password", least: 8, most: 72, length: "must be 8 to 72 characters long" }];
const SMTP: &[Field] = &[Field {
    object: "/smtp_auth",
    name: "password",
    least: 1,
    most: 255,
    length: "must be 1 to 255 characters long",
}];
const SNMP: &[Field] = &[
    Field {
        object: "/version/value",
        name: "auth_password",
        least: 8,
        most: 150,
        length: "must be 8 to 150 characters long",
    },
    Field {
        object: "/version/value",
        name: "encryption_password",
        least: 8,
        most: 150,
        length: "must be 8 to 150 characters long",
    },
];

impl Kind {
    fn secret_fields(self, body: &Value) -> &'static [Field] {
        match self {
            Self::Users => PASSWORD,
            Self::Email => SMTP,
            Self::SnmpTrap if text(body, "/version/selection") == Some("3") => SNMP,
            _ => &[],
        }
    }

    /// Takes the secrets out of a body.
    pub(super) fn take_secrets(self, body: &mut Value, reader: &mut Reader) -> Secrets {
        let mut secrets = Secrets::default();
        for field in self.secret_fields(body) {
            let object = body.pointer_mut(field.object).and_then(Value::as_object_mut);
            let Some(sent) = object.and_then(|object| object.remove(field.name)) else { continue };
            let pointer = format!("{}/{}", field.object, field.name);
            let Value::String(text) = sent else {
                reader.refuse_at(&pointer, "must be a string");
                continue;
            };
            let secret = Secret::new(text);
            match printable(field.name, secret.expose(), field.most, field.length) {
                Ok(()) if secret.expose().len() < field.least => reader.refuse_at(&pointer, field.length),
                Ok(()) => _ = secrets.0.insert(field.name, secret),
                Err(invalid) => reader.refuse_at(&pointer, invalid.rule),
            }
        }
        secrets
    }

    /// What a stored body needs of secrets that there are not: `have` names those that were sent or are stored. The last
    /// segment of a finding's path is the secret's name. A user needs none: they may log in by certificate.
    #[must_use]
    pub fn missing_secrets(self, body: &Value, have: &[&str]) -> Vec<Finding> {
        let needed = |name: &str| match (self, name) {
            (Self::Email, "password") => body.pointer("/smtp_auth/enabled") == Some(&Value::Bool(true)),
            (Self::SnmpTrap, "auth_password") => true,
            (Self::SnmpTrap, "encryption_password") => {
                text(body, "/version/value/encryption_method") != Some("disabled")
            }
            _ => false,
        };
        let fields = self.secret_fields(body).iter();
        fields
            .filter(|field| needed(field.name) && !have.contains(&field.name))
            .map(|field| Finding {
                path: format!("{}/{}", field.object, field.name),
                message: "is required: none is stored".to_owned(),
            })
            .collect()
    }
}

fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Value::as_str)
}
