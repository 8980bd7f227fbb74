//! SNMP: where traps are sent, in which version.

use serde::Serialize;
use serde_json::Value;

use super::{
    datetime::Server,
    declare::{choice, object, text},
    reader::{Body, Read, Reader},
};
use crate::printable;

object! {
    /// Whether and how traps are sent.
    pub SnmpTrap {
        /// Whether.
        enabled: bool,
        /// In which version, and to whom.
        version: SnmpVersion,
    }
}

/// `{"selection": "2c" | "3", "value": {...}}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "selection", content = "value")]
pub enum SnmpVersion {
    /// Version 2c (RFC 1901).
    #[serde(rename = "2c")]
    V2c(SnmpV2c),
    /// Version 3 with the user-based security model (RFC 3414).
    #[serde(rename = "3")]
    V3(SnmpV3),
}

object! {
    /// Traps of SNMP version 2c.
    pub SnmpV2c {
        /// The community.
        community: Community,
        /// Who receives them.
        server: Server,
    }
}

object! {
    /// Traps of SNMP version 3. The passwords are not part of it.
    pub SnmpV3 {
        /// What authenticates messages.
        auth_method: AuthMethod,
        /// What encrypts them.
        encryption_method: EncryptionMethod,
        /// Who sends: the authoritative engine of a trap is its sender.
        engine_id: EngineId,
        /// Who receives them.
        server: Server,
        /// The user.
        username: SnmpUsername,
    }
}

choice! {
    /// What authenticates a message.
    pub AuthMethod {
        /// HMAC-MD5-96 (RFC 3414 section 6).
        Md5 = "md5",
        /// HMAC-SHA-96 (RFC 3414 section 7).
        Sha = "sha",
        /// HMAC-SHA-256-192 (RFC 7860).
        Sha256 = "sha256",
    }
}

choice! {
    /// What encrypts a message.
    pub EncryptionMethod {
        /// Nothing.
        Disabled = "disabled",
        /// CBC-DES (RFC 3414 section 8).
        Des = "des",
        /// CFB128-AES-128 (RFC 3826).
        Aes = "aes",
    }
}

choice! {
    /// The version of SNMP.
    Selection {
        /// Version 2c.
        V2c = "2c",
        /// Version 3.
        V3 = "3",
    }
}

text! {
    /// A community of SNMP version 2c: 1 to 255 printable ASCII characters.
    Community = "community", |text| {
        printable("community", text, 255, "must be 1 to 255 characters long").map_err(|invalid| invalid.rule)
    }
}

text! {
    /// A user of SNMP version 3: 1 to 32 printable ASCII characters (RFC 3414 section 5, `usmUserName`).
    SnmpUsername = "username", |text| {
        printable("username", text, 32, "must be 1 to 32 characters long").map_err(|invalid| invalid.rule)
    }
}

text! {
    /// An SNMP engine's id: `0x` and 5 to 32 bytes in hexadecimal (RFC 3411 section 5, `SnmpEngineID`).
    EngineId = "engine_id", |text| {
        let Some(digits) = text.strip_prefix("0x") else {
            return Err("must be 0x and an even number of hexadecimal digits, 10 to 64");
        };
        let even = (10..=64).contains(&digits.len()) && digits.len().is_multiple_of(2);
        if even && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(())
        } else {
            Err("must be 0x and an even number of hexadecimal digits, 10 to 64")
        }
    }
}

impl EngineId {
    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let digits = self.as_str().trim_start_matches("0x");
        data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).unwrap_or_default()
    }
}

impl Default for SnmpTrap {
    fn default() -> Self {
        let community = Community("public".to_owned());
        Self { enabled: false, version: SnmpVersion::V2c(SnmpV2c { community, server: Server::localhost() }) }
    }
}

impl Read for SnmpVersion {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        let members = reader.object(value, &["selection", "value"])?;
        match reader.required(members, "selection")? {
            Selection::V2c => reader.required(members, "value").map(Self::V2c),
            Selection::V3 => reader.required(members, "value").map(Self::V3),
        }
    }
}

impl Body for SnmpTrap {}
