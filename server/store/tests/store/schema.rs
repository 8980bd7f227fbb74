//! Migrations: from nothing to the latest schema, by one or by many at once.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, Statement};
use vouchsafe_domain::{CredentialsId, KeyType, Scope, ScopeSet, Secret, State, Timestamp};
use vouchsafe_store::{
    AdminUserRow, AuditFilter, AuditRow, AuthorityRow, BasicCredentialsRow, CredentialsKind, Error,
    OauthClientRow, OutboxRow, Outcome, SealedKey, TenantRow, TokenKeyRow, X509CredentialsRow,
};

use crate::backend::{Backend, Database, on_both};
use crate::fixtures::{tenant, username, x509};

on_both!(empty_to_latest, an_older_database_keeps_its_rows, many_at_once, a_newer_schema_is_refused);

const ALL: [&str; 8] = [
    "m0001_tenants",
    "m0002_access",
    "m0003_credentials",
    "m0004_trail",
    "m0005_sessions",
    "m0006_configuration",
    "m0007_audit",
    "m0008_verification",
];

async fn empty_to_latest(database: Database) {
    let store = database.open().await;
    assert_eq!(store.pending_migrations().await.unwrap(), ALL);
    assert_eq!(described(&database).await, "", "asking what is pending changed the database");
    assert!(store.ping().await.is_err(), "it is not ready without its schema");

    assert_eq!(store.migrate().await.unwrap(), ALL);
    assert!(store.ping().await.is_ok());
    assert_eq!(store.pending_migrations().await.unwrap(), [""; 0]);
    assert_eq!(store.migrate().await.unwrap(), [""; 0]);
    assert_latest(&database).await;
}

async fn assert_latest(database: &Database) {
    let schema = described(database).await;
    match database.backend {
        Backend::Sqlite => insta::assert_snapshot!("schema_sqlite", schema),
        Backend::Postgres => insta::assert_snapshot!("schema_postgres", schema),
    }
}

async fn an_older_database_keeps_its_rows(database: Database) {
    let older = match database.backend {
        Backend::Sqlite => include_str!("released/m0004_sqlite.sql"),
        Backend::Postgres => include_str!("released/m0004_postgres.sql"),
    };
    let store = database.open().await;
    database.sql().await.execute_unprepared(older).await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), ALL[4..]);
    assert_latest(&database).await;

    let at = Timestamp::from_micros;
    let (default, id) = (tenant("default"), CredentialsId::parse("br7si8mg10l7an82que0").unwrap());
    let row = TenantRow { id: default.clone(), created_at: at(1_583_066_822_247_462) };
    assert_eq!(store.tenants_page(None, 10).await.unwrap(), [row]);
    let authority = AuthorityRow {
        id: "default".to_owned(),
        tenant: Some(default.clone()),
        certificate_pem: "certificate".to_owned(),
        chain_pem: "chain".to_owned(),
        sealed_key: SealedKey::new(vec![0x00, 0xff]),
        key_type: KeyType::EcP256,
        created_at: at(2),
    };
    assert_eq!(store.authority_get("default").await.unwrap(), Some(authority));
    let key = TokenKeyRow {
        id: "key".to_owned(),
        sealed_key: SealedKey::new(vec![0x01, 0x02]),
        public_jwk: "{}".to_owned(),
        created_at: at(3),
    };
    assert_eq!(store.token_keys_list().await.unwrap(), [key]);
    let client = OauthClientRow {
        tenant: default.clone(),
        client_id: "console".to_owned(),
        secret_hash: Secret::new("hash"),
        scopes: ScopeSet::from_iter([Scope::BasicCredentialsRead]),
        created_at: at(4),
    };
    assert_eq!(store.oauth_clients_all().await.unwrap(), [client]);
    let admin = AdminUserRow {
        username: username("admin"),
        password_hash: Secret::new("hash"),
        created_at: at(5),
        updated_at: at(6),
    };
    assert_eq!(store.admin_users_all().await.unwrap(), [admin]);
    assert_eq!(store.setting("initialized_at").await.unwrap().as_deref(), Some("7"));
    let basic = BasicCredentialsRow {
        id: id.clone(),
        username: username("UserA"),
        state: State::Revoked,
        created_at: at(8),
        updated_at: at(9),
        last_use_at: Some(at(10)),
    };
    let login = store.basic_credentials_login(&default, &basic.username).await.unwrap();
    assert_eq!(login, Some((basic, Secret::new("hash"))));
    let certificate = X509CredentialsRow {
        id: id.clone(),
        serial_number: "42".to_owned(),
        state: State::Active,
        not_after: at(11),
        created_at: at(12),
        updated_at: at(13),
        ..x509(0, "default")
    };
    assert_eq!(
        store.x509_credentials_find("default", "42").await.unwrap(),
        Some((default.clone(), certificate))
    );
    let der = store.x509_credentials_certificate(&default, &id).await.unwrap();
    assert_eq!(der.as_deref(), Some(&[0x30, 0x82][..]));
    let event = OutboxRow {
        tenant: default.clone(),
        at: at(16),
        kind: "revoked".to_owned(),
        credentials_kind: CredentialsKind::Basic,
        credentials_id: id,
    };
    assert_eq!(store.outbox_page(0, 10).await.unwrap(), [(1, event)]);

    // What the old rows did not say.
    let created = AuditRow {
        tenant: Some(default),
        at: at(14),
        actor: "client:example".to_owned(),
        address: String::new(),
        action: "basic_credentials_create".to_owned(),
        subject: "br7si8mg10l7an82que0".to_owned(),
        outcome: Outcome::Done,
        count: 1,
        request_id: "0190a0b0".to_owned(),
        detail: "{}".to_owned(),
    };
    let installed = AuditRow {
        tenant: None,
        at: at(15),
        actor: "command line".to_owned(),
        action: "tenant_create".to_owned(),
        subject: "default".to_owned(),
        request_id: String::new(),
        detail: String::new(),
        ..created.clone()
    };
    let trail = store.audit_page(&AuditFilter::default(), 10).await.unwrap();
    assert_eq!(trail, [(2, installed), (1, created)]);
    assert_eq!(store.configuration_all().await.unwrap(), []);
    assert_eq!(store.configuration_revision().await.unwrap(), 0);
}

