//! Tenants: who they are, whom they trust, and what holds for their credentials.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;
use url::{Host, Url};

use super::{
    declare::{object, read_text, text},
    reader::{Body, Number, Read, Reader},
    reference::TrustStoreReference,
};
use crate::{KeyType, TenantId, Ttl};

/// 100 years, more than any CA lives: issuing is limited by the CA's end alone.
const UNLIMITED: f64 = 3_153_600_000.0;

read_text!(TenantId);

object! {
    /// A tenant.
    pub Tenant {
        /// What holds for its certificates.
        certificate_profile: CertificateProfile,
        /// Whose tokens it trusts besides ours.
        external_issuers: Vec<ExternalIssuer>,
        /// Its id, which never changes.
        id: TenantId,
        /// When its credentials are locked.
        lockout: Lockout,
        /// What people call it.
        name: TenantName,
        /// What holds for its passwords.
        password_rules: PasswordRules,
        /// Whose certificates are verified for it besides its own CA's.
        trust_stores: Vec<TrustStoreReference>,
    }
}

impl Tenant {
    /// A tenant of which nothing is known but its id: every rule is as it is without a configuration.
    #[must_use]
    pub fn plain(id: &TenantId, ca_key_type: Option<KeyType>) -> Self {
        let maximum_ttl = Ttl::parse(UNLIMITED).unwrap_or(Ttl::DEFAULT);
        Self {
            certificate_profile: CertificateProfile {
                ca_key_type: ca_key_type.unwrap_or(KeyType::Rsa2048),
                default_key_type: KeyType::Rsa2048,
                default_ttl: Ttl::DEFAULT,
                maximum_ttl,
            },
            external_issuers: Vec::new(),
            id: id.clone(),
            lockout: Lockout { duration_seconds: 300, failures: 10 },
            name: TenantName(id.to_string()),
            password_rules: PasswordRules { minimum_length: 1 },
            trust_stores: Vec::new(),
        }
    }
}

impl Body for Tenant {
    fn check(&self, reader: &mut Reader) {
        let profile = &self.certificate_profile;
        if !matches!(profile.ca_key_type, KeyType::Rsa2048 | KeyType::EcP256) {
            reader.refuse_at("/certificate_profile/ca_key_type", "must be rsa-2048 or ec-p256");
        }
        if profile.default_ttl > profile.maximum_ttl {
            reader.refuse_at("/certificate_profile/default_ttl", "must not be greater than maximum_ttl");
        }
    }
}

text! {
    /// What people call a tenant: 1 to 100 characters without control characters.
    TenantName = "name", visible::<100>
}

/// 1 to `MAX` characters, none of them a control character.
pub(super) fn visible<const MAX: usize>(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        Err("must not be empty")
    } else if text.chars().count() > MAX {
        Err(match MAX {
            100 => "must be at most 100 characters long",
            _ => "must be at most 255 characters long",
        })
    } else if text.chars().any(char::is_control) {
        Err("must not contain control characters")
    } else {
        Ok(())
    }
}

object! {
    /// Somebody else whose tokens are trusted.
    #[derive(Eq)]
    pub ExternalIssuer {
        /// What a token's `aud` must contain.
        audience: Audience,
        /// How far apart the clocks may be, in seconds.
        clock_leeway_seconds: u16 [0..=300],
        /// A token's `iss`, to the letter, below which its keys are found.
        issuer: IssuerUrl,
    }
}

text! {
    /// What tokens are for: 1 to 255 characters without control characters.
    Audience = "audience", visible::<255>
}

text! {
    /// An issuer (RFC 8414 section 2): an https URL without query and fragment. http goes only to the machine itself.
    IssuerUrl = "issuer", |text| {
        let Ok(url) = Url::parse(text) else { return Err("must be an https URL such as https://issuer.example.com") };
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
            Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
            None => false,
        };
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err("must be an https URL: http goes only to a loopback address"),
            _ => return Err("must be an https URL such as https://issuer.example.com"),
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("must not have a query or a fragment");
        }
        plain_url(text, &url)
    }
}

/// What holds for every URL that the server fetches from. `Url::parse` drops line breaks and repairs slashes; what is
/// stored must be what is fetched.
pub(super) fn plain_url(text: &str, url: &Url) -> Result<(), &'static str> {
    let rest = text.strip_prefix(url.scheme()).and_then(|rest| rest.strip_prefix("://")).unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || text.contains('\\') || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Err(
            "must be a URL with a host, in ASCII, without spaces and backslashes, such as https://example.com",
        )
    } else if authority.contains('@') {
        Err("must not have a user name or a password in it")
    } else if text.len() > 2048 {
        Err("must be at most 2048 characters long")
    } else {
        Ok(())
    }
}

object! {
    /// What holds for a tenant's certificates.
    #[derive(Copy, Eq)]
    pub CertificateProfile {
        /// The kind of the CA's key, which never changes: RSA-2048 or EC P-256.
        ca_key_type: KeyType,
        /// The kind of keys that the server makes unless asked for another.
        default_key_type: KeyType,
        /// How long certificates live unless asked otherwise, in seconds.
        default_ttl: Ttl,
        /// How long they live at most, in seconds.
        maximum_ttl: Ttl,
    }
}

object! {
    /// What holds for a tenant's passwords.
    #[derive(Copy, Eq)]
    pub PasswordRules {
        /// How long they are at least, in characters.
        minimum_length: u8 [1..=72],
    }
}

object! {
    /// When a tenant's credentials are locked against guessing.
    #[derive(Copy, Eq)]
    pub Lockout {
        /// For how long.
        duration_seconds: u32 [1..=86_400],
        /// After how many failures; 0: never.
        failures: u16 [0..=1000],
    }
}

impl Read for KeyType {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        let key_type = Self::parse(reader.text(value)?);
        if key_type.is_none() {
            let known: Vec<&str> = Self::ALL.iter().map(|key_type| key_type.as_str()).collect();
            reader.refuse(format!("must be one of {}", known.join(", ")));
        }
        key_type
    }
}

impl Read for Ttl {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        let seconds = Number::read(value, reader)?.0.as_f64().unwrap_or(f64::INFINITY);
        Self::parse(seconds).map_err(|invalid| reader.refuse(invalid.rule)).ok()
    }
}
