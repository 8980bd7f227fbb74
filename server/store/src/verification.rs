//! What a verification reads: one row by its key, with the failures that are counted for it.

use sea_orm::{FromQueryResult, Statement, Value};
use vouchsafe_domain::{CredentialsId, Secret, State, TenantId, Timestamp, Username};

use crate::credentials::stored;
use crate::verification_failures::VerificationFailures;
use crate::{BasicCredentialsRow, Error, Store};

/// What there is to a username and a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasicLookup {
    /// The credentials with their password's hash, if there are any of that name.
    pub credentials: Option<(BasicCredentialsRow, Secret)>,
    /// The failures that are counted for the pair.
    pub failures: Option<VerificationFailures>,
}

const BASIC: &str = "SELECT c.id, c.username, c.password_hash, c.state, c.created_at, c.updated_at, c.last_use_at, \
     f.failures, f.last_at, f.forget_at FROM (SELECT 1 AS one) AS o \
     LEFT JOIN basic_credentials AS c ON c.tenant_id = $1 AND c.username = $2 \
     LEFT JOIN verification_failures AS f ON f.tenant_id = $1 AND f.subject = $3";

impl Store {
    /// Reads the credentials of a username, and the failures counted for a subject.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a stored value breaks the rules of its column.
    pub async fn basic_lookup(
        &self,
        tenant: &TenantId,
        username: &Username,
        subject: &str,
    ) -> Result<BasicLookup, Error> {
        let quick = self.quick().and_then(|quick| {
            quick.first(BASIC, (tenant.as_str(), username.as_str(), subject), Found::of).flatten()
        });
        let found = match quick {
            Some(found) => Some(found),
            None => {
                let values: [Value; 3] = [tenant.as_str().into(), username.as_str().into(), subject.into()];
                let statement = Statement::from_sql_and_values(self.backend(), BASIC, values);
                Found::find_by_statement(statement).one(self.read()).await?
            }
        };
        found.map_or(Ok(BasicLookup { credentials: None, failures: None }), Found::lookup)
    }
}

#[derive(FromQueryResult)]
struct Found {
    id: Option<String>,
    username: Option<String>,
    password_hash: Option<String>,
    state: Option<String>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
    last_use_at: Option<i64>,
    failures: Option<i64>,
    last_at: Option<i64>,
    forget_at: Option<i64>,
}

impl Found {
    fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            username: row.get(1)?,
            password_hash: row.get(2)?,
            state: row.get(3)?,
            created_at: row.get(4)?,
            updated_at: row.get(5)?,
            last_use_at: row.get(6)?,
            failures: row.get(7)?,
            last_at: row.get(8)?,
            forget_at: row.get(9)?,
        })
    }

    fn lookup(self) -> Result<BasicLookup, Error> {
        let failures = match (self.failures, self.last_at, self.forget_at) {
            (Some(failures), Some(last_at), Some(forget_at)) => Some(VerificationFailures {
                failures: stored("verification_failures.failures", failures.try_into().ok())?,
                last_at: Timestamp::from_micros(last_at),
                forget_at: Timestamp::from_micros(forget_at),
            }),
            _ => None,
        };
        let Some(id) = self.id else { return Ok(BasicLookup { credentials: None, failures }) };
        let moment = |column, value: Option<i64>| stored(column, value.map(Timestamp::from_micros));
        let row = BasicCredentialsRow {
            id: stored("basic_credentials.id", CredentialsId::parse(id).ok())?,
            username: stored(
                "basic_credentials.username",
                self.username.and_then(|name| Username::parse(name).ok()),
            )?,
            state: stored("basic_credentials.state", self.state.as_deref().and_then(State::parse))?,
            created_at: moment("basic_credentials.created_at", self.created_at)?,
            updated_at: moment("basic_credentials.updated_at", self.updated_at)?,
            last_use_at: self.last_use_at.map(Timestamp::from_micros),
        };
        let hash = stored("basic_credentials.password_hash", self.password_hash)?;
        Ok(BasicLookup { credentials: Some((row, Secret::new(hash))), failures })
    }
}
