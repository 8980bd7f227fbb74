//! Revocation lists of our authorities, and what they are made of.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use vouchsafe_domain::{RevocationReason, State, Timestamp};

use crate::credentials::stored;
use crate::entity::revocation_lists::{Column, Entity, Model};
use crate::entity::revoked_authorities;
use crate::{Error, Store, Tx};

/// The latest list of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationListRow {
    /// Whose.
    pub authority_id: String,
    /// Its number, which only grows (RFC 5280 5.2.3).
    pub number: i64,
    /// The list, DER.
    pub der: Vec<u8>,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is there at the latest; earlier than the list says where it is to be made anew.
    pub next_update: Timestamp,
}

/// A certificate that stands on its authority's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedRow {
    /// Its serial number in base 10.
    pub serial_number: String,
    /// Revoked, or Suspended: on hold.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// Why, if it was told.
    pub reason: Option<RevocationReason>,
}

// The states are written out so that the partial index is used, which holds all that is read here.
const REVOKED: &str = "SELECT serial_number, state, updated_at, revocation_reason FROM x509_credentials \
     WHERE authority_id = $1 AND state IN ('Revoked', 'Suspended') AND serial_number > $2 \
     AND not_after >= $3 ORDER BY serial_number LIMIT $4";

/// A list without itself, which may be megabytes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevocationListHead {
    /// Its number.
    pub number: i64,
    /// When the next one is there at the latest, as in [`RevocationListRow`].
    pub next_update: Timestamp,
}

impl Store {
    /// Reads what there is to say of an authority's list.
    pub async fn revocation_list_head(
        &self,
        authority_id: &str,
    ) -> Result<Option<RevocationListHead>, Error> {
        let head = Entity::find_by_id(authority_id)
            .select_only()
            .columns([Column::Number, Column::NextUpdate])
            .into_tuple::<(i64, i64)>();
        let head = head.one(self.read()).await?;
        Ok(head.map(|(number, next_update)| RevocationListHead {
            number,
            next_update: Timestamp::from_micros(next_update),
        }))
    }

    /// Reads an authority's list.
    pub async fn revocation_list_get(&self, authority_id: &str) -> Result<Option<RevocationListRow>, Error> {
        Ok(Entity::find_by_id(authority_id).one(self.read()).await?.map(row))
    }

    /// The authorities whose lists are to be made anew before a moment.
    pub async fn revocation_lists_due(&self, before: Timestamp) -> Result<Vec<String>, Error> {
        let due = Entity::find()
            .select_only()
            .column(Column::AuthorityId)
            .filter(Column::NextUpdate.lt(before.as_micros()))
            .order_by_asc(Column::NextUpdate)
            .into_tuple();
        Ok(due.all(self.read()).await?)
    }

    /// Stores a list in the place of the one before it, or of none; `false` if that is there no more, or is to be made
    /// anew for another reason by now.
    ///
    /// # Errors
    /// [`Error::NoParent`] if there is no such authority any more.
    pub async fn revocation_list_put(
        &self,
        row: RevocationListRow,
        before: Option<&RevocationListHead>,
    ) -> Result<bool, Error> {
        let (number, due) = before.map_or((0, 0), |head| (head.number, head.next_update.as_micros()));
        let model = Model {
            authority_id: row.authority_id,
            number: row.number,
            der: row.der,
            this_update: row.this_update.as_micros(),
            next_update: row.next_update.as_micros(),
        };
        let replaced = OnConflict::column(Column::AuthorityId)
            .update_columns([Column::Number, Column::Der, Column::ThisUpdate, Column::NextUpdate])
            .action_and_where(Expr::col((Entity, Column::Number)).eq(number))
            .action_and_where(Expr::col((Entity, Column::NextUpdate)).eq(due))
            .to_owned();
        let tx = self.begin().await?;
        let put = Entity::insert(model.into_active_model()).on_conflict(replaced);
        let rows = put.exec_without_returning(tx.db()).await?;
        tx.commit().await?;
        Ok(rows > 0)
    }

    /// Has an authority's list, if it has one, made anew from a moment on.
    pub async fn revocation_list_expire(&self, authority_id: &str, at: Timestamp) -> Result<(), Error> {
        let tx = self.begin().await?;
        tx.revocation_list_expire(authority_id, at).await?;
        tx.commit().await
    }

    /// Reads what belongs on an authority's list at a moment: the next certificates after a serial number, in the order
    /// in which serial numbers sort as texts, `limit` at most. Those that ended before `since` are left out: each stands on
    /// one list after its end (RFC 5280 3.3).
    pub async fn revoked_page(
        &self,
        authority_id: &str,
        since: Timestamp,
        after: &str,
        limit: u64,
    ) -> Result<Vec<RevokedRow>, Error> {
        let values = [authority_id.into(), after.into(), since.as_micros().into(), limit.into()];
        let found =
            Revoked::find_by_statement(Statement::from_sql_and_values(self.backend(), REVOKED, values));
        found.all(self.read()).await?.into_iter().map(Revoked::row).collect()
    }

