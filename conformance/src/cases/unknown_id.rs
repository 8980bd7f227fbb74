//! The documented example of a path's id, which belongs to nobody.

use crate::{
    attempt::Attempt,
    case::{Check, Steps, Stop},
    document::{Operation, Response},
    exchange::Role,
    oracle::Expected,
};

/// Sends the operation's first documented request with an id that belongs to nobody.
#[derive(Debug)]
pub(crate) struct UnknownId {
    operation: Operation,
    id: &'static str,
}

impl UnknownId {
    pub(crate) fn new(operation: &Operation, id: &'static str) -> Self {
        Self { operation: operation.clone(), id }
    }

    /// The answers that will do, the demanded one first.
    ///
    /// The reference documents 404 for "not found or denied access"; RFC 6750 has 403 for the latter, and a server that
    /// can't tell whose an id is may say so. Where the reference has no 404 at all, its 400 will do too.
    fn responses(&self) -> Vec<Response> {
        let not_found = self.operation.response(404);
        let undocumented = not_found.as_ref().is_none_or(Response::is_extension);
        let bad_request =
            self.operation.response(400).filter(|_| undocumented && !self.operation.is_extension());
        [not_found, bad_request, self.operation.response(403)].into_iter().flatten().collect()
    }

    /// Those answers' statuses, as words.
    pub(crate) fn statuses(&self) -> String {
        let statuses: Vec<String> =
            self.responses().iter().map(|response| response.status.to_string()).collect();
        statuses.join(" or ")
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let example = self.operation.request_examples().into_iter().next();
        let body = example.map(|example| example.value().clone());
        let answer = attempt.send(Role::Request, &self.operation, Some(self.id), body).await?;
        attempt.judge(&Expected { responses: self.responses(), example: None }, &answer);
        Ok(())
    }
}

impl Check for UnknownId {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
