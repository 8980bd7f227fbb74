//! Bodies that just keep a rule: accepted, and seen in the answer or afterwards.

use serde_json::{Value, json};

use super::walk::Mutation;
use crate::{
    attempt::Attempt,
    case::{Check, Plane, Steps, Stop},
    cases::configuration::derived::Documented,
    document::{Document, Operation},
    exchange::Role,
    oracle,
};

/// Sends a body that must be accepted.
pub(super) struct Accepted {
    operation: Operation,
    /// JSON pointer to the place that just keeps the rule.
    at: String,
    body: Value,
    documented: Documented,
}

impl Accepted {
    pub(super) fn new(document: &Document, operation: &Operation, mutation: Mutation) -> Self {
        let (at, body) =
            mutation.bodies.into_iter().next().map(|body| (body.at, body.value)).unwrap_or_default();
        let documented = Documented::with_body(document, operation, body.clone(), &at);
        Self { operation: operation.clone(), at, body, documented }
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        if self.operation.plane() == Plane::Configuration {
            return self.documented.steps(attempt).await;
        }
        let Self { operation, at, .. } = self;
        let id = match operation.path_example() {
            Some(_) => {
                let made = attempt.prepare(operation).await?;
                Some(attempt.id_of(Role::Prepare, &made).await?)
            }
            None => None,
        };
        let body = self.body(&attempt.suffix);
        let answer = attempt.send(Role::Request, operation, id.as_deref(), Some(body.clone())).await?;
        attempt.remember(operation, &answer);
        attempt.status(&answer, operation.success().map_or(200, |success| success.status))?;
        attempt.documented(operation.id, &answer);
        let (sent, got) = (body.pointer(at), answer.json().and_then(|got| got.pointer(at)));
        if let (Some(sent), Some(got)) = (sent, got)
            && sent != got
        {
            attempt.differs(&format!("body{at}"), oracle::describe(sent), "another value");
        }
        Ok(())
    }

    /// A username is made unique: by a suffix in place of as much of it, or beside it.
    fn body(&self, suffix: &str) -> Value {
        let mut body = self.body.clone();
        if self.operation.id == "basic_credentials_create"
            && let Some(name) = body.get("username").and_then(Value::as_str)
        {
            let kept = name.len().saturating_sub(suffix.len());
            body["username"] = match name.get(..kept).filter(|start| !start.is_empty()) {
                Some(start) => json!(format!("{start}{suffix}")),
                None => json!(suffix),
            };
        }
        body
    }
}

impl Check for Accepted {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
