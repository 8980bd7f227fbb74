//! Reads and documented requests: answered as documented, and to be seen afterwards.

use serde_json::Value;

use super::preparation::{first_key, graft, prepare, prepare_read};
use crate::{
    attempt::{Attempt, Who},
    case::{Check, Steps, Stop},
    document::{Document, Example, Operation},
    exchange::{Answer, Role},
    oracle,
};

/// A read, of whatever is there.
pub(super) struct Read(Operation);

impl Read {
    pub(super) fn new(operation: &Operation) -> Self {
        Self(operation.clone())
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self(operation) = self;
        let mut path = operation.path.to_owned();
        while let Some((collection, rest)) = path.split_once("/{") {
            prepare_read(attempt, collection).await?;
            let key = first_key(attempt, collection).await?;
            let rest = rest.split_once('}').map_or("", |(_, rest)| rest);
            path = format!("{collection}/{key}{rest}");
        }
        let who = match operation.security().first() {
            Some(&"Basic") => {
                let admin = attempt.admin()?;
                Who::Password(admin.user, admin.password)
            }
            Some(_) => Who::Admin,
            None => Who::Nobody,
        };
        let answer = attempt.call(Role::Request, &who, "get", &path, None).await?;
        attempt.status(&answer, 200)?;
        attempt.documented(operation.id, &answer);
        Ok(())
    }
}

/// A documented request, in a transaction that is dropped.
pub(in crate::cases) struct Documented {
    operation: Operation,
    body: Value,
    /// The name of the example that is sent; none for a body that the document does not show.
    name: Option<&'static str>,
    /// Where the body is other than a documented one.
    at: Option<String>,
    /// Whether an object can be read where it was put.
    readable: bool,
}

impl Documented {
    pub(super) fn new(document: &Document, operation: &Operation, example: &Example) -> Self {
        let name = Some(example.name);
        Self { name, at: None, ..Self::with_body(document, operation, example.value().clone(), "") }
    }

    /// The same with a body that differs from a documented one at a place.
    pub(in crate::cases) fn with_body(
        document: &Document,
        operation: &Operation,
        body: Value,
        at: &str,
    ) -> Self {
        let object = match operation.method {
            "post" => format!("{}/{{", operation.path),
            _ => operation.path.to_owned(),
        };
        let reads = |other: &Operation| other.method == "get" && other.path.starts_with(&object);
        let readable = operation.id != "transaction_commit" && document.operations().iter().any(reads);
        Self { operation: operation.clone(), body, name: None, at: Some(at.to_owned()), readable }
    }

    pub(in crate::cases) async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self { operation, readable, .. } = self;
        let (path, body) = prepare(attempt, operation.id, operation.path, self.body.clone()).await?;
        let body = match &self.at {
            // Making ready may have replaced just what the body differs in.
            Some(at) if operation.id != "acls_replace" => graft(&body, &self.body, at),
            _ => body,
        };
        let sent = Some(body.clone());
        let answer = attempt.call(Role::Request, &Who::Admin, operation.method, &path, sent).await?;
        attempt.status(&answer, operation.success().map_or(201, |success| success.status))?;
        attempt.documented(operation.id, &answer);
        if operation.verifies() {
            self.verdict(attempt, &answer);
        }
        if !readable {
            return Ok(());
        }
        let key = answer.json().and_then(|body| body.get("key")?.as_str()).unwrap_or_default();
        let path = if operation.method == "post" { format!("{path}/{key}") } else { path };
        let seen = attempt.call(Role::Observe, &Who::Admin, "get", &path, None).await?;
        attempt.status(&seen, 200)?;
        let shown = attempt.at(&seen, "/body")?.clone();
        differences(attempt, &body, &shown, "body/body");
        Ok(())
    }

    /// The verdict is the documented one.
    fn verdict(&self, attempt: &mut Attempt, answer: &Answer) {
        let answers = self.operation.success().map(|success| success.examples()).unwrap_or_default();
        let documented = answers.iter().find(|documented| Some(documented.name) == self.name);
        if let Some(verdict) = documented.and_then(|documented| documented.value().pointer("/body/verdict")) {
            attempt.equal(answer, "/body/verdict", verdict);
        }
    }
}

/// What was sent is seen. Passwords are not, references come with their path, authorities with what is in them.
fn differences(attempt: &mut Attempt, sent: &Value, seen: &Value, at: &str) {
    match (sent, seen) {
        (Value::Object(sent), Value::Object(seen)) => {
            for (name, sent) in sent {
                match seen.get(name) {
                    Some(seen) => differences(attempt, sent, seen, &format!("{at}/{name}")),
                    None if name.contains("password") => {}
                    None => attempt.differs(&format!("{at}/{name}"), oracle::describe(sent), "nothing"),
                }
            }
        }
        (Value::Array(sent), Value::Array(seen)) if sent.len() == seen.len() => {
            for (index, (sent, seen)) in sent.iter().zip(seen).enumerate() {
                differences(attempt, sent, seen, &format!("{at}/{index}"));
            }
        }
        (Value::String(text), Value::Object(members)) => {
            let meant = members.get("key").or_else(|| members.get("pem")).and_then(Value::as_str);
            if meant.map(str::trim_end) != Some(text.trim_end()) {
                attempt.differs(at, oracle::describe(sent), oracle::describe(seen));
            }
        }
        (Value::Number(sent), Value::Number(seen)) if sent.as_f64() == seen.as_f64() => {}
        (sent, seen) if sent == seen => {}
        (sent, seen) => attempt.differs(at, oracle::describe(sent), oracle::describe(seen)),
    }
}

impl Check for Read {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

impl Check for Documented {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
