//! Trust stores: authorities, and how it is found out what they revoked.

use data_encoding::BASE64;
use url::Url;

use super::{
    declare::{choice, object, text},
    reader::{Body, Reader},
    tenant::{plain_url, visible},
};

/// The most authorities of one store.
const AUTHORITIES: usize = 1000;
/// The most CRL URLs of one store.
const CRL_URLS: usize = 100;
/// The name of the store that comes with the server.
pub(super) const BUILT_IN_NAME: &str = "Built-in";

object! {
    /// A trust store of a user's making.
    #[derive(Eq)]
    pub TrustStore {
        /// Its name, which is unique.
        name: TrustStoreName,
        /// The authorities.
        authorities: Vec<Authority>,
        /// Where CRLs are fetched from.
        crl_urls: Vec<CrlUrl>,
        /// Which certificates of a chain must be on no CRL.
        revocation_check: RevocationCheck,
        /// Always [`TrustStoreType::Custom`].
        trust_store_type: TrustStoreType,
    }
}

text! {
    /// A trust store's name: 1 to 255 characters without control characters.
    TrustStoreName = "name", visible::<255>
}

object! {
    /// A CA's certificate; everything but `pem` is taken from it.
    #[derive(Eq)]
    pub Authority {
        /// The digest of its DER.
        fingerprint: Fingerprint,
        /// Who signed it.
        issuer: String,
        /// Itself, PEM (RFC 7468).
        pem: String,
        /// Whose it is.
        subject: String,
    }
}

impl Authority {
    /// The certificate, DER; `None` if what is stored is damaged.
    #[must_use]
    pub fn der(&self) -> Option<Vec<u8>> {
        let (_, text) = self.pem.split_once("-----BEGIN CERTIFICATE-----")?;
        let (text, _) = text.split_once("-----END CERTIFICATE-----")?;
        let base64: String = text.split_ascii_whitespace().collect();
        BASE64.decode(base64.as_bytes()).ok()
    }
}

object! {
    /// A certificate's fingerprint.
    #[derive(Eq)]
    pub Fingerprint {
        /// Lower-case hexadecimal digits, a colon between bytes.
        digest: String,
        /// `sha256`.
        hash_algorithm: String,
    }
}

text! {
    /// Where a CRL is: an http or https URL with a host, without user name, password and fragment.
    CrlUrl = "CRL URL", |text| {
        let Ok(url) = Url::parse(text) else {
            return Err("must be an http or https URL such as http://crl.example.com/ca.crl");
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err("must be an http or https URL such as http://crl.example.com/ca.crl");
        }
        if url.fragment().is_some() {
            return Err("must not have a fragment");
        }
        plain_url(text, &url)
    }
}

choice! {
    /// Which certificates of a chain must be on no CRL.
    pub RevocationCheck {
        /// All of them; a CRL of every CA must be there.
        Full = "full",
        /// The first; a CRL of its issuer must be there.
        Leaf = "leaf",
        /// None.
        None = "none",
    }
}

choice! {
    /// Who made a trust store.
    pub TrustStoreType {
        /// It comes with the server.
        BuiltIn = "built-in",
        /// A user.
        Custom = "custom",
    }
}

impl Body for TrustStore {
    fn check(&self, reader: &mut Reader) {
        let urls = self.crl_urls.len();
        match self.revocation_check {
            RevocationCheck::None if urls > 0 => {
                reader.refuse_at("/crl_urls", "must be empty where revocation_check is none");
            }
            RevocationCheck::Full | RevocationCheck::Leaf if urls == 0 => {
                reader.refuse_at("/crl_urls", "must not be empty where revocation_check is full or leaf");
            }
            _ => {}
        }
        if urls > CRL_URLS {
            reader.refuse_at("/crl_urls", format!("must not have more than {CRL_URLS} URLs"));
        }
        if self.authorities.len() > AUTHORITIES {
            reader.refuse_at("/authorities", format!("must not have more than {AUTHORITIES} authorities"));
        }
    }
}
