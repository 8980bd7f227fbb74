//! Certificates and revocation lists of any kind, made by rcgen: good ones unless something is changed.
#![expect(clippy::unwrap_used, reason = "tests")]

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber,
    date_time_ymd,
};
use rustls_pki_types::CertificateDer;
use vouchsafe_domain::Timestamp;
use vouchsafe_pki::{Crl, TrustAnchor, random_serial_number};

/// CAs are valid from 2025 to 2035, leaves in 2030, lists in June of it.
pub(crate) fn midsummer() -> Timestamp {
    date_time_ymd(2030, 6, 15).into()
}

pub(crate) struct Made {
    pub(crate) der: CertificateDer<'static>,
    pub(crate) pem: String,
    params: CertificateParams,
    key: KeyPair,
}

impl Made {
    pub(crate) fn root(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::new(ca_params(name), None, KeyPair::generate().unwrap(), change)
    }

    pub(crate) fn ca(name: &str, issuer: &Self, change: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::new(ca_params(name), Some(issuer), KeyPair::generate().unwrap(), change)
    }

    /// For TLS clients and for the TLS server `device.example.com`.
    pub(crate) fn leaf(issuer: &Self, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = params("device");
        params.not_before = date_time_ymd(2030, 1, 1);
        params.not_after = date_time_ymd(2031, 1, 1);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        params.subject_alt_names = vec![SanType::DnsName("device.example.com".try_into().unwrap())];
        Self::new(params, Some(issuer), KeyPair::generate().unwrap(), change)
    }

    /// Another certificate for the same name and key.
    pub(crate) fn again(&self, issuer: &Self, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::try_from(self.key.serialize_der()).unwrap();
        Self::new(self.params.clone(), Some(issuer), key, change)
    }

    fn new(
        mut params: CertificateParams,
        issuer: Option<&Self>,
        key: KeyPair,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        params.serial_number = Some(SerialNumber::from_slice(random_serial_number().unwrap().as_bytes()));
        params.use_authority_key_identifier_extension = issuer.is_some();
        change(&mut params);
        let certificate = match issuer {
            None => params.self_signed(&key),
            Some(issuer) => params.signed_by(&key, &Issuer::from_params(&issuer.as_issuer(), &issuer.key)),
        };
        let certificate = certificate.unwrap();
        Self { der: certificate.der().clone(), pem: certificate.pem(), params, key }
    }

    /// Whatever its certificate says that it may do.
    fn as_issuer(&self) -> CertificateParams {
        let mut params = self.params.clone();
        params.key_usages = Vec::new();
        params
    }

    pub(crate) fn anchor(&self) -> TrustAnchor {
        TrustAnchor::from_pem(&self.pem).unwrap()
    }

    /// In PEM.
    pub(crate) fn list(
        &self,
        revoked: &[&Self],
        change: impl FnOnce(&mut CertificateRevocationListParams),
    ) -> String {
        let entries = revoked.iter().map(|made| RevokedCertParams {
            serial_number: made.params.serial_number.clone().unwrap(),
            revocation_time: date_time_ymd(2030, 6, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let mut list = CertificateRevocationListParams {
            this_update: date_time_ymd(2030, 6, 1),
            next_update: date_time_ymd(2030, 7, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: entries.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        change(&mut list);
        list.signed_by(&Issuer::from_params(&self.as_issuer(), &self.key)).unwrap().pem().unwrap()
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2035, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Lists as they come from their URLs.
pub(crate) fn read(lists: &[(&str, &String)]) -> Vec<Crl> {
    let read = |(source, pem): &(&str, &String)| Crl::parse(pem.as_bytes()).unwrap().from_source(*source);
    lists.iter().map(read).collect()
}
