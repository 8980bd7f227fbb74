//! Which PATCH requests may be sent again when the server may have carried them out already.
//!
//! HTTP does not say (RFC 5789 2), so it is said here of every body that is sent by PATCH; one that is missing does not
//! compile.

use crate::generated::{
    CredentialsStateUpdate, CredentialsTargetState, PasswordResetRequest, X509CredentialsStateUpdate,
};

/// A body that knows whether repeating its request does no harm.
pub(crate) trait Repeatable {
    fn repeatable(&self) -> bool;
}

impl Repeatable for CredentialsStateUpdate {
    /// Asking for the state that is there already changes nothing. But `Active` makes suspended credentials that were
    /// never used `Inactive`, and those refuse to be made `Active`: the repetition would report an error that was none.
    fn repeatable(&self) -> bool {
        self.state != CredentialsTargetState::Active
    }
}

impl Repeatable for X509CredentialsStateUpdate {
    /// As for basic credentials; a reason that is there already stays.
    fn repeatable(&self) -> bool {
        self.state != CredentialsTargetState::Active
    }
}

impl Repeatable for PasswordResetRequest {
    /// A given password is the same the second time; a generated one is not.
    fn repeatable(&self) -> bool {
        self.password.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ends_the_same_is_repeated() {
        use CredentialsTargetState::{Active, Revoked, Suspended};
        let states =
            [Active, Suspended, Revoked].map(|state| CredentialsStateUpdate::new(state).repeatable());
        assert_eq!(states, [false, true, true]);
        let states =
            [Active, Suspended, Revoked].map(|state| X509CredentialsStateUpdate::new(state).repeatable());
        assert_eq!(states, [false, true, true]);
        assert!(PasswordResetRequest::new().password("p").repeatable());
        assert!(!PasswordResetRequest::new().repeatable());
    }
}
