//! Sessions on the admin plane: log in when needed, go on by cookie, change things in transactions.

use std::{fmt, sync::Arc};

use http::{HeaderValue, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::{
    call::Call,
    client::Client,
    error::Error,
    generated::{SESSION_COOKIE, TransactionChangeList, TransactionCommit, TransactionTargetStatus},
    transport::Answer,
};

/// The configuration of a server, as one administrator.
///
/// A session begins with the first call and is begun anew when the server has ended it. Clones share the session;
/// [`Client::configuration`] makes another one.
///
/// Change things in a [transaction](Configuration::transaction). A change outside of one opens the session's, as the API
/// has it: it holds the lock, and what is not committed by [`Configuration::transactions`] is lost with the session.
///
/// ```no_run
/// # async fn example(password: String) -> Result<(), vouchsafe_sdk::Error> {
/// use vouchsafe_sdk::Client;
///
/// let client = Client::builder("https://vouchsafe.example").administrator("admin", password).build()?;
/// let configuration = client.configuration();
/// for store in configuration.trust_stores().list().await?.items {
///     println!("{}: {}", store.key, store.body.name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Configuration {
    client: Client,
    /// The cookie of the session, once there is one.
    cookie: Arc<Mutex<Option<HeaderValue>>>,
    /// Within a transaction the end of the session is the end of the transaction: no other may take its place.
    pinned: bool,
}

impl Configuration {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, cookie: Arc::default(), pinned: false }
    }

    /// Changes the configuration: all that `changes` does is committed when it succeeds, and dropped when it fails or is
    /// dropped itself. Reads of the transaction see the changes; everything else sees them after the commit.
    ///
    /// ```no_run
    /// # async fn example(configuration: &vouchsafe_sdk::Configuration) -> Result<(), vouchsafe_sdk::Error> {
    /// configuration
    ///     .transaction(async |tx| tx.date_and_time().timezone_replace("Europe/Budapest").await)
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What `changes` fails with; [`Error::Api`] with 409 while somebody else changes the configuration, and with 400
    /// when the changes contradict each other or the rest.
    pub async fn transaction<T, E: From<Error>>(
        &self,
        changes: impl AsyncFnOnce(&Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.begin().await?;
        match changes(&transaction).await {
            Ok(done) => {
                transaction.commit().await?;
                Ok(done)
            }
            Err(error) => {
                // Nothing is left of it anyway when the session is gone.
                let _ = transaction.rollback().await;
                Err(error)
            }
        }
    }

    /// Opens a transaction, to be committed or rolled back by hand; dropped, it is rolled back. It has a session of its own,
    /// so that no other call can come between its changes: only calls on the [`Transaction`] see them.
    ///
    /// ```no_run
    /// # async fn example(configuration: &vouchsafe_sdk::Configuration) -> Result<(), vouchsafe_sdk::Error> {
    /// let tx = configuration.begin().await?;
    /// let stores = tx.trust_stores().list().await?;
    /// tx.commit_with("nothing changed").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Api`] with 409 while somebody else changes the configuration.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        let mut configuration = Self::new(self.client.clone());
        configuration.session().await?;
        configuration.pinned = true;
        let transaction = Transaction { configuration };
        let call = transaction.call("transaction_open", Method::POST, "/api/transaction");
        match transaction.configuration.send(call).await {
            Ok(_) => Ok(transaction),
            Err(error) => {
                let _ = transaction.rollback().await;
                Err(error)
            }
        }
    }

    /// Ends the session. The next call begins another one.
    ///
    /// ```no_run
    /// # async fn example(configuration: &vouchsafe_sdk::Configuration) -> Result<(), vouchsafe_sdk::Error> {
    /// configuration.logout().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the server can't be reached.
    pub async fn logout(&self) -> Result<(), Error> {
        let Some(cookie) = self.cookie.lock().await.clone() else { return Ok(()) };
        let call = self.call("authentication_logout", Method::DELETE, "/api/authentication");
        match self.client.send_with_cookie(&call, &cookie).await {
            // It had ended already.
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {}
            sent => drop(sent?),
        }
        self.forget(&cookie).await;
        Ok(())
    }

    /// Forgets the cookie of a session that has ended, unless there is a newer one.
    async fn forget(&self, ended: &HeaderValue) {
        let mut known = self.cookie.lock().await;
        if known.as_ref() == Some(ended) {
            *known = None;
        }
    }

    /// A request of `operation` to `path`. What may have been carried out is only sent again where that changes nothing:
    /// a second commit or DELETE is answered otherwise than the first.
    pub(crate) fn call(&self, operation: &'static str, method: Method, path: &str) -> Call {
        let repeatable =
            method == Method::GET || (method == Method::PUT && operation != "transaction_commit");
        self.client.call(operation, method, path).repeatable(repeatable)
    }

    /// Sends a request whose answer has a JSON body.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        self.send(call).await?.json()
    }

    /// Sends a request. One that was refused because the session has ended is sent once more in a new one: the server
    /// has not carried it out.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, Error> {
        let cookie = self.session().await?;
        match self.client.send_with_cookie(&call, &cookie).await {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) && !self.pinned => {
                self.forget(&cookie).await;
                let cookie = self.session().await?;
                self.client.send_with_cookie(&call, &cookie).await
            }
            sent => sent,
        }
    }

    /// The cookie, after a login if there is none. Those who ask meanwhile wait for the one login.
    async fn session(&self) -> Result<HeaderValue, Error> {
        let mut known = self.cookie.lock().await;
        if let Some(cookie) = &*known {
            return Ok(cookie.clone());
        }
        if self.pinned {
            return Err(Error::Config("the transaction has ended: begin another one".to_owned()));
        }
        let call = self.client.call("authentication_login", Method::GET, "/api/authentication");
        let answer = self.client.send_as_administrator(&call).await?;
        let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
        let cookie = cookies.filter_map(|value| value.to_str().ok()).find_map(session_cookie);
        let cookie = cookie.ok_or_else(|| answer.unreadable("it sets no session cookie"))?;
        *known = Some(cookie.clone());
        Ok(cookie)
    }
}

