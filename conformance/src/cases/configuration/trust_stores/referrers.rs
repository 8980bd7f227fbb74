//! What refers to trust stores in the document: its readers may read trust stores, and what it refers to stays.

use serde_json::{Value, json};

use super::{
    super::{
        Scenario, Script, script,
        steps::{BUILT_IN, SYSTEM_ALERTS, TRUST_STORES, body_of, read, replace, text},
        users,
    },
    create, is_syntactic_error, unchecked,
};
use crate::{
    attempt::{Attempt, Who},
    case::{Kind, Stop},
    exchange::Role,
};

const SETTINGS: &str = "/api/configuration/aaa/settings";
const EMAIL: &str = "/api/configuration/management/email";
const TENANTS: &str = "/api/configuration/tenants";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id: &str, operation, requirement, script: Script| {
        Scenario::extension(&format!("trust-stores::{id}"), operation, requirement, script)
    };
    const READS: &str =
        "Who may read or write what refers to trust stores may read them, and not change them.";
    const STAYS: &str =
        "A trust store that something refers to cannot be deleted: 400 `SemanticError` names what does.";
    const DERIVED: &str =
        "What follows from an authority's certificate may be left out, and is refused if it is wrong.";
    let access = [
        on("access::by-email", "trust_stores_list", READS, script!(by_email)),
        on("access::by-tenants", "trust_stores_list", READS, script!(by_tenants)),
        on(
            "access::not-by-one-tenant",
            "trust_stores_list",
            "Who may access a single tenant only may not read trust stores.",
            script!(not_by_one_tenant),
        ),
        on(
            "access::not-by-alerts",
            "trust_stores_list",
            "Who may read what refers to no trust store may not read trust stores.",
            script!(not_by_alerts),
        ),
    ];
    let stays = [
        on("delete::used-by-settings", "trust_stores_delete", STAYS, script!(used_by_settings)),
        on("delete::used-by-email", "trust_stores_delete", STAYS, script!(used_by_email)),
        on("delete::used-by-tenant", "trust_stores_delete", STAYS, script!(used_by_tenant)),
    ];
    let derived = [
        on("authorities::left-out", "trust_stores_create", DERIVED, script!(left_out)),
        on("authorities::wrong-fingerprint", "trust_stores_create", DERIVED, script!(wrong_fingerprint)),
        on("authorities::wrong-issuer", "trust_stores_create", DERIVED, script!(wrong_issuer)),
        on("authorities::wrong-subject", "trust_stores_create", DERIVED, script!(wrong_subject)),
    ];
    access.into_iter().chain(stays.map(|case| case.kind(Kind::State))).chain(derived).collect()
}

/// May read trust stores, and not create one.
async fn reads(attempt: &mut Attempt, grants: &[(&str, &str)]) -> Result<(), Stop> {
    let user = users::with_grants(attempt, grants).await?;
    read(attempt, &user, TRUST_STORES).await?;
    read(attempt, &user, BUILT_IN).await?;
    let body = unchecked(attempt);
    let answer = attempt.call(Role::Request, &user, "post", TRUST_STORES, Some(body)).await?;
    attempt.failure(&answer, 403, "Unauthorized")
}

async fn by_email(attempt: &mut Attempt) -> Result<(), Stop> {
    reads(attempt, &[(EMAIL, "write")]).await
}

async fn by_tenants(attempt: &mut Attempt) -> Result<(), Stop> {
    reads(attempt, &[(TENANTS, "read")]).await
}

/// May not read trust stores.
async fn reads_not(attempt: &mut Attempt, grant: &str) -> Result<(), Stop> {
    let user = users::with_grants(attempt, &[(grant, "write")]).await?;
    for path in [TRUST_STORES, BUILT_IN] {
        let answer = attempt.call(Role::Request, &user, "get", path, None).await?;
        attempt.failure(&answer, 403, "Unauthorized")?;
        attempt.details_name(&answer, path);
    }
    Ok(())
}

