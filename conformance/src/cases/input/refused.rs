//! Bodies that break a rule: each is refused, and nothing changes.

use super::walk::Mutation;
use crate::{
    attempt::Attempt,
    case::{Check, Steps, Stop},
    cases::{
        configuration::derived::preparation::graft,
        refusal::{BAD_VALUE, Site},
    },
    document::Operation,
    http::Content,
};

/// Sends bodies that must be refused.
pub(super) struct Refused {
    operation: Operation,
    mutation: Mutation,
}

impl Refused {
    pub(super) fn new(operation: &Operation, mutation: Mutation) -> Self {
        Self { operation: operation.clone(), mutation }
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self { operation, mutation } = self;
        let site = Site::open(attempt, operation, mutation.base.clone()).await?;
        for body in &mutation.bodies {
            let sent = graft(&site.body, &body.value, &body.at);
            let answer = site.send(attempt, Content::Json(sent)).await?;
            let path = format!("{}{}", site.path, body.at);
            BAD_VALUE.judge(attempt, operation, &answer, Some(&path))?;
        }
        site.unchanged(attempt).await
    }
}

impl Check for Refused {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
