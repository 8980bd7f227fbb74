//! What cases written by hand ask of the client credentials API.

use std::sync::Arc;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{Attempt, Made};
use crate::{
    case::Stop,
    document::{Document, Operation},
    exchange::{Answer, Exchange, Role},
};

/// A certificate that several cases look at and none changes.
#[derive(Debug)]
pub(crate) struct Certificate {
    pub(super) made: Made,
    /// When the answer had been read.
    pub(crate) at: OffsetDateTime,
    exchange: Exchange,
}

impl Certificate {
    /// What the answer says of it.
    pub(crate) fn answer(&self) -> &Answer {
        &self.exchange.answer
    }
}

impl Made {
    /// What the last answer told of, where that is not JSON the case can't go on.
    pub(crate) fn of(attempt: &mut Attempt, operation: &str, answer: &Answer) -> Result<Self, Stop> {
        let document = Arc::clone(&attempt.run.document);
        let operation = named(&document, operation)?.clone();
        let body = attempt.at(answer, "")?.clone();
        Ok(Self { operation, body })
    }
}

impl Attempt {
    /// Makes one exchange with the operation of this id.
    pub(crate) async fn ask(
        &mut self,
        role: Role,
        operation: &str,
        id: Option<&str>,
        body: Option<Value>,
    ) -> Result<Answer, Stop> {
        let document = Arc::clone(&self.run.document);
        self.send(role, named(&document, operation)?, id, body).await
    }

    /// Asks for credentials. Those that are made are revoked in the end.
    pub(crate) async fn ask_for(&mut self, operation: &str, body: Value) -> Result<Answer, Stop> {
        let answer = self.ask(Role::Request, operation, None, Some(body)).await?;
        let document = Arc::clone(&self.run.document);
        let _made = self.remember(named(&document, operation)?, &answer);
        Ok(answer)
    }

    /// Makes credentials that the case needs.
    pub(crate) async fn make(&mut self, operation: &str, body: Value) -> Result<Made, Stop> {
        let document = Arc::clone(&self.run.document);
        let operation = named(&document, operation)?;
        let answer = self.send(Role::Prepare, operation, None, Some(body)).await?;
        self.prepared(operation, &answer)
    }

    /// The certificate of all cases that only read one. Its exchange becomes one of this case's.
    pub(crate) async fn certificate(&mut self) -> Result<Arc<Certificate>, Stop> {
        let run = Arc::clone(&self.run);
        let mut made_now = false;
        let issue = async {
            made_now = true;
            let made = self.make("x509_credentials_create", json!({})).await?;
            // The run revokes it, not this case.
            let _shared = self.made.pop();
            let exchange = self.exchanges.last().cloned();
            let exchange = exchange.ok_or_else(|| Stop::Error("nothing was answered".to_owned()))?;
            let at = OffsetDateTime::now_utc();
            Ok::<_, Stop>(Arc::new(Certificate { made, at, exchange }))
        };
        let certificate = Arc::clone(run.certificate.get_or_try_init(|| issue).await?);
        if !made_now {
            self.seek(&certificate.made.body);
            self.exchanges.push(certificate.exchange.clone());
        }
        Ok(certificate)
    }
}

fn named<'a>(document: &'a Document, id: &str) -> Result<&'a Operation, Stop> {
    document.operation(id).ok_or_else(|| Stop::Error(format!("the document has no operation {id}")))
}
