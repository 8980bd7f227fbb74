//! Removes an object that was made for it.

use serde_json::Value;

use super::preparation::prepare;
use crate::{
    attempt::{Attempt, Who},
    case::{Check, Steps, Stop},
    document::Operation,
    exchange::Role,
};

/// A removal, and that the object is gone then.
pub(super) struct Removal(Operation);

impl Removal {
    pub(super) fn new(operation: &Operation) -> Self {
        Self(operation.clone())
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self(operation) = self;
        let (path, _) = prepare(attempt, operation.id, operation.path, Value::Null).await?;
        // Who keeps what was read must forget it.
        let before = attempt.call(Role::Prepare, &Who::Admin, "get", &path, None).await?;
        attempt.status(&before, 200)?;
        let answer = attempt.call(Role::Request, &Who::Admin, "delete", &path, None).await?;
        attempt.status(&answer, 200)?;
        attempt.documented(operation.id, &answer);
        attempt.equal(&answer, "/meta/href", &Value::from(path.as_str()));
        let gone = attempt.call(Role::Observe, &Who::Admin, "get", &path, None).await?;
        attempt.failure(&gone, 404, "NotFound")
    }
}

impl Check for Removal {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
