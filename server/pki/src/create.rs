//! Making CAs: the platform's, self-signed, and each tenant's, signed by the platform's.

use std::time::Duration;

use rcgen::CertificateParams;
use vouchsafe_domain::{CommonName, TenantId, Timestamp};

use crate::draft::{Draft, IssuerName};
use crate::extension::{self, CRL_SIGN, KEY_CERT_SIGN};
use crate::lint::{self, Expected, Kind};
use crate::name::{self, AltName};
use crate::validity::Validity;
use crate::{Authority, AuthorityError, KeyPair, VerifiedPublicKey, random_serial_number};

/// How long a CA certificate lives unless told otherwise: 3650 days.
pub const DEFAULT_CA_LIFETIME: Duration = Duration::from_secs(3650 * 86_400);

impl Authority {
    /// Makes a self-signed CA for the platform: the root of all trust, unless the operator has one ([`Self::import`]).
    ///
    /// # Errors
    /// [`AuthorityError::Build`] or [`AuthorityError::Lint`]; nothing a caller can cause.
    pub fn create_platform(
        common_name: &CommonName,
        key_pair: KeyPair,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<Self, AuthorityError> {
        let wanted = Wanted { common_name, dns_name: None, validity: Validity::new(now, lifetime) };
        let der = wanted.make(&key_pair, None)?;
        Self::from_der(vec![der], key_pair)
    }

    /// Makes a tenant's CA under this one, the platform's. It ends with its issuer at the latest.
    ///
    /// # Errors
    /// [`AuthorityError::IssuerNotValid`] if this CA has ended; [`AuthorityError::Build`] or [`AuthorityError::Lint`].
    pub fn create_tenant(
        &self,
        tenant: &TenantId,
        key_pair: KeyPair,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<Self, AuthorityError> {
        if !self.validity.contains(now) {
            return Err(AuthorityError::IssuerNotValid);
        }
        // A tenant id is 63 letters, digits and hyphens at most, so it is a common name.
        let common_name =
            CommonName::parse(tenant.as_str()).map_err(|_| crate::BuildError::Encoding(None))?;
        let wanted = Wanted {
            common_name: &common_name,
            dns_name: Some(tenant.as_str()),
            validity: Validity::new(now, lifetime).within(self.validity),
        };
        let der = wanted.make(&key_pair, Some(self))?;
        Self::from_der(self.chain_under(der), key_pair)
    }
}

/// A CA certificate to be made.
struct Wanted<'a> {
    common_name: &'a CommonName,
    dns_name: Option<&'a str>,
    validity: Validity,
}

impl Wanted<'_> {
    /// Builds, lints and signs; without an issuer the certificate signs itself.
    fn make(&self, key_pair: &KeyPair, issuer: Option<&Authority>) -> Result<Vec<u8>, AuthorityError> {
        let public_key = VerifiedPublicKey::from(key_pair);
        let serial = random_serial_number()?;
        let issuer_key_id = issuer.map_or(&public_key.key_id()[..], Authority::subject_key_id);
        let issuer_name = match issuer {
            Some(authority) => authority.issuer_name(),
            None => IssuerName { subject_der: None, algorithm: key_pair.algorithm().signature() },
        };
        let params = self.params(public_key.key_id(), issuer_key_id);
        let draft = Draft::new(params, &serial, self.validity, &public_key, issuer_name)?;
        let expected = Expected {
            kind: Kind::Ca { dns_name: self.dns_name },
            issuer_subject_der: issuer.map(Authority::subject_der),
            issuer_key_id,
            issuer_validity: issuer.map_or(self.validity, |authority| authority.validity),
            serial: &serial,
            common_name: self.common_name,
            public_key: &public_key,
        };
        lint::check(&draft.to_der(&[]), &expected)?;
        Ok(draft.sign(issuer.map_or(key_pair, Authority::key_pair))?)
    }

    /// Subject and extensions, in the order of the documented CA certificate.
    fn params(&self, key_id: &[u8], issuer_key_id: &[u8]) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = name::distinguished_name(self.common_name);
        params.custom_extensions = vec![
            extension::key_usage(KEY_CERT_SIGN | CRL_SIGN),
            extension::ca(),
            extension::subject_key_identifier(key_id),
            extension::authority_key_identifier(issuer_key_id),
        ];
        params.custom_extensions.extend(self.dns_name.map(AltName::Dns).map(extension::alt_name));
        params
    }
}
