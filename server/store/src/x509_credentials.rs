//! X.509 credentials: issued certificates.
//!
//! A certificate's row is written once, complete, and the certificate leaves the server only after that commit. So no
//! certificate is ever in somebody's hands that is not on record, which is what storing a serial number before signing
//! is for; a crash between signing and commit loses a certificate that nobody has, together with its private key.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DerivePartialModel, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use vouchsafe_domain::{CommonName, CredentialsId, RevocationReason, State, TenantId, Timestamp};

use crate::credentials::{CredentialsKind, LastUse, StateChange, stored};
use crate::entity::x509_credentials::{Column, Entity, Model};
use crate::queue::{Target, Write};
use crate::record::runs;
use crate::{Conflict, Error, Record, Store, Tx};

/// X.509 credentials of a tenant, without their certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct X509CredentialsRow {
    /// Their id.
    pub id: CredentialsId,
    /// The authority that signed.
    pub authority_id: String,
    /// The serial number in base 10, unique for its authority.
    pub serial_number: String,
    /// The subject's common name.
    pub common_name: CommonName,
    /// Their state.
    pub state: State,
    /// The certificate's notAfter.
    pub not_after: Timestamp,
    /// When they were issued.
    pub created_at: Timestamp,
    /// When their state was last changed by an operator.
    pub updated_at: Timestamp,
    /// When they were last used.
    pub last_use_at: Option<Timestamp>,
    /// Why they are revoked, if it was told.
    pub revocation_reason: Option<RevocationReason>,
}

/// Which X.509 credentials to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct X509CredentialsFilter {
    /// Only those in that state.
    pub state: Option<State>,
}

const FOUND: &str = "SELECT tenant_id, id, authority_id, serial_number, common_name, state, not_after, created_at, \
     updated_at, last_use_at, revocation_reason FROM x509_credentials WHERE authority_id = $1 AND serial_number = $2";

impl Store {
    /// Stores an issued certificate; durable when it answers, and not to be handed out before.
    ///
    /// # Errors
    /// [`Conflict::SerialNumber`] if the authority used the number already; [`Error::NoParent`] if the tenant or the
    /// authority doesn't exist.
    pub async fn x509_credentials_insert(
        &self,
        tenant: &TenantId,
        row: &X509CredentialsRow,
        certificate_der: &[u8],
        record: Record,
    ) -> Result<(), Error> {
        let target: Target =
            ("x509_credentials.serial_number", row.authority_id.clone(), row.serial_number.clone());
        let statement = Entity::insert(model(tenant, row, certificate_der).into_active_model())
            .on_conflict(
                OnConflict::columns([Column::AuthorityId, Column::SerialNumber]).do_nothing().to_owned(),
            )
            .build(self.backend());
        match self.queue().write(Write { target, statement, record }).await? {
            true => Ok(()),
            false => Err(Error::Conflict(Conflict::SerialNumber)),
        }
    }

    /// Reads credentials by their id.
    pub async fn x509_credentials_get(
        &self,
        tenant: &TenantId,
        id: &CredentialsId,
    ) -> Result<Option<X509CredentialsRow>, Error> {
        let found = Entity::find_by_id((tenant.to_string(), id.to_string())).into_partial_model::<Listed>();
        found.one(self.read()).await?.map(|listed| Ok(listed.row()?.1)).transpose()
    }

    /// Reads credentials by what a certificate says of itself: who signed it, and its serial number in base 10.
    pub async fn x509_credentials_find(
        &self,
        authority_id: &str,
        serial_number: &str,
    ) -> Result<Option<(TenantId, X509CredentialsRow)>, Error> {
        // PostgreSQL refuses a NUL, which no stored text has.
        if authority_id.contains('\0') || serial_number.contains('\0') {
            return Ok(None);
        }
        let quick =
            self.quick().and_then(|quick| quick.first(FOUND, (authority_id, serial_number), Listed::of));
        if let Some(found) = quick {
            return found.map(Listed::row).transpose();
        }
        let found = Entity::find()
            .filter(Column::AuthorityId.eq(authority_id))
            .filter(Column::SerialNumber.eq(serial_number))
            .into_partial_model::<Listed>();
        found.one(self.read()).await?.map(Listed::row).transpose()
    }

    /// Reads the certificate, DER.
    pub async fn x509_credentials_certificate(
        &self,
        tenant: &TenantId,
        id: &CredentialsId,
    ) -> Result<Option<Vec<u8>>, Error> {
        let found = Entity::find_by_id((tenant.to_string(), id.to_string()))
            .select_only()
            .column(Column::CertificateDer)
            .into_tuple::<Vec<u8>>();
        Ok(found.one(self.read()).await?)
    }

