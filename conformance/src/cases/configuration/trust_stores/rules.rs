//! What a trust store must not be: the reference's syntactic errors.

use serde_json::{Value, json};

use super::{
    super::{
        Scenario, script,
        steps::{BUILT_IN, TRUST_STORES, body_of, shows},
    },
    SECTION, certificate, create, custom, is_syntactic_error, unchecked,
};
use crate::{
    attempt::{Attempt, Who},
    case::Stop,
    cases::configuration::Script,
    exchange::Role,
};

const CRL_URLS: &str = "/api/configuration/trust_stores/crl_urls";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id, operation, sentence, script: Script| {
        Scenario::new(format!("trust-stores::{id}"), operation, (SECTION, sentence), script)
    };
    const NONE: &str = "• When revocation_check is set to \"none\", the crl_urls field must be empty.";
    const EMPTY: &str =
        "• When revocation_check is set to \"full\" or \"leaf\", the crl_urls cannot be empty.";
    const TYPES: &str =
        "• The user is not allowed to create a built-in trust store or edit or delete the existing one.";
    const URLS: &str = "string array The crl_urls field contains the list of CRL web addresses (HTTP or HTTPs \
                        URLs) used for revocation check.";
    vec![
        on("built-in::not-created", "trust_stores_create", TYPES, script!(not_created)),
        on("built-in::not-edited", "trust_stores_replace", TYPES, script!(not_edited)),
        on("built-in::not-deleted", "trust_stores_delete", TYPES, script!(not_deleted)),
        on(
            "trust-store-type::values",
            "trust_stores_create",
            "Possible values: \"built-in\", \"custom\".",
            script!(types),
        ),
        on(
            "revocation-check::values",
            "trust_stores_create",
            "Possible values: \"full\", \"leaf\", \"none\".",
            script!(checks),
        ),
        on("revocation-check::none-with-urls", "trust_stores_create", NONE, script!(none_with_urls)),
        on("revocation-check::none-edited", "trust_stores_replace", NONE, script!(none_edited)),
        on("revocation-check::full-without-urls", "trust_stores_create", EMPTY, script!(full_without)),
        on("revocation-check::leaf-without-urls", "trust_stores_create", EMPTY, script!(leaf_without)),
        on("crl-urls::schemes", "trust_stores_create", URLS, script!(schemes)),
        on(
            "crl-urls::embedded-ignored",
            "trust_stores_create",
            "NOTE: CRL URLs must be listed explicitly in the appropriate field, as those CRL URLs that are \
             embedded in the extensions of the certificates, will be ignored.",
            script!(embedded),
        ),
    ]
}

async fn not_created(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = unchecked(attempt);
    body["trust_store_type"] = json!("built-in");
    is_syntactic_error(attempt, "post", TRUST_STORES, body, &format!("{TRUST_STORES}/trust_store_type")).await
}

/// Its own body, as it was read, and another one.
async fn not_edited(attempt: &mut Attempt) -> Result<(), Stop> {
    let own = body_of(attempt, &Who::Admin, BUILT_IN).await?;
    let other = unchecked(attempt);
    for body in [own.clone(), other] {
        let answer = attempt.call(Role::Request, &Who::Admin, "put", BUILT_IN, Some(body)).await?;
        attempt.failure(&answer, 400, "SyntacticError")?;
    }
    shows(attempt, &Who::Admin, BUILT_IN, "", &own).await
}

async fn not_deleted(attempt: &mut Attempt) -> Result<(), Stop> {
    is_syntactic_error(attempt, "delete", BUILT_IN, Value::Null, BUILT_IN).await?;
    let answer = attempt.call(Role::Observe, &Who::Admin, "get", BUILT_IN, None).await?;
    attempt.status(&answer, 200)
}

async fn types(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = unchecked(attempt);
    let (path, _) = create(attempt, Role::Request, &body).await?;
    shows(attempt, &Who::Admin, &path, "/trust_store_type", &json!("custom")).await?;
    body["trust_store_type"] = json!("borrowed");
    is_syntactic_error(attempt, "post", TRUST_STORES, body, &format!("{TRUST_STORES}/trust_store_type")).await
}

async fn checks(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = unchecked(attempt);
    let (path, _) = create(attempt, Role::Request, &body).await?;
    for (check, urls) in
        [("full", json!(["http://crl.it/sec"])), ("leaf", json!(["http://crl.it/sec"])), ("none", json!([]))]
    {
        let mut body = body.clone();
        body["revocation_check"] = json!(check);
        body["crl_urls"] = urls;
        let answer = attempt.call(Role::Request, &Who::Admin, "put", &path, Some(body)).await?;
        attempt.status(&answer, 201)?;
        shows(attempt, &Who::Admin, &path, "/revocation_check", &json!(check)).await?;
    }
    let mut body = body;
    body["revocation_check"] = json!("root");
    is_syntactic_error(attempt, "put", &path, body, &format!("{path}/revocation_check")).await
}

async fn none_with_urls(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = unchecked(attempt);
    body["crl_urls"] = json!(["http://crl.it/sec"]);
    is_syntactic_error(attempt, "post", TRUST_STORES, body, CRL_URLS).await
}

async fn none_edited(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = unchecked(attempt);
    let (path, _) = create(attempt, Role::Prepare, &body).await?;
    let mut body = body_of(attempt, &Who::Admin, &path).await?;
    body["crl_urls"] = json!(["http://crl.it/sec"]);
    is_syntactic_error(attempt, "put", &path, body, &format!("{path}/crl_urls")).await
}

async fn full_without(attempt: &mut Attempt) -> Result<(), Stop> {
    without_urls(attempt, "full").await
}

async fn leaf_without(attempt: &mut Attempt) -> Result<(), Stop> {
    without_urls(attempt, "leaf").await
}

async fn without_urls(attempt: &mut Attempt, check: &str) -> Result<(), Stop> {
    let mut body = unchecked(attempt);
    body["revocation_check"] = json!(check);
    is_syntactic_error(attempt, "post", TRUST_STORES, body, CRL_URLS).await
}

async fn schemes(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = custom(attempt);
    body["crl_urls"] = json!(["http://crl.it/sec", "https://crl.it/sec"]);
    let (path, _) = create(attempt, Role::Request, &body).await?;
    shows(attempt, &Who::Admin, &path, "/crl_urls", &body["crl_urls"]).await?;
    for url in ["ftp://crl.it/sec", "crl.it/sec"] {
        body["crl_urls"] = json!([url]);
        let answer = attempt.call(Role::Request, &Who::Admin, "put", &path, Some(body.clone())).await?;
        attempt.failure(&answer, 400, "SyntacticError")?;
        if attempt.is_extended() {
            attempt.details_name(&answer, &format!("{path}/crl_urls/0"));
        }
    }
    Ok(())
}

/// The certificate has a CRL URL inside: that neither fills `crl_urls` nor replaces one there.
async fn embedded(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = unchecked(attempt);
    body["authorities"] = json!([certificate::issuing_ca()]);
    let (path, _) = create(attempt, Role::Request, &body).await?;
    shows(attempt, &Who::Admin, &path, "/crl_urls", &json!([])).await?;
    body["revocation_check"] = json!("leaf");
    is_syntactic_error(attempt, "put", &path, body, &format!("{path}/crl_urls")).await
}
