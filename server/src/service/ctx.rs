//! Who asks, when, and under which request id: the first argument of every operation.

use std::sync::Arc;

use vouchsafe_domain::{Scope, ScopeSet, TenantId, Timestamp, configuration::Tenant};

use super::{Error, Settings};

/// The circumstances of one operation.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The tenant it acts on.
    pub tenant: TenantId,
    /// Who asks: a client's id, or `anonymous` where authentication is off.
    pub actor: String,
    /// What they may do.
    pub scopes: ScopeSet,
    /// What the configuration says.
    pub settings: Arc<Settings>,
    /// The peer's address.
    pub address: String,
    /// The request's id, found again in answer and log.
    pub request_id: String,
    /// When.
    pub now: Timestamp,
}

impl Ctx {
    /// What the configuration says of the tenant.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a tenant that has just been deleted.
    pub fn tenant_settings(&self) -> Result<&Tenant, Error> {
        self.settings.tenants.get(&self.tenant).ok_or(Error::NotFound("tenant"))
    }

    /// Lets those with the scope pass.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.scopes.contains(scope) { Ok(()) } else { Err(Error::Forbidden(scope)) }
    }
}
