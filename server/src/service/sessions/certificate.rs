//! Log in by a TLS client certificate: its chain must end in the trust store that `aaa/settings` names, its common name
//! must be a user's.

use rustls_pki_types::CertificateDer;
use serde_json::Value;
use vouchsafe_domain::{
    CommonName, Username,
    configuration::{RevocationCheck, TrustStore},
};
use vouchsafe_pki::{ClientChainError, RevocationCheck as Check, TrustAnchor, verify_client_chain};

use super::{LoggedIn, Origin, read};
use crate::service::{AdminError, Service, configuration::TRUST_STORES, refusals::Refusal};

/// What the TLS connection knows of its client: its certificates, DER, the leaf first.
pub(super) type CertificateLogin<'a> = &'a [CertificateDer<'static>];

const NO_CERTIFICATE: AdminError = AdminError::AuthenticationFailure(
    "the connection has no client certificate: send one in the TLS handshake",
);
const OFF: AdminError =
    AdminError::AuthenticationFailure("login by certificate is off: aaa/settings names no trust store");
const REFUSED: AdminError = AdminError::AuthenticationFailure(
    "the client certificate is not good: it must chain to the trust store of aaa/settings, be valid now, and name a user",
);

impl Service {
    /// Logs in with the connection's client certificate.
    ///
    /// # Errors
    /// [`AdminError::AuthenticationFailure`], [`AdminError::TooManyAttempts`].
    pub async fn login_certificate(
        &self,
        origin: &Origin,
        chain: CertificateLogin<'_>,
    ) -> Result<LoggedIn, AdminError> {
        let settings = self.aaa_settings().await?;
        let Some(store) = &settings.trust_store else {
            self.refusals.note(Refusal::of(origin, "unknown".to_owned(), "login by certificate is off"));
            return Err(OFF);
        };
        if chain.is_empty() {
            self.refusals.note(Refusal::of(origin, "unknown".to_owned(), "no client certificate"));
            return Err(NO_CERTIFICATE);
        }
        let attempt = self.attempt(origin, None, "unknown", &settings).await?;
        let name = match self.verified(store.as_str(), chain, origin).await? {
            Ok(name) => name,
            Err(error) => {
                tracing::info!(%error, "a client certificate is refused");
                self.refusals.note(Refusal::login(origin, "unknown".to_owned()));
                return Err(REFUSED);
            }
        };
        let user = match Username::parse(name.as_str()) {
            Ok(name) => self.store.admin_user_get(&name).await?,
            Err(_) => None,
        };
        let Some(user) = user else {
            self.refusals.note(Refusal::login(origin, "unknown".to_owned()));
            return Err(REFUSED);
        };
        self.take_back(attempt, true).await?;
        self.start(origin, &user, "certificate", &settings).await
    }

    /// The name in a chain that ends in a trust store, and is not revoked where the store asks for that.
    async fn verified(
        &self,
        key: &str,
        chain: CertificateLogin<'_>,
        origin: &Origin,
    ) -> Result<Result<CommonName, ClientChainError>, AdminError> {
        let row = self.store.configuration_get(&format!("{TRUST_STORES}/{key}")).await?;
        let store: TrustStore = read(row.map_or(Value::Null, |row| row.body))?;
        let anchors = store.authorities.iter().map(|authority| TrustAnchor::from_pem(&authority.pem));
        let anchors: Vec<TrustAnchor> = anchors
            .collect::<Result<_, _>>()
            .map_err(|error| AdminError::internal("reading a stored trust store")(error.into()))?;
        // Lists are fetched for those only whom the store's authorities have certified.
        let trusted = verify_client_chain(chain, &anchors, Check::None, origin.now);
        if trusted.is_err() || store.revocation_check == RevocationCheck::None {
            return Ok(trusted);
        }
        // Whom calls to others are verified by is settled with the settings.
        self.settings(origin.now).await?;
        let urls: Vec<String> = store.crl_urls.iter().map(|url| url.as_str().to_owned()).collect();
        let lists = self.crls.lists(&self.store, &urls, origin.now).await;
        let check = match store.revocation_check {
            RevocationCheck::None => Check::None,
            RevocationCheck::Leaf => Check::Leaf(&lists.known),
            RevocationCheck::Full => Check::Full(&lists.known),
        };
        Ok(verify_client_chain(chain, &anchors, check, origin.now))
    }
}
