//! What happens to credentials, as a stream that connects again by itself.

mod connection;
mod parser;
mod reader;

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{
    Stream, TryStreamExt,
    stream::{self, BoxStream},
};

use crate::{client::Client, error::Error, generated::CredentialsEvent};
use reader::Reader;

/// Three heartbeats of the server.
const SILENCE: Duration = Duration::from_secs(45);

/// What happens to the tenant's credentials, as it happens. It is a [`Stream`]; [`try_next`](Self::try_next) reads it
/// without a stream library.
///
/// It begins with what happens from the moment that it has connected, which is when it is first read unless
/// [`connect`](Self::connect) was called; or [after](Self::after) an event. A connection that breaks, ends or falls
/// [silent](Self::silence) is replaced, and so is one that can't be made: the stream goes on after the last event, with
/// the waits of the [`RetryPolicy`](crate::RetryPolicy) and those that the server asks for, as often as it takes. A new
/// access token is fetched when it needs one.
///
/// It ends after the first error, which is one that trying again does not mend: the caller is refused (401, 403), the
/// server speaks otherwise than its document says ([`Error::Decode`]), or events were missed and can't be had any more
/// ([`Error::EventsGone`]). An event may come twice, but never in another order.
///
/// ```no_run
/// use vouchsafe_sdk::{Client, CredentialsEventKind, Error};
///
/// # fn forget(_: &vouchsafe_sdk::CredentialsId) {}
/// # fn forget_all() {}
/// async fn forget_what_is_no_longer_valid(client: &Client) -> Result<(), Error> {
///     loop {
///         let mut events = client.events();
///         events.connect().await?;
///         forget_all();
///         loop {
///             match events.try_next().await {
///                 Ok(Some(event)) if event.kind != CredentialsEventKind::Created => forget(&event.credentials_id),
///                 Ok(Some(_)) => {}
///                 Ok(None) | Err(Error::EventsGone(_)) => break,
///                 Err(error) => return Err(error),
///             }
///         }
///     }
/// }
/// ```
#[must_use = "nothing is asked for until it is read"]
pub struct Events {
    reader: Option<Reader>,
    stream: Option<BoxStream<'static, Result<CredentialsEvent, Error>>>,
}

impl Events {
    pub(crate) fn new(client: Client) -> Self {
        Self { reader: Some(Reader::new(client, SILENCE)), stream: None }
    }

    /// Begins after the event with this id instead of now, so that what happened in between isn't missed. Has no effect
    /// once the stream is read.
    ///
    /// ```no_run
    /// # fn example(client: &vouchsafe_sdk::Client, last: &str) {
    /// let events = client.events().after(last);
    /// # }
    /// ```
    pub fn after(mut self, id: impl Into<String>) -> Self {
        if let Some(reader) = &mut self.reader {
            reader.last = Some(id.into());
        }
        self
    }

    /// After how long without a byte a connection counts as broken: 45 seconds unless set, because the server sends
    /// something every 15. Has no effect once the stream is read.
    ///
    /// ```no_run
    /// # fn example(client: &vouchsafe_sdk::Client) {
    /// let events = client.events().silence(std::time::Duration::from_secs(60));
    /// # }
    /// ```
    pub fn silence(mut self, silence: Duration) -> Self {
        if let Some(reader) = &mut self.reader {
            reader.silence = silence;
        }
        self
    }

    /// Connects now: whatever happens after this is told. A copy of what the server has is right if it is read, or
    /// emptied, between this and the first event. Waits as long as the server can't be reached.
    ///
    /// ```no_run
    /// # async fn example(client: &vouchsafe_sdk::Client) -> Result<(), vouchsafe_sdk::Error> {
    /// let mut events = client.events();
    /// events.connect().await?;
    /// let all = client.basic_credentials().list().try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What trying again does not mend; see [`Events`].
    pub async fn connect(&mut self) -> Result<(), Error> {
        match &mut self.reader {
            Some(reader) => reader.connect().await,
            None => Ok(()),
        }
    }

    /// The next event: waits until there is one. `None` only after an error.
    ///
    /// It may be dropped before it is done, and no event is lost.
    ///
    /// ```no_run
    /// # async fn example(client: &vouchsafe_sdk::Client) -> Result<(), vouchsafe_sdk::Error> {
    /// let mut events = client.events();
    /// if let Some(event) = events.try_next().await? {
    ///     println!("{} is the first", event.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What trying again does not mend; see [`Events`].
    pub async fn try_next(&mut self) -> Result<Option<CredentialsEvent>, Error> {
        TryStreamExt::try_next(self).await
    }
}

impl Stream for Events {
    type Item = Result<CredentialsEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(reader) = self.reader.take() {
            let read = async |mut reader: Reader| Ok(Some((reader.next().await?, reader)));
            self.stream = Some(Box::pin(stream::try_unfold(reader, read)));
        }
        match &mut self.stream {
            Some(stream) => stream.as_mut().poll_next(context),
            None => Poll::Ready(None),
        }
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