    /// Reads the next credentials after `after` in the order of their ids, `limit` at most.
    pub async fn x509_credentials_page(
        &self,
        tenant: &TenantId,
        filter: &X509CredentialsFilter,
        after: Option<&CredentialsId>,
        limit: u64,
    ) -> Result<Vec<X509CredentialsRow>, Error> {
        let page = Entity::find()
            .filter(Column::TenantId.eq(tenant.as_str()))
            .apply_if(filter.state, |query, state| query.filter(Column::State.eq(state.as_str())))
            .apply_if(after, |query, after| query.filter(Column::Id.gt(after.as_str())))
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_partial_model::<Listed>();
        page.all(self.read()).await?.into_iter().map(|listed| Ok(listed.row()?.1)).collect()
    }

    /// Changes the state, and with it the reason; `false` if the credentials are not in the state it was decided on any
    /// more.
    pub async fn x509_credentials_change_state(
        &self,
        change: &StateChange,
        reason: Option<RevocationReason>,
        record: Record,
    ) -> Result<bool, Error> {
        let mut update = change.update(CredentialsKind::X509);
        update.value("revocation_reason", reason.map(RevocationReason::as_str));
        self.update(CredentialsKind::X509, &change.tenant, &change.id, &update, record).await
    }

    /// Makes Inactive credentials Active and sets their `last_use_at`; `false` if they are not Inactive any more.
    pub async fn x509_credentials_first_use(&self, used: &LastUse, record: Record) -> Result<bool, Error> {
        self.first_use(CredentialsKind::X509, used, record).await
    }

    /// Moves `last_use_at` forward for many credentials, never back. Those that don't exist are passed over.
    pub async fn x509_credentials_flush_last_use(&self, uses: &[LastUse]) -> Result<(), Error> {
        self.flush_last_use(CredentialsKind::X509, uses).await
    }
}

impl Tx {
    /// Stores many certificates (DER) of one tenant, past the queue: for imports and seeds.
    ///
    /// # Errors
    /// [`Conflict::SerialNumber`] if a number or an id is taken; [`Error::NoParent`] if the tenant or the authority
    /// doesn't exist.
    pub async fn x509_credentials_insert_many(
        &self,
        tenant: &TenantId,
        rows: &[(X509CredentialsRow, Vec<u8>)],
    ) -> Result<(), Error> {
        for rows in runs(rows) {
            let models = rows.iter().map(|(row, der)| model(tenant, row, der).into_active_model());
            Entity::insert_many(models)
                .exec_without_returning(self.db())
                .await
                .map_err(|error| Error::insert(error, Conflict::SerialNumber))?;
        }
        Ok(())
    }
}

fn model(tenant: &TenantId, row: &X509CredentialsRow, certificate_der: &[u8]) -> Model {
    Model {
        tenant_id: tenant.to_string(),
        id: row.id.to_string(),
        authority_id: row.authority_id.clone(),
        serial_number: row.serial_number.clone(),
        common_name: row.common_name.to_string(),
        state: row.state.to_string(),
        certificate_der: certificate_der.to_vec(),
        not_after: row.not_after.as_micros(),
        created_at: row.created_at.as_micros(),
        updated_at: row.updated_at.as_micros(),
        last_use_at: row.last_use_at.map(Timestamp::as_micros),
        revocation_reason: row.revocation_reason.map(|reason| reason.as_str().to_owned()),
    }
}

/// The columns of a list, and whose they are.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct Listed {
    tenant_id: String,
    id: String,
    authority_id: String,
    serial_number: String,
    common_name: String,
    state: String,
    not_after: i64,
    created_at: i64,
    updated_at: i64,
    last_use_at: Option<i64>,
    revocation_reason: Option<String>,
}

impl Listed {
    /// Reads what [`FOUND`] names.
    fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            tenant_id: row.get(0)?,
            id: row.get(1)?,
            authority_id: row.get(2)?,
            serial_number: row.get(3)?,
            common_name: row.get(4)?,
            state: row.get(5)?,
            not_after: row.get(6)?,
            created_at: row.get(7)?,
            updated_at: row.get(8)?,
            last_use_at: row.get(9)?,
            revocation_reason: row.get(10)?,
        })
    }

    fn row(self) -> Result<(TenantId, X509CredentialsRow), Error> {
        let tenant = stored("x509_credentials.tenant_id", TenantId::parse(self.tenant_id).ok())?;
        let row = X509CredentialsRow {
            id: stored("x509_credentials.id", CredentialsId::parse(self.id).ok())?,
            authority_id: self.authority_id,
            serial_number: self.serial_number,
            common_name: stored("x509_credentials.common_name", CommonName::parse(self.common_name).ok())?,
            state: stored("x509_credentials.state", State::parse(&self.state))?,
            not_after: Timestamp::from_micros(self.not_after),
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            last_use_at: self.last_use_at.map(Timestamp::from_micros),
            revocation_reason: self
                .revocation_reason
                .map(|reason| stored("x509_credentials.revocation_reason", RevocationReason::parse(&reason)))
                .transpose()?,
        };
        Ok((tenant, row))
    }
}