    /// Reads what became of one authority by its serial number, if it is no more.
    pub async fn revoked_authority(
        &self,
        issuer_id: &str,
        serial_number: &str,
    ) -> Result<Option<RevokedRow>, Error> {
        let key = (issuer_id.to_owned(), serial_number.to_owned());
        Ok(revoked_authorities::Entity::find_by_id(key).one(self.read()).await?.map(gone))
    }

    /// Reads the certificates of an authority's authorities that are no more, all that had not ended at a
    /// moment.
    pub async fn revoked_authorities(
        &self,
        issuer_id: &str,
        since: Timestamp,
    ) -> Result<Vec<RevokedRow>, Error> {
        let found = revoked_authorities::Entity::find()
            .filter(revoked_authorities::Column::IssuerId.eq(issuer_id))
            .filter(revoked_authorities::Column::NotAfter.gte(since.as_micros()))
            .order_by_asc(revoked_authorities::Column::SerialNumber);
        Ok(found.all(self.read()).await?.into_iter().map(gone).collect())
    }
}

impl Tx {
    /// Remembers that an authority's certificate is good no more. Its issuer's list is to be made anew.
    pub async fn authority_revoke(
        &self,
        issuer_id: &str,
        serial_number: &str,
        not_after: Timestamp,
        revoked_at: Timestamp,
    ) -> Result<(), Error> {
        let model = revoked_authorities::Model {
            issuer_id: issuer_id.to_owned(),
            serial_number: serial_number.to_owned(),
            not_after: not_after.as_micros(),
            revoked_at: revoked_at.as_micros(),
        };
        let known = OnConflict::columns([
            revoked_authorities::Column::IssuerId,
            revoked_authorities::Column::SerialNumber,
        ])
        .do_nothing()
        .to_owned();
        let insert = revoked_authorities::Entity::insert(model.into_active_model()).on_conflict(known);
        insert.exec_without_returning(self.db()).await?;
        self.revocation_list_expire(issuer_id, revoked_at).await
    }

    /// Has an authority's list, if it has one, made anew from a moment on.
    pub async fn revocation_list_expire(&self, authority_id: &str, at: Timestamp) -> Result<(), Error> {
        let due = Entity::update_many()
            .col_expr(Column::NextUpdate, Expr::value(at.as_micros()))
            .filter(Column::AuthorityId.eq(authority_id));
        due.exec(self.db()).await?;
        Ok(())
    }
}

#[derive(FromQueryResult)]
struct Revoked {
    serial_number: String,
    state: String,
    updated_at: i64,
    revocation_reason: Option<String>,
}

impl Revoked {
    fn row(self) -> Result<RevokedRow, Error> {
        Ok(RevokedRow {
            serial_number: self.serial_number,
            state: stored("x509_credentials.state", State::parse(&self.state))?,
            since: Timestamp::from_micros(self.updated_at),
            reason: self
                .revocation_reason
                .map(|reason| stored("x509_credentials.revocation_reason", RevocationReason::parse(&reason)))
                .transpose()?,
        })
    }
}

fn gone(model: revoked_authorities::Model) -> RevokedRow {
    RevokedRow {
        serial_number: model.serial_number,
        state: State::Revoked,
        since: Timestamp::from_micros(model.revoked_at),
        reason: Some(RevocationReason::CessationOfOperation),
    }
}

fn row(model: Model) -> RevocationListRow {
    RevocationListRow {
        authority_id: model.authority_id,
        number: model.number,
        der: model.der,
        this_update: Timestamp::from_micros(model.this_update),
        next_update: Timestamp::from_micros(model.next_update),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::REVOKED;
    use crate::{Options, Store, sqlite_url};

    /// The rows of a hundred thousand revocations, certificates and all, must not be read again for each list.
    #[tokio::test]
    async fn a_list_is_read_from_the_index() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.sqlite");
        let store = Store::connect(&sqlite_url(&file).unwrap(), &Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let db = rusqlite::Connection::open(&file).unwrap();
        let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {REVOKED}")).unwrap();
        let steps = explain.query_map(("one", "", 0, 10), |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<_> = steps.map(Result::unwrap).collect();
        assert_eq!(
            steps,
            ["SEARCH x509_credentials USING COVERING INDEX x509_credentials_revoked_idx \
              (authority_id=? AND serial_number>?)"]
        );
    }
}
