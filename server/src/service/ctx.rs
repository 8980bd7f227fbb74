//! Who asks, when, and under which request id: the first argument of every operation.

use vouchsafe_domain::{Scope, ScopeSet, TenantId, Timestamp};

use super::Error;

/// The circumstances of one operation.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The tenant it acts on.
    pub tenant: TenantId,
    /// Who asks: a client's id, or `anonymous` where authentication is off.
    pub actor: String,
    /// What they may do.
    pub scopes: ScopeSet,
    /// The request's id, found again in answer and log.
    pub request_id: String,
    /// When.
    pub now: Timestamp,
}

impl Ctx {
    /// Lets those with the scope pass.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.scopes.contains(scope) { Ok(()) } else { Err(Error::Forbidden(scope)) }
    }
}
