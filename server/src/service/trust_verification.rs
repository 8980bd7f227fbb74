//! An administrator asks what a trust store says of a chain, as their session sees the configuration.

use rustls_pki_types::{CertificateDer, ServerName};
use vouchsafe_domain::{
    Timestamp,
    configuration::{Finding, Kind, TrustStore},
};
use vouchsafe_pki::{ChainFailure, ChainRequest, PresentedCertificate, Purpose, VerifiedChain};

use super::{
    AdminCtx, AdminError, Service,
    configuration::{BUILT_IN, TRUST_STORES, View, syntactic},
    trust::{Trust, TrustRequest, reason},
    verdict::Reason,
};

/// What is asked.
#[derive(Debug)]
pub struct TrustQuestion {
    /// The chain, PEM, the certificate in question first.
    pub certificates: Vec<String>,
    /// The moment to judge by; now, if none.
    pub at: Option<Timestamp>,
    /// The server whose certificate it must be; a client's, if none.
    pub server_name: Option<String>,
}

/// The path that was found, DER, or every reason why there is none.
pub type TrustVerdict = Result<Vec<CertificateDer<'static>>, Vec<(Reason, ChainFailure)>>;

impl Service {
    /// Says whether a trust store vouches for a chain.
    ///
    /// # Errors
    /// [`AdminError::NotFound`], [`AdminError::Syntactic`] for what is no certificate and no name.
    pub async fn trust_store_verify(
        &self,
        ctx: &AdminCtx,
        key: &str,
        question: TrustQuestion,
    ) -> Result<TrustVerdict, AdminError> {
        let path = format!("{TRUST_STORES}/{key}");
        let body = View::of(&self.store, ctx).await?.get(&path).await?;
        let body = body.filter(|_| Kind::of(&path) == Some(Kind::TrustStores)).ok_or(AdminError::NotFound)?;
        let damaged = AdminError::internal("reading a stored trust store");
        let trust = match key {
            BUILT_IN => Trust::built_in(),
            _ => serde_json::from_value::<TrustStore>(body)
                .map_err(anyhow::Error::from)
                .and_then(|store| Trust::custom(&store))
                .map_err(damaged)?,
        };
        let at = question.at.unwrap_or(ctx.now);
        let (certificates, purpose) = read(question).map_err(|finding| syntactic(ctx, vec![finding]))?;
        let verified = self.verify_by(&trust, TrustRequest { certificates, purpose, at }, ctx.now).await?;
        Ok(verified.map(|VerifiedChain { path }| path).map_err(|failures| {
            failures.into_iter().map(|failure| (reason(failure.reason), failure)).collect()
        }))
    }
}

/// Certificates that can't be read are a verdict, too: only texts that are no PEM are the request's fault.
fn read(question: TrustQuestion) -> Result<(Vec<CertificateDer<'static>>, Purpose<'static>), Finding> {
    if !(1..=ChainRequest::MAX_CERTIFICATES).contains(&question.certificates.len()) {
        let message = format!("must have 1 to {} items", ChainRequest::MAX_CERTIFICATES);
        return Err(Finding { path: "/certificates".to_owned(), message });
    }
    let mut certificates = Vec::new();
    for (index, pem) in question.certificates.iter().enumerate() {
        let read = PresentedCertificate::from_pem(pem);
        let path = format!("/certificates/{index}");
        let certificate = read.map_err(|error| Finding { path, message: error.to_string() })?;
        certificates.push(certificate.der().to_vec().into());
    }
    let name = question.server_name.map(ServerName::try_from).transpose();
    let name = name.map_err(|_| Finding {
        path: "/serverName".to_owned(),
        message: "must be a host name or an IP address".to_owned(),
    })?;
    Ok((certificates, name.map_or(Purpose::Client, |name| Purpose::Server(Some(name)))))
}
