//! Sessions: log in by password or certificate, go on, log out. A session is a row, so that every replica knows it.

mod brute_force;
mod certificate;

use data_encoding::HEXLOWER;
use serde_json::Value;
use vouchsafe_domain::{
    Secret, Timestamp, Username,
    access::Grants,
    configuration::{AaaSettings, Group, Snapshot},
};
use vouchsafe_store::{AdminUserRow, AuditRow, Outcome, Record, SessionRow, Tx};

use super::{
    AdminCtx, AdminError, Service, admin::SessionId, configuration::transaction_ends, refusals::Refusal,
};
use crate::auth::hash_secret;

pub(super) const SETTINGS: &str = "/api/configuration/aaa/settings";
const REFUSED: AdminError = AdminError::AuthenticationFailure("the user name or the password is wrong");
/// A session's time is written anew after that much of it, not at every request of a burst.
const TOUCH_AFTER: i64 = 1_000_000;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The peer's address.
    pub address: String,
    /// The operation's id.
    pub operation: &'static str,
    /// The request's path.
    pub path: String,
    /// The request's id.
    pub request_id: String,
    /// When.
    pub now: Timestamp,
}

/// A session that has just begun.
#[derive(Debug)]
pub struct LoggedIn {
    /// Its id, which only the client has.
    pub id: SessionId,
    /// Seconds without a request after which it ends.
    pub inactivity_seconds: u32,
}

/// Whether a session is still good.
pub(super) fn lives(session: &SessionRow, settings: &AaaSettings, now: Timestamp) -> bool {
    let seconds = i64::from(settings.session.inactivity_minutes) * 60;
    session.seen_at.as_micros() + seconds * 1_000_000 > now.as_micros()
}

impl Service {
    /// Logs in with name and password.
    ///
    /// # Errors
    /// [`AdminError::AuthenticationFailure`], the same for a wrong name and a wrong password;
    /// [`AdminError::TooManyAttempts`].
    pub async fn login_password(
        &self,
        origin: &Origin,
        username: &str,
        password: &Secret,
    ) -> Result<LoggedIn, AdminError> {
        let settings = self.aaa_settings().await?;
        let name = Username::parse(username).ok();
        let user = match &name {
            Some(name) => self.store.admin_user_get(name).await?,
            None => None,
        };
        // A name that nobody has may be a password typed into the wrong field.
        let actor = user.as_ref().map_or_else(|| "unknown".to_owned(), |user| user.username.to_string());
        let attempt = self.attempt(origin, Some(username), &actor, &settings).await?;
        let hash = user.as_ref().map(|user| user.password_hash.expose()).filter(|hash| !hash.is_empty());
        // A name that is unknown, or has no password, costs the same.
        let good = match hash {
            Some(hash) => self.passwords.verify(password.expose(), hash).await,
            None => self.passwords.verify_nothing(password.expose()).await,
        };
        let good = match good {
            Ok(good) => good,
            Err(error) => {
                // No password was looked at.
                self.take_back(attempt, false).await?;
                return Err(error.into());
            }
        };
        match (user, good) {
            (Some(user), true) => {
                self.take_back(attempt, true).await?;
                self.start(origin, &user, "password", &settings).await
            }
            _ => {
                self.refusals.note(Refusal::login(origin, actor));
                Err(REFUSED)
            }
        }
    }

    /// The session of a cookie, gone on with.
    ///
    /// # Errors
    /// [`AdminError::Unauthenticated`].
    pub async fn authenticate(&self, origin: &Origin, id: &SessionId) -> Result<AdminCtx, AdminError> {
        let hash = hash_secret(id);
        let session = self.store.session_get(&hash).await?.ok_or(AdminError::Unauthenticated)?;
        let settings = self.aaa_settings().await?;
        if !lives(&session, &settings, origin.now) {
            self.end(&session, None).await?;
            return Err(AdminError::Unauthenticated);
        }
        let renewed = match session.seen_at.as_micros() + TOUCH_AFTER < origin.now.as_micros() {
            true => {
                self.store.session_touch(&hash, origin.now).await?;
                Some(inactivity_seconds(&settings))
            }
            false => None,
        };
        let lock = self.store.configuration_lock().await?;
        let lock = lock.filter(|lock| lock.session == hash && transaction_ends(lock) > origin.now);
        if lock.as_ref().is_some_and(|lock| lock.used_at.as_micros() + 1_000_000 < origin.now.as_micros()) {
            let tx = self.store.begin_configuration().await?;
            tx.configuration_lock_touch(&hash, origin.now).await?;
            tx.commit().await?;
        }
        let grants: Grants = serde_json::from_value(session.grants)
            .map_err(|error| AdminError::internal("reading a session")(error.into()))?;
        Ok(AdminCtx {
            session: hash,
            username: session.username,
            grants,
            renewed,
            transaction: lock.is_some(),
            transaction_lost: session.transaction_lost,
            address: origin.address.clone(),
            operation: origin.operation,
            path: origin.path.clone(),
            request_id: origin.request_id.clone(),
            now: origin.now,
        })
    }

