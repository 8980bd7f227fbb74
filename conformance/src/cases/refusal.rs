//! Requests that must be refused and change nothing: where they go, and how a refusal is answered.

use serde_json::{Value, json};

use super::configuration::derived::preparation::prepare;
use crate::{
    attempt::{Attempt, Shared, Who},
    case::{Plane, Stop},
    document::Operation,
    exchange::{Answer, Role},
    http::{Content, Credentials},
};

/// How a request is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    /// The documented status.
    pub(super) status: u16,
    /// What the reference leaves open beside it.
    pub(super) others: &'static [u16],
    /// The error's type in the configuration API; empty where it is left open.
    pub(super) error: &'static str,
}

/// 400 for a value that is not accepted.
pub(super) const BAD_VALUE: Refusal = Refusal { status: 400, others: &[], error: "SyntacticError" };

impl Refusal {
    /// Those statuses in words.
    fn statuses(&self, attempt: &Attempt) -> String {
        let others = if attempt.is_extended() { &[] } else { self.others };
        let all: Vec<String> = [self.status].iter().chain(others).map(u16::to_string).collect();
        all.join(" or ")
    }

    /// The last answer refuses, in the documented form. `path` is what the details of a configuration error name.
    pub(super) fn judge(
        &self,
        attempt: &mut Attempt,
        operation: &Operation,
        answer: &Answer,
        path: Option<&str>,
    ) -> Result<(), Stop> {
        let open = !attempt.is_extended() && self.others.contains(&answer.status);
        if answer.status != self.status && !open {
            attempt.differs("status", self.statuses(attempt), answer.status.to_string());
            return Err(Stop::Failed);
        }
        let documented = operation.response(answer.status).is_some();
        if documented {
            attempt.documented(operation.id, answer);
        }
        match operation.plane() {
            Plane::ClientCredentials if documented || !attempt.is_extended() => Ok(()),
            Plane::ClientCredentials => match attempt.at(answer, "/message")?.as_str() {
                Some(text) if !text.is_empty() => Ok(()),
                _ => {
                    attempt.differs("body/message", "a text", "something else");
                    Err(Stop::Failed)
                }
            },
            Plane::Configuration if open => Ok(()),
            Plane::Configuration => self.failure(attempt, answer, path),
        }
    }

    fn failure(&self, attempt: &mut Attempt, answer: &Answer, path: Option<&str>) -> Result<(), Stop> {
        let told = attempt.at(answer, "/error/type")?.as_str().unwrap_or_default().to_owned();
        let wanted = if self.error.is_empty() { told.as_str() } else { self.error };
        attempt.failure(answer, self.status, wanted)?;
        if let Some(path) = path {
            attempt.details_name(answer, path);
        }
        Ok(())
    }
}

/// Where an operation can be sent to.
pub(super) struct Site {
    operation: Operation,
    pub(super) path: String,
    /// A body that would be accepted there.
    pub(super) body: Value,
    shared: Option<Shared>,
    /// What a read of the path answered before.
    before: Option<Value>,
}

impl Site {
    /// Makes ready what the operation works on, and what the body refers to.
    pub(super) async fn open_all(
        attempt: &mut Attempt,
        operation: &Operation,
        body: Value,
    ) -> Result<Self, Stop> {
        let (path, body) = prepare(attempt, operation.id, operation.path, body).await?;
        Ok(Self { operation: operation.clone(), path, body, shared: None, before: None })
    }

    /// Makes ready what the operation works on.
    pub(super) async fn open(
        attempt: &mut Attempt,
        operation: &Operation,
        body: Value,
    ) -> Result<Self, Stop> {
        let mut site = Self {
            operation: operation.clone(),
            path: operation.path.to_owned(),
            body,
            shared: None,
            before: None,
        };
        let prepared = operation.path.contains('{') || operation.id == "transaction_commit";
        if operation.plane() == Plane::ClientCredentials {
            if operation.path_example().is_some() {
                let shared = attempt.shared(operation).await?;
                site.path = operation.path.replace("{id}", &shared.id);
                site.shared = Some(shared);
            }
        } else if prepared {
            let body = site.body.take();
            (site.path, site.body) = prepare(attempt, operation.id, operation.path, body).await?;
        }
        site.before = site.look(attempt, Role::Prepare).await?;
        Ok(site)
    }

    /// Sends a body as somebody who may.
    pub(super) async fn send(&self, attempt: &mut Attempt, content: Content) -> Result<Answer, Stop> {
        if self.operation.plane() == Plane::Configuration {
            let (method, path) = (self.operation.method, self.path.as_str());
            return attempt.call_with(Role::Request, &Who::Admin, method, path, content).await;
        }
        self.send_as(attempt, Credentials::Token, content).await
    }

    /// Sends a body to the client credentials API.
    pub(super) async fn send_as(
        &self,
        attempt: &mut Attempt,
        credentials: Credentials<'_>,
        content: Content,
    ) -> Result<Answer, Stop> {
        let operation = &self.operation;
        let sent =
            attempt.exchange(Role::Request, operation.id, credentials, operation.method, &self.path, content);
        let answer = sent.await?;
        attempt.remember(operation, &answer);
        if answer.status < 300 && operation.method != "get" && self.shared.is_some() {
            attempt.spoil(operation, true).await;
        }
        Ok(answer)
    }

    /// Everything is as it was before.
    pub(super) async fn unchanged(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        if let Some(shared) = &self.shared {
            return match self.operation.method {
                "get" => Ok(()),
                _ => attempt.unchanged(&self.operation, shared).await,
            };
        }
        if let Some(before) = &self.before {
            let after = self.look(attempt, Role::Observe).await?;
            attempt.equal_to("body", before, after.as_ref());
        }
        Ok(())
    }

    /// What a read of the configuration's path answers, without the links and the time that is left.
    async fn look(&self, attempt: &mut Attempt, role: Role) -> Result<Option<Value>, Stop> {
        let readable = self.operation.method != "get" && attempt.has_read(&self.path);
        if self.operation.plane() == Plane::ClientCredentials || !readable {
            return Ok(None);
        }
        let answer = attempt.call(role, &Who::Admin, "get", &self.path, None).await?;
        attempt.status(&answer, 200)?;
        let body = answer.json().cloned().unwrap_or_default();
        Ok(Some(json!({"body": body.get("body"), "items": body.get("items")})))
    }
}
