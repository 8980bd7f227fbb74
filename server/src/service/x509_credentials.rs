//! X.509 credentials: issue, read, change state.

use std::sync::Arc;

use vouchsafe_domain::{
    CommonName, CredentialsId, Event, KeyType, RevocationReason, Scope, Secret, State, Transition, Ttl,
    configuration::CertificateProfile, transition,
};
use vouchsafe_pki::{
    Authority, Issued, KeyAlgorithm, KeyPair, Lifetime, Profile, ProfileError, VerifiedPublicKey,
    random_serial_number,
};
use vouchsafe_store::{Conflict, CredentialsKind, StateChange, X509CredentialsFilter, X509CredentialsRow};

use super::{
    Ctx, Error, Page, Service,
    listing::PAGE,
    names::silly_name,
    record::{Change, record},
};

/// Whose key the certificate is for.
#[derive(Debug)]
pub enum KeyRequest {
    /// Nothing was asked for.
    Default,
    /// The server makes one of that kind.
    Generate(KeyType),
    /// The client has one and proves it by a signing request in PEM.
    Csr(String),
}

/// An issued certificate, with the private key that is shown once.
#[derive(Debug)]
pub struct X509Issued {
    /// The credentials.
    pub row: X509CredentialsRow,
    /// The certificate, PEM.
    pub certificate: String,
    /// The tenant's CA, PEM.
    pub issuing_ca: String,
    /// The CA and those above it, nearest first, PEM.
    pub ca_chain: Vec<String>,
    /// The key in PEM and its kind, if the server made it.
    pub private_key: Option<(Secret, KeyAlgorithm)>,
}

const NOT_FOUND: Error = Error::NotFound("X.509 credentials");
const TRIES: usize = 16;

impl Service {
    /// Issues a certificate by the tenant's CA.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a `ttl` past the CA's end or an unusable signing request, [`Error::Busy`].
    pub async fn x509_credentials_create(
        &self,
        ctx: &Ctx,
        common_name: Option<CommonName>,
        ttl: Option<Ttl>,
        key: KeyRequest,
    ) -> Result<X509Issued, Error> {
        ctx.require(Scope::X509CredentialsCreate)?;
        let authority = self.authorities.get(ctx.tenant.as_str()).await?;
        let common_name = match common_name {
            Some(name) => name,
            None => CommonName::parse(silly_name().map_err(Error::internal("making a name"))?)?,
        };
        if common_name.as_str().eq_ignore_ascii_case(&self.own_host) {
            return Err(Error::Invalid(
                "commonName is the name of this server, which no client can have".to_owned(),
            ));
        }
        let rules = &ctx.tenant_settings()?.certificate_profile;
        let lifetime = ttl.map_or(Lifetime::AtMost(rules.default_ttl), Lifetime::Exactly);
        let mut profile = profile(common_name.clone(), lifetime, &authority, ctx)?;
        if let Some(pointers) = self.pointers(&ctx.tenant)? {
            profile = profile.with_pointers(pointers);
        }
        permitted(ttl, rules)?;
        let (public_key, pair) = self.key(key, rules.default_key_type).await?;
        let issued = issue(&authority, profile, &public_key)?;
        let row = X509CredentialsRow {
            id: self.ids.next(ctx.now),
            authority_id: ctx.tenant.to_string(),
            serial_number: issued.serial_number.to_string(),
            common_name,
            state: State::Inactive,
            not_after: issued.not_after,
            created_at: ctx.now,
            updated_at: ctx.now,
            last_use_at: None,
            revocation_reason: None,
        };
        self.store_issued(ctx, &row, &issued).await?;
        Ok(X509Issued {
            row,
            certificate: issued.certificate_pem,
            issuing_ca: authority.certificate_pem().to_owned(),
            ca_chain: authority.ca_chain().to_vec(),
            private_key: pair.map(|pair| (pair.private_key_pem(), pair.algorithm())),
        })
    }

