//! The operations of trust stores, and what the elements of their answers are.

use serde_json::{Value, json};

use super::{
    super::{
        Scenario, script,
        steps::{BUILT_IN, TRUST_STORES, body_of, read, replace, sample, shows, text},
    },
    SECTION, certificate, create, custom, name, unchecked,
};
use crate::{
    attempt::{Attempt, Who},
    case::{Check, Steps, Stop},
    exchange::Role,
};

const RENAMED: &str = "A random suffix is added to the documented name, so that the case can run again.";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id, operation, sentence, check: Box<dyn Check>| {
        let scenario = Scenario::new(format!("trust-stores::{id}"), operation, (SECTION, sentence), check);
        scenario.note(RENAMED)
    };
    vec![
        on(
            "list::sample",
            "trust_stores_list",
            "The following is a sample response received when listing trust stores.",
            Box::new(script!(list_sample)),
        ),
        on("list::keys", "trust_stores_list", "Each trust store has a unique key.", Box::new(script!(keys))),
        on(
            "built-in::get",
            "trust_stores_get",
            "Query the built-in trust store GET /api/configuration/trust_stores/-7001",
            Box::new(script!(built_in)),
        ),
        on(
            "create::created",
            "trust_stores_create",
            "Create a trust store POST /api/configuration/trust_stores The name of the trust store must be unique.",
            Box::new(script!(created)),
        ),
        on(
            "get::custom",
            "trust_stores_get",
            "Query a trust store GET /api/configuration/trust_stores/<id of the trust store>",
            Box::new(script!(custom_one)),
        ),
        on(
            "replace::replaced",
            "trust_stores_replace",
            "Update a trust store PUT /api/configuration/trust_stores/<id of the trust store>",
            Box::new(script!(replaced)),
        ),
        on(
            "delete::deleted",
            "trust_stores_delete",
            "Delete a trust store DELETE /api/configuration/trust_stores/<id of the trust store>",
            Box::new(script!(deleted)),
        ),
        on(
            "authorities::fingerprint",
            "trust_stores_create",
            "A two-piece byte sequence consisting of a hash algorithm and a message digest.",
            Box::new(Derived("fingerprint")),
        ),
        on(
            "authorities::issuer",
            "trust_stores_create",
            "string The name of the entity that signed the certificate.",
            Box::new(Derived("issuer")),
        ),
        on(
            "authorities::subject",
            "trust_stores_create",
            "The subject of the certificate.",
            Box::new(Derived("subject")),
        ),
        on(
            "authorities::pem",
            "trust_stores_create",
            "string The certificate in PEM format.",
            Box::new(Derived("pem")),
        ),
    ]
}

/// The first item is the built-in trust store as documented, and the sample's custom one is shown as documented.
async fn list_sample(attempt: &mut Attempt) -> Result<(), Stop> {
    let sample = sample("trust-stores-list");
    let body = custom(attempt);
    let (path, _) = create(attempt, Role::Prepare, &body).await?;
    let answer = read(attempt, &Who::Admin, TRUST_STORES).await?;
    attempt.documented("trust_stores_list", &answer);
    attempt.equal(&answer, "/items/0", &sample["items"][0]);
    let items = attempt.at(&answer, "/items")?.as_array().cloned().unwrap_or_default();
    let Some(index) = items.iter().position(|item| item["meta"]["href"] == json!(path)) else {
        attempt.differs("body/items", format!("an item with href {path}"), "none");
        return Err(Stop::Failed);
    };
    is_custom(attempt, &items[index]["body"], &body, &format!("body/items/{index}/body"));
    Ok(())
}

/// A custom trust store is shown as it was sent.
fn is_custom(attempt: &mut Attempt, seen: &Value, sent: &Value, at: &str) {
    for member in ["name", "crl_urls", "revocation_check", "trust_store_type"] {
        if seen[member] != sent[member] {
            attempt.differs(&format!("{at}/{member}"), sent[member].to_string(), seen[member].to_string());
        }
    }
    let (seen, sent) = (&seen["authorities"], &sent["authorities"]);
    let counts = [seen, sent].map(|list| list.as_array().map(Vec::len));
    if counts[0] != counts[1] {
        attempt.differs(
            &format!("{at}/authorities"),
            format!("{:?} items", counts[1]),
            format!("{:?}", counts[0]),
        );
        return;
    }
    for (index, sent) in sent.as_array().into_iter().flatten().enumerate() {
        if !certificate::same(&seen[index], sent) {
            let at = format!("{at}/authorities/{index}");
            attempt.differs(&at, sent.to_string(), seen[index].to_string());
        }
    }
}

