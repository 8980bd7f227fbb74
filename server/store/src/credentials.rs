//! What basic and X.509 credentials have in common: a state, moments, and how these change.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait, LockType, Query, TableRef, UpdateStatement, ValueTuple};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Order};
use vouchsafe_domain::{CredentialsId, State, TenantId, Timestamp};

use crate::error::is_retryable;
use crate::queue::{Target, Write};
use crate::record::runs;
use crate::store::begin;
use crate::{Error, Record, Store};

/// The two kinds of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialsKind {
    /// A username and a password.
    Basic,
    /// A certificate.
    X509,
}

impl CredentialsKind {
    /// The kind as it is stored: `basic` or `x509`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::X509 => "x509",
        }
    }

    /// Reads a stored kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Basic, Self::X509].into_iter().find(|kind| kind.as_str() == text)
    }

    const fn table(self) -> &'static str {
        match self {
            Self::Basic => "basic_credentials",
            Self::X509 => "x509_credentials",
        }
    }
}

/// A change of state that holds only if the credentials are still in the state it was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// Whose credentials.
    pub tenant: TenantId,
    /// Which credentials.
    pub id: CredentialsId,
    /// The state the decision was made on.
    pub from: State,
    /// The new state.
    pub to: State,
    /// The new `updated_at`.
    pub updated_at: Timestamp,
}

impl StateChange {
    /// The statement that makes it.
    pub(crate) fn update(&self, kind: CredentialsKind) -> UpdateStatement {
        let mut update = update_if(kind, &self.tenant, &self.id, self.from);
        update.value("state", self.to.as_str()).value("updated_at", self.updated_at.as_micros());
        update
    }
}

/// One use of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUse {
    /// Whose credentials.
    pub tenant: TenantId,
    /// Which credentials.
    pub id: CredentialsId,
    /// When.
    pub at: Timestamp,
}

impl Store {
    pub(crate) async fn change_state(
        &self,
        kind: CredentialsKind,
        change: &StateChange,
        record: Record,
    ) -> Result<bool, Error> {
        self.update(kind, &change.tenant, &change.id, &change.update(kind), record).await
    }

    pub(crate) async fn first_use(
        &self,
        kind: CredentialsKind,
        used: &LastUse,
        record: Record,
    ) -> Result<bool, Error> {
        let mut update = update_if(kind, &used.tenant, &used.id, State::Inactive);
        update.value("state", State::Active.as_str()).value("last_use_at", used.at.as_micros());
        self.update(kind, &used.tenant, &used.id, &update, record).await
    }

    pub(crate) async fn update(
        &self,
        kind: CredentialsKind,
        tenant: &TenantId,
        id: &CredentialsId,
        update: &UpdateStatement,
        record: Record,
    ) -> Result<bool, Error> {
        let target: Target = (kind.table(), tenant.to_string(), id.to_string());
        self.queue().write(Write { target, statement: self.backend().build(update), record }).await
    }

    /// Moves `last_use_at` forward to the latest of the given moments, never back.
    pub(crate) async fn flush_last_use(&self, kind: CredentialsKind, uses: &[LastUse]) -> Result<(), Error> {
        let mut latest = BTreeMap::new();
        for used in uses {
            let at = latest.entry((used.tenant.as_str(), used.id.as_str())).or_insert(used.at);
            *at = used.at.max(*at);
        }
        let rows: Vec<Row<'_>> = latest.into_iter().collect();
        // One transaction a thousand rows: other writers get their turn, and nothing is lost if they go first.
        for rows in rows.chunks(1_024) {
            let mut attempt = 1;
            while let Err(error) = flush_once(self.write(), kind, rows).await {
                if !is_retryable(&error) || attempt == 5 {
                    return Err(error.into());
                }
                attempt += 1;
            }
        }
        Ok(())
    }
}

type Row<'a> = ((&'a str, &'a str), Timestamp);

async fn flush_once(db: &DatabaseConnection, kind: CredentialsKind, rows: &[Row<'_>]) -> Result<(), DbErr> {
    let tx = begin(db).await?;
    let used = |column: &'static str| Expr::col(("used", column));
    let stored = |column: &'static str| Expr::col((kind.table(), column));
    for rows in runs(rows) {
        let values = rows.iter().map(|((tenant, id), at)| {
            ValueTuple::Three((*tenant).into(), (*id).into(), at.as_micros().into())
        });
        let values = TableRef::ValuesList(values.collect(), "used".into());
        if tx.get_database_backend() == DbBackend::Postgres {
            // The update below locks rows in any order; locked in the order of their keys, as the queue of writes
            // does, no two transactions wait for each other.
            let mut lock = Query::select();
            lock.expr(Expr::val(1))
                .from(kind.table())
                .from(values.clone())
                .and_where(stored("tenant_id").eq(used("column1")))
                .and_where(stored("id").eq(used("column2")))
                .order_by((kind.table(), "tenant_id"), Order::Asc)
                .order_by((kind.table(), "id"), Order::Asc)
                .lock_with_tables(LockType::NoKeyUpdate, [kind.table()]);
            tx.execute(&lock).await?;
        }
        let mut update = Query::update();
        update
            .table(kind.table())
            .value("last_use_at", used("column3"))
            .from(values)
            .and_where(stored("tenant_id").eq(used("column1")))
            .and_where(stored("id").eq(used("column2")))
            .and_where(stored("last_use_at").is_null().or(stored("last_use_at").lt(used("column3"))));
        tx.execute(&update).await?;
    }
    tx.commit().await
}

/// An update of one row that hits only while it is in `state`.
pub(crate) fn update_if(
    kind: CredentialsKind,
    tenant: &TenantId,
    id: &CredentialsId,
    state: State,
) -> UpdateStatement {
    Query::update()
        .table(kind.table())
        .and_where(Expr::col("tenant_id").eq(tenant.as_str()))
        .and_where(Expr::col("id").eq(id.as_str()))
        .and_where(Expr::col("state").eq(state.as_str()))
        .take()
}

/// Reads a stored value; `column` (`table.column`) is named if it breaks the rules.
pub(crate) fn stored<T>(column: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or(Error::Corrupt(column))
}