    /// The certificate leaves the server only after this has committed.
    async fn store_issued(&self, ctx: &Ctx, row: &X509CredentialsRow, issued: &Issued) -> Result<(), Error> {
        let detail = format!("serial number {}", row.serial_number);
        let record =
            record(ctx, "x509_credentials_create", CredentialsKind::X509, &row.id, Change::Created, detail);
        match self.store.x509_credentials_insert(&ctx.tenant, row, &issued.certificate_der, record).await {
            Ok(()) => {
                self.metrics.issued("x509");
                Ok(())
            }
            // A second serial out of 2^158 is no accident but a broken random number generator: stop.
            Err(error @ vouchsafe_store::Error::Conflict(Conflict::SerialNumber)) => {
                Err(Error::Internal { context: "a serial number came twice", source: error.into() })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn key(
        &self,
        request: KeyRequest,
        default: KeyType,
    ) -> Result<(VerifiedPublicKey, Option<KeyPair>), Error> {
        let key_type = match request {
            KeyRequest::Csr(pem) => {
                let read = VerifiedPublicKey::from_csr_pem(&pem);
                return Ok((read.map_err(|error| Error::Invalid(format!("csr: {error}")))?, None));
            }
            KeyRequest::Generate(key_type) => key_type,
            KeyRequest::Default => default,
        };
        let pair = match key_type {
            KeyType::Rsa2048 => match self.key_pool.take() {
                Some(ready) => ready,
                None => self.generate(key_type).await?,
            },
            // Microseconds: not worth a queue.
            KeyType::EcP256 | KeyType::EcP384 | KeyType::Ed25519 => generated(key_type)?,
            KeyType::Rsa3072 | KeyType::Rsa4096 => self.generate(key_type).await?,
        };
        Ok((VerifiedPublicKey::from(&pair), Some(pair)))
    }

    async fn generate(&self, key_type: KeyType) -> Result<KeyPair, Error> {
        self.key_queue.run(move || generated(key_type)).await.map_err(|_| Error::Busy)?
    }

    /// One page, `limit` at most.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Forbidden`].
    pub async fn x509_credentials_list(
        &self,
        ctx: &Ctx,
        filter: &X509CredentialsFilter,
        after: Option<&CredentialsId>,
        limit: Option<u64>,
    ) -> Result<Page<X509CredentialsRow>, Error> {
        ctx.require(Scope::X509CredentialsRead)?;
        let limit = limit.unwrap_or(PAGE).min(PAGE);
        Ok(Page::cut(self.store.x509_credentials_page(&ctx.tenant, filter, after, limit + 1).await?, limit))
    }

    /// One by its id.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for another tenant's.
    pub async fn x509_credentials_get(
        &self,
        ctx: &Ctx,
        id: &CredentialsId,
    ) -> Result<X509CredentialsRow, Error> {
        ctx.require(Scope::X509CredentialsRead)?;
        self.store.x509_credentials_get(&ctx.tenant, id).await?.ok_or(NOT_FOUND)
    }

    /// Changes the state as the state table has it. Asking for the state it has changes nothing, nor the reason.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the table has no way, [`Error::NotFound`].
    pub async fn x509_credentials_update_state(
        &self,
        ctx: &Ctx,
        id: &CredentialsId,
        event: Event,
        reason: Option<RevocationReason>,
    ) -> Result<(), Error> {
        ctx.require(Scope::X509CredentialsUpdate)?;
        if reason.is_some() && event != Event::Revoke {
            return Err(Error::Invalid("revocationReason goes with the state Revoked only".to_owned()));
        }
        for _ in 0..TRIES {
            let row = self.store.x509_credentials_get(&ctx.tenant, id).await?.ok_or(NOT_FOUND)?;
            let Transition::To(to) = transition(row.state, event, row.last_use_at.is_some())? else {
                return Ok(());
            };
            let change = StateChange {
                tenant: ctx.tenant.clone(),
                id: id.clone(),
                from: row.state,
                to,
                updated_at: ctx.now,
            };
            let why = reason.map_or_else(String::new, |reason| format!(", {}", reason.as_str()));
            let detail = format!("{} to {to}{why}", row.state);
            let action = "x509_credentials_update_state";
            let record = record(ctx, action, CredentialsKind::X509, id, Change::to(to), detail);
            if self.store.x509_credentials_change_state(&change, reason, record).await? {
                return Ok(());
            }
        }
        Err(Error::Busy)
    }
}

/// The lifetime that was asked for, inside the tenant's rules.
fn permitted(ttl: Option<Ttl>, rules: &CertificateProfile) -> Result<(), Error> {
    match ttl {
        Some(ttl) if ttl > rules.maximum_ttl => Err(Error::Invalid(format!(
            "ttl is longer than the tenant's certificate profile permits, which is {} seconds",
            rules.maximum_ttl.duration().as_secs()
        ))),
        _ => Ok(()),
    }
}

fn profile(
    common_name: CommonName,
    lifetime: Lifetime,
    authority: &Authority,
    ctx: &Ctx,
) -> Result<Profile, Error> {
    Profile::new(common_name, lifetime, ctx.now, authority).map_err(|error| match error {
        ProfileError::OutlivesIssuer { .. } => Error::Invalid(error.to_string()),
        error @ ProfileError::IssuerNotValid => {
            Error::Internal { context: "issuing a certificate", source: error.into() }
        }
    })
}

fn issue(
    authority: &Arc<Authority>,
    profile: Profile,
    public_key: &VerifiedPublicKey,
) -> Result<Issued, Error> {
    let issue = || -> anyhow::Result<Issued> {
        let prepared = authority.prepare(profile, random_serial_number()?, public_key)?;
        Ok(authority.issue(prepared)?)
    };
    issue().map_err(Error::internal("issuing a certificate"))
}

fn generated(key_type: KeyType) -> Result<KeyPair, Error> {
    KeyPair::generate(key_type).map_err(|error| Error::internal("generating a key")(error.into()))
}
