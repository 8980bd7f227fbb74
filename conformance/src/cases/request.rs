//! A documented request: its answer, and for a change what can be seen of it afterwards.

use serde_json::Value;

use crate::{
    attempt::{Attempt, Made},
    case::{Check, Steps, Stop},
    document::{Example, Operation},
    exchange::Role,
    oracle::{self, Difference, Expected},
};

/// Properties that must be unique on a server: operation and property. The document says so in words only.
const UNIQUE: [(&str, &str); 1] = [("basic_credentials_create", "username")];

/// Sends a documented request.
#[derive(Debug)]
pub(crate) struct Request {
    operation: Operation,
    example: Example,
}

impl Request {
    pub(crate) fn new(operation: &Operation, example: Example) -> Self {
        Self { operation: operation.clone(), example }
    }

    /// What is sent differently from the document.
    pub(crate) fn note(&self) -> Option<String> {
        let name = self.unique()?;
        Some(format!("A random suffix is added to the documented `{name}`, so that the case can run again."))
    }

    fn unique(&self) -> Option<&'static str> {
        let (_, name) = UNIQUE.into_iter().find(|(operation, _)| *operation == self.operation.id)?;
        self.example.value().get(name)?.as_str().map(|_| name)
    }

    fn body(&self, suffix: &str) -> Value {
        let mut body = self.example.value().clone();
        if let Some(Value::String(text)) = self.unique().and_then(|name| body.get_mut(name)) {
            text.push('-');
            text.push_str(suffix);
        }
        body
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let made = match self.operation.path_example() {
            Some(_) => Some(attempt.prepare(&self.operation).await?),
            None => None,
        };
        let id = match &made {
            Some(made) => Some(attempt.id_of(Role::Prepare, made).await?),
            None => None,
        };
        let sent = self.body(&attempt.suffix);
        let answer = attempt.send(Role::Request, &self.operation, id.as_deref(), Some(sent.clone())).await?;
        if made.is_none() {
            attempt.remember(&self.operation, &answer);
        }
        // Which states new credentials can be brought to, the reference leaves open.
        if answer.status == 400 && self.operation.id.ends_with("_update_state") && !attempt.is_extended() {
            attempt.documented(self.operation.id, &answer);
            return Ok(());
        }
        let success = self.operation.success();
        let examples = success.as_ref().map(|success| success.examples()).unwrap_or_default();
        let example = examples.into_iter().find(|example| example.name == self.example.name);
        if let (Some(example), Some(got)) = (&example, answer.json()) {
            attempt.record(oracle::judge_echo(&self.example, example, &sent, got));
        }
        attempt.judge(&Expected { responses: success.into_iter().collect(), example }, &answer);
        match made {
            Some(made) if attempt.mismatches.is_empty() => self.observe(attempt, &made, &sent).await,
            _ => Ok(()),
        }
    }

    /// What was set is to be seen in the list, as far as the list shows it.
    async fn observe(&self, attempt: &mut Attempt, made: &Made, sent: &Value) -> Result<(), Stop> {
        let listed = attempt.listed_properties(made);
        let mut sent: Vec<_> = sent.as_object().into_iter().flatten().collect();
        sent.retain(|(name, _)| listed.contains(&name.as_str()));
        if sent.is_empty() {
            return Ok(());
        }
        let item = attempt.find(Role::Observe, made).await?;
        let shown = sent.into_iter().map(|(name, value)| (name, value, item.get(name)));
        let differs = shown.filter(|(_, value, seen)| Some(*value) != *seen);
        let differences: Vec<Difference> = differs
            .map(|(name, value, seen)| Difference {
                at: format!("body/{name}"),
                requirement: format!("After {} the list shows the new `{name}`.", self.operation.title()),
                pointer: self.example.pointer.clone(),
                expected: oracle::describe(value),
                actual: seen.map_or("nothing".to_owned(), oracle::describe),
            })
            .collect();
        attempt.record(differences);
        Ok(())
    }
}

impl Check for Request {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
