//! OAuth clients: who gets access tokens.

use std::sync::LazyLock;

use vouchsafe_domain::{ScopeSet, Secret, TenantId};
use vouchsafe_store::OauthClientRow;

use super::{Error, Service};
use crate::auth::{hash_secret, secret_matches};

/// What an unknown client's secret is compared with, so that it takes as long as a known one's.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_secret(&Secret::new("nobody")));

impl Service {
    /// The client with that id, if the secret is its own.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], [`Error::Busy`].
    pub async fn client_authenticate(&self, id: &str, secret: &Secret) -> Result<AuthenticatedClient, Error> {
        let refuse = || Error::Unauthenticated {
            message: "the client or its secret is unknown".to_owned(),
            token_sent: true,
        };
        // What no client id can be must not reach the database, which has texts it can't store.
        let plausible = (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        let row = match plausible {
            true => self.store.oauth_client_get(id).await?,
            false => None,
        };
        let hash = row.as_ref().map_or(NOBODY.as_str(), |row| row.secret_hash.expose());
        let good = secret_matches(secret, hash);
        match row.filter(|_| good) {
            Some(OauthClientRow { tenant, client_id, scopes, .. }) => {
                Ok(AuthenticatedClient { tenant, id: client_id, scopes })
            }
            None => Err(refuse()),
        }
    }
}

/// Who a client is and what it may do.
#[derive(Debug, Clone)]
pub struct AuthenticatedClient {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: String,
    /// Its scopes.
    pub scopes: ScopeSet,
}
