//! What must be unique: the reference's semantic errors.

use serde_json::json;

use super::{
    super::{Scenario, script, steps::TRUST_STORES},
    SECTION, create, custom, is_semantic_error, name, unchecked,
};
use crate::{attempt::Attempt, case::Stop, cases::configuration::Script, exchange::Role};

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id, operation, sentence, script: Script| {
        Scenario::new(format!("trust-stores::{id}"), operation, (SECTION, sentence), script)
    };
    const NAME: &str = "• The name of the trust stores must be unique.";
    vec![
        on("name::built-in", "trust_stores_create", NAME, script!(name_of_the_built_in)),
        on("name::created", "trust_stores_create", NAME, script!(name_of_another)),
        on("name::renamed", "trust_stores_replace", NAME, script!(renamed)),
        on(
            "authorities::unique",
            "trust_stores_create",
            "• The authorities of a trust store must be unique.",
            script!(authorities),
        ),
        on(
            "crl-urls::unique",
            "trust_stores_create",
            "• The CRL URLs of a trust store must be unique.",
            script!(crl_urls),
        ),
    ]
}

async fn name_of_the_built_in(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = unchecked(attempt);
    body["name"] = json!("Built-in");
    is_semantic_error(attempt, "post", TRUST_STORES, body).await
}

async fn name_of_another(attempt: &mut Attempt) -> Result<(), Stop> {
    let first = custom(attempt);
    create(attempt, Role::Prepare, &first).await?;
    let second = unchecked(attempt);
    is_semantic_error(attempt, "post", TRUST_STORES, second).await
}

async fn renamed(attempt: &mut Attempt) -> Result<(), Stop> {
    let first = custom(attempt);
    create(attempt, Role::Prepare, &first).await?;
    let mut second = unchecked(attempt);
    second["name"] = json!(name(attempt, "Second"));
    let (path, _) = create(attempt, Role::Prepare, &second).await?;
    second["name"] = first["name"].clone();
    is_semantic_error(attempt, "put", &path, second).await
}

async fn authorities(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = unchecked(attempt);
    body["authorities"] = json!([body["authorities"][0], body["authorities"][0]]);
    is_semantic_error(attempt, "post", TRUST_STORES, body).await
}

async fn crl_urls(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = custom(attempt);
    body["crl_urls"] = json!(["http://crl.it/sec", "http://crl.it/sec"]);
    is_semantic_error(attempt, "post", TRUST_STORES, body).await
}
