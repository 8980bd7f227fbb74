//! A documented read: credentials that were just made are there, in the documented form.

use crate::{
    attempt::Attempt,
    case::{Check, Steps, Stop},
    document::Operation,
    exchange::Role,
    oracle::{self, Difference, Expected},
};

/// Makes credentials and reads them, alone or in the list.
#[derive(Debug)]
pub(crate) struct Read {
    operation: Operation,
}

impl Read {
    pub(crate) fn new(operation: &Operation) -> Self {
        Self { operation: operation.clone() }
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let made = attempt.prepare(&self.operation).await?;
        let id = match self.operation.path_example() {
            Some(_) => Some(attempt.id_of(Role::Prepare, &made).await?),
            None => None,
        };
        let answer = attempt.send(Role::Request, &self.operation, id.as_deref(), None).await?;
        let Some(success) = self.operation.success() else { return Ok(()) };
        let pointer = success.pointer().to_owned();
        let status = success.status;
        attempt.judge(&Expected { responses: vec![success.clone()], example: None }, &answer);
        if answer.status != status {
            return Ok(());
        }
        let Some(id) = id else { return attempt.pick(&answer, &made, &success).map(|_| ()) };
        let got = answer.json().and_then(|body| body.get("id"));
        if got.and_then(|got| got.as_str()) != Some(&id) {
            attempt.record([Difference {
                at: "body/id".to_owned(),
                requirement: "The answer is about the credentials that were asked for.".to_owned(),
                pointer,
                expected: format!("the string \"{id}\""),
                actual: got.map_or("nothing".to_owned(), oracle::describe),
            }]);
        }
        Ok(())
    }
}

impl Check for Read {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
