//! Tenants, authorities, token keys, OAuth clients, administrators, settings: what is written is what is read.

use vouchsafe_domain::{KeyType, Scope, ScopeSet, Secret};
use vouchsafe_store::{
    AdminUserRow, Conflict, Error, OauthClientRow, SealedKey, Store, TenantRow, TokenKeyRow, Tx,
};

use crate::backend::{Database, on_both};
use crate::fixtures::{at, authority, hash, tenant, username, with_tenants};

on_both!(tenants, authorities, token_keys, oauth_clients, admin_users, settings);

/// A transaction whose one insert must have found something taken.
fn assert_taken(result: Result<(), Error>, expected: Conflict) {
    assert!(matches!(result, Err(Error::Conflict(taken)) if taken == expected), "{result:?}");
}

async fn tx(store: &Store) -> Tx {
    store.begin().await.unwrap()
}

async fn tenants(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["b", "a", "c"]).await;
    let row = |id: &str| TenantRow { id: tenant(id), created_at: at(0) };
    assert_eq!(store.tenant_get(&tenant("a")).await.unwrap(), Some(row("a")));
    assert_eq!(store.tenant_get(&tenant("d")).await.unwrap(), None);
    assert_eq!(store.tenants_page(None, 2).await.unwrap(), [row("a"), row("b")]);
    assert_eq!(store.tenants_page(Some(&tenant("b")), 2).await.unwrap(), [row("c")]);
    assert_taken(tx(&store).await.tenant_insert(&row("a")).await, Conflict::Tenant);
}

async fn authorities(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["default"]).await;
    assert_eq!(store.authority_get("default").await.unwrap(), Some(authority("default")));
    for missing in ["platform", "", "\0"] {
        assert_eq!(store.authority_get(missing).await.unwrap(), None);
    }
    assert_taken(tx(&store).await.authority_insert(authority("default")).await, Conflict::Authority);
    let orphan = tx(&store).await.authority_insert(authority("nobody")).await;
    assert!(matches!(orphan, Err(Error::NoParent)), "{orphan:?}");

    let mut imported = authority("platform");
    for key_type in [KeyType::Rsa2048, KeyType::EcP384] {
        imported.key_type = key_type;
        imported.chain_pem = format!("-----BEGIN CERTIFICATE-----\n{}\n", key_type.as_str());
        imported.sealed_key = SealedKey::new(key_type.as_str().as_bytes().to_vec());
        let tx = tx(&store).await;
        tx.authority_put(imported.clone()).await.unwrap();
        assert_eq!(tx.authority_get("platform").await.unwrap(), Some(imported.clone()));
        tx.commit().await.unwrap();
        assert_eq!(store.authority_get("platform").await.unwrap(), Some(imported.clone()));
    }
}

async fn token_keys(database: Database) {
    let store = database.store().await;
    assert_eq!(store.token_keys_list().await.unwrap(), []);
    let key = |id: &str, n| TokenKeyRow {
        id: id.to_owned(),
        sealed_key: SealedKey::new(vec![9; 32]),
        public_jwk: r#"{"kty":"EC"}"#.to_owned(),
        created_at: at(n),
    };
    let first = tx(&store).await;
    first.token_key_insert(key("a", 2)).await.unwrap();
    first.token_key_insert(key("b", 1)).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(store.token_keys_list().await.unwrap(), [key("b", 1), key("a", 2)]);
    assert_taken(tx(&store).await.token_key_insert(key("a", 3)).await, Conflict::Id);
    assert_eq!(format!("{:?}", key("a", 0).sealed_key), "SealedKey(32 bytes)");
}

