//! Where a stream of events stands, and how it goes on when its connection is gone.

use std::time::Duration;

use super::connection::Connection;
use crate::{client::Client, error::Error, generated::CredentialsEvent};

/// What a stream is read by.
pub(super) struct Reader {
    client: Client,
    /// The id to go on after.
    pub(super) last: Option<String>,
    /// How long a connection may say nothing.
    pub(super) silence: Duration,
    /// Connections in a row that brought nothing.
    failures: u32,
    connection: Option<Connection>,
}

impl Reader {
    pub(super) fn new(client: Client, silence: Duration) -> Self {
        Self { client, last: None, silence, failures: 0, connection: None }
    }

    /// The next event, over as many connections as it takes.
    pub(super) async fn next(&mut self) -> Result<CredentialsEvent, Error> {
        loop {
            self.connect().await?;
            let Some(connection) = &mut self.connection else { continue };
            if let Some(event) = connection.event(self.silence).await? {
                self.failures = 0;
                return Ok(event);
            }
            // All events of it were read, so what it said last is where to go on.
            self.last = connection.position().or(self.last.take());
            if connection.lasted() {
                self.failures = 0;
            }
            self.connection = None;
            self.pause(None).await;
        }
    }

    /// Connects unless it is connected, as often as it takes.
    pub(super) async fn connect(&mut self) -> Result<(), Error> {
        while self.connection.is_none() {
            match Connection::open(&self.client, self.last.as_deref(), self.silence).await {
                Ok(connection) => self.connection = Some(connection),
                Err(error) if error.is_retryable() => self.pause(Some(&error)).await,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn pause(&mut self, error: Option<&Error>) {
        self.failures = self.failures.saturating_add(1);
        tokio::time::sleep(self.client.retry().pause(self.failures, error)).await;
    }
}
