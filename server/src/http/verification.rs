//! Verdicts on the wire.

use std::net::IpAddr;

use vouchsafe_api::generated::schemas as wire;
use vouchsafe_domain::Secret;

use super::{convert, error::HttpError};
use crate::service::{BasicPresented, BasicVerdict, Error, Reason, X509Accepted, X509Presented, X509Verdict};

/// The most certificates of a chain.
const CERTIFICATES: usize = 10;

/// Reads what a client presents.
pub(super) fn basic_presented(body: wire::BasicCredentialsVerification) -> Result<BasicPresented, Error> {
    Ok(BasicPresented {
        username: body.username.as_str().to_owned(),
        password: Secret::new(body.password.expose()),
        client_address: body.client_address.map(|address| self::address(address.as_str())).transpose()?,
    })
}

fn address(text: &str) -> Result<IpAddr, Error> {
    text.parse().map_err(|_| Error::Invalid("clientAddress must be an IP address".to_owned()))
}

/// Writes a verdict.
pub(super) fn basic_verdict(
    tenant: String,
    verdict: BasicVerdict,
) -> Result<wire::BasicCredentialsVerdict, HttpError> {
    let mut answer = wire::BasicCredentialsVerdict {
        verdict: self::verdict(&verdict),
        reason: verdict.as_ref().err().map(|rejection| reason(rejection.reason)),
        detail: verdict.as_ref().err().map(|rejection| rejection.text()),
        tenant,
        credentials_id: None,
        username: None,
        state: None,
        created_date: None,
        updated_date: None,
        last_use_date: None,
        retry_after: verdict.as_ref().err().and_then(|rejection| rejection.retry_after?.try_into().ok()),
    };
    let row = verdict.map_or_else(|rejection| rejection.row, Some);
    if let Some(row) = row {
        answer.credentials_id = Some(convert::ours(row.id.as_str())?);
        answer.username = Some(row.username.to_string());
        answer.state = Some(convert::state(row.state));
        answer.created_date = Some(convert::moment(row.created_at));
        answer.updated_date = Some(convert::moment(row.updated_at));
        answer.last_use_date = row.last_use_at.map(convert::moment);
    }
    Ok(answer)
}

/// Reads what a client presents.
pub(super) fn x509_presented(body: wire::X509CredentialsVerification) -> Result<X509Presented, Error> {
    match (body.certificates, body.issuer, body.serial_number) {
        (Some(chain), None, None) if (1..=CERTIFICATES).contains(&chain.len()) => {
            Ok(X509Presented::Chain(chain.iter().map(|pem| pem.as_str().to_owned()).collect()))
        }
        (Some(_), None, None) => {
            Err(Error::Invalid(format!("certificates must have 1 to {CERTIFICATES} items")))
        }
        (None, Some(issuer), Some(serial_number)) => Ok(X509Presented::Named {
            issuer: issuer.as_str().to_owned(),
            serial_number: serial_number.as_str().to_owned(),
        }),
        _ => Err(Error::Invalid(
            "send either certificates, or issuer and serialNumber: neither more nor less".to_owned(),
        )),
    }
}

/// Writes a verdict.
pub(super) fn x509_verdict(
    tenant: String,
    verdict: X509Verdict,
) -> Result<wire::X509CredentialsVerdict, HttpError> {
    let mut answer = wire::X509CredentialsVerdict {
        verdict: self::verdict(&verdict),
        reason: verdict.as_ref().err().map(|rejection| reason(rejection.reason)),
        detail: verdict.as_ref().err().map(|rejection| rejection.text()),
        tenant,
        credentials_id: None,
        common_name: None,
        serial_number: None,
        state: None,
        invalid_after: None,
        created_date: None,
        updated_date: None,
        last_use_date: None,
        trust_store: None,
    };
    let row = match verdict {
        Ok(X509Accepted::Credentials(row)) => Some(row),
        Ok(X509Accepted::Foreign { trust_store, certificate }) => {
            answer.trust_store = Some(trust_store);
            answer.common_name = certificate.common_name().map(str::to_owned);
            answer.serial_number = certificate.serial_number().map(ToString::to_string);
            answer.invalid_after = Some(convert::moment(certificate.not_after()));
            None
        }
        Err(rejection) => rejection.row,
    };
    if let Some(row) = row {
        answer.credentials_id = Some(convert::ours(row.id.as_str())?);
        answer.common_name = Some(row.common_name.to_string());
        answer.serial_number = Some(row.serial_number);
        answer.state = Some(convert::state(row.state));
        answer.invalid_after = Some(convert::moment(row.not_after));
        answer.created_date = Some(convert::moment(row.created_at));
        answer.updated_date = Some(convert::moment(row.updated_at));
        answer.last_use_date = row.last_use_at.map(convert::moment);
    }
    Ok(answer)
}

const fn verdict<T, E>(verdict: &Result<T, E>) -> wire::Verdict {
    if verdict.is_ok() { wire::Verdict::Accepted } else { wire::Verdict::Rejected }
}

/// Writes a reason.
pub(super) const fn reason(reason: Reason) -> wire::VerdictReason {
    match reason {
        Reason::UnknownUsername => wire::VerdictReason::UnknownUsername,
        Reason::UnknownTenant => wire::VerdictReason::UnknownTenant,
        Reason::WrongPassword => wire::VerdictReason::WrongPassword,
        Reason::Suspended => wire::VerdictReason::Suspended,
        Reason::Revoked => wire::VerdictReason::Revoked,
        Reason::Locked => wire::VerdictReason::Locked,
        Reason::UnknownCertificate => wire::VerdictReason::UnknownCertificate,
        Reason::Expired => wire::VerdictReason::Expired,
        Reason::NotYetValid => wire::VerdictReason::NotYetValid,
        Reason::BadSignature => wire::VerdictReason::BadSignature,
        Reason::UntrustedIssuer => wire::VerdictReason::UntrustedIssuer,
        Reason::KeyUsage => wire::VerdictReason::KeyUsage,
        Reason::NameConstraints => wire::VerdictReason::NameConstraints,
        Reason::InvalidChain => wire::VerdictReason::InvalidChain,
        Reason::MalformedCertificate => wire::VerdictReason::MalformedCertificate,
        Reason::RevokedByCrl => wire::VerdictReason::RevokedByCrl,
        Reason::RevocationUnknown => wire::VerdictReason::RevocationUnknown,
    }
}
