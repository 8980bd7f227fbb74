//! Rows to write.

use vouchsafe_domain::{CommonName, CredentialsId, KeyType, Secret, State, TenantId, Timestamp, Username};
use vouchsafe_store::{
    AuditFilter, AuditRow, AuthorityRow, BasicCredentialsRow, CredentialsKind, Error, IntegrationKeyRow,
    OutboxRow, Outcome, Record, RevocationListHead, RevocationListRow, SealedKey, Store, TenantRow,
    X509CredentialsRow,
};

/// The n-th moment of a test.
pub(crate) const fn at(n: i64) -> Timestamp {
    Timestamp::from_micros(1_583_066_822_247_462 + n)
}

pub(crate) fn tenant(id: &str) -> TenantId {
    TenantId::parse(id).unwrap()
}

/// The n-th id, in order.
pub(crate) fn id(n: u32) -> CredentialsId {
    CredentialsId::from_parts(at(0), [1, 2, 3, 4, 5], n)
}

pub(crate) fn username(name: &str) -> Username {
    Username::parse(name).unwrap()
}

pub(crate) fn hash(n: u32) -> Secret {
    Secret::new(format!("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ${n}"))
}

pub(crate) fn basic(n: u32, name: &str) -> BasicCredentialsRow {
    BasicCredentialsRow {
        id: id(n),
        username: username(name),
        state: State::Inactive,
        created_at: at(i64::from(n)),
        updated_at: at(i64::from(n)),
        last_use_at: None,
    }
}

pub(crate) fn x509(n: u32, authority: &str) -> X509CredentialsRow {
    X509CredentialsRow {
        id: id(n),
        authority_id: authority.to_owned(),
        serial_number: format!("8163249196696785795007161035531673258207{n:06}"),
        common_name: CommonName::parse("silver-advice").unwrap(),
        state: State::Inactive,
        not_after: at(31_536_000_000_000),
        created_at: at(i64::from(n)),
        updated_at: at(i64::from(n)),
        last_use_at: None,
        revocation_reason: None,
    }
}

pub(crate) fn authority(name: &str) -> AuthorityRow {
    AuthorityRow {
        id: name.to_owned(),
        tenant: TenantId::parse(name).ok(),
        certificate_pem: format!("-----BEGIN CERTIFICATE-----\n{name}\n-----END CERTIFICATE-----\n"),
        chain_pem: String::new(),
        sealed_key: SealedKey::new(vec![0, 1, 2, 255]),
        key_type: KeyType::EcP256,
        created_at: at(0),
    }
}

/// A key of a tenant; its hash is made of both names.
pub(crate) fn integration_key(of: &str, name: &str) -> IntegrationKeyRow {
    IntegrationKeyRow {
        tenant: tenant(of),
        name: name.to_owned(),
        key_hash: format!("hash of {name} of {of}"),
        client_certificates: false,
        created_at: at(0),
    }
}

/// The list of an authority with a number; it is due at the moment of that number.
pub(crate) fn revocation_list(authority: &str, number: i64) -> RevocationListRow {
    RevocationListRow {
        authority_id: authority.to_owned(),
        number,
        der: vec![0x30, 0x00, 0xff],
        this_update: at(number - 1),
        next_update: at(number),
    }
}

/// Stores the list of that number in the place of the one before it.
pub(crate) async fn put_revocation_list(store: &Store, authority: &str, number: i64) -> Result<bool, Error> {
    let before = RevocationListHead { number: number - 1, next_update: at(number - 1) };
    let before = (number > 1).then_some(before);
    store.revocation_list_put(revocation_list(authority, number), before.as_ref()).await
}

/// Stores tenants, each with its authority.
pub(crate) async fn with_tenants(store: &Store, names: &[&str]) {
    let tx = store.begin().await.unwrap();
    for name in names {
        tx.tenant_insert(&TenantRow { id: tenant(name), created_at: at(0) }).await.unwrap();
        tx.authority_insert(authority(name)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) fn audit(name: &str, action: &str) -> AuditRow {
    AuditRow {
        tenant: TenantId::parse(name).ok(),
        at: at(7),
        actor: "client:example".to_owned(),
        address: "192.0.2.7".to_owned(),
        action: action.to_owned(),
        subject: "basic_credentials/br7si8mg10l7an82que0".to_owned(),
        outcome: Outcome::Done,
        count: 1,
        request_id: "0190a0b0".to_owned(),
        detail: "{}".to_owned(),
    }
}

pub(crate) fn event(name: &str, kind: &str, n: u32) -> OutboxRow {
    OutboxRow {
        tenant: tenant(name),
        at: at(8),
        kind: kind.to_owned(),
        credentials_kind: CredentialsKind::Basic,
        credentials_id: id(n),
    }
}

/// One audit row and one outbox row.
pub(crate) fn record(name: &str, action: &str, n: u32) -> Record {
    Record { audit: vec![audit(name, action)], outbox: vec![event(name, action, n)] }
}

/// The actions in the audit trail, the oldest first.
pub(crate) async fn actions(store: &Store) -> Vec<String> {
    let entries = store.audit_page(&AuditFilter::default(), 10_000).await.unwrap();
    entries.into_iter().rev().map(|(_, row)| row.action).collect()
}