async fn oauth_clients(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let client = |name: &str| OauthClientRow {
        tenant: tenant(name),
        client_id: "console".to_owned(),
        secret_hash: Secret::new("c2VjcmV0"),
        scopes: ScopeSet::from_iter([Scope::BasicCredentialsRead, Scope::X509CredentialsCreate]),
        created_at: at(1),
    };
    let first = tx(&store).await;
    first.oauth_client_insert(&client("one")).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(store.oauth_client_get("console").await.unwrap(), Some(client("one")));
    for missing in ["Console", "", "a\0b", "é"] {
        assert_eq!(store.oauth_client_get(missing).await.unwrap(), None);
    }
    let changed = tx(&store).await;
    let other = OauthClientRow { client_id: "Console".to_owned(), ..client("two") };
    changed.oauth_client_insert(&other).await.unwrap();
    let scopes = ScopeSet::from_iter([Scope::BasicCredentialsUpdate]);
    changed.oauth_client_update_scopes("console", &scopes).await.unwrap();
    for missing in ["nobody", "a\0b"] {
        changed.oauth_client_update_scopes(missing, &scopes).await.unwrap();
        changed.oauth_client_delete(missing).await.unwrap();
    }
    changed.commit().await.unwrap();
    let narrowed = OauthClientRow { scopes, ..client("one") };
    assert_eq!(store.oauth_clients_all().await.unwrap(), [narrowed, other]);
    for name in ["one", "two"] {
        assert_taken(tx(&store).await.oauth_client_insert(&client(name)).await, Conflict::ClientId);
    }
    assert!(matches!(
        tx(&store).await.oauth_client_insert(&client("three")).await,
        Err(Error::NoParent | Error::Conflict(Conflict::ClientId))
    ));
    let gone = tx(&store).await;
    gone.oauth_client_delete("Console").await.unwrap();
    gone.commit().await.unwrap();
    assert_eq!(store.oauth_client_get("Console").await.unwrap(), None);
    assert_eq!(store.oauth_clients_all().await.unwrap().len(), 1);
}

async fn admin_users(database: Database) {
    let store = database.store().await;
    let admin = AdminUserRow {
        username: username("admin"),
        password_hash: hash(1),
        created_at: at(1),
        updated_at: at(1),
    };
    let first = tx(&store).await;
    first.admin_user_insert(&admin).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(store.admin_user_get(&username("admin")).await.unwrap(), Some(admin.clone()));
    assert_eq!(store.admin_user_get(&username("Admin")).await.unwrap(), None);
    assert_taken(tx(&store).await.admin_user_insert(&admin).await, Conflict::Username);

    let reset = tx(&store).await;
    assert!(reset.admin_user_set_password_hash(&admin.username, &hash(2), at(2)).await.unwrap());
    assert!(!reset.admin_user_set_password_hash(&username("root"), &hash(2), at(2)).await.unwrap());
    reset.commit().await.unwrap();
    let changed = AdminUserRow { password_hash: hash(2), updated_at: at(2), ..admin };
    assert_eq!(store.admin_user_get(&username("admin")).await.unwrap(), Some(changed.clone()));

    let certified =
        AdminUserRow { username: username("Zoe"), password_hash: Secret::new(""), ..changed.clone() };
    let more = tx(&store).await;
    more.admin_user_insert(&certified).await.unwrap();
    assert_eq!(more.admin_user_get(&certified.username).await.unwrap(), Some(certified.clone()));
    assert!(!more.admin_user_delete(&username("zoe")).await.unwrap());
    more.commit().await.unwrap();
    assert_eq!(store.admin_users_all().await.unwrap(), [certified.clone(), changed]);
    let gone = tx(&store).await;
    assert!(gone.admin_user_delete(&username("admin")).await.unwrap());
    gone.commit().await.unwrap();
    assert_eq!(store.admin_users_all().await.unwrap(), [certified]);
}

async fn settings(database: Database) {
    let store = database.store().await;
    for value in ["first", "second"] {
        let tx = tx(&store).await;
        tx.setting_put("initialized_at", value).await.unwrap();
        assert_eq!(tx.setting("initialized_at").await.unwrap().as_deref(), Some(value));
        tx.commit().await.unwrap();
        assert_eq!(store.setting("initialized_at").await.unwrap().as_deref(), Some(value));
    }
    let dropped = tx(&store).await;
    dropped.setting_put("initialized_at", "third").await.unwrap();
    drop(dropped);
    assert_eq!(store.setting("initialized_at").await.unwrap().as_deref(), Some("second"));
    assert_eq!(store.setting("bootstrap").await.unwrap(), None);
}