async fn keys(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut second = unchecked(attempt);
    second["name"] = json!(name(attempt, "Second"));
    let first = custom(attempt);
    let (first, _) = create(attempt, Role::Prepare, &first).await?;
    let (second, _) = create(attempt, Role::Prepare, &second).await?;
    let answer = read(attempt, &Who::Admin, TRUST_STORES).await?;
    let items = attempt.at(&answer, "/items")?.as_array().cloned().unwrap_or_default();
    let mut keys = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let key = text(attempt, &answer, &format!("/items/{index}/key"))?;
        attempt.equal(&answer, &format!("/items/{index}/meta/href"), &json!(format!("{TRUST_STORES}/{key}")));
        if !item["body"].is_object() {
            attempt.differs(&format!("body/items/{index}/body"), "an object", item["body"].to_string());
        }
        keys.push(format!("{TRUST_STORES}/{key}"));
    }
    if keys.first().map(String::as_str) != Some(BUILT_IN) {
        attempt.differs("body/items/0/key", "-7001", keys.first().cloned().unwrap_or_default());
    }
    for path in [first, second] {
        let count = keys.iter().filter(|key| **key == path).count();
        if count != 1 {
            attempt.differs("body/items", format!("one item with href {path}"), count.to_string());
        }
    }
    Ok(())
}

async fn built_in(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = read(attempt, &Who::Admin, BUILT_IN).await?;
    attempt.documented("trust_stores_get", &answer);
    attempt.equal(&answer, "/key", &json!("-7001"));
    attempt.equal(&answer, "/body", &sample("trust-stores-list")["items"][0]["body"]);
    let meta = json!({"first": BUILT_IN, "href": BUILT_IN, "parent": TRUST_STORES, "previous": null});
    attempt.members(&answer, "/meta", &meta);
    Ok(())
}

async fn created(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = custom(attempt);
    let (path, answer) = create(attempt, Role::Request, &body).await?;
    attempt.documented("trust_stores_create", &answer);
    let seen = body_of(attempt, &Who::Admin, &path).await?;
    is_custom(attempt, &seen, &body, "body/body");
    Ok(())
}

async fn custom_one(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = unchecked(attempt);
    let (path, _) = create(attempt, Role::Prepare, &body).await?;
    let key = path.rsplit('/').next();
    let answer = read(attempt, &Who::Admin, &path).await?;
    attempt.documented("trust_stores_get", &answer);
    attempt.equal(&answer, "/key", &json!(key));
    let meta =
        json!({"href": path, "parent": TRUST_STORES, "first": BUILT_IN, "transaction": "/api/transaction"});
    attempt.members(&answer, "/meta", &meta);
    let seen = attempt.at(&answer, "/body")?.clone();
    is_custom(attempt, &seen, &body, "body/body");
    Ok(())
}

/// The body that was read is sent back, changed.
async fn replaced(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = custom(attempt);
    let (path, _) = create(attempt, Role::Prepare, &body).await?;
    let mut body = body_of(attempt, &Who::Admin, &path).await?;
    body["name"] = json!(name(attempt, "Renamed"));
    body["revocation_check"] = json!("leaf");
    body["crl_urls"] = json!(["http://crl.it/sec", "https://crl.it/second"]);
    body["authorities"] = json!([body["authorities"][0], certificate::issuing_ca()]);
    let answer = replace(attempt, &Who::Admin, &path, &body).await?;
    attempt.status(&answer, 201)?;
    attempt.documented("trust_stores_replace", &answer);
    attempt.equal(&answer, "/meta/href", &json!(path));
    let seen = body_of(attempt, &Who::Admin, &path).await?;
    is_custom(attempt, &seen, &body, "body/body");
    Ok(())
}

async fn deleted(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = custom(attempt);
    let (path, _) = create(attempt, Role::Prepare, &body).await?;
    let answer = attempt.call(Role::Request, &Who::Admin, "delete", &path, None).await?;
    attempt.status(&answer, 200)?;
    attempt.documented("trust_stores_delete", &answer);
    let gone = attempt.call(Role::Observe, &Who::Admin, "get", &path, None).await?;
    attempt.failure(&gone, 404, "NotFound")
}

/// A certificate whose issuer has another name than its subject is shown with what is in it.
struct Derived(&'static str);

impl Derived {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let mut body = unchecked(attempt);
        let authority = certificate::issuing_ca();
        body["authorities"] = json!([authority]);
        let (path, _) = create(attempt, Role::Prepare, &body).await?;
        match self.0 {
            "pem" => {
                let answer = read(attempt, &Who::Admin, &path).await?;
                let pem = text(attempt, &answer, "/body/authorities/0/pem")?;
                if pem.trim_end() != certificate::ISSUING_CA.trim_end() {
                    attempt.differs("body/body/authorities/0/pem", certificate::ISSUING_CA, pem);
                }
                Ok(())
            }
            member => {
                let place = format!("/authorities/0/{member}");
                shows(attempt, &Who::Admin, &path, &place, &authority[member]).await
            }
        }
    }
}

impl Check for Derived {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
