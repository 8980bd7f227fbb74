//! Verifies a client's certificate: one of ours by its record, one of somebody else by the tenant's trust stores.

use vouchsafe_domain::{Scope, SerialNumber, State, Timestamp};
use vouchsafe_pki::{Authority, PresentedCertificate};
use vouchsafe_store::{CredentialsKind, X509CredentialsRow};

use super::{
    Ctx, Error, Service,
    uses::{TRIES, Use},
    verdict::{Reason, Rejection},
};

/// What a client presents.
#[derive(Debug)]
pub enum X509Presented {
    /// Its certificate and those above it, PEM.
    Chain(Vec<String>),
    /// What a caller that has validated the chain tells of the certificate.
    Named {
        /// Who issued it.
        issuer: String,
        /// Its serial number in base 10.
        serial_number: String,
    },
}

/// Whom an accepted certificate stands for.
#[derive(Debug)]
pub enum X509Accepted {
    /// Credentials of ours, now Active.
    Credentials(X509CredentialsRow),
    /// A client of somebody else's, for whom a trust store vouches.
    Foreign {
        /// The trust store's key.
        trust_store: String,
        /// The certificate.
        certificate: PresentedCertificate,
    },
}

impl X509Accepted {
    /// The subject's common name.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        match self {
            Self::Credentials(row) => Some(row.common_name.as_str()),
            Self::Foreign { certificate, .. } => certificate.common_name(),
        }
    }
}

/// Who is accepted, or why nobody is.
pub type X509Verdict = Result<X509Accepted, Rejection<X509CredentialsRow>>;

const ACTION: &str = "x509_credentials_verify";

impl Service {
    /// Says whether a certificate is good now, and notes its use.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Forbidden`].
    pub async fn x509_credentials_verify(
        &self,
        ctx: &Ctx,
        presented: &X509Presented,
    ) -> Result<X509Verdict, Error> {
        ctx.require(Scope::X509CredentialsVerify)?;
        let authority = self.authorities.get(ctx.tenant.as_str()).await?;
        let verdict = match presented {
            X509Presented::Named { issuer, .. } if !authority.is_named(issuer) => {
                Err(Rejection::new(Reason::UnknownCertificate))
            }
            X509Presented::Named { serial_number, .. } => match SerialNumber::parse(serial_number) {
                Ok(serial_number) => self.by_record(ctx, &serial_number, None).await?,
                // No CA gives such a number.
                Err(_) => Err(Rejection::new(Reason::UnknownCertificate)),
            },
            X509Presented::Chain(chain) => self.by_chain(ctx, &authority, chain).await?,
        };
        self.note_verdict(ctx, ACTION, "x509", None, &verdict);
        Ok(verdict)
    }

    async fn by_chain(
        &self,
        ctx: &Ctx,
        authority: &Authority,
        chain: &[String],
    ) -> Result<X509Verdict, Error> {
        let malformed = |detail: String| {
            Ok(Err(Rejection { detail: Some(detail), ..Rejection::new(Reason::MalformedCertificate) }))
        };
        let Some(leaf) = chain.first() else { return malformed("there is no certificate".to_owned()) };
        let leaf = match PresentedCertificate::from_pem(leaf) {
            Ok(leaf) => leaf,
            Err(error) => return malformed(format!("the certificate {error}")),
        };
        if !authority.is_issuer_of(&leaf) {
            return self.by_trust_stores(ctx, leaf, chain).await;
        }
        match leaf.serial_number() {
            Some(serial_number) => self.by_record(ctx, serial_number, Some((authority, &leaf))).await,
            None => Ok(Err(Rejection::new(forged(authority, &leaf)))),
        }
    }

    /// By what is on record of a serial number. A certificate that is the one on record, byte by byte, carries our
    /// signature.
    async fn by_record(
        &self,
        ctx: &Ctx,
        serial_number: &SerialNumber,
        presented: Option<(&Authority, &PresentedCertificate)>,
    ) -> Result<X509Verdict, Error> {
        let serial_number = serial_number.to_string();
        for _ in 0..TRIES {
            let found = self.store.x509_credentials_find(ctx.tenant.as_str(), &serial_number).await?;
            let Some((_, row)) = found.filter(|(tenant, _)| *tenant == ctx.tenant) else {
                return Ok(Err(Rejection::new(
                    presented.map_or(Reason::UnknownCertificate, |(authority, leaf)| forged(authority, leaf)),
                )));
            };
            if let Some((authority, leaf)) = presented {
                let on_record = self.store.x509_credentials_certificate(&ctx.tenant, &row.id).await?;
                if on_record.as_deref() != Some(leaf.der()) {
                    return Ok(Err(Rejection::new(forged(authority, leaf))));
                }
            }
            if let Some(reason) = outside(&row, presented.map(|(_, leaf)| leaf.not_before()), ctx.now) {
                return Ok(Err(Rejection::about(reason, row.id.as_str()).with(row)));
            }
            match self.use_credentials(ctx, ACTION, CredentialsKind::X509, &row.id, row.state).await? {
                Use::Changed => {}
                Use::Refused(reason) => return Ok(Err(Rejection::about(reason, row.id.as_str()).with(row))),
                Use::Accepted => {
                    let row = X509CredentialsRow { state: State::Active, last_use_at: Some(ctx.now), ..row };
                    return Ok(Ok(X509Accepted::Credentials(row)));
                }
            }
        }
        Err(Error::Busy)
    }
}

/// Not the one on record, or there is none: somebody else's work, or a certificate of ours whose record is gone.
fn forged(authority: &Authority, leaf: &PresentedCertificate) -> Reason {
    if authority.has_signed(leaf) { Reason::UnknownCertificate } else { Reason::BadSignature }
}

/// Whether the certificate is not valid now. What an operator decided is told before that.
fn outside(row: &X509CredentialsRow, not_before: Option<Timestamp>, now: Timestamp) -> Option<Reason> {
    // Both ends belong to it, in whole seconds (RFC 5280 4.1.2.5).
    let now = now.as_secs();
    match row.state {
        State::Suspended | State::Revoked => None,
        _ if row.not_after.as_secs() < now => Some(Reason::Expired),
        _ if not_before.is_some_and(|begin| begin.as_secs() > now) => Some(Reason::NotYetValid),
        _ => None,
    }
}
