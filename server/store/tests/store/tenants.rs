//! The end of a tenant: all that was its own goes with it.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use vouchsafe_domain::{Scope, ScopeSet, State};
use vouchsafe_store::{
    BasicCredentialsRow, Error, OauthClientRow, Record, StateChange, Store, X509CredentialsRow,
};

use crate::backend::{Backend, Database, on_both};
use crate::fixtures::{
    at, basic, hash, id, integration_key, put_revocation_list, record, tenant, with_tenants, x509,
};

on_both!(all_of_it_goes, what_is_not_revoked_is_counted, nobody_adds_to_it_meanwhile, a_hundred_thousand);

/// A tenant with something in every table that has tenants.
async fn seed(store: &Store, name: &str) {
    with_tenants(store, &[name]).await;
    let of_one = |n| BasicCredentialsRow { state: State::ALL[n as usize], ..basic(n, &format!("u{n}")) };
    let basic: Vec<_> = (0..4).map(|n| (of_one(n), hash(n))).collect();
    let x509: Vec<_> = (0..4)
        .map(|n| (X509CredentialsRow { state: State::ALL[n as usize], ..x509(n, name) }, vec![1]))
        .collect();
    let mut tx = store.begin().await.unwrap();
    tx.basic_credentials_insert_many(&tenant(name), &basic).await.unwrap();
    tx.x509_credentials_insert_many(&tenant(name), &x509).await.unwrap();
    tx.oauth_client_insert(&OauthClientRow {
        tenant: tenant(name),
        client_id: format!("client-of-{name}"),
        secret_hash: hash(0),
        scopes: ScopeSet::from_iter([Scope::BasicCredentialsRead]),
        created_at: at(0),
    })
    .await
    .unwrap();
    tx.integration_key_insert(&integration_key(name, "proxy")).await.unwrap();
    tx.record(record(name, "create", 1));
    tx.commit().await.unwrap();
    store.verification_failure_add(&tenant(name), "somebody", at(0), at(9)).await.unwrap();
    assert!(put_revocation_list(store, name, 1).await.unwrap());
}

/// How many rows each table holds that has a column `tenant_id`; and the lists of their authorities, and the tenants.
async fn rows_of(database: &Database, name: &str) -> Vec<(String, i64)> {
    let tables = match database.backend {
        Backend::Sqlite => {
            "SELECT t.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND c.name = 'tenant_id' ORDER BY t.name"
        }
        Backend::Postgres => {
            "SELECT table_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY table_name"
        }
    };
    let db = database.sql().await;
    let statement = |sql: &str| Statement::from_string(db.get_database_backend(), sql);
    let tables = db.query_all_raw(statement(tables)).await.unwrap();
    let tables = tables.iter().map(|row| (row.try_get_by::<String, _>(0).unwrap(), "tenant_id"));
    let mut counts = Vec::new();
    let others = [("revocation_lists", "authority_id"), ("tenants", "id")];
    let others = others.map(|(table, column)| (table.to_owned(), column));
    for (table, column) in tables.chain(others) {
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} = '{name}'");
        let row = db.query_one_raw(statement(&sql)).await.unwrap().unwrap();
        counts.push((table, row.try_get_by(0).unwrap()));
    }
    counts
}

async fn all_of_it_goes(database: Database) {
    let store = database.store().await;
    for name in ["one", "two"] {
        seed(&store, name).await;
    }
    let tables = [
        "audit",
        "authorities",
        "basic_credentials",
        "integration_keys",
        "oauth_clients",
        "outbox",
        "verification_failures",
        "x509_credentials",
        "revocation_lists",
        "tenants",
    ];
    let counts = |counts: [i64; 10]| tables.into_iter().map(str::to_owned).zip(counts).collect::<Vec<_>>();
    let before = counts([1, 1, 4, 1, 1, 1, 1, 4, 1, 1]);
    assert_eq!(
        rows_of(&database, "one").await,
        before,
        "a table is new here: does the tenant's end empty it?"
    );

    let tx = store.begin().await.unwrap();
    assert!(tx.tenant_delete(&tenant("one")).await.unwrap());
    drop(tx);
    assert_eq!(rows_of(&database, "one").await, before);

    let tx = store.begin().await.unwrap();
    assert!(tx.tenant_delete(&tenant("one")).await.unwrap());
    assert!(!tx.tenant_delete(&tenant("one")).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(rows_of(&database, "one").await, counts([1, 0, 0, 0, 0, 1, 0, 0, 0, 0]), "the trail stays");
    // So that the numbers that listeners were told of others never go back.
    assert_eq!(rows_of(&database, "two").await, before);
    seed(&store, "one").await;
}

async fn what_is_not_revoked_is_counted(database: Database) {
    let store = database.store().await;
    seed(&store, "one").await;
    seed(&store, "two").await;
    let unrevoked =
        async |name: &str| store.begin().await.unwrap().tenant_unrevoked(&tenant(name)).await.unwrap();
    assert_eq!(unrevoked("one").await, 6);
    assert_eq!(unrevoked("nobody").await, 0);
    for n in 0..4 {
        let change = StateChange {
            tenant: tenant("one"),
            id: id(n),
            from: State::ALL[n as usize],
            to: State::Revoked,
            updated_at: at(9),
        };
        store.basic_credentials_change_state(&change, Record::default()).await.unwrap();
        store.x509_credentials_change_state(&change, None, Record::default()).await.unwrap();
    }
    assert_eq!((unrevoked("one").await, unrevoked("two").await), (0, 6));
}

async fn nobody_adds_to_it_meanwhile(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let tx = store.begin_configuration().await.unwrap();
    assert_eq!(tx.tenant_unrevoked(&tenant("one")).await.unwrap(), 0);
    let late = {
        let store = store.clone();
        tokio::spawn(async move {
            let row = basic(1, "late");
            store.basic_credentials_insert(&tenant("one"), &row, &hash(1), Record::default()).await
        })
    };
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!late.is_finished());
    assert!(tx.tenant_delete(&tenant("one")).await.unwrap());
    tx.commit().await.unwrap();
    let late = late.await.unwrap();
    assert!(matches!(late, Err(Error::NoParent)), "{late:?}");
}

async fn a_hundred_thousand(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)";
    let der = if database.backend == Backend::Sqlite { "X'3082'" } else { r"'\x3082'::bytea" };
    let sql = database.sql().await;
    for statement in [
        format!(
            "INSERT INTO basic_credentials {numbers} SELECT 'one', 'b' || i, 'u' || i, 'hash', 'Revoked', 0, 0, NULL FROM n"
        ),
        format!(
            "INSERT INTO x509_credentials (tenant_id, id, authority_id, serial_number, common_name, state, certificate_der, not_after, \
             created_at, updated_at) {numbers} SELECT 'one', 'x' || i, 'one', '' || i, 'name', 'Revoked', {der}, 0, 0, 0 FROM n"
        ),
    ] {
        sql.execute_unprepared(&statement).await.unwrap();
    }
    let tx = store.begin_configuration().await.unwrap();
    assert_eq!(tx.tenant_unrevoked(&tenant("one")).await.unwrap(), 0);
    assert!(tx.tenant_delete(&tenant("one")).await.unwrap());
    tx.commit().await.unwrap();
    assert!(rows_of(&database, "one").await.iter().all(|(_, rows)| *rows == 0));
}
