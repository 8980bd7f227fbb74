//! Refusals that the reference documents for every endpoint: 401, 403, 404.

use serde_json::Value;

use super::{
    steps::{SYSTEM_ALERTS, sample},
    users,
};
use crate::{
    attempt::{Attempt, Who},
    case::{Check, Steps, Stop},
    exchange::Role,
    target::Secret,
};

/// Method and path.
type Call = (&'static str, &'static str);

/// Requests without a session, and with one that there is not.
pub(super) struct Unauthenticated(&'static [Call]);

/// Requests of a user who may do nothing.
pub(super) struct Unauthorized(&'static [Call]);

/// A path where nothing is.
pub(super) struct NotFound(pub(super) &'static str);

impl Unauthenticated {
    pub(super) fn new(calls: &'static [Call]) -> Self {
        Self(calls)
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        for (method, path) in self.0 {
            for who in [Who::Nobody, Who::Session(Secret::new("0".repeat(40)))] {
                let answer = attempt.call(Role::Request, &who, method, path, body(method, path)).await?;
                attempt.failure(&answer, 401, "Unauthenticated")?;
                attempt.details_name(&answer, path);
            }
        }
        Ok(())
    }
}

impl Unauthorized {
    pub(super) fn new(calls: &'static [Call]) -> Self {
        Self(calls)
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let user = users::with_grants(attempt, &[]).await?;
        for (method, path) in self.0 {
            let answer = attempt.call(Role::Request, &user, method, path, body(method, path)).await?;
            attempt.failure(&answer, 403, "Unauthorized")?;
            attempt.details_name(&answer, path);
        }
        Ok(())
    }
}

impl NotFound {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let answer = attempt.call(Role::Request, &Who::Admin, "get", self.0, None).await?;
        attempt.failure(&answer, 404, "NotFound")
    }
}

/// A body that would be accepted.
fn body(method: &str, path: &str) -> Option<Value> {
    let sample = match (method, path) {
        ("get" | "delete", _) => return None,
        (_, SYSTEM_ALERTS) => &sample("system-alerts")["body"],
        (_, path) if path.ends_with("_alerts") => &sample("traffic-alerts")["body"],
        _ => &sample("trust-stores-list")["items"][1]["body"],
    };
    Some(sample.clone())
}

impl Check for Unauthenticated {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

impl Check for Unauthorized {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

impl Check for NotFound {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