    /// Ends the session, its transaction with it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn logout(&self, ctx: &AdminCtx) -> Result<(), AdminError> {
        let session = self.store.session_get(&ctx.session).await?.ok_or(AdminError::Unauthenticated)?;
        self.end(&session, Some(ctx.audit("authentication_logout", "/api/authentication", String::new())))
            .await
    }

    /// Who may log in how: by certificate only where a trust store is named and the server has TLS.
    ///
    /// # Errors
    /// What the database says.
    pub async fn authentication_types(&self) -> Result<Vec<&'static str>, AdminError> {
        let settings = self.aaa_settings().await?;
        Ok(match settings.trust_store {
            Some(_) => vec!["basic", "x509"],
            None => vec!["basic"],
        })
    }

    /// Makes the session: what its user may do is settled here, so changes of groups and ACLs count from the next login.
    async fn start(
        &self,
        origin: &Origin,
        user: &AdminUserRow,
        method: &str,
        settings: &AaaSettings,
    ) -> Result<LoggedIn, AdminError> {
        let id = new_id()?;
        let username = user.username.as_str();
        let inactivity_seconds = inactivity_seconds(settings);
        let mut tx = self.store.begin_configuration().await?;
        // A commit may have been faster: who is deleted, renamed or has a new password has no session by the old one.
        if tx.admin_user_get(&user.username).await?.as_ref() != Some(user) {
            self.refusals.note(Refusal::login(origin, username.to_owned()));
            return Err(REFUSED);
        }
        let session = SessionRow {
            id_hash: hash_secret(&id),
            username: username.to_owned(),
            grants: serde_json::to_value(grants(&tx, username).await?)
                .map_err(|error| AdminError::internal("storing a session")(error.into()))?,
            address: origin.address.clone(),
            created_at: origin.now,
            seen_at: origin.now,
            transaction_lost: false,
        };
        let ended = origin.now.as_micros() - i64::from(inactivity_seconds) * 1_000_000;
        self.holder(&tx, origin.now).await?;
        tx.sessions_sweep(Timestamp::from_micros(ended)).await?;
        tx.session_insert(&session).await?;
        tx.record(Record { audit: vec![login(origin, username, method)], outbox: Vec::new() });
        tx.commit().await?;
        Ok(LoggedIn { id, inactivity_seconds })
    }

    async fn end(&self, session: &SessionRow, audit: Option<AuditRow>) -> Result<(), AdminError> {
        let mut tx = self.store.begin_configuration().await?;
        let lock = tx.configuration_lock().await?;
        if lock.is_some_and(|lock| lock.session == session.id_hash) {
            tx.configuration_lock_delete().await?;
        }
        tx.session_delete(&session.id_hash).await?;
        tx.record(Record { audit: audit.into_iter().collect(), outbox: Vec::new() });
        Ok(tx.commit().await?)
    }

    /// The settings of logins and sessions.
    pub(super) async fn aaa_settings(&self) -> Result<AaaSettings, AdminError> {
        self.committed(SETTINGS).await
    }

    /// The same within a database transaction, which must not wait for another connection.
    pub(super) async fn aaa_settings_in(&self, tx: &Tx) -> Result<AaaSettings, AdminError> {
        match tx.configuration_get(SETTINGS).await? {
            Some(row) => read(row.body),
            None => Ok(AaaSettings::default()),
        }
    }

    /// A committed single object, or its default.
    pub(super) async fn committed<T: serde::de::DeserializeOwned + Default>(
        &self,
        path: &str,
    ) -> Result<T, AdminError> {
        match self.store.configuration_get(path).await? {
            Some(row) => read(row.body),
            None => Ok(T::default()),
        }
    }
}

fn inactivity_seconds(settings: &AaaSettings) -> u32 {
    u32::from(settings.session.inactivity_minutes) * 60
}

/// What a user may do by the groups and ACLs of one moment.
async fn grants(tx: &Tx, username: &str) -> Result<Grants, AdminError> {
    let rows = tx.configuration_all().await?.into_iter().map(|row| (row.path, row.body));
    let snapshot = Snapshot(rows.collect());
    let groups: Vec<Group> = snapshot.groups().map(|(_, group)| group).collect();
    Ok(Grants::of(username, &groups, &snapshot.acls()))
}

fn read<T: serde::de::DeserializeOwned>(body: Value) -> Result<T, AdminError> {
    serde_json::from_value(body)
        .map_err(|error| AdminError::internal("reading the stored configuration")(error.into()))
}

fn login(origin: &Origin, username: &str, method: &str) -> AuditRow {
    AuditRow {
        tenant: None,
        at: origin.now,
        actor: username.to_owned(),
        address: origin.address.clone(),
        action: "authentication_login".to_owned(),
        subject: "/api/authentication".to_owned(),
        outcome: Outcome::Done,
        count: 1,
        request_id: origin.request_id.clone(),
        detail: format!("by {method}"),
    }
}

/// 160 random bits as 40 hexadecimal digits, as documented.
fn new_id() -> Result<SessionId, AdminError> {
    let mut bytes = zeroize::Zeroizing::new([0; 20]);
    aws_lc_rs::rand::fill(bytes.as_mut_slice()).map_err(|_| {
        AdminError::internal("making a session")(anyhow::anyhow!("the system has no randomness"))
    })?;
    Ok(Secret::new(HEXLOWER.encode(bytes.as_slice())))
}
