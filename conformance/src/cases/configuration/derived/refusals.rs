//! Refusals that every operation of a kind has: an unknown key, no session.

use serde_json::json;

use super::any_body;
use crate::{
    attempt::{Attempt, Who},
    case::{Check, Steps, Stop},
    document::Operation,
    exchange::Role,
};

/// The operation on an object that does not exist.
pub(super) struct UnknownKey(Operation);

/// The operation without a session.
pub(super) struct NoSession(Operation);

impl UnknownKey {
    pub(super) fn new(operation: &Operation) -> Self {
        Self(operation.clone())
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self(operation) = self;
        let path = operation.example_path();
        let body = any_body(operation);
        let answer = attempt.call(Role::Request, &Who::Admin, operation.method, &path, body).await?;
        attempt.failure(&answer, 404, "NotFound")?;
        attempt.documented(operation.id, &answer);
        if attempt.is_extended() {
            attempt.equal(&answer, "/error/details/path", &json!(path));
        }
        Ok(())
    }
}

impl NoSession {
    pub(super) fn new(operation: &Operation) -> Self {
        Self(operation.clone())
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self(operation) = self;
        let path = operation.example_path();
        let body = any_body(operation);
        let answer = attempt.call(Role::Request, &Who::Nobody, operation.method, &path, body).await?;
        attempt.failure(&answer, 401, "Unauthenticated")?;
        attempt.documented(operation.id, &answer);
        attempt.details_name(&answer, &path);
        Ok(())
    }
}

impl Check for UnknownKey {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

impl Check for NoSession {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
