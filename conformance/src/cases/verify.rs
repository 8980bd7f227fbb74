//! A documented verification: credentials that were just made are accepted until they are revoked, and what is wrong is
//! rejected with the documented reason.

use serde_json::{Value, json};

use crate::{
    attempt::{Attempt, Made},
    case::{Check, Steps, Stop},
    document::{Document, Example, Operation},
    exchange::{Answer, Role},
    oracle::Expected,
};

/// Asks for a verdict on credentials that it made.
#[derive(Debug)]
pub(crate) struct Verify {
    operation: Operation,
    example: Example,
    /// The documented verdict and reason.
    verdict: Value,
    reason: Value,
    revoke: Option<Operation>,
}

impl Verify {
    pub(crate) fn new(document: &Document, operation: &Operation, example: Example) -> Self {
        let answers = operation.success().map(|success| success.examples()).unwrap_or_default();
        let answer = answers.iter().find(|answer| answer.name == example.name);
        let said = |name| answer.and_then(|answer| answer.value().get(name)).cloned().unwrap_or_default();
        Self {
            operation: operation.clone(),
            verdict: said("verdict"),
            reason: said("reason"),
            revoke: document.revoke_of(operation).cloned(),
            example,
        }
    }

    fn is_accepted(&self) -> bool {
        self.verdict == "Accepted"
    }

    /// The verdicts in words.
    pub(crate) fn verdicts(&self) -> String {
        match self.reason.as_str() {
            Some(reason) => format!("`Rejected` with the reason `{reason}`"),
            None => "`Accepted`, and once the credentials are revoked with `Revoked`".to_owned(),
        }
    }

    /// The documented request, about other credentials. What makes it wrong stays.
    fn body(&self, made: &Value) -> Value {
        let mut body = self.example.value().clone();
        if body.get("certificates").is_some() {
            body["certificates"] = json!([made.get("certificate"), made.get("issuingCa")]);
        }
        let known = if self.is_accepted() { &["username", "password"][..] } else { &["username"] };
        for name in known.iter().filter(|name| body.get(name).is_some()).collect::<Vec<_>>() {
            body[*name] = made.get(name).cloned().unwrap_or_default();
        }
        body
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let made = attempt.prepare(&self.operation).await?;
        let body = self.body(&made.body);
        let answer = attempt.send(Role::Request, &self.operation, None, Some(body.clone())).await?;
        self.judge(attempt, &answer, &self.verdict, &self.reason);
        match &self.revoke {
            Some(revoke) if self.is_accepted() && attempt.mismatches.is_empty() => {
                self.revoked(attempt, revoke, &made, body).await
            }
            _ => Ok(()),
        }
    }

    /// Revoked credentials are rejected from the next verification on.
    async fn revoked(
        &self,
        attempt: &mut Attempt,
        revoke: &Operation,
        made: &Made,
        body: Value,
    ) -> Result<(), Stop> {
        let id = attempt.id_of(Role::Prepare, made).await?;
        let done = attempt.send(Role::Prepare, revoke, Some(&id), Some(json!({"state": "Revoked"}))).await?;
        // How it is answered is another case's business.
        if !(200..300).contains(&done.status) {
            attempt.status(&done, 204)?;
        }
        let answer = attempt.send(Role::Observe, &self.operation, None, Some(body)).await?;
        self.judge(attempt, &answer, &json!("Rejected"), &json!("Revoked"));
        Ok(())
    }

    fn judge(&self, attempt: &mut Attempt, answer: &Answer, verdict: &Value, reason: &Value) {
        let responses = self.operation.success().into_iter().collect();
        attempt.judge(&Expected { responses, example: None }, answer);
        if attempt.mismatches.is_empty() {
            attempt.equal(answer, "/verdict", verdict);
            if !reason.is_null() {
                attempt.equal(answer, "/reason", reason);
            }
        }
    }
}

impl Check for Verify {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
