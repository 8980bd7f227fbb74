//! The admin plane's circumstances and refusals, without a word of HTTP.

use vouchsafe_domain::{
    Secret, Timestamp,
    access::{Grants, Permission},
    configuration::Finding,
};
use vouchsafe_store::{AuditRow, Outcome};

use super::Error;
use crate::auth::HashError;

/// Who changes or reads the configuration, when, and from where: the first argument of every operation of this plane.
#[derive(Debug, Clone)]
pub struct AdminCtx {
    /// The session's id, hashed.
    pub session: String,
    /// The user's name.
    pub username: String,
    /// What they may do, as it was when they logged in.
    pub grants: Grants,
    /// Whether the session has a transaction open.
    pub transaction: bool,
    /// Whether the session's transaction timed out and nobody told it yet.
    pub transaction_lost: bool,
    /// The seconds that the session lives from now on, where its time has just begun anew.
    pub renewed: Option<u32>,
    /// The peer's address.
    pub address: String,
    /// The operation's id.
    pub operation: &'static str,
    /// The request's path.
    pub path: String,
    /// The request's id, found again in answer and log.
    pub request_id: String,
    /// When.
    pub now: Timestamp,
}

impl AdminCtx {
    /// Lets those pass who may do that with the path.
    ///
    /// # Errors
    /// [`AdminError::Unauthorized`].
    pub fn require(&self, path: &str, permission: Permission) -> Result<(), AdminError> {
        if self.grants.allows(path, permission) { Ok(()) } else { Err(AdminError::Unauthorized) }
    }

    /// The audit row of something done.
    pub(super) fn audit(&self, operation: &str, target: &str, detail: String) -> AuditRow {
        AuditRow {
            tenant: None,
            at: self.now,
            actor: self.username.clone(),
            address: self.address.clone(),
            action: operation.to_owned(),
            subject: target.to_owned(),
            outcome: Outcome::Done,
            count: 1,
            request_id: self.request_id.clone(),
            detail,
        }
    }
}

/// Who holds the configuration's lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The user.
    pub username: String,
    /// Since when.
    pub since: Timestamp,
    /// After how many seconds it ends unless they go on.
    pub remaining_seconds: u32,
}

/// Why an operation of the admin plane is refused.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// Values that can't be; paths are the request's path with the field's pointer behind it.
    #[error("{}", first(.0))]
    Syntactic(Vec<Finding>),
    /// The configuration would contradict itself.
    #[error("{}", first(.0))]
    Semantic(Vec<Finding>),
    /// No session, or one that has ended.
    #[error("log in first: GET /api/authentication with HTTP Basic sets the cookie session_id")]
    Unauthenticated,
    /// The credentials are not good.
    #[error("{0}")]
    AuthenticationFailure(&'static str),
    /// The session's user may not do that.
    #[error("you may not do that here: no ACL of your groups grants it")]
    Unauthorized,
    /// There is no such object.
    #[error("there is no such object")]
    NotFound,
    /// Somebody else changes the configuration.
    #[error("{} is changing the configuration: wait until their transaction ends", .0.username)]
    Locked(Holder),
    /// There is nothing to commit.
    #[error("no transaction is open")]
    TransactionNotOpen,
    /// The session's transaction timed out.
    #[error("your transaction timed out and its changes are dropped: make them again")]
    TransactionExpired,
    /// Too many failed logins; try again after that many seconds.
    #[error("too many failed logins: wait {0} seconds")]
    TooManyAttempts(u32),
    /// Everything that both planes have in common.
    #[error(transparent)]
    Service(#[from] Error),
}

fn first(findings: &[Finding]) -> String {
    let Some(first) = findings.first() else { return String::new() };
    match findings.len() {
        1 => format!("{}: {}", first.path, first.message),
        more => format!("{}: {} (and {} more)", first.path, first.message, more - 1),
    }
}

impl From<vouchsafe_store::Error> for AdminError {
    fn from(error: vouchsafe_store::Error) -> Self {
        Self::Service(error.into())
    }
}

impl From<HashError> for AdminError {
    fn from(error: HashError) -> Self {
        Self::Service(error.into())
    }
}

impl AdminError {
    /// Our fault, while doing something.
    pub(super) fn internal(context: &'static str) -> impl FnOnce(anyhow::Error) -> Self {
        move |source| Self::Service(Error::Internal { context, source })
    }
}

/// A session's id as its cookie carries it: 40 hexadecimal digits.
pub(super) type SessionId = Secret;
