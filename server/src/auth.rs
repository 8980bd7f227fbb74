//! Who calls: passwords, client secrets and access tokens.

mod claims;
mod hash_memory;
mod issuers;
mod password;
mod remembered;
mod secret;
mod token;
mod verified;

use vouchsafe_domain::{ScopeSet, TenantId};

pub use claims::Claims;
pub use issuers::{ConfiguredIssuers, IssuerConfig, Issuers};
pub use password::{HashError, PasswordHasher};
pub use remembered::{Remembered, Trace};
pub use secret::{NoRandomness, SECRET_LENGTH, hash_secret, random_key, random_secret, secret_matches};
pub use token::{TokenError, TokenIssuer};

/// Who a good access token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The tenant whose credentials the token is for.
    pub tenant: TenantId,
    /// The client, or the user where the token names no client.
    pub actor: String,
    /// What they may do.
    pub scopes: ScopeSet,
}