/// `session_id=...` of a `Set-Cookie` (RFC 6265 section 4.1), as it is sent back.
fn session_cookie(set_cookie: &str) -> Option<HeaderValue> {
    let pair = set_cookie.split(';').next()?.trim();
    let (name, value) = pair.split_once('=')?;
    let mut cookie =
        HeaderValue::from_str(pair).ok().filter(|_| name == SESSION_COOKIE && !value.is_empty())?;
    cookie.set_sensitive(true);
    Some(cookie)
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration").field("client", &self.client).finish_non_exhaustive()
    }
}

/// An open transaction: every operation of [`Configuration`], on the session's own view.
#[derive(Debug)]
pub struct Transaction {
    /// With a session of its own, which ends with the transaction.
    configuration: Configuration,
}

impl Transaction {
    /// Applies all changes, or none of them.
    ///
    /// ```no_run
    /// # async fn example(configuration: &vouchsafe_sdk::Configuration) -> Result<(), vouchsafe_sdk::Error> {
    /// let tx = configuration.begin().await?;
    /// tx.date_and_time().timezone_replace("Europe/Budapest").await?;
    /// tx.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Api`] with 400 when the changes contradict each other or the rest; they are dropped then.
    pub async fn commit(self) -> Result<(), Error> {
        self.finish(TransactionCommit::new(TransactionTargetStatus::Commit)).await
    }

    /// Applies all changes, with a message for the audit trail, which a server may demand.
    ///
    /// ```no_run
    /// # async fn example(configuration: &vouchsafe_sdk::Configuration) -> Result<(), vouchsafe_sdk::Error> {
    /// let tx = configuration.begin().await?;
    /// tx.date_and_time().timezone_replace("Europe/Budapest").await?;
    /// tx.commit_with("we moved").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Transaction::commit`].
    pub async fn commit_with(self, message: impl Into<String>) -> Result<(), Error> {
        self.finish(TransactionCommit::new(TransactionTargetStatus::Commit).commit_message(message.into()))
            .await
    }

    async fn finish(self, commit: TransactionCommit) -> Result<(), Error> {
        let call = self.call("transaction_commit", Method::PUT, "/api/transaction").json(&commit)?;
        let committed = self.configuration.send(call).await;
        // Also when it was refused: who tries again must not meet the lock of this one. Committed is committed; a session
        // that stays ends by itself.
        let _ = self.configuration.logout().await;
        committed.map(|_| ())
    }

    /// Drops all changes.
    ///
    /// ```no_run
    /// # async fn example(configuration: &vouchsafe_sdk::Configuration) -> Result<(), vouchsafe_sdk::Error> {
    /// let tx = configuration.begin().await?;
    /// tx.date_and_time().timezone_replace("Europe/Budapest").await?;
    /// tx.rollback().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the server can't be reached.
    pub async fn rollback(self) -> Result<(), Error> {
        // With its session the transaction ends, and nothing late can meet another one.
        self.configuration.logout().await
    }

    /// What has been changed so far.
    ///
    /// ```no_run
    /// # async fn example(configuration: &vouchsafe_sdk::Configuration) -> Result<(), vouchsafe_sdk::Error> {
    /// let tx = configuration.begin().await?;
    /// tx.date_and_time().timezone_replace("Europe/Budapest").await?;
    /// for change in tx.changes().await?.changes {
    ///     println!("{}", change.path);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Api`] with 401 when the session has ended, and the transaction with it.
    pub async fn changes(&self) -> Result<TransactionChangeList, Error> {
        let call = self.call("transaction_changes_list", Method::GET, "/api/transaction/changes");
        self.configuration.json(call).await
    }
}

impl std::ops::Deref for Transaction {
    type Target = Configuration;

    fn deref(&self) -> &Configuration {
        &self.configuration
    }
}

/// Ends the session if it has not ended, and with it what was neither committed nor rolled back. Outside of tokio nothing
/// can be sent; the server then ends the transaction when it has been idle for its time.
impl Drop for Transaction {
    fn drop(&mut self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let configuration = self.configuration.clone();
            runtime.spawn(async move {
                let _ = configuration.logout().await;
            });
        }
    }
}