async fn many_at_once(database: Database) {
    let database = Arc::new(database);
    let replicas: Vec<_> = (0..8)
        .map(|_| {
            let database = Arc::clone(&database);
            tokio::spawn(async move { database.open().await.migrate().await.unwrap() })
        })
        .collect();
    let mut ran = Vec::new();
    for replica in replicas {
        ran.extend(replica.await.unwrap());
    }
    assert_eq!(ran, ALL, "one replica ran them all, the others none");
}

async fn a_newer_schema_is_refused(database: Database) {
    let store = database.store().await;
    let sql = "INSERT INTO schema_migrations (version, applied_at) VALUES ('m9999_future', 0)";
    database.sql().await.execute_unprepared(sql).await.unwrap();
    assert!(matches!(store.pending_migrations().await, Err(Error::Newer)));
    assert!(matches!(store.migrate().await, Err(Error::Newer)));
}

/// The schema in the database's own words.
async fn described(database: &Database) -> String {
    let sql = match database.backend {
        Backend::Sqlite => {
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name"
        }
        Backend::Postgres => {
            "SELECT line FROM (
               SELECT table_name, 1 AS kind, ordinal_position::int AS place,
                      table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
                      || coalesce(' collate ' || collation_name, '') || coalesce(' default ' || column_default, '') || CASE is_identity WHEN 'YES' THEN ' identity' ELSE '' END AS line
               FROM information_schema.columns WHERE table_schema = 'public'
               UNION ALL
               SELECT conrelid::regclass::text, 2, 0, conname || ' ' || pg_get_constraintdef(oid)
               FROM pg_constraint WHERE connamespace = 'public'::regnamespace
               UNION ALL
               SELECT tablename, 3, 0, indexdef FROM pg_indexes WHERE schemaname = 'public'
             ) AS schema ORDER BY table_name COLLATE \"C\", kind, place, line COLLATE \"C\""
        }
    };
    let db = database.sql().await;
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get_by(0).unwrap()).collect();
    lines.join("\n")
}