/// The path of a tenant that is there.
async fn tenant(attempt: &mut Attempt) -> Result<String, Stop> {
    let answer = read(attempt, &Who::Admin, TENANTS).await?;
    text(attempt, &answer, "/items/0/meta/href")
}

async fn not_by_one_tenant(attempt: &mut Attempt) -> Result<(), Stop> {
    let tenant = tenant(attempt).await?;
    reads_not(attempt, &tenant).await
}

async fn not_by_alerts(attempt: &mut Attempt) -> Result<(), Stop> {
    reads_not(attempt, SYSTEM_ALERTS).await
}

/// A trust store is referred to by what is at `path` once `refer` has written it there. Nothing is committed.
async fn stays(attempt: &mut Attempt, path: &str, refer: fn(&mut Value, &str)) -> Result<(), Stop> {
    let body = unchecked(attempt);
    let (trust_store, _) = create(attempt, Role::Prepare, &body).await?;
    let key = trust_store.rsplit('/').next().unwrap_or_default();
    let mut referrer = body_of(attempt, &Who::Admin, path).await?;
    refer(&mut referrer, key);
    replace(attempt, &Who::Admin, path, &referrer).await?;
    let answer = attempt.call(Role::Request, &Who::Admin, "delete", &trust_store, None).await?;
    attempt.failure(&answer, 400, "SemanticError")?;
    attempt.details_tell_errors(&answer);
    attempt.equal(&answer, "/error/details/errors/0/path", &json!(path));
    read(attempt, &Who::Admin, &trust_store).await.map(|_| ())
}

async fn used_by_settings(attempt: &mut Attempt) -> Result<(), Stop> {
    stays(attempt, SETTINGS, |settings, key| settings["trust_store"] = json!(key)).await
}

async fn used_by_email(attempt: &mut Attempt) -> Result<(), Stop> {
    let refer = |email: &mut Value, key: &str| {
        email["smtp_encryption"] = json!({"selection": "starttls", "trust_store": key});
        // Its password would have to be sent again.
        email["smtp_auth"] = json!({"enabled": false});
    };
    stays(attempt, EMAIL, refer).await
}

async fn used_by_tenant(attempt: &mut Attempt) -> Result<(), Stop> {
    let tenant = tenant(attempt).await?;
    let refer = |tenant: &mut Value, key: &str| {
        if let Some(keys) = tenant.get_mut("trust_stores").and_then(Value::as_array_mut) {
            keys.push(json!(key));
        }
    };
    stays(attempt, &tenant, refer).await
}

async fn left_out(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = unchecked(attempt);
    let whole = body["authorities"][0].clone();
    body["authorities"] = json!([{"pem": whole["pem"]}]);
    let (path, _) = create(attempt, Role::Request, &body).await?;
    let answer = read(attempt, &Who::Admin, &path).await?;
    for name in ["fingerprint", "issuer", "subject"] {
        attempt.equal(&answer, &format!("/body/authorities/0/{name}"), &whole[name]);
    }
    Ok(())
}

/// Something that does not follow from the certificate.
async fn wrong(attempt: &mut Attempt, place: &str, value: &str) -> Result<(), Stop> {
    let mut body = unchecked(attempt);
    if let Some(member) = body.pointer_mut(&format!("/authorities/0/{place}")) {
        *member = json!(value);
    }
    let member = place.split('/').next().unwrap_or_default();
    let at = format!("{TRUST_STORES}/authorities/0/{member}");
    is_syntactic_error(attempt, "post", TRUST_STORES, body, &at).await
}

async fn wrong_fingerprint(attempt: &mut Attempt) -> Result<(), Stop> {
    wrong(attempt, "fingerprint/digest", &["00"; 32].join(":")).await
}

async fn wrong_issuer(attempt: &mut Attempt) -> Result<(), Stop> {
    wrong(attempt, "issuer", "C=None/ST=None/L=None/O=None/OU=None/CN=Other/emailAddress=None").await
}

async fn wrong_subject(attempt: &mut Attempt) -> Result<(), Stop> {
    wrong(attempt, "subject", "C=None/ST=None/L=None/O=None/OU=None/CN=Other/emailAddress=None").await
}
