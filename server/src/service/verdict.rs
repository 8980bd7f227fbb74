//! What verifying says: accepted, or rejected for one of a closed list of reasons.

use std::net::IpAddr;

use super::{Ctx, Refusal, Service};

/// Why something is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The tenant has no such username.
    UnknownUsername,
    /// The username names another tenant.
    UnknownTenant,
    /// The password is another one.
    WrongPassword,
    /// The password is right, or the certificate is known, and an operator has suspended it.
    Suspended,
    /// An operator has revoked it.
    Revoked,
    /// Too many failures: later attempts are not looked at until a moment.
    Locked,
    /// The tenant's CA never issued it.
    UnknownCertificate,
    /// It has ended.
    Expired,
    /// It has not begun.
    NotYetValid,
    /// Who is said to have signed it has not.
    BadSignature,
    /// Nobody whom the tenant trusts has issued it.
    UntrustedIssuer,
    /// Its key is not for this use.
    KeyUsage,
    /// A name is not one that its issuer may give.
    NameConstraints,
    /// It breaks another rule of certificates and their chains.
    InvalidChain,
    /// It can't be read.
    MalformedCertificate,
    /// It is on its issuer's revocation list.
    RevokedByCrl,
    /// Nobody can tell whether it is revoked.
    RevocationUnknown,
}

impl Reason {
    /// The reason's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownUsername => "UnknownUsername",
            Self::UnknownTenant => "UnknownTenant",
            Self::WrongPassword => "WrongPassword",
            Self::Suspended => "Suspended",
            Self::Revoked => "Revoked",
            Self::Locked => "Locked",
            Self::UnknownCertificate => "UnknownCertificate",
            Self::Expired => "Expired",
            Self::NotYetValid => "NotYetValid",
            Self::BadSignature => "BadSignature",
            Self::UntrustedIssuer => "UntrustedIssuer",
            Self::KeyUsage => "KeyUsage",
            Self::NameConstraints => "NameConstraints",
            Self::InvalidChain => "InvalidChain",
            Self::MalformedCertificate => "MalformedCertificate",
            Self::RevokedByCrl => "RevokedByCrl",
            Self::RevocationUnknown => "RevocationUnknown",
        }
    }
}

impl Reason {
    /// The reason in a sentence, for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnknownUsername => "the tenant has no basic credentials with this username",
            Self::UnknownTenant => "the username names another tenant than the caller's",
            Self::WrongPassword => "the password is wrong",
            Self::Suspended => "the credentials are suspended",
            Self::Revoked => "the credentials are revoked",
            Self::Locked => "too many failures of this username from this device: it has to wait",
            Self::UnknownCertificate => "the tenant's CA has no such certificate on record",
            Self::Expired => "the certificate has expired",
            Self::NotYetValid => "the certificate is not valid yet",
            Self::BadSignature => "the certificate is not signed by the one that it names as its issuer",
            Self::UntrustedIssuer => {
                "neither the tenant's CA nor a trust store of the tenant knows the issuer"
            }
            Self::KeyUsage => "the certificate's key is not for this use",
            Self::NameConstraints => "a name is not one that the certificate may have",
            Self::InvalidChain => "the certificates are not a valid chain",
            Self::MalformedCertificate => "the certificate can't be read",
            Self::RevokedByCrl => "the certificate, or one above it, is on its issuer's revocation list",
            Self::RevocationUnknown => "whether the certificate is revoked can't be found out",
        }
    }
}

/// What is rejected, why, and what there is to say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection<T> {
    /// Why.
    pub reason: Reason,
    /// More of it, for people.
    pub detail: Option<String>,
    /// After how many seconds to try again.
    pub retry_after: Option<u32>,
    /// The credentials, where whoever asks has shown to have them.
    pub row: Option<T>,
    /// The id of the credentials in question, for the audit trail alone.
    pub(super) about: Option<String>,
}

impl<T> Rejection<T> {
    /// Why, in words.
    #[must_use]
    pub fn text(&self) -> String {
        self.detail.clone().unwrap_or_else(|| self.reason.text().to_owned())
    }

    pub(super) const fn new(reason: Reason) -> Self {
        Self { reason, detail: None, retry_after: None, row: None, about: None }
    }

    /// About credentials. Nothing of them is told.
    pub(super) fn about(reason: Reason, id: &str) -> Self {
        Self { about: Some(id.to_owned()), ..Self::new(reason) }
    }

    /// With the credentials, for whoever has shown to have them.
    pub(super) fn with(self, row: T) -> Self {
        Self { row: Some(row), ..self }
    }
}

impl Service {
    /// Writes a verdict down: a rejection in the audit trail, either in the metrics. `operation` is the operation's id.
    pub(super) fn note_verdict<T, U>(
        &self,
        ctx: &Ctx,
        operation: &'static str,
        kind: &'static str,
        client: Option<IpAddr>,
        verdict: &Result<T, Rejection<U>>,
    ) {
        if let Err(Rejection { reason, about, .. }) = verdict {
            let target = about.clone().unwrap_or_else(|| "unknown".to_owned());
            self.refusals.note(Refusal::verification(ctx, operation, target, client, *reason));
        }
        let outcome = verdict.as_ref().err().map_or("Accepted", |rejection| rejection.reason.as_str());
        self.metrics.verified(kind, outcome);
    }
}
