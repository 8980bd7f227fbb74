//! What a test does behind a server's back: reading and seeding its database through the store.

use vouchsafe::{
    auth::hash_secret,
    clock,
    setup::{self, Ready},
};
use vouchsafe_domain::{CredentialsId, ScopeSet, Secret, TenantId, Timestamp};
use vouchsafe_store::{
    AuditFilter, AuditRow, BasicCredentialsFilter, BasicCredentialsRow, LastUse, OauthClientRow, OutboxRow,
    Record, Store, X509CredentialsFilter, X509CredentialsRow,
};

use super::TestServer;

/// Every row that a request can write, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Everything {
    pub(crate) basic: Vec<BasicCredentialsRow>,
    pub(crate) x509: Vec<X509CredentialsRow>,
    pub(crate) audit: Vec<AuditRow>,
    pub(crate) outbox: Vec<OutboxRow>,
}

impl Everything {
    /// The rows of tenant `default` (1,000 of a kind at most) and the trail of all.
    pub(crate) async fn of(store: &Store) -> Self {
        let (tenant, all) = (tenant(), 1_000);
        let x509 = X509CredentialsFilter { state: None };
        let basic = BasicCredentialsFilter { state: None, username: None };
        let mut audit = store.audit_page(&AuditFilter::default(), all).await.unwrap();
        audit.reverse();
        let outbox = store.outbox_page(0, all).await.unwrap();
        Self {
            basic: store.basic_credentials_page(&tenant, &basic, None, all).await.unwrap(),
            x509: store.x509_credentials_page(&tenant, &x509, None, all).await.unwrap(),
            // Those without belong to the first start and to commands.
            audit: audit.into_iter().map(|(_, row)| row).filter(|row| !row.request_id.is_empty()).collect(),
            outbox: outbox.into_iter().map(|(_, row)| row).collect(),
        }
    }
}

/// The tenant of the harness's token.
pub(crate) fn tenant() -> TenantId {
    TenantId::parse("default").unwrap()
}

/// An id as the store takes it.
pub(crate) fn credentials_id(text: &serde_json::Value) -> CredentialsId {
    CredentialsId::parse(text.as_str().unwrap()).unwrap()
}

/// A first use, written as verification writes it.
pub(crate) async fn basic_first_use(store: &Store, id: &serde_json::Value) -> Timestamp {
    let used = LastUse { tenant: tenant(), id: credentials_id(id), at: clock::now() };
    assert!(store.basic_credentials_first_use(&used, Record::default()).await.unwrap());
    used.at
}

/// A first use, written as verification writes it.
pub(crate) async fn x509_first_use(store: &Store, id: &serde_json::Value) -> Timestamp {
    let used = LastUse { tenant: tenant(), id: credentials_id(id), at: clock::now() };
    assert!(store.x509_credentials_first_use(&used, Record::default()).await.unwrap());
    used.at
}

impl TestServer {
    /// The database and its master key.
    pub(crate) async fn ready(&self) -> Ready {
        setup::existing(&self.config).await.unwrap()
    }

    /// A new client of a tenant, and a token for it.
    pub(crate) async fn client_token(&self, tenant: &str, client: &str, scopes: ScopeSet) -> String {
        let (tx, secret) = (self.ready().await.store.begin().await.unwrap(), "a client's secret");
        tx.oauth_client_insert(&OauthClientRow {
            tenant: TenantId::parse(tenant).unwrap(),
            client_id: client.to_owned(),
            secret_hash: Secret::new(hash_secret(&Secret::new(secret))),
            scopes,
            created_at: clock::now(),
        })
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self.token_with(client, secret, None).await
    }

    /// A new tenant, and a token with every scope on it.
    pub(crate) async fn tenant_token(&self, tenant: &str) -> String {
        let id = TenantId::parse(tenant).unwrap();
        setup::create_tenant(&self.config, &self.ready().await, &id).await.unwrap();
        self.client_token(tenant, &format!("client-of-{tenant}"), ScopeSet::all()).await
    }
}
